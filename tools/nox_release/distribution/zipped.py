"""A zip as a distribution: a wheel, or an sdist of the old form."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from nox_release.distribution import names, tar
from nox_release.distribution.faults import CLAIMED, KEPT, Beyond, Broken, Faults
from nox_release.distribution.local import DEFLATED, STORED, unpack, walk
from nox_release.distribution.model import Distribution, FaultKind
from nox_release.distribution.record import Record
from nox_release.distribution.window import Window
from nox_release.distribution.zip import End, Entry, entries, find_end, shown
from nox_release.model import Kind

RATIO, RATIO_FROM = 50, 64 << 20
"""Times its size that a zip may unpack to on PyPI, and the unpacked size from which that counts."""
_ENTRY_POINTS, _LINE = 1 << 18, 1 << 10
"""Bytes of an entry_points.txt and of a line in it: configparser takes a time that grows with their product."""


def read_zip(file: BinaryIO, path: Path, size: int, faults: Faults) -> Distribution:
    """Look at a zip; what is wrong with it goes to *faults*."""
    kind = Kind.WHEEL if path.name.endswith(".whl") else None
    empty = Distribution(path.name, size, kind)
    if not size:
        faults.add(FaultKind.NOT_ZIP, path.name, "the file is empty")
        return empty
    data = Window(file)
    if tar.is_header(data[: tar.BLOCK]):
        faults.add(FaultKind.POLYGLOT, path.name, "the same bytes are also a tar")
    end = find_end(data, faults)
    central: dict[bytes, Entry] = {}
    try:
        if end is None:
            raise Broken("it has no end record")
        for entry in entries(data, end, faults):
            if entry.name in central:
                message = "it has two entries in the central directory"
                faults.add(FaultKind.DUPLICATE_NAME, shown(entry.name), message)
            central[entry.name] = entry
    except Broken as broken:
        faults.add(FaultKind.NOT_ZIP, path.name, str(broken))
        return empty
    except Beyond as beyond:
        faults.add(FaultKind.LIMIT, path.name, str(beyond))
        return empty
    found = _Archive(data, end, central, faults)
    return found.wheel(empty) if kind else found.sdist(empty)


class _Archive:
    """What is in a zip whose central directory could be read."""

    def __init__(self, data: Window, end: End, central: Mapping[bytes, Entry], faults: Faults) -> None:
        self._data, self._end, self._central, self._faults = data, end, central, faults
        self._unpacked = sum(entry.size for entry in central.values())
        self._names = names.Names(faults)
        self._top: Sequence[str] | None = None
        for name, entry in central.items():
            text = shown(name)
            self._top = names.common(self._top, text)
            if entry.method not in (STORED, DEFLATED):
                faults.add(FaultKind.COMPRESSION, text, f"compression method {entry.method}")
            if text.endswith("/"):
                names.check_path(text, faults)
            else:
                self._names.add(text)
                if stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG):
                    faults.add(FaultKind.SPECIAL_MEMBER, text, "it is marked as a link or device")

    def wheel(self, empty: Distribution) -> Distribution:
        """Look at it as a wheel."""
        files = self._names.all()
        stated = "-".join(empty.filename.split("-", 2)[:2]) + ".dist-info"
        others = sorted({file.split("/")[0] for file in files if file.partition("/")[0].endswith(".dist-info")})
        top = stated if stated in others else others[0] if len(others) == 1 and others[0].isprintable() else ""
        for required in ("METADATA", "WHEEL", "RECORD"):
            if f"{stated}/{required}" not in files:
                message = f"it is not there; the wheel has {', '.join(others[:3]) or 'no .dist-info folder'}"
                self._faults.add(FaultKind.DIST_INFO, f"{stated}/{required}", message)
        for file in sorted(files):
            if file.endswith((".pyc", ".pyo")):
                self._faults.add(FaultKind.BYTECODE, file, "it is bytecode")
        content = {file: self._read(f"{top}/{file}") for file in ("METADATA", "WHEEL", "RECORD")}
        points = self._read(f"{top}/entry_points.txt", _ENTRY_POINTS)
        if points and max(map(len, points.splitlines()), default=0) > _LINE:
            self._faults.add(FaultKind.LIMIT, f"{top}/entry_points.txt", f"it has a line of over {_LINE} bytes")
            points = None
        self._check_contents(self._record(content["RECORD"], top, files))
        licences = f"{top}/licenses/"
        return Distribution(
            empty.filename,
            empty.size,
            empty.kind,
            top,
            content["METADATA"],
            points,
            content["WHEEL"],
            content["RECORD"],
            frozenset(file.removeprefix(licences) for file in files if top and file.startswith(licences)),
            len(self._central),
            self._unpacked,
        )

    def sdist(self, empty: Distribution) -> Distribution:
        """Look at it as an sdist."""
        top = names.folder(self._top)
        self._check_contents(None)
        files = frozenset(file.removeprefix(f"{top}/") for file in self._names.all() if file.startswith(f"{top}/"))
        if not top:
            self._faults.add(FaultKind.TOP_FOLDER, empty.filename, "its members have no folder in common")
        elif "PKG-INFO" not in files:
            self._faults.add(FaultKind.NO_PKG_INFO, f"{top}/PKG-INFO", "it is not there")
        metadata = self._read(f"{top}/PKG-INFO")
        members, unpacked = len(self._central), self._unpacked
        return Distribution(
            empty.filename, empty.size, None, top, metadata, licences=files, members=members, unpacked=unpacked
        )

    def _record(self, content: bytes | None, top: str, files: frozenset[str]) -> Record | None:
        if content is None:
            return None
        try:
            record = Record(content, top, self._faults)
        except Broken as broken:
            self._faults.add(FaultKind.DIST_INFO, f"{top}/RECORD", str(broken))
            return None
        except Beyond as beyond:
            self._faults.add(FaultKind.LIMIT, f"{top}/RECORD", str(beyond))
            return None
        record.compare(files)
        return record

    def _read(self, name: str, limit: int = KEPT) -> bytes | None:
        """Return the content of a small file, wherever its entry says that it is."""
        entry = self._central.get(name.encode("utf-8", "surrogateescape"))
        if entry is None:
            return None
        if entry.size > limit:
            self._faults.add(FaultKind.LIMIT, name, f"it has {entry.size} bytes, which is more than is read")
            return None
        lengths = self._data[entry.offset + 26 : entry.offset + 30]
        content = entry.offset + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
        if entry.method not in (STORED, DEFLATED) or content + entry.packed > len(self._data):
            return None
        try:
            return b"".join(unpack(self._data, entry, content))
        except Broken as broken:
            if name.endswith(("/METADATA", "/RECORD")):
                self._faults.add(FaultKind.DIST_INFO, name, str(broken))
            return None

    def _check_contents(self, record: Record | None) -> None:
        bomb = self._unpacked > CLAIMED or (self._unpacked > RATIO_FROM and self._unpacked > RATIO * len(self._data))
        if self._unpacked > CLAIMED:
            message = f"it claims to unpack to {self._unpacked} bytes, so its contents were not looked at"
            self._faults.add(FaultKind.LIMIT, self._faults.filename, message)
        for entry, content in walk(self._data, self._end, self._central, self._faults):
            if not bomb and entry.method in (STORED, DEFLATED) and not entry.flags & 1:
                self._check_content(entry, content, record)

    def _check_content(self, entry: Entry, content: int, record: Record | None) -> None:
        name = shown(entry.name)
        digest = record.begin(name) if record else None
        scanned = names.scans(name, entry.size)
        source = []
        try:
            for piece in unpack(self._data, entry, content):
                if digest:
                    digest.update(piece)
                if scanned:
                    source.append(piece)
        except Broken as broken:
            self._faults.add(FaultKind.CHECKSUM, name, str(broken))
            return
        if digest and record:
            record.end(name, digest, entry.size)
        if scanned and (obfuscator := names.obfuscator(b"".join(source))):
            self._faults.add(FaultKind.OBFUSCATED, name, f"it was obfuscated by {obfuscator}")
