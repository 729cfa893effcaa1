"""Shows changes of files, and asks whether they may be made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from nox_release.adopt.changes import Change
from nox_release.saying import say

Ask = Callable[[str], str]
"""Puts a question to a person, and returns what was typed."""
_ASKED = "Write this? [y/N] "


def agreed(changes: Iterable[Change], command: str, *, yes: bool, ask: Ask | None) -> bool:
    """Show *changes*, and return whether they may be written.

    :param command: what writes them.
    :param yes: do not ask.
    :param ask: how a person is asked; None where nobody is there.
    """
    show(changes)
    say([""])
    if yes:
        return True
    if ask is None:
        say([f"Nothing was written. To write this: nox-release {command} --yes"])
        return False
    if ask(_ASKED).strip().lower() in ("y", "yes"):
        return True
    say(["Nothing was written."])
    return False


def show(changes: Iterable[Change]) -> None:
    """Show *changes* as diffs."""
    for change in changes:
        say(["", *change.diff()])


def at_terminal() -> Ask | None:
    """How a person at this terminal is asked; None where none is there."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None

    def ask(question: str) -> str:
        try:
            return input(question)
        except EOFError:
            print()
            return ""

    return ask
