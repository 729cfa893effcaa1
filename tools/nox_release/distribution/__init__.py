"""A file as it would be sent to an index, looked at byte by byte: nothing is unpacked, written or trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nox_release.distribution.faults import Fault, FaultKind
from nox_release.errors import Blocked
from nox_release.model import Kind

__all__ = ["Distribution", "Fault", "FaultKind", "inspect"]


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
    """Paths that a License-File may name: an sdist's files below its top folder, a wheel's below .dist-info/licenses."""
    members: int = 0
    """Entries of the archive, folders too."""
    unpacked: int = 0
    """Bytes that the archive claims to unpack to, as far as it was read."""
    faults: tuple[Fault, ...] = ()


def inspect(path: Path) -> Distribution:
    """Look at the file *path* as an archive of the form that its name claims.

    No content of the file makes it raise, and time and memory are bounded whatever the file claims.

    :raises Blocked: if the file cannot be opened or read.
    """
    kind = Kind.SDIST if path.name.endswith(".tar.gz") else Kind.WHEEL if path.name.endswith(".whl") else None
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Blocked(f"{path} cannot be read: {error.strerror or error}") from None
    return Distribution(path.name, size, kind)
