"""The end and the central directory of a zip (APPNOTE.TXT 4.3.12 to 4.3.16), read with bounded memory.

PyPI takes only archives that one reader who starts at the end and one who starts at the front see alike, and finds
the end as Python's zipfile does.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nox_release.distribution.faults import MEMBERS, NAMES, Beyond, Broken, Faults
from nox_release.distribution.model import FaultKind

_END, _END64, _LOCATOR, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_END_SIZE, _END64_SIZE, _LOCATOR_SIZE, _ENTRY_SIZE = 22, 56, 20, 46
_COMMENT = 1 << 16
_VERSION = 63
"""Ten times the last version of the format that Python's zipfile reads."""
FULL = 0xFFFFFFFF
"""What a size of 32 bits says where one of 64 follows in an extra field."""
ZIP64, UNICODE_PATH = 0x0001, 0x7075


class Entry(NamedTuple):
    """What the central directory says of a member."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    """Of its local header, from the archive's beginning."""
    mode: int
    """As in ``stat``, where a Unix wrote it; else 0."""


@dataclass(frozen=True)
class End:
    """What the end of the archive says of its central directory."""

    records: int
    size: int
    offset: int
    start: int
    """Where the end begins, so where the directory must end."""


def find_end(data: mmap.mmap, faults: Faults | None = None) -> End | None:
    """Return what the last end record says, that of ZIP64 where there is one; None where there is none.

    :param faults: take note of what is wrong with it.
    """
    note = faults or Faults("")
    at = len(data) - _END_SIZE
    if at < 0:
        return None
    if data[at : at + 4] != _END or data[-2:] != b"\0\0":
        at = data.rfind(_END, max(0, at - _COMMENT))
        if at < 0 or at + _END_SIZE > len(data):
            return None
    here, records, size, offset, comment = struct.unpack_from("<4x4xHHIIH", data, at)
    if (after := at + _END_SIZE + comment) != len(data):
        note.add(FaultKind.STRAY_DATA, f"offset {min(after, len(data))}", "the zip does not end where the file does")
    volumes = here != records
    start = at
    locator = at - _LOCATOR_SIZE
    if locator >= 0 and data[locator : locator + 4] == _LOCATOR:
        disk, start, disks = struct.unpack_from("<4xIQI", data, locator)
        if disk or disks > 1 or start + _END64_SIZE > locator or data[start : start + 4] != _END64:
            return None
        length, here, records, size, offset = struct.unpack_from("<4xQ12xQQQQ", data, start)
        if length != _END64_SIZE - 12 or start + _END64_SIZE != locator:
            note.add(FaultKind.BAD_EXTRA, f"offset {start}", "the ZIP64 end record has more than the standard's fields")
        volumes = volumes or here != records
    if volumes:
        note.add(FaultKind.DIRECTORY_DISAGREES, f"offset {start}", "the archive claims to be one of several volumes")
    return End(records, size, offset, start)


def is_zip(data: mmap.mmap) -> bool:
    """Whether Python 3.13's ``zipfile.is_zipfile`` takes the file for a zip, which PyPI asks of every tar."""
    end = find_end(data)
    if end is None:
        return False
    if not end.records and not end.size and not end.offset:
        return True
    begin = end.start - end.size
    return begin >= 0 and end.size >= _ENTRY_SIZE and data[begin : begin + 4] == _ENTRY


