"""The door to whoever reads our output, and may stop reading: neither the work nor its exit code is lost by that."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from nox_release.errors import Blocked


def put(line: str, out: TextIO | None = None) -> None:
    """Print *line* at once, on standard output where *out* is not given; nowhere, once nobody reads it any more.

    :raises Blocked: where it cannot be written, as into a file on a full disk.
    """
    out = out or sys.stdout
    try:
        print(line, file=out, flush=True)
    except OSError as error:
        mute(out)  # Python tries again when it ends
        if not isinstance(error, BrokenPipeError):
            raise Blocked(f"the output cannot be written: {error.strerror}") from None


def mute(out: TextIO) -> None:
    """Have *out* lead nowhere from now on: whoever read it has seen enough, as head(1) has."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, out.fileno())
    os.close(nowhere)
