"""The door to subprocesses, and the pool that runs targets side by side."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_ABSENT = 127
"""As shells say it."""


@dataclass(frozen=True)
class Completed:
    """How a program ended."""

    code: int
    """Exit code; negative for a signal, as in :mod:`subprocess`."""
    output: str
    """Standard output and standard error as they came."""

    @property
    def absent(self) -> bool:
        """Whether it could not even be started."""
        return self.code == _ABSENT


Heard = Callable[[str], None]
"""Is told a line of output; from any thread."""


class Run(Protocol):
    """Run a program to its end. :class:`Processes` is the real one; tests hand in a fake."""

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        stdin: Path | None = None,
    ) -> Completed:
        """Return how *command* ended; a program that cannot be started ends with code 127.

        :param stdin: the file that it reads as standard input; None: nothing.
        """
        ...


class Processes:
    """Starts programs, each in a process group of its own, so that all it started can be ended with it."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        stdin: Path | None = None,
        heard: Heard | None = None,
    ) -> Completed:
        """Run *command*; see :class:`Run`.

        :param heard: is told each line of its output as it comes.
        :raises InterruptedError: when :meth:`stop` was called, so that no new work begins.
        """
        try:
            with self._lock, (stdin or Path(os.devnull)).open("rb") as given:
                if self._stopped:
                    raise InterruptedError("stopped")
                process = subprocess.Popen(
                    [str(part) for part in command],
                    cwd=cwd,
                    env=dict(env),
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                    start_new_session=True,
                )
                self._running.add(process)
        except OSError as error:
            if isinstance(error, InterruptedError):
                raise
            return Completed(_ABSENT, f"{command[0]}: {error.strerror}\n")
        # What it leaves running would hold its output open, and act on behind the stage's back.
        threading.Thread(target=_end_what_is_left, args=(process,), daemon=True).start()
        read = _reading(process, heard) if heard else lambda timeout: process.communicate(timeout=timeout)[0]
        try:
            output = read(timeout)
        except subprocess.TimeoutExpired:
            end_group(process)
            output = read(None)
            return Completed(-signal.SIGKILL, f"{output}\nstopped after {timeout:.0f} s\n")
        finally:
            with self._lock:
                self._running.discard(process)
        return Completed(process.returncode, output)

    def stop(self) -> None:
        """End all that runs, with everything it started, and start nothing more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            end_group(process)


def _reading(process: subprocess.Popen[str], heard: Heard) -> Callable[[float | None], str]:
    """Begin to read the output of *process* line by line, and return what waits for its end as ``communicate`` does."""
    lines: list[str] = []

    def read(stream: IO[str]) -> None:
        with stream:
            for line in stream:
                lines.append(line)
                heard(line)

    assert process.stdout is not None
    thread = threading.Thread(target=read, args=(process.stdout,), daemon=True)
    thread.start()

    def end(timeout: float | None) -> str:
        thread.join(timeout)
        if thread.is_alive():
            raise subprocess.TimeoutExpired(process.args, timeout or 0.0)
        process.wait()
        return "".join(lines)

    return end


def _end_what_is_left(process: subprocess.Popen[str]) -> None:
    process.wait()
    end_group(process)


def end_group(process: subprocess.Popen[str]) -> None:
    """Kill *process* and every process of its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def run_in_front(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], given: bytes = b"", timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run *command* in the group of this process: in another it may not ask whoever sits at the terminal.

    :param given: to its standard input.
    :raises FileNotFoundError: where there is no such program.
    :raises subprocess.TimeoutExpired: where it had not ended in time; then it is ended, with all that it started.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            output, errors = process.communicate(given, timeout=timeout)
        except BaseException:
            _end_family(process)
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def _end_family(process: subprocess.Popen[bytes]) -> None:
    """Kill *process* and what it started, as far as ps(1) tells; helpers do not notice that they are alone."""
    pairs: list[list[int]] = []
    with suppress(OSError):
        listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=False).stdout
        pairs = [[int(number) for number in line.split()] for line in listed.splitlines()]
    family = [process.pid]
    for member in family:  # which grows while it is gone through
        family += [child for parent, child in pairs if parent == member]
    for member in family:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(member, signal.SIGKILL)


def in_parallel(
    function: Callable[[T], R], items: Iterable[T], jobs: int, stop: Callable[[], None] = lambda: None
) -> Iterator[tuple[T, R]]:
    """Yield (item, result) as results come in, *jobs* at a time, begun in the order given.

    Work is handed out one item at a time, so that an interrupt leaves nothing queued behind it.

    :param stop: ends what runs; called at once when this is interrupted, or one item raises.
    :raises Exception: whatever *function* raises, at the yield of that item.
    """
    todo = list(items)[::-1]
    running: dict[Future[R], T] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            while todo or running:
                while todo and len(running) < jobs:
                    item = todo.pop()
                    running[pool.submit(function, item)] = item
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
        except BaseException:
            stop()  # before the pool waits for its threads
            raise


class Log:
    """The full log of one package in one stage: what was run, where, and all that it said."""

    def __init__(self, stream: IO[str], run: Run, heard: Heard = lambda _: None) -> None:
        """Write to *stream*, and tell *heard* each command as it begins."""
        self._stream = stream
        self._run = run
        self._heard = heard
        self._lock = threading.Lock()  # a stage may run two things side by side

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        stdin: Path | None = None,
    ) -> Completed:
        """Run *command* through the door and write it down; the environment is not logged."""
        self._write(f"$ {' '.join(str(part) for part in command)}\n")
        self._heard("$ " + " ".join(Path(part).name if str(part).startswith("/") else str(part) for part in command))
        began = time.monotonic()
        completed = self._run(command, cwd=cwd, env=env, timeout=timeout, stdin=stdin)
        took = f"[{Path(command[0]).name}: exit {completed.code} after {time.monotonic() - began:.2f} s]"
        self._write(f"{completed.output}{took}\n")
        return completed

    def note(self, text: str) -> None:
        """Write one line of our own."""
        self._write(f"# {text}\n")

    def _write(self, text: str) -> None:
        with self._lock:
            self._stream.write(text)
            self._stream.flush()
