"""Programs at a pseudo-terminal: what is typed, and what they show."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 120.0
"""Seconds that something may take to appear."""
_OWN = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
"""Makes the terminal the program's own, as a login does."""


class Terminal:
    """A program that believes to talk to a person."""

    def __init__(self, command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
        self.shown = ""
        self._handle, child = pty.openpty()
        start = [sys.executable, "-I", "-S", "-c", _OWN, *command]
        self._process = subprocess.Popen(
            start, cwd=cwd, env=environ, stdin=child, stdout=child, stderr=child, start_new_session=True
        )
        os.close(child)

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
        self._process.kill()
        self._process.wait()


def answered(
    command: Sequence[str], cwd: Path, environ: Mapping[str, str], prompt: str, answers: Sequence[str], limit: float
) -> tuple[int, str]:
    """Run *command* as a person does who types one of *answers* at each *prompt*, and "no" when they are used up.

    :param limit: seconds that it may take to end once it says nothing any more.
    :returns: its exit code, and all that it showed.
    """
    handle, child = pty.openpty()
    process = subprocess.Popen(
        command, cwd=cwd, env=environ, stdin=child, stdout=child, stderr=child, start_new_session=True
    )
    os.close(child)
    shown, typed = b"", 0
    try:
        with contextlib.suppress(OSError):  # at its end a terminal breaks
            while piece := os.read(handle, 4096):
                shown += piece
                if shown.count(prompt.encode()) > typed:
                    os.write(handle, f"{answers[typed] if typed < len(answers) else 'no'}\n".encode())
                    typed += 1
        return process.wait(timeout=limit), shown.decode()
    finally:
        os.close(handle)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
