"""What can be wrong with the bytes of a file, and how much of it is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The rule that the bytes break; one check of the family ARC tells the faults of each."""

    NOT_ZIP = "not a zip"
    NOT_TAR = "not a tar"
    POLYGLOT = "several formats at once"
    COMPRESSION = "compression method"
    TOP_FOLDER = "top folder"
    NO_PKG_INFO = "PKG-INFO"
    SPARSE = "sparse member"
    STRAY_DATA = "bytes outside of the archive's records"
    DUPLICATE_NAME = "duplicate name"
    HEADERS_DISAGREE = "local and central header disagree"
    DIRECTORY_DISAGREES = "central directory and end record disagree"
    DATA_DESCRIPTOR = "data descriptor"
    ENTRY_COMMENT = "comment on an entry"
    CONTROL_CHARACTER = "control character in a name"
    NAME_ENCODING = "name that is no UTF-8"
    BAD_EXTRA = "extra field"
    DIST_INFO = "dist-info"
    OBFUSCATED = "obfuscated code"
    LIMIT = "beyond what is looked at"
    CHECKSUM = "checksum"
    AMBIGUOUS_HEADER = "header that readers take differently"
    ENCRYPTED = "encrypted member"
    RECORD_FILES = "files of RECORD"
    RECORD_DIGESTS = "digests of RECORD"
    BYTECODE = "bytecode"
    SPECIAL_MEMBER = "link or device"
    UNSAFE_PATH = "path that leads out"
    COLLISION = "names that are one on some systems"
    AFTER_END = "bytes after the end"
    BROKEN_TAR = "tar that breaks off"


@dataclass(frozen=True)
class Fault:
    """A defect of the bytes."""

    kind: FaultKind
    where: str
    """The member, ``offset 123``, or the file."""
    message: str


TOLD = 5
"""Faults of one kind that are told one by one."""


class Faults:
    """The faults of one file as they are found: the first of each kind, and how many more there are."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._found: list[Fault] = []
        self._count: Counter[FaultKind] = Counter()

    def add(self, kind: FaultKind, where: str, message: str) -> None:
        """Take note of a fault."""
        self._count[kind] += 1
        if self._count[kind] <= TOLD:
            self._found.append(Fault(kind, printable(where), message))

    def __contains__(self, kind: FaultKind) -> bool:
        return kind in self._count

    def all(self) -> tuple[Fault, ...]:
        """Return what was found, in the order in which it was."""
        more = [
            Fault(kind, self._filename, f"and {count - TOLD} more of the same")
            for kind, count in self._count.items()
            if count > TOLD
        ]
        return (*self._found, *more)


def printable(name: str) -> str:
    """Return *name* as it can be shown on any terminal, on one line, and not at any length."""
    shown = name if name.isprintable() else ascii(name)[1:-1]
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
