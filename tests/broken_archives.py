"""Zips made record by record, so that each record can be wrong by itself (APPNOTE.TXT 4.3)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import struct
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from archives import METADATA, WHEEL

INFO = "demo-1.0.dist-info"
UTF8, STREAMED = 0x800, 0x8


@dataclass(frozen=True)
class Part:
    """A member as its two headers tell it: what they say follows from the content, where nothing else is said."""

    name: bytes
    content: bytes = b""
    method: int = 0
    flags: int = 0
    comment: bytes = b""
    extra: bytes = b""
    """In both headers."""
    mode: int = 0
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    """Other values for the local header: name, flags, method, crc, packed, size, extra."""
    central: Mapping[str, int | bytes] = field(default_factory=dict)
    """Other values for the central directory; also ``offset``."""
    after: bytes = b""
    """Bytes after the content."""
    listed: bool = True
    """It is in the central directory."""
    present: bool = True
    """It is in the file."""

    @property
    def packed(self) -> bytes:
        """The content as it is in the file."""
        if self.method != 8:
            return self.content
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflate.compress(self.content) + deflate.flush()

    def _values(self, other: Mapping[str, int | bytes]) -> dict[str, int | bytes]:
        values: dict[str, int | bytes] = {
            "name": self.name,
            "flags": self.flags,
            "method": self.method,
            "crc": zlib.crc32(self.content),
            "packed": len(self.packed),
            "size": len(self.content),
            "extra": self.extra,
        }
        return {**values, **other}

    def local_header(self) -> bytes:
        """Its header before the content."""
        v = self._values(self.local)
        name, extra = bytes(v["name"]), bytes(v["extra"])
        sizes = (v["crc"], v["packed"], v["size"], len(name), len(extra))
        return struct.pack("<4s5H3I2H", b"PK\3\4", 20, v["flags"], v["method"], 0, 33, *sizes) + name + extra

    def central_header(self, offset: int) -> bytes:
        """Its header in the central directory."""
        v = self._values(self.central)
        name, extra = bytes(v["name"]), bytes(v["extra"])
        sizes = (v["crc"], v["packed"], v["size"], len(name), len(extra), len(self.comment))
        head = struct.pack("<4sBB5H3I3H", b"PK\1\2", 20, 3, 20, v["flags"], v["method"], 0, 33, *sizes)
        return head + struct.pack("<HHII", 0, 0, self.mode << 16, v.get("offset", offset)) + name + extra + self.comment


def zip_bytes(
    parts: Iterable[Part],
    *,
    before: bytes = b"",
    gap: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    zip64: Mapping[str, int] | None = None,
    **end: int,
) -> bytes:
    """Return a zip of *parts*.

    :param before, gap, after: stray bytes before everything, after the central directory, after the end.
    :param zip64: write a ZIP64 end record and locator, with these values: length, here, records, size, offset, place.
    :param end: other values for the end record: here, records, size, offset, comment_size.
    """
    out = bytearray(before)
    offsets = []
    parts = list(parts)
    for part in parts:
        offsets.append(len(out) - len(before))
        if part.present:
            out += part.local_header() + part.packed + part.after
    begin = len(out) - len(before)
    listed = [part.central_header(offset) for part, offset in zip(parts, offsets, strict=True) if part.listed]
    out += b"".join(listed)
    said = {"here": len(listed), "records": len(listed), "size": sum(map(len, listed)), "offset": begin}
    out += gap
    if zip64 is not None:
        wide = {"length": 44, "place": len(out), **said, **zip64}
        numbers = (wide["here"], wide["records"], wide["size"], wide["offset"])
        out += struct.pack("<4sQHHIIQQQQ", b"PK\6\6", wide["length"], 45, 45, 0, 0, *numbers)
        out += struct.pack("<4sIQI", b"PK\6\7", 0, wide["place"], 1)
        said |= {"here": 0xFFFF, "records": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF}
    said = {**said, "comment_size": len(comment), **end}
    narrow = (said["here"], said["records"], said["size"], said["offset"], said["comment_size"])
    out += struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, *narrow) + comment
    return bytes(out + after)


def digest(content: bytes) -> str:
    """The digest of *content* as RECORD writes it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def record(contents: Mapping[str, bytes]) -> bytes:
    """RECORD of a wheel of *contents*."""
    rows = [f"{name},{digest(content)},{len(content)}\n" for name, content in contents.items()]
    return "".join([*rows, f"{INFO}/RECORD,,\n"]).encode()


CONTENTS = {
    "demo.py": b"x = 1\n" * 100,
    f"{INFO}/METADATA": METADATA.format(name="demo", version="1.0", more="").encode(),
    f"{INFO}/WHEEL": WHEEL.encode(),
}
"""What the sound wheel holds besides RECORD."""


def wheel_parts(more: Mapping[str, bytes] | None = None, **replaced: Part) -> list[Part]:
    """The members of a sound wheel with *more* files that RECORD lists.

    :param replaced: by stem (``demo``, ``METADATA``), a member in the place of that of the sound wheel.
    """
    contents = {**CONTENTS, **(more or {})}
    parts = [Part(name.encode(), content, 8, UTF8) for name, content in contents.items()]
    parts.append(Part(f"{INFO}/RECORD".encode(), record(contents), 8, UTF8))
    return [replaced.get(part.name.decode().split("/")[-1].split(".")[0], part) for part in parts]


def sdist_bytes(members: Iterable[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a ``.tar.gz`` of *members*."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content) if content else None)
    return gzip.compress(tar.getvalue(), mtime=1)
