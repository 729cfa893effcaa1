"""What the files of an sdist or a wheel hold, each read once, in pieces, and kept nowhere."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from nox_release.archive import Unsound
from nox_release.leaks import HOMES, SECRETS, Leak, Pattern, by_name, search

PIECE = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    path: str
    """In a wheel from its top, in an sdist below its one top folder."""
    size: int
    sha256: str
    committed: bool = False
    """Git has these very bytes; else the build made or changed them."""


@dataclass(frozen=True)
class Contents:
    """What one archive holds."""

    filename: str
    size: int
    """Bytes of the archive itself."""
    members: tuple[Member, ...]
    secrets: tuple[Leak, ...] = ()
    places: tuple[Leak, ...] = ()
    """Where a folder of the machine stands in something that the build made."""


_SCHEME = re.compile(r"^[^/]+\.data/(?:purelib|platlib)/")


@dataclass(frozen=True)
class Cargo:
    """Everything that the files of a release hold, beside what git has for the package."""

    name: str
    tracked: frozenset[str]
    """Relative to the package's folder."""
    sdist: Contents
    wheel: Contents

    @cached_property
    def installed(self) -> frozenset[str]:
        """Paths in site-packages of what the wheel installs there, its own ``.dist-info`` aside."""
        paths = (_SCHEME.sub("", member.path) for member in self.wheel.members)
        return frozenset(path for path in paths if not path.split("/")[0].endswith((".dist-info", ".data")))

    @cached_property
    def committed_roots(self) -> frozenset[str]:
        """Top-level names below which the wheel installs bytes that git has, wherever they lie there."""
        paths = (_SCHEME.sub("", member.path) for member in self.wheel.members if member.committed and member.size)
        return frozenset(path.split("/")[0] for path in paths)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every tracked path, from each of its folders on: what is called so was made from a file of git's."""
        return frozenset(
            "/".join(parts[start:])
            for parts in (path.split("/") for path in self.tracked)
            for start in range(len(parts))
        )

    @cached_property
    def roots(self) -> dict[str, str]:
        """Each top-level name of :attr:`installed` → a file there."""
        found: dict[str, str] = {}
        for path in sorted(self.installed):
            found.setdefault(path.split("/")[0], path)
        return found


Entry = tuple[str, int, IO[bytes]]
"""Path, size and stream of one file."""


def read_contents(path: Path, blobs: Collection[str] = (), folders: Sequence[Pattern] = ()) -> Contents:
    """Read a sound sdist or wheel.

    :param blobs: ids of what git has.
    :param folders: see :func:`nox_release.leaks.folders`.
    :raises Unsound: where it cannot be read after all.
    """
    try:
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                return look(path.name, path.stat().st_size, _zipped(wheel), blobs, folders)
        with tarfile.open(path, "r:gz") as sdist:
            return look(path.name, path.stat().st_size, _packed(sdist), blobs, folders)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Unsound(f"{path.name} cannot be read: {error}") from None


def _zipped(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for item in archive.infolist():
        if not item.is_dir():
            with archive.open(item) as stream:
                yield item.filename, item.file_size, stream


def _packed(archive: tarfile.TarFile) -> Iterator[Entry]:
    for item in archive:
        if item.isreg() and (stream := archive.extractfile(item)) is not None:
            yield item.name.removeprefix("./").partition("/")[2], item.size, stream


def look(
    filename: str, size: int, entries: Iterable[Entry], blobs: Collection[str], folders: Sequence[Pattern]
) -> Contents:
    """Look at every entry once."""
    members, secrets, places = [], [], []
    algorithm = "sha256" if any(len(blob) == 64 for blob in blobs) else "sha1"
    for path, length, stream in entries:
        content, oid = hashlib.sha256(), hashlib.new(algorithm, f"blob {length}\0".encode(), usedforsecurity=False)
        first = stream.read(PIECE)
        binary = b"\0" in first[:8192]
        patterns = (*SECRETS, *folders, *(() if binary else HOMES))
        found = list(search(_hashed(first, stream, content, oid), patterns))
        committed = oid.hexdigest() in blobs
        members.append(Member(path, length, content.hexdigest(), committed))
        if kind := by_name(path):
            secrets.append(Leak(kind, path, 0))
        for kind, line in found:
            leak = Leak(kind, path, 0 if binary else line)
            if kind in _SECRET:
                secrets.append(leak)
            elif not committed and path.rpartition("/")[2] not in _DOCUMENTS:
                places.append(leak)
    return Contents(filename, size, tuple(members), tuple(dict.fromkeys(secrets)), tuple(dict.fromkeys(places)))


_SECRET = frozenset(pattern.kind for pattern in SECRETS)
_DOCUMENTS = frozenset({"METADATA", "PKG-INFO"})
"""They hold the README, which may tell of any folder."""


def _hashed(first: bytes, stream: IO[bytes], *digests: hashlib._Hash) -> Iterator[bytes]:
    piece = first
    while piece:
        for digest in digests:
            digest.update(piece)
        yield piece
        piece = stream.read(PIECE)
