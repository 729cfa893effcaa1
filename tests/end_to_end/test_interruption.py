"""Whatever ends a command, the next one finds whole evidence and finishes the job."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workspaces import Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]
SLOW = "import time\n\n\ndef test_it():\n    time.sleep(120)\n"


def start(made: Workspace, *arguments: str) -> subprocess.Popen[str]:
    """Start nox in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        made.command(*arguments),
        cwd=made.root,
        env={**os.environ, "CI": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def processes(part: str, below: subprocess.Popen[str]) -> list[int]:
    """Ids of the processes started by *below*, directly or not, whose command line holds *part*."""
    parents: dict[int, int] = {}
    lines: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            lines[int(folder.name)] = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:  # it ended meanwhile
            continue

    def descends(process: int) -> bool:
        while process in parents and process != below.pid:
            process = parents[process]
        return process == below.pid

    return [process for process, line in lines.items() if part in line and descends(process)]


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until *condition* holds, within bounds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def test_ctrl_c_ends_all_children(workspace: Make) -> None:
    """Ctrl-C during the tests ends pytest and the worker, exits with 130, and what passed before still counts."""
    made = workspace(package("slow", tests=SLOW))
    nox = start(made, "-s", "test", "--", "slow")
    wait_for(lambda: processes("--junit-xml=", nox))
    (tests,) = processes("--junit-xml=", nox)
    os.killpg(nox.pid, signal.SIGINT)
    output, _ = nox.communicate(timeout=60)
    assert nox.returncode == 130, output
    wait_for(lambda: not Path(f"/proc/{tests}").exists())
    assert not list((made.root / ".nox-release/evidence").glob("test/*/*"))
    again = made.nox("-s", "build-wheel", "--", "slow")
    assert "unchanged build-wheel slow" in again.stdout


@pytest.mark.parametrize("moment", [0.4, 1.2, 2.0, 3.0])
def test_a_kill_at_any_moment_leaves_evidence_whole(example: Workspace, moment: float) -> None:
    """After SIGKILL of nox and its worker all that is on disk can be read, and the same command finishes."""
    command = ("-s", "publish", "--", "contoso-core")
    nox = start(example, *command)
    time.sleep(moment)
    for process in [nox.pid, *processes(str(example.root / ".nox-release"), nox)]:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    nox.communicate(timeout=60)
    for path in (example.root / ".nox-release/evidence").rglob("*.json"):
        json.loads(path.read_text())
    done = example.nox(*command)
    assert done.returncode == 0, done.stdout
    names = {path.name for path in (example.root / "dist/contoso-core").iterdir()}
    assert names == {
        "contoso_core-1.2.0.tar.gz", "contoso_core-1.2.0-py3-none-any.whl", "release-manifest.json",
        "contoso-core-1.2.0.cdx.json", "contoso-core-1.2.0.provenance.json",
    }  # fmt: skip


def test_the_rehearsal_index_ends_with_a_killed_command(example: Workspace) -> None:
    """SIGKILL of the publish worker closes the index that it started."""
    assert example.nox("-s", "verify-artifacts", "test", "lint-metadata", "--", "contoso-core").returncode == 0
    nox = start(example, "-s", "publish", "--", "contoso-core")
    wait_for(lambda: processes("pypiron serve", nox))
    servers = processes("pypiron serve", nox)
    for process in processes("nox_release/worker.py", nox):
        os.kill(process, signal.SIGKILL)
    nox.communicate(timeout=60)
    wait_for(lambda: not any(Path(f"/proc/{server}").exists() for server in servers))


def test_two_commands_at_once(example: Workspace) -> None:
    """Two commands over the same packages do not disturb one another."""
    both = [start(example, "-s", "verify-artifacts", "--", "contoso-core", "contoso-identity") for _ in range(2)]
    for nox in both:
        output, _ = nox.communicate(timeout=300)
        assert nox.returncode == 0, output
