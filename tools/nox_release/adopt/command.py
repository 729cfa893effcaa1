"""``nox-release init``: shows what it would write, asks, and writes it."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from nox_release.adopt.asking import Ask, agreed
from nox_release.adopt.attention import Notice
from nox_release.adopt.changes import write
from nox_release.adopt.habits import Habit
from nox_release.adopt.proposal import Proposal, propose
from nox_release.report.words import one_line
from nox_release.saying import say, told
from nox_release.sessions import session_names
from nox_release.wording import number, some

SHOWN = 20
"""Notices of a kind that are told at once; lint-metadata tells all."""
WIDTH = 160
"""Characters of a notice."""


def init(root: Path, *, yes: bool, ask: Ask | None = None, today: date | None = None) -> int:
    """Take nox-release into the workspace at *root*.

    :param yes: do not ask.
    :param ask: how a person is asked; None where nobody is there.
    :return: 1 where something would be written and is not, else 0.
    :raises SystemExit: with the exit code of what stops it, which is told.
    """
    with told(), tempfile.TemporaryDirectory(prefix="nox-release-") as folder:
        proposal = propose(root, Path(folder, "objects"), today or date.today(), session_names())
        say(_found(proposal))
        say(_noticed(proposal.notices))
        say(_unset(proposal.unset))
        if not proposal.changes:
            say(["Nothing to change: this repository has all that init would write.", *_next(proposal)])
            return 0
        if not agreed(proposal.changes, "init", yes=yes, ask=ask):
            return 1
        write(proposal.changes)
        say(
            [
                f"Wrote {', '.join(change.name for change in proposal.changes)}. Look at it, and commit it.",
                *_next(proposal),
            ]
        )
    return 0


def _found(proposal: Proposal) -> Iterator[str]:
    public = [name for name, package in proposal.workspace.packages.items() if not package.private]
    yield f"nox-release: {number(len(public), 'package')} to release: {some(public, 8)}"


def _noticed(notices: tuple[Notice, ...]) -> Iterator[str]:
    for heading, found in (
        ("Has to be mended before a release:", [notice for notice in notices if notice.stops]),
        ("Good to know:", [notice for notice in notices if not notice.stops]),
    ):
        if found:
            yield from ("", heading)
        for notice in found[:SHOWN]:
            yield f"  {some(notice.names)}: {textwrap.shorten(one_line(notice.what), WIDTH, placeholder=' …')}"
            yield f"    mend: {notice.mend}"
        if len(found) > SHOWN:
            yield f"  and {len(found) - SHOWN} more: nox -s lint-metadata -- all"


def _unset(habits: tuple[Habit, ...]) -> Iterator[str]:
    for habit in habits:
        yield f"  [tool.nox-release] does not say {habit.key}, and here it might: {' '.join(habit.why)}"


def _next(proposal: Proposal) -> Iterator[str]:
    stopped = {name for notice in proposal.notices if notice.stops for name in notice.names}
    public = [name for name, package in proposal.workspace.packages.items() if not package.private]
    ready = [name for name in public if name not in stopped] or public
    yield "Next:"
    yield "  nox -s lint-metadata -- all      what else the packages' metadata need"
    if ready:
        yield f"  nox -s publish -- {ready[0]}      rehearses a release: builds, verifies, tests, uploads nothing"
