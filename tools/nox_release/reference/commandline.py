"""The command line, from the sessions and the parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from nox_release import cli
from nox_release.arguments import explain_parser, parser
from nox_release.reference.declared import table
from nox_release.sessions import described


def sessions() -> list[str]:
    """Return the table of sessions."""
    return table(("`nox -s`", "does"), [(f"`{name}`", meaning) for name, meaning in described().items()])


def behind() -> Iterable[str]:
    """Yield what may stand behind ``--``."""
    yield from _arguments(parser())
    yield from _section("nox -s explain", explain_parser())


def commands() -> Iterable[str]:
    """Yield what the command ``nox-release`` takes, and then each of its commands."""
    yield from _arguments(cli.parser())
    for name, made in cli.commands(cli.parser()).items():
        yield from _section(f"nox-release {name}", made)


def _section(title: str, made: argparse.ArgumentParser) -> Iterable[str]:
    yield from ("", f"### {title}", "", made.description or "", "")
    yield from _arguments(made)


def _arguments(made: argparse.ArgumentParser) -> Iterable[str]:
    """A row for each argument, and what its help says below them; that there is ``--help`` goes without saying."""
    rows = []
    for action in made._actions:  # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):
            rows += [(f"`{choice.dest}`", choice.help or "") for choice in action._choices_actions]
        elif not isinstance(action, argparse._HelpAction):
            rows.append((f"`{_shown(action)}`", (action.help or "").replace("%%", "%")))
    yield from table(("argument", "meaning"), rows)
    if made.epilog:
        yield from ("", "```text", *made.epilog.rstrip().splitlines(), "```")


def _shown(action: argparse.Action) -> str:
    choices = f"{{{','.join(map(str, action.choices))}}}" if action.choices else ""
    value = "" if action.nargs == 0 else str(action.metavar or choices or action.dest.upper())
    return " ".join(filter(None, (", ".join(action.option_strings), value)))
