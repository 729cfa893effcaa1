"""What the benchmarks share: running and timing commands, medians, tables. Nothing here asserts."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

NOX = (sys.executable, "-m", "nox")
_LOOK_EVERY = 0.02
"""Seconds between two looks at the memory of a running command."""
_FOREIGN = ("NOX_", "COVERAGE_", "COV_CORE_", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV", "FORCE_COLOR")
"""Beginnings of variables that would make a command behave other than in a user's shell."""


@dataclass(frozen=True)
class Run:
    """How one command went."""

    seconds: float
    code: int
    said: str
    """The end of its output."""
    nox: float = 0.0
    """Peak resident memory of the nox process in MB; 0 where it was not looked at."""
    worker: float = 0.0
    """The same of the largest of its workers."""


def run(command: Sequence[str | Path], cwd: Path, *, memory: bool = False) -> Run:
    """Run *command* to its end and take its wall time, and on demand the memory of our own processes."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        peaks: dict[int, float] = {}
        watch = threading.Thread(target=_watch, args=(process, peaks))
        if memory:
            watch.start()
        code = process.wait()
        seconds = time.perf_counter() - began
        if memory:
            watch.join()
        output.seek(0)
        said = output.read().decode(errors="replace")[-4000:]
    nox = peaks.pop(process.pid, 0.0)
    return Run(seconds, code, said, nox, max(peaks.values(), default=0.0))


def _watch(process: subprocess.Popen[bytes], peaks: dict[int, float]) -> None:
    """Keep the high-water marks of nox and of the workers that it starts, not of what the workers start."""
    while process.poll() is None:
        for pid in (process.pid, *_workers(process.pid)):
            peaks[pid] = max(peaks.get(pid, 0.0), peak(pid))
        time.sleep(_LOOK_EVERY)


def _workers(pid: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it may have ended in between
            for child in children.read_text().split():
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                if any(word.endswith(b"nox_release/worker.py") for word in words):
                    found.append(int(child))
    return found


def peak(pid: int | str) -> float:
    """Peak resident memory of a process in MB; 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def alternate(rounds: int, ways: Mapping[str, Callable[[], Run]]) -> dict[str, list[Run]]:
    """Go each of the *ways* in turn, *rounds* times, every second time in reverse order."""
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            runs[name].append(ways[name]())
    return runs


Row = tuple[str, str, str, str]
HEAD: Row = ("figure", "median", "lowest to highest", "target")


def spread(label: str, values: Sequence[float], unit: str, target: str = "") -> Row:
    """A row with the median of *values*."""
    return (label, f"{statistics.median(values):.2f} {unit}", f"{min(values):.2f} to {max(values):.2f}", target)


def seconds(label: str, runs: Sequence[Run], target: str = "") -> Row:
    """A row with the wall time of *runs*."""
    return spread(label, [each.seconds for each in runs], "s", target)


def ratio(label: str, runs: Sequence[Run], against: Sequence[Run], target: str = "") -> Row:
    """A row with the ratio of the two medians; lowest and highest are those of a round."""
    each = [one.seconds / other.seconds for one, other in zip(runs, against, strict=True)]
    medians = [statistics.median(run.seconds for run in some) for some in (runs, against)]
    return (label, f"{medians[0] / medians[1]:.2f} x", f"{min(each):.2f} to {max(each):.2f}", target)


def show(title: str, rows: Iterable[Sequence[str]], head: Sequence[str] = HEAD) -> None:
    """Print a table."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    print(f"\n{title}")
    for line in (lines[0], tuple("-" * width for width in widths), *lines[1:]):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    sys.stdout.flush()


def complain(runs: Mapping[str, Sequence[Run]]) -> None:
    """Say of which commands the figures count a failure."""
    for name, some in runs.items():
        failed = [each for each in some if each.code]
        if failed:
            print(f"\nNOTE {name}: {len(failed)} of {len(some)} ended with exit code {failed[0].code}; it closed with")
            print("\n".join(f"  | {line}" for line in failed[0].said.strip().splitlines()[-8:]))
    sys.stdout.flush()


def options(description: str, rounds: int, *, bed: bool = False) -> argparse.ArgumentParser:
    """Return the parser of a benchmark's command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds, metavar="N", help=f"alternating rounds ({rounds})")
    if bed:
        parser.add_argument("--bed", type=Path, metavar="PATH", help="a git checkout with packages in sdk/*/*/")
    return parser


def skipped(what: str) -> None:
    """Say loudly that something was not measured for want of a monorepo of real packages."""
    print(f"\n*** SKIPPED, NOT MEASURED: {what}")
    print("*** It needs a monorepo of real packages: --bed PATH, a git checkout with packages in sdk/*/*/.")
    print("*** benchmarks/bed.toml becomes the pyproject.toml of a copy; the checkout itself is not touched.")
    sys.stdout.flush()


def describe_machine() -> None:
    """Print what the figures were taken on, and whether it was busy with something else."""
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in ("nox", "nox-release", "uv")]
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    print(f"{', '.join(versions)}; {platform.system()} {platform.machine()}, {cores} cores, load {load:.1f}")
    if load > cores / 2:
        print("*** OTHER WORK RUNS ON THIS MACHINE: only the ratios say something, and they little.")
    sys.stdout.flush()


def uv() -> str:
    """Path of the uv that nox-release uses, too."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        sys.exit("uv is not installed in this environment: pip install -e .")
    return found
