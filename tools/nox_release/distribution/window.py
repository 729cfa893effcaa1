"""The bytes of a file by their offsets, a piece of it in memory at a time."""

from __future__ import annotations

import os
import struct
from typing import Any, BinaryIO

from nox_release.distribution.faults import PIECE


class Window:
    """A file like bytes of which slices are taken, best from front to end.

    Mapped into memory instead, every page that was looked at would count until the file is closed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._size = os.fstat(self._descriptor).st_size
        self._piece = b""
        self._begin = 0

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._size)
        stop = max(start, stop)
        if start < self._begin or stop > self._begin + len(self._piece):
            self._begin = start
            self._piece = self._read(start, max(stop - start, min(PIECE, self._size - start)))
        return self._piece[start - self._begin : stop - self._begin]

    def unpack(self, form: str, at: int) -> tuple[Any, ...]:
        """Return the numbers that stand at an offset."""
        return struct.unpack(form, self[at : at + struct.calcsize(form)])

    def _read(self, start: int, size: int) -> bytes:
        """Read *size* bytes, fewer only where the file became shorter."""
        pieces = []
        while size > 0 and (piece := os.pread(self._descriptor, size, start)):
            pieces.append(piece)
            start, size = start + len(piece), size - len(piece)
        return b"".join(pieces)
