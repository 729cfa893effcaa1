"""Where a stage stands while it works, as a value: what runs, what waits for what, what ended. Looks at no clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean

from nox_release.model import REQUIRES, Outcome, Stage
from nox_release.report.words import duration, one_line
from nox_release.wording import number, some
from nox_release.work import Order

STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "bold red", Outcome.BLOCKED: "bold yellow"}
"""How an outcome is coloured, beside the word that tells it."""


@dataclass(frozen=True)
class Began:
    """Work on a package begins."""

    name: str
    at: float
    """Seconds of a clock that only goes forward; so are all times here."""


@dataclass(frozen=True)
class Said:
    """A program that works on a package wrote a line."""

    name: str
    line: str


@dataclass(frozen=True)
class Ended:
    """The outcome of a package is known."""

    name: str
    at: float
    outcome: Outcome


Event = Began | Said | Ended


@dataclass(frozen=True)
class Running:
    """A package that is worked on."""

    name: str
    since: float
    expected: float | None = None
    """Seconds that it took the last time; None where that is not known."""
    said: str = ""
    """The last line of what works on it."""

    def time(self, now: float) -> str:
        """How long it is at work, beside how long it usually takes."""
        elapsed = max(0.0, now - self.since)
        if not self.expected:
            return short(elapsed)
        if elapsed <= self.expected:
            return f"{short(elapsed)} of about {short(self.expected)}"
        return f"{short(elapsed)}, usually {short(self.expected)}"


@dataclass(frozen=True)
class Board:
    """One stage at one moment."""

    stage: Stage
    jobs: int
    """Packages at a time."""
    began: float
    expected: Mapping[str, float] = field(default_factory=dict)
    """Package → seconds that it took the last time."""
    waiting: tuple[str, ...] = ()
    """What is not begun yet, in the order in which it will be."""
    running: Mapping[str, Running] = field(default_factory=dict)
    """In the order in which it began."""
    ended: Mapping[str, Outcome] = field(default_factory=dict)
    took: Mapping[str, float] = field(default_factory=dict)
    """Seconds of what ended in this command."""
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Package → the packages that have to end before it begins."""
    to_come: tuple[Stage, ...] = ()
    """The stages of this command after this one."""

    @property
    def total(self) -> int:
        """Packages of the stage."""
        return len(self.waiting) + len(self.running) + len(self.ended)

    def names(self, outcome: Outcome) -> list[str]:
        """Return what ended so."""
        return [name for name, each in self.ended.items() if each is outcome]

    def waits_for(self, name: str) -> list[str]:
        """Return the packages that have to end before *name* begins."""
        return [needed for needed in self.needs.get(name, ()) if needed in self.running or needed in self.waiting]

    @cached_property
    def held_up(self) -> tuple[Stage, ...]:
        """The stages to come that need this one, directly or not."""
        held: tuple[Stage, ...] = ()
        for later in self.to_come:
            if {self.stage, *held} & set(REQUIRES[later]):
                held = (*held, later)
        return held

    def left(self, now: float) -> float | None:
        """Seconds that the stage may still take; None where nothing is known to guess from.

        The packages are dealt out to the places as the worker does it. One whose time is not known counts as the
        average of those that are.
        """
        known = [*self.expected.values(), *self.took.values()]
        if not known:
            return None
        usual = fmean(known)
        free = [max(0.0, self.expected.get(name, usual) - (now - each.since)) for name, each in self.running.items()]
        free = (free + [0.0] * max(0, self.jobs - len(free))) or [0.0]
        heapq.heapify(free)
        for name in self.waiting:
            heapq.heapreplace(free, free[0] + self.expected.get(name, usual))
        return max(free)


def board(order: Order, now: float) -> Board:
    """Where a stage stands before it begins."""
    return Board(
        order.stage,
        order.places,
        now,
        order.expected,
        tuple(planned.name for planned in order.queue),
        needs={planned.name: planned.siblings for planned in order.queue} if order.stage is Stage.PUBLISH else {},
        to_come=order.to_come,
    )


def after(board: Board, event: Event) -> Board:
    """Where the stage stands after *event*; what cannot have happened changes nothing."""
    match event:
        case Began(name, at) if name in board.waiting:
            row = Running(name, at, board.expected.get(name))
            waiting = tuple(other for other in board.waiting if other != name)
            return replace(board, waiting=waiting, running={**board.running, name: row})
        case Said(name, line) if name in board.running:
            return replace(board, running={**board.running, name: replace(board.running[name], said=line)})
        case Ended(name, at, outcome) if name in board.running or name in board.waiting:
            began = board.running[name].since if name in board.running else at
            return replace(
                board,
                waiting=tuple(other for other in board.waiting if other != name),
                running={other: row for other, row in board.running.items() if other != name},
                ended={**board.ended, name: outcome},
                took={**board.took, name: at - began},
            )
    return board


def short(seconds: float) -> str:
    """Seconds without a fraction, so that a line does not change faster than anybody reads."""
    return f"{int(seconds)}s" if seconds < 9.95 else duration(seconds)


def heading(board: Board, now: float) -> list[str]:
    """The parts of the line that tells how far the stage is, what matters most first."""
    left = board.left(now)
    return [
        f"{len(board.ended)} of {board.total}",
        short(max(0.0, now - board.began)),
        *([f"about {short(left)} left"] if left and left >= 1 else []),
    ]


def queue(board: Board) -> Iterator[str]:
    """What waits, and for what; a line each."""
    if board.waiting:
        held = {name: needed for name in board.waiting if (needed := board.waits_for(name))}
        for name, needed in [*held.items()][:1]:
            yield f"{name} waits for {some(needed, 2)}"
        if rest := [name for name in board.waiting if name not in [*held][:1]]:
            verb = "waits" if len(rest) == 1 else "wait"
            place = "its turn" if board.jobs == 1 else f"one of {number(board.jobs, 'place')}"
            yield f"{len(rest)} {verb} for {place}: {some(rest, 3)}"
    if board.held_up:
        verb = "waits" if len(board.held_up) == 1 else "wait"
        yield f"{', '.join(board.held_up)} {verb} for {board.stage}"
    if others := [stage for stage in board.to_come if stage not in board.held_up]:
        yield f"then {', '.join(others)}"


def still(board: Board, now: float) -> str:
    """One line that tells a log that work goes on."""
    rows = [f"{row.name} ({row.time(now)}{f': {one_line(row.said.strip())[:80]}' if row.said else ''})"
            for row in board.running.values()]  # fmt: skip
    at = f"; still at {some(rows)}" if rows else ""
    return one_line(f"...     {board.stage} {', '.join(heading(board, now))}{at}")
