"""The door to whoever reads our output, and may stop reading: neither the work nor its exit code is lost by that."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def put(line: str, out: TextIO | None = None) -> None:
    """Print *line* at once, on standard output where *out* is not given; nowhere, once nobody reads it any more."""
    out = out or sys.stdout
    try:
        print(line, file=out, flush=True)
    except BrokenPipeError:
        mute(out)


def mute(out: TextIO) -> None:
    """Have *out* lead nowhere from now on: whoever read it has seen enough, as head(1) has."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, out.fileno())
    os.close(nowhere)
