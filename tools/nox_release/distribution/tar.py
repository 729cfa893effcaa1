"""The members of a tar (POSIX ustar and pax, GNU), read as Python's tarfile reads them: PyPI and installers use it.

A header is 512 bytes; nothing is sought, so that a stream can be read once; what a header claims is never reserved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nox_release.distribution.faults import MEMBERS, NAMES, Beyond, Broken, Faults
from nox_release.distribution.gunzip import Gunzip
from nox_release.distribution.model import FaultKind

BLOCK = 512
_ZEROS = bytes(BLOCK)
_REGULAR = frozenset({b"0", b"\0", b"7", b"S"})
_WITHOUT_CONTENT = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_NUMBERS = ((100, 108), (108, 116), (116, 124), (136, 148), (329, 337), (337, 345))
"""Mode, owner, group, time and device, which tarfile reads before it takes a block for a header."""
_USUAL_NUMBERS = re.compile(rb"(?s)(?:[0-7]{7}\0){3}[0-7]{11}\0[0-7]{11}\0.{181}(?:\0{16}|(?:[0-7]{7}\0){2})")
"""All of them, and the size, as nearly everybody writes them."""
_EXTENSION, _EXTENSIONS = 1 << 20, 16 << 20
"""Bytes that an extension of a header (a long name, pax records) may take, and all of them together."""
_PAX_RECORD = re.compile(rb"(\d{1,9}) ([^=\n]+)=")


class Invalid(Exception):
    """A block is no header."""


class Member(NamedTuple):
    """One entry."""

    name: str
    """Without a slash at its end."""
    type: bytes
    size: int
    """Of its content, which is ahead in the stream."""
    sparse: bool

    @property
    def regular(self) -> bool:
        """Whether it is a file."""
        return self.type in _REGULAR

    @property
    def folder(self) -> bool:
        """Whether it is a folder."""
        return self.type == b"5"


def is_header(block: bytes) -> bool:
    """Whether a tar could begin with *block*."""
    try:
        _parse(block, {})
    except Invalid:
        return False
    return True


def members(stream: Gunzip, faults: Faults) -> Iterator[Member]:
    """Yield the entries; what is not read of the content of one is passed over before the next.

    tarfile, and so PyPI, stops without a word at a block that is no header, unless it is the first, or one that an
    extension announces: only then is the file no tar.

    :raises Broken: if the file is no tar.
    :raises Beyond: if there are more members, or longer names, than are looked at.
    """
    shared: dict[str, str] = {}
    own: dict[str, str] = {}
    count = names = headers = extensions = 0
    while True:
        bound = not stream.position or bool(own)
        block = stream.read(BLOCK)
        if block == _ZEROS and not own:
            return
        if len(block) < BLOCK and stream.checksum:
            raise Broken(stream.checksum)
        try:
            member = _parse(block, {**shared, **own})
            if member.type in b"xXgLK":
                headers, extensions = headers + 1, extensions + member.size
                if member.size > _EXTENSION or extensions > _EXTENSIONS or headers > 4 * MEMBERS:
                    raise Beyond(f"{headers} extensions of headers have {extensions} bytes")
                extension = _extension(member, stream)
                if member.type == b"g":
                    shared, extension = {**shared, **extension}, {}
                # What comes first stands: tarfile applies the outer header last. The empty key says that one came.
                own = {"": "", **extension, **own}
                continue
        except Invalid as invalid:
            if bound:
                raise Broken(f"at {stream.position - len(block)}: {invalid}") from None
            message = f"what follows offset {stream.position - len(block)} is not seen by installers: {invalid}"
            faults.add(FaultKind.BROKEN_TAR, faults.filename, message)
            return
        own = {}
        count, names = count + 1, names + len(member.name)
        if count > MEMBERS or names > NAMES:
            raise Beyond(f"there are more members after the first {count - 1}")
        if member.type == b"S":
            _pass_sparse_map(block, stream)
        end = stream.position + (0 if member.type in _WITHOUT_CONTENT else -(-member.size // BLOCK) * BLOCK)
        yield member
        stream.skip(end - stream.position)
        if stream.position < end:
            raise Broken(f"it breaks off within {member.name}")


def _parse(block: bytes, extended: Mapping[str, str]) -> Member:
    if len(block) < BLOCK:
        raise Invalid("the archive ends without its end mark" if not block else "the archive breaks off in a header")
    stated = _number(block[148:156])
    unsigned = 256 + sum(block) - sum(block[148:156])
    if stated != unsigned and stated != unsigned - 256 * sum(byte > 127 for byte in block[:148] + block[156:]):
        raise Invalid("the checksum of a header is wrong")
    if not _USUAL_NUMBERS.match(block, _NUMBERS[0][0]):
        for start, end in _NUMBERS:
            _number(block[start:end])
    size, kind = _number(block[124:136]), block[156:157]
    name, prefix = _text(block[:100]), _text(block[345:500])
    if prefix and kind not in b"LKS":
        name = f"{prefix}/{name}"
    name = extended.get("path", name)
    if kind == b"\0" and name.endswith("/"):
        kind = b"5"
    if "size" in extended:
        size = int(extended["size"]) if extended["size"].isdecimal() and len(extended["size"]) < 20 else 0
    if size < 0:
        raise Invalid("a size is negative")
    sparse = kind == b"S" or "sparse" in extended
    return Member(name.rstrip("/") if kind == b"5" else name, kind, size, sparse)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[0] == 0xFF else 0)
    try:
        return int(field.partition(b"\0")[0].strip() or b"0", 8)
    except ValueError:
        raise Invalid("a number in a header is none") from None


def _extension(member: Member, stream: Gunzip) -> dict[str, str]:
    padded = -(-member.size // BLOCK) * BLOCK
    content = stream.read(padded)
    found = {"path": _text(content)} if member.type == b"L" else {}
    if member.type not in b"LK":
        found = _pax(content[: member.size])
    if len(content) < padded:
        raise Broken("it breaks off in a header")
    return found


def _pax(content: bytes) -> dict[str, str]:
    """Return the records that count here; one at a time says how long it is."""
    found = {}
    at = 0
    while at < len(content) and content[at]:
        record = _PAX_RECORD.match(content, at)
        end = at + int(record[1]) if record else 0
        if not record or not record.end() < end <= len(content) or content[end - 1] != 0x0A:
            raise Invalid("a pax record is malformed")
        key = _text(record[2])
        if key in ("path", "size"):
            found[key] = _text(content[record.end() : end - 1])
        elif key.startswith("GNU.sparse."):
            found["sparse"] = ""
        at = end
    return found


def _pass_sparse_map(block: bytes, stream: Gunzip) -> None:
    more = block[482]
    while more:
        extension = stream.read(BLOCK)
        if len(extension) < BLOCK:
            raise Broken("it breaks off within the map of a sparse file")
        more = extension[504]
