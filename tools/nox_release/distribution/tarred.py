"""A gzipped tar as a distribution: an sdist."""

from __future__ import annotations

import mmap
import posixpath
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from nox_release.distribution import names
from nox_release.distribution.faults import KEPT, PIECE, Beyond, Broken, Faults
from nox_release.distribution.gunzip import Gunzip
from nox_release.distribution.model import Distribution, FaultKind
from nox_release.distribution.tar import Member, members
from nox_release.distribution.zip import is_zip
from nox_release.model import Kind


def read_tar(file: BinaryIO, path: Path, size: int, faults: Faults) -> Distribution:
    """Look at a ``.tar.gz``; what is wrong with it goes to *faults*."""
    if size:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if is_zip(data):
                faults.add(FaultKind.POLYGLOT, path.name, "the same bytes are also a zip")
    sdist = _Sdist(Gunzip(file), faults)
    try:
        sdist.read()
    except Broken as broken:
        faults.add(FaultKind.NOT_TAR, path.name, str(broken))
    except Beyond as beyond:
        faults.add(FaultKind.LIMIT, path.name, str(beyond))
    return sdist.result(path.name, size)


class _Sdist:
    """What is in an sdist, as it is read."""

    def __init__(self, stream: Gunzip, faults: Faults) -> None:
        self._stream, self._faults = stream, faults
        self._names = names.Names(faults)
        self._top: Sequence[str] | None = None
        self._metadata: tuple[str, bytes | None] | None = None
        self._members = self._unpacked = 0

    def read(self) -> None:
        """Read the stream to its end, or to where nothing more is looked at.

        :raises Broken: if it is no gzipped tar.
        :raises Beyond: if more is there than is looked at.
        """
        for member in members(self._stream, self._faults):
            self._members += 1
            self._unpacked += member.size if member.regular else 0
            self._member(member)
        if FaultKind.BROKEN_TAR not in self._faults:
            self._end()

    def _member(self, member: Member) -> None:
        name = member.name
        self._top = names.common(self._top, name)
        if member.sparse:
            self._faults.add(FaultKind.SPARSE, name, "it is stored as a sparse file")
        if not member.regular:
            names.check_path(name, self._faults)
            if self._is_metadata(name):
                self._metadata = (name, None)
            if not member.folder:
                what = {b"1": "a hard link", b"2": "a symbolic link"}.get(member.type, "no regular file")
                self._faults.add(FaultKind.SPECIAL_MEMBER, name, f"it is {what}")
            return
        self._names.add(name)
        if self._is_metadata(name):
            self._metadata = (name, self._stream.read(member.size) if member.size <= KEPT else None)
            if member.size > KEPT:
                self._faults.add(FaultKind.LIMIT, name, f"it has {member.size} bytes, which is more than is read")
        elif names.scans(name, member.size) and (found := names.obfuscator(self._stream.read(member.size))):
            self._faults.add(FaultKind.OBFUSCATED, name, f"it was obfuscated by {found}")

    def _is_metadata(self, name: str) -> bool:
        """Whether *name* may be the PKG-INFO of the top folder, which is known only at the end: the last highest."""
        if posixpath.basename(name) != "PKG-INFO":
            return False
        return self._metadata is None or name.count("/") <= self._metadata[0].count("/")

    def _end(self) -> None:
        """Look at what follows the end of the tar, which tarfile does not."""
        begun = self._stream.position
        try:
            while piece := self._stream.read(PIECE):
                if piece.strip(b"\0"):
                    message = f"content goes on after the tar's end at offset {begun}"
                    self._faults.add(FaultKind.AFTER_END, self._faults.filename, message)
                    return
        except Broken as broken:
            self._faults.add(FaultKind.CHECKSUM, self._faults.filename, f"after the tar's end {broken}")
        if self._stream.checksum:
            self._faults.add(FaultKind.CHECKSUM, self._faults.filename, self._stream.checksum)
        if self._stream.rest:
            message = f"{self._stream.rest} bytes follow the gzip stream"
            self._faults.add(FaultKind.AFTER_END, self._faults.filename, message)

    def result(self, filename: str, size: int) -> Distribution:
        """Return what was found."""
        top = names.folder(self._top)
        files = frozenset(file.removeprefix(f"{top}/") for file in self._names.all() if file.startswith(f"{top}/"))
        metadata = None
        whole = FaultKind.NOT_TAR not in self._faults and FaultKind.LIMIT not in self._faults
        if not top:
            if whole:
                self._faults.add(FaultKind.TOP_FOLDER, filename, "its members have no folder in common")
        elif self._metadata and self._metadata[0] == f"{top}/PKG-INFO":
            metadata = self._metadata[1]
        elif whole:
            message = "it is not there" if not self._metadata else f"it is there as {self._metadata[0]}"
            self._faults.add(FaultKind.NO_PKG_INFO, f"{top}/PKG-INFO", message)
        return Distribution(
            filename, size, Kind.SDIST, top, metadata, licences=files, members=self._members, unpacked=self._unpacked
        )
