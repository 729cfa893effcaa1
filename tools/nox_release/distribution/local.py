"""The local headers of a zip (APPNOTE.TXT 4.3.7) in their order, each beside its entry in the central directory."""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator, Mapping

from nox_release.distribution.faults import PIECE, Broken, Faults
from nox_release.distribution.model import FaultKind
from nox_release.distribution.zip import FULL, ZIP64, End, Entry, extras, shown

_LOCAL, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_LOCAL_SIZE = 30
STORED, DEFLATED = 0, 8
_ENCRYPTED, _STREAMED = 0x1, 0x8


def walk(data: mmap.mmap, end: End, central: Mapping[bytes, Entry], faults: Faults) -> Iterator[tuple[Entry, int]]:
    """Yield the members as one meets them from the front, with the offset of their content.

    It goes on as long as it is plain where the next header is.
    """
    at = 0
    stop = end.start - end.size
    seen = set()
    while at < stop:
        if data[at : at + 4] != _LOCAL or at + _LOCAL_SIZE > stop:
            faults.add(FaultKind.STRAY_DATA, f"offset {at}", "bytes between the members that belong to no record")
            return
        flags, method, crc, packed, size, length, extra = struct.unpack_from("<6xHH4xIIIHH", data, at)
        name = data[at + _LOCAL_SIZE : at + _LOCAL_SIZE + length]
        where = shown(name)
        content = at + _LOCAL_SIZE + length + extra
        entry = central.get(name)
        if entry is None or name in seen:
            what = "two local headers" if entry else "a local header and no entry in the central directory"
            faults.add(FaultKind.DUPLICATE_NAME if entry else FaultKind.HEADERS_DISAGREE, where, f"it has {what}")
            if entry is None or flags & _STREAMED:
                return
        seen.add(name)
        if extra:
            for key, value in extras(data[content - extra : content], where, faults, strict=True):
                if key == ZIP64:
                    size, packed = _sizes(value, method, size, packed, where, faults)
        if flags & _STREAMED:
            faults.add(FaultKind.DATA_DESCRIPTOR, where, "its sizes follow its content (flag bit 3)")
            size, packed, crc = entry.size, entry.packed, entry.crc
        if (size, packed) != (entry.size, entry.packed):
            message = f"{packed} bytes packed of {size}; the central directory says {entry.packed} of {entry.size}"
            faults.add(FaultKind.HEADERS_DISAGREE, where, message)
            return
        if (method, crc, at) != (entry.method, entry.crc, entry.offset):
            faults.add(FaultKind.AMBIGUOUS_HEADER, where, "method, checksum or place differ from the central directory")
        if (flags | entry.flags) & _ENCRYPTED:
            faults.add(FaultKind.ENCRYPTED, where, "it is encrypted")
        at = content + packed
        if at > stop:
            faults.add(FaultKind.HEADERS_DISAGREE, where, "it runs into the central directory")
            return
        yield entry, content
        if flags & _STREAMED:
            at = _after_descriptor(data, at, stop)
    for name in central.keys() - seen:
        faults.add(FaultKind.HEADERS_DISAGREE, shown(name), "it is in the central directory and has no local header")


def unpack(data: mmap.mmap, entry: Entry, content: int) -> Iterator[bytes]:
    """Yield the content of a member in pieces, never more than it claims to be.

    :raises Broken: if it is not what its entry claims.
    """
    crc = length = 0
    for piece in _pieces(data, entry, content):
        length += len(piece)
        if length > entry.size:
            raise Broken(f"it is longer than the {entry.size} bytes that it claims")
        crc = zlib.crc32(piece, crc)
        yield piece
    if length != entry.size:
        raise Broken(f"it has {length} bytes and claims {entry.size}")
    if crc != entry.crc:
        raise Broken("its content does not have its CRC-32")


def _pieces(data: mmap.mmap, entry: Entry, at: int) -> Iterator[bytes]:
    end = at + entry.packed
    if entry.method == STORED:
        for start in range(at, end, PIECE):
            yield data[start : min(start + PIECE, end)]
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = b""
    while not inflate.eof:
        if not packed:
            packed, at = data[at : min(at + PIECE, end)], min(at + PIECE, end)
        over = not packed
        try:
            piece = inflate.decompress(packed, PIECE)
        except zlib.error as error:
            raise Broken(f"it cannot be unpacked: {error}") from None
        packed = inflate.unconsumed_tail
        if piece:
            yield piece
        elif over and not inflate.eof:
            raise Broken("its compressed content breaks off")
    if at < end or inflate.unused_data:
        raise Broken("bytes follow its compressed content")


def _sizes(value: bytes, method: int, size: int, packed: int, where: str, faults: Faults) -> tuple[int, int]:
    """Return the sizes that a ZIP64 extra field leaves, as PyPI reads it."""
    if len(value) not in (0, 8, 16, 24, 28) or (not value and FULL in (size, packed)) or (len(value) == 8 and method):
        faults.add(FaultKind.BAD_EXTRA, where, f"a ZIP64 extra field of {len(value)} bytes")
        return size, packed
    wide = struct.unpack_from(f"<{min(len(value) // 8, 2)}Q", value)
    if wide and size == FULL:
        size = wide[0]
    return size, wide[-1] if wide else packed


def _after_descriptor(data: mmap.mmap, at: int, stop: int) -> int:
    """Return where the next record is: a descriptor has a signature or not, and sizes of 32 or 64 bits."""
    signature = 4 if data[at : at + 4] == _DESCRIPTOR else 0
    for length in (12, 20):
        after = at + signature + length
        if after == stop or data[after : after + 4] == _LOCAL:
            return after
    return at
