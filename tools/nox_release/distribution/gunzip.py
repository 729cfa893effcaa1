"""The content of a gzip file (RFC 1952), read once from front to end in bounded memory."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from nox_release.distribution.faults import MEMBERS, PIECE, UNPACKED, Beyond, Broken

MAGIC = b"\x1f\x8b"
_SMALL = 512
"""Bytes that are unpacked at a time near damage."""
_EXTRA, _NAME, _COMMENT, _HEADER_CRC = 4, 8, 16, 2
_PACKED = 1 << 16
"""Bytes that are read from the file at a time; a name or comment in a header may take as many."""


class Gunzip:
    """Reads what a gzip file holds, all its members after one another.

    What is wrong at the end of a member is kept for when somebody asks: readers of tar files never get so far.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packed = b""
        self._inflate: zlib._Decompress | None = None
        self._streams = self._unpacked = 0
        self._step = PIECE
        self._crc = self._length = 0
        self._piece = b""
        self._at = 0
        self.position = 0
        """Bytes of content that were read."""
        self.checksum = ""
        """What is wrong with a checksum; empty where nothing is."""
        self.rest = 0
        """Bytes after the last member, padding by zeros aside."""

    def read(self, size: int) -> bytes:
        """Return the next *size* bytes, fewer only at the end.

        :raises Broken: if the content cannot be unpacked.
        :raises Beyond: if there is more of it, or in more streams, than is looked at.
        """
        if len(self._piece) - self._at >= size:
            self._at += size
            self.position += size
            return self._piece[self._at - size : self._at]
        pieces = []
        while size and (piece := self._some(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> int:
        """Pass over *size* bytes and return how many there were.

        :raises Broken: if the content cannot be unpacked.
        :raises Beyond: if there is more of it, or in more streams, than is looked at.
        """
        left = size
        while left and (passed := min(left, self._ahead())):
            self._at += passed
            self.position += passed
            left -= passed
        return size - left

    def _some(self, size: int) -> bytes:
        self._ahead()
        piece = self._piece[self._at : self._at + size]
        self._at += len(piece)
        self.position += len(piece)
        return piece

    def _ahead(self) -> int:
        """Bytes that are unpacked and unread; none at the end."""
        if self._at == len(self._piece):
            self._piece, self._at = self._unpack(), 0
        return len(self._piece) - self._at

    def _unpack(self) -> bytes:
        while self._inflate or self._header():
            assert self._inflate
            self._packed = self._packed or self._file.read(_PACKED)
            over = not self._packed
            before = self._inflate.copy()
            try:
                piece = self._inflate.decompress(self._packed, self._step)
            except zlib.error as error:
                if self._step == _SMALL:
                    raise Broken(f"it cannot be unpacked: {error}") from None
                # What comes before the damage is still there, and nobody may want more.
                self._inflate, self._step = before, _SMALL
                continue
            self._packed = self._inflate.unconsumed_tail
            self._crc, self._length = zlib.crc32(piece, self._crc), self._length + len(piece)
            if self._inflate.eof:
                self._packed = self._inflate.unused_data
                self._trailer()
            elif over and not piece:
                raise Broken("it breaks off")
            self._unpacked += len(piece)
            if self._unpacked > UNPACKED:
                raise Beyond(f"it unpacks to more than {UNPACKED} bytes")
            if piece:
                return piece
        return b""

    def _take(self, size: int) -> bytes:
        while len(self._packed) < size and (more := self._file.read(_PACKED)):
            self._packed += more
        taken, self._packed = self._packed[:size], self._packed[size:]
        return taken

    def _header(self) -> bool:
        """Read the header of a member; False where none follows."""
        fixed = self._take(10)
        if len(fixed) < 10 or not fixed.startswith(MAGIC) or fixed[2] != 8:
            if not self._streams:
                raise Broken("it is no gzip file")
            self.rest += self._remains(fixed)
            return False
        self._streams += 1
        if self._streams > MEMBERS:
            raise Beyond(f"it has more than {MEMBERS} gzip streams")
        flags = fixed[3]
        if flags & _EXTRA:
            self._take(int.from_bytes(self._take(2), "little"))
        for flag in (_NAME, _COMMENT):
            if flags & flag:
                self._text()
        if flags & _HEADER_CRC:
            self._take(2)
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._crc = self._length = 0
        return True

    def _text(self) -> None:
        for _ in range(2):
            end = self._packed.find(b"\0")
            if end >= 0:
                self._packed = self._packed[end + 1 :]
                return
            self._packed = self._file.read(_PACKED)
        raise Broken("its header does not end")

    def _trailer(self) -> None:
        self._inflate = None
        trailer = self._take(8)
        if len(trailer) < 8:
            self.checksum = "the gzip stream breaks off before its checksum"
        elif struct.unpack("<II", trailer) != (self._crc, self._length & 0xFFFFFFFF):
            self.checksum = "the gzip stream's checksum is not that of its content"

    def _remains(self, begun: bytes) -> int:
        rest = begun.strip(b"\0") and len(begun)
        while piece := self._take(_PACKED):
            if rest or piece.strip(b"\0"):
                rest = (rest or 0) + len(piece)
        return rest or 0
