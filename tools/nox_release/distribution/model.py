"""A file as it would be sent, and what can be wrong with its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nox_release.model import Kind


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
    REPEATED = "the same member twice"
    AFTER_END = "bytes after the end"
    BROKEN_TAR = "tar that breaks off"


@dataclass(frozen=True)
class Fault:
    """A defect of the bytes."""

    kind: FaultKind
    where: str
    """The member, ``offset 123``, or the file."""
    message: str


@dataclass(frozen=True)
class Distribution:
    """What the bytes of a file say."""

    filename: str
    size: int
    """In bytes."""
    kind: Kind | None
    """By the suffix; None where it is neither ``.tar.gz`` nor ``.whl``."""
    top: str = ""
    """An sdist's one top folder, a wheel's .dist-info folder; empty where there is none."""
    metadata: bytes | None = None
    """Content of an sdist's PKG-INFO or a wheel's METADATA; None where it is absent or cannot be read."""
    entry_points: bytes | None = None
    """Content of a wheel's entry_points.txt."""
    wheel: bytes | None = None
    """Content of a wheel's WHEEL."""
    record: bytes | None = None
    """Content of a wheel's RECORD."""
    licences: frozenset[str] = frozenset()
    """Paths that a License-File may name: files below the top folder, or a wheel's below .dist-info/licenses."""
    members: int = 0
    """Entries of the archive, folders too."""
    unpacked: int = 0
    """Bytes that the archive claims to unpack to, as far as it was read."""
    faults: tuple[Fault, ...] = ()
