"""The faults of one file as they are found, and how far a file is looked at."""

from __future__ import annotations

from collections import Counter

from nox_release.distribution.model import Fault, FaultKind

TOLD = 5
"""Faults of one kind that are told one by one."""
MEMBERS = 100_000
"""Entries of an archive that are looked at."""
NAMES = 32 << 20
"""Bytes that their names may take together."""
KEPT = 16 << 20
"""Bytes of a file that is read as a whole: metadata, RECORD."""
UNPACKED = 1 << 30
"""Bytes of a stream that are unpacked, one piece after the other."""
CLAIMED = 4 << 30
"""Bytes that the members of a zip may claim to have together."""
PIECE = 1 << 18
"""Bytes of content that are in memory at a time."""


class Broken(Exception):
    """What was to be read is not there, or is something else; the message says what."""


class Beyond(Exception):
    """There is more than is looked at; the message says of what."""


class Faults:
    """The first faults of each kind, and how many more there are."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self._found: list[Fault] = []
        self._count: Counter[FaultKind] = Counter()

    def add(self, kind: FaultKind, where: str, message: str) -> None:
        """Take note of a fault."""
        self._count[kind] += 1
        if self._count[kind] <= TOLD:
            self._found.append(Fault(kind, printable(where), printable(message)))

    def __contains__(self, kind: FaultKind) -> bool:
        return kind in self._count

    def all(self) -> tuple[Fault, ...]:
        """Return what was found, in the order in which it was."""
        more = [
            Fault(kind, self.filename, f"and {count - TOLD} more like these")
            for kind, count in self._count.items()
            if count > TOLD
        ]
        return (*self._found, *more)


def printable(name: str) -> str:
    """Return *name* as any terminal can show it, on one line, and not at any length."""
    shown = name if name.isprintable() else ascii(name)[1:-1]
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
