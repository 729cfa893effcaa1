"""A terminal of our own around a pretended stage: a pseudo-terminal, and pyte that keeps what its screen shows."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

BOUND = 120.0
"""Seconds after which a test gives up waiting; nothing here takes one where the machine is idle."""
ENVIRON = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "XTERM_VERSION": "pyte cuts lines off, like xterm"}


class Terminal:
    """A screen of some columns and lines, and the process that writes on it."""

    def __init__(self, columns: int, lines: int, environ: Mapping[str, str]) -> None:
        self.screen = pyte.HistoryScreen(columns, lines, history=10_000, ratio=0.5)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self._parent, child = pty.openpty()
        self._set_size(columns, lines)
        command = [sys.executable, str(Path(__file__).with_name("pretended.py"))]
        coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        environ = {**ENVIRON, **coverage, "PYTHONPATH": os.pathsep.join([*sys.path]), "PYTHONUTF8": "1", **environ}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=child, stderr=child, env=environ)
        os.close(child)

    def do(self, *commands: str) -> None:
        """Have the stage do something."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{command}\n" for command in commands).encode())
        self.process.stdin.flush()

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._parent, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def shown(self) -> list[str]:
        """The lines of the screen that are not empty, and above them what has scrolled away."""
        top = ["".join(line[column].data for column in sorted(line)) for line in self.screen.history.top]
        return [line.rstrip() for line in (*top, *self.screen.display) if line.strip()]

    def until(self, seen: Callable[[list[str]], bool]) -> list[str]:
        """Wait until the screen shows what *seen* looks for, and return it."""
        end = time.monotonic() + BOUND
        while not seen(self.shown):
            assert time.monotonic() < end, "\n".join(self.shown)
            self._read()
        return self.shown

    def end(self) -> list[str]:
        """Let the stage come to its end, and return what is left on the screen."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.rest()

    def rest(self) -> list[str]:
        """Wait for the process to be gone, and return what is left on the screen."""
        end = time.monotonic() + BOUND
        while self._read():
            assert time.monotonic() < end
        self.process.wait(BOUND)
        return self.shown

    def _read(self) -> bool:
        """Take what was written within a moment; False at the end."""
        if select.select([self._parent], [], [], 0.05)[0]:
            try:
                written = os.read(self._parent, 65536)
            except OSError:  # how Linux says that nobody has the other end any more
                return False
            self.written += written
            self._stream.feed(written)
            return bool(written)
        return True

    def close(self) -> None:
        """End what still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        assert self.process.stdin is not None
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait()
        os.close(self._parent)


@contextmanager
def terminal(columns: int = 80, lines: int = 24, environ: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """A pretended stage on a terminal."""
    made = Terminal(columns, lines, environ or {})
    try:
        yield made
    finally:
        made.close()
