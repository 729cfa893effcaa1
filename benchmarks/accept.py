"""``nox-release accept`` against ``twine check --strict``, on released files of a folder."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, alternate, describe_machine, options, ratio, seconds, show, spread, uv
from benchmarks.workspaces import temporary
from nox_release.filelist import files_of
from nox_release.toolbox import toolbox

ENDINGS = (".tar.gz", ".whl")


@dataclass(frozen=True)
class Memory:
    """Of a command and all processes below it, in MB."""

    shared: float
    """Most of the sum of PSS, which counts what processes share once."""
    largest: float
    """Most that one process had (VmHWM)."""


def main() -> None:
    parser = options(__doc__ or "", 5)
    parser.add_argument("folder", type=Path, help="holds sdists and wheels")
    parser.add_argument("--files", type=int, default=200, help="at most (200)")
    arguments = parser.parse_args()
    files = [str(Path(name).resolve()) for name in files_of([arguments.folder]) if name.endswith(ENDINGS)]
    files = files[:: max(1, len(files) // arguments.files)][: arguments.files]
    few = files[:: max(1, len(files) // 20)][:20]
    describe_machine()
    toolbox("accept", os.environ)
    with temporary() as folder:
        twine = _twine(folder / "twine")
        command = shutil.which("nox-release", path=str(Path(sys.executable).parent)) or "nox-release"
        ways = {
            "accept": lambda: _run([command, "accept", *files]),
            "twine": lambda: _run([twine, "check", "--strict", *files]),
        }
        runs = alternate(arguments.rounds, ways)
        rows = [
            seconds("accept", runs["accept"]),
            seconds("twine check --strict", runs["twine"]),
            ratio("accept / twine", runs["accept"], runs["twine"], "below 1"),
        ]
        for label, some in ((f"{len(few)} files", few), (f"{len(files)} files", files)):
            seen = [_memory([command, "accept", *some]) for _ in range(min(3, arguments.rounds))]
            rows.append(spread(f"memory of all, {label}", [each.shared for each in seen], "MB", "at most 120 MB"))
            rows.append(spread(f"largest process, {label}", [each.largest for each in seen], "MB"))
        size = statistics.fmean(Path(file).stat().st_size for file in files) / 1e6
        show(f"{len(files)} files, {size:.1f} MB on average", rows)


def _run(command: Sequence[str]) -> Run:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Run(time.perf_counter() - began, 0, done.stdout[-4000:])


def _twine(root: Path) -> str:
    lock = Path(__file__).parents[1] / "tools/nox_release/toolchain/publish.txt"
    subprocess.run([uv(), "venv", "--quiet", "--python", sys.executable, str(root)], check=True)
    python = str(root / "bin/python")
    subprocess.run([uv(), "pip", "install", "--quiet", "--python", python, "-r", str(lock)], check=True)
    return str(root / "bin/twine")


def _memory(command: Sequence[str]) -> Memory:
    """Look at a running command again and again; not while time is taken, for looking costs some."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shared, largest = [0.0], [0.0]

    def watch() -> None:
        while process.poll() is None:
            pids = _family(process.pid)
            shared.append(sum(_of(pid, "smaps_rollup", "Pss:") for pid in pids))
            largest.extend(_of(pid, "status", "VmHWM:") for pid in pids)
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    watcher.join()
    return Memory(max(shared), max(largest))


def _family(pid: int) -> list[int]:
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(each for child in children for each in _family(int(child)))]
    return [pid]


def _of(pid: int, file: str, word: str) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(word):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


if __name__ == "__main__":
    main()
