"""A shell at a pseudo-terminal: what is typed, and what it shows."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 120.0
"""Seconds that something may take to appear."""


class Terminal:
    """A program that believes to talk to a person."""

    def __init__(self, command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
        self.shown = ""
        self._pid, self._handle = pty.fork()
        if not self._pid:
            os.chdir(cwd)
            os.execvpe(command[0], list(command), dict(environ))

    def type(self, text: str) -> None:
        os.write(self._handle, text.encode())

    def wait_for(self, text: str) -> str:
        """Return all that is shown up to *text*; what is behind it is for the next wait."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            left = end - time.monotonic()
            assert left > 0 and select.select([self._handle], [], [], left)[0], f"no {text!r} in {self.shown!r}"
            try:
                self.shown += os.read(self._handle, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"it ended without {text!r}: {self.shown!r}") from None
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def close(self) -> None:
        os.close(self._handle)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