def entries(data: mmap.mmap, end: End, faults: Faults) -> Iterator[Entry]:
    """Yield what the central directory lists.

    :raises Broken: if it is none.
    :raises Beyond: if there are more members, or longer names, than are looked at.
    """
    at = end.start - end.size
    shift = at - end.offset
    if shift < 0:
        raise Broken("its central directory does not fit before its end")
    if shift:
        gap = end.offset + end.size if data[end.offset : end.offset + 4] == _ENTRY else 0
        faults.add(FaultKind.STRAY_DATA, f"offset {gap}", f"{shift} bytes belong to no record of the zip")
    count = names = 0
    while at < end.start:
        if data[at : at + 4] != _ENTRY or at + _ENTRY_SIZE > end.start:
            raise Broken(f"its central directory is broken at offset {at}")
        (system, version, flags, method, crc, packed, size, name, extra, comment, attributes, offset) = (
            struct.unpack_from("<5xBBxHH4xIIIHHH4xII", data, at)
        )
        if version > _VERSION:
            raise Broken(f"a member in it needs version {version / 10} of the format")
        begin, at = at + _ENTRY_SIZE, at + _ENTRY_SIZE + name + extra + comment
        if at > end.start:
            raise Broken(f"its central directory is broken at offset {begin - _ENTRY_SIZE}")
        count, names = count + 1, names + name
        if count > MEMBERS or names > NAMES:
            raise Beyond(f"there are more members after the first {count - 1}")
        title = data[begin : begin + name]
        where = shown(title)
        if comment:
            faults.add(FaultKind.ENTRY_COMMENT, where, f"a comment of {comment} bytes")
        _check_name(title, flags, faults)
        if extra:
            for key, value in extras(data[begin + name : begin + name + extra], where, faults, strict=False):
                if key == ZIP64:
                    size, packed, offset = _wide(value, size, packed, offset, where, faults)
        mode = attributes >> 16 if system == 3 else 0
        yield Entry(title, flags, method, crc, packed, size, offset + shift, mode)
    if count != end.records:
        message = f"it lists {count} members, and the end record counts {end.records}"
        faults.add(FaultKind.DIRECTORY_DISAGREES, "central directory", message)


def shown(name: bytes) -> str:
    """Return *name* as text, whatever it is."""
    return name.decode("utf-8", "surrogateescape")


def extras(extra: bytes, where: str, faults: Faults, *, strict: bool) -> Iterator[tuple[int, bytes]]:
    """Yield identifier and content of the extra fields of a header.

    :param strict: fewer bytes than a field's header must not be left over; Python's zipfile allows for them.
    """
    at = 0
    seen = set()
    while len(extra) - at >= 4:
        key, length = struct.unpack_from("<HH", extra, at)
        value = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if len(value) < length:
            break
        if key in (ZIP64, UNICODE_PATH) and key in seen:
            faults.add(FaultKind.BAD_EXTRA, where, f"the extra field {key:#06x} is there twice")
        seen.add(key)
        if key == UNICODE_PATH:
            _check_unicode_path(value, where, faults)
        yield key, value
    if at > len(extra) or (strict and at < len(extra)):
        faults.add(FaultKind.BAD_EXTRA, where, "an extra field breaks off")


def _check_unicode_path(value: bytes, where: str, faults: Faults) -> None:
    try:
        path = value[5:].decode("utf-8")
    except UnicodeDecodeError:
        faults.add(FaultKind.BAD_EXTRA, where, "the Unicode path in the extra fields is no UTF-8")
        return
    if any(byte < 0x20 or byte == 0x7F for byte in value[5:]):
        faults.add(FaultKind.CONTROL_CHARACTER, where, "a control character in the Unicode path in the extra fields")
    if path != where:
        faults.add(FaultKind.AMBIGUOUS_HEADER, where, f"the extra fields name it {path}")


def _check_name(name: bytes, flags: int, faults: Faults) -> None:
    where = shown(name)
    if any(byte < 0x20 or byte == 0x7F for byte in name):
        faults.add(FaultKind.CONTROL_CHARACTER, where, "a control character in the name")
    if not name.isascii():
        try:
            name.decode("utf-8")
        except UnicodeDecodeError:
            faults.add(FaultKind.NAME_ENCODING, where, "the name is no UTF-8")
        else:
            if not flags & 0x800:
                faults.add(FaultKind.NAME_ENCODING, where, "the name is not marked as UTF-8 (flag bit 11)")


def _wide(value: bytes, size: int, packed: int, offset: int, where: str, faults: Faults) -> tuple[int, int, int]:
    """Put the sizes of 64 bits in the place of those that say so, in the order of the standard."""
    numbers = list(struct.unpack(f"<{len(value) // 8}Q", value[: len(value) // 8 * 8]))
    found = []
    for number in (size, packed, offset):
        if number == FULL and not numbers:
            faults.add(FaultKind.BAD_EXTRA, where, "the ZIP64 extra field lacks a size")
        found.append(numbers.pop(0) if number == FULL and numbers else number)
    return found[0], found[1], found[2]
