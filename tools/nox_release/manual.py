"""The page of the command line, made from the sessions and the parsers: ``python -m nox_release.manual``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from nox_release import cli
from nox_release.arguments import explain_parser, parser
from nox_release.vocabulary import sessions

CODES = {
    0: "all is well",
    1: "something failed, or could not be looked at",
    2: "the command line or the configuration cannot be obeyed",
    130: "interrupted; the same command again goes on",
}
"""Exit codes of every session and command."""


OTHERS = {"explain": explain_parser}
"""Sessions that take something else than targets."""


def page() -> Iterator[str]:
    """Yield the lines of the page, in Markdown."""
    yield "# Command line"
    yield ""
    yield "What `--help` says of every session and command."
    yield ""
    yield "## Sessions"
    yield ""
    yield "| `nox -s` | does |"
    yield "| --- | --- |"
    for name, description in sessions().items():
        yield f"| `{name}` | {_cell(description)} |"
    yield ""
    yield "## After `--`"
    yield ""
    yield "`nox -s SESSION -- TARGET [TARGET ...] [options]`"
    yield ""
    yield from _arguments(parser())
    for name, other in OTHERS.items():
        yield from _section(f"nox -s {name}", other())
    yield ""
    yield "## The command nox-release"
    yield ""
    yield from _arguments(cli.parser())
    for name, command in cli.commands(cli.parser()).items():
        yield from _section(f"nox-release {name}", command)
    yield ""
    yield "## Exit codes"
    yield ""
    yield "| code | meaning |"
    yield "| --- | --- |"
    for code, meaning in CODES.items():
        yield f"| {code} | {meaning} |"


def _section(title: str, made: argparse.ArgumentParser) -> Iterator[str]:
    yield ""
    yield f"### {title}"
    yield ""
    yield made.description or ""
    yield ""
    yield from _arguments(made)


def _arguments(made: argparse.ArgumentParser) -> Iterator[str]:
    """A row for each argument, and what its help says below them; that there is ``--help`` goes without saying."""
    yield "| argument | meaning |"
    yield "| --- | --- |"
    for action in made._actions:  # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                yield f"| `{choice.dest}` | {_cell(choice.help or '')} |"
        elif not isinstance(action, argparse._HelpAction):
            yield f"| `{_shown(action)}` | {_cell(action.help or '')} |"
    if made.epilog:
        yield ""
        yield "```text"
        yield from made.epilog.rstrip().splitlines()
        yield "```"


def _shown(action: argparse.Action) -> str:
    choices = f"{{{','.join(map(str, action.choices))}}}" if action.choices else ""
    value = "" if action.nargs == 0 else str(action.metavar or choices or action.dest.upper())
    return " ".join(filter(None, (", ".join(action.option_strings), value)))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("%%", "%").split())


if __name__ == "__main__":
    print("\n".join(page()))
