"""The door to subprocesses: how programs end, how they are ended, and work side by side."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fakes import FakeRun
from nox_release.process import Completed, Heard, Log, Processes, in_parallel, run_in_front

PYTHON = sys.executable
BOUND = 120.0
"""Seconds after which a test gives up waiting."""


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("print('said')", Completed(0, "said\n")),
        ("import sys; sys.stderr.write('wrong\\n'); sys.exit(3)", Completed(3, "wrong\n")),
        ("import os; os.kill(os.getpid(), 9)", Completed(-9, "")),
        ("import sys; sys.stdout.buffer.write(b'\\xff!')", Completed(0, "\N{REPLACEMENT CHARACTER}!")),
        ("import sys; print(repr(sys.stdin.read()))", Completed(0, "''\n")),
    ],
)
def test_how_a_program_ended_is_returned(tmp_path: Path, code: str, ended: Completed) -> None:
    """Exit code or signal, and both outputs as they came; nothing can be read from standard input."""
    assert Processes()(python(code), cwd=tmp_path, env=os.environ) == ended


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("print('one'); print('two', end='')", Completed(0, "one\ntwo")),
        ("import sys; sys.stdout.write('1%\\r2%\\r\\n'); sys.exit(3)", Completed(3, "1%\n2%\n")),
        ("import sys; sys.stdout.buffer.write(b'\\xff!')", Completed(0, "\N{REPLACEMENT CHARACTER}!")),
        ("pass", Completed(0, "")),
    ],
)
def test_a_program_that_is_listened_to_ends_alike(tmp_path: Path, code: str, ended: Completed) -> None:
    """Each line is told, and code and output are those that are returned where nobody listens."""
    heard: list[str] = []
    assert Processes()(python(code), cwd=tmp_path, env=os.environ, heard=heard.append) == ended
    assert "".join(heard) == ended.output
    assert Processes()(python(code), cwd=tmp_path, env=os.environ) == ended


def test_lines_are_heard_while_the_program_runs(tmp_path: Path) -> None:
    """What it says is told at once: this program goes on only when it was heard."""
    heard: list[str] = []

    def go(line: str) -> None:
        heard.append(line)
        (tmp_path / "go").touch()

    code = """\
import pathlib, time
print("begun", flush=True)
while not pathlib.Path("go").exists():
    time.sleep(0.01)
print("heard")
"""
    assert Processes()(python(code), cwd=tmp_path, env=os.environ, heard=go) == Completed(0, "begun\nheard\n")
    assert heard == ["begun\n", "heard\n"]


def overdue(code: str, folder: Path, heard: Heard | None = None) -> tuple[Completed, str]:
    """How a program that never ends is ended after its time, and the reason that is expected.

    It has said something by then: a machine that is too busy for that is given more time.
    """
    for seconds in (1, 8, 64):
        ended = Processes()(python(code), cwd=folder, env=os.environ, timeout=seconds, heard=heard)
        if not ended.output.startswith("\n"):
            break
    return ended, f"\nstopped after {seconds} s\n"


def test_a_program_that_is_listened_to_is_ended_after_its_time(tmp_path: Path) -> None:
    """Listening changes nothing about that; what it said stays in front of the reason."""
    code = "import time; print('said', flush=True); time.sleep(600)"
    ended, reason = overdue(code, tmp_path, heard=lambda line: None)
    assert ended == Completed(-signal.SIGKILL, f"said\n{reason}")


def test_a_program_sees_the_folder_and_environment_it_is_given(tmp_path: Path) -> None:
    """Nothing of this process's environment comes along."""
    code = "import os; print(os.getcwd(), os.environ.get('MARK'), 'HOME' in os.environ)"
    ended = Processes()(python(code), cwd=tmp_path, env={"MARK": "here"})
    assert ended.output == f"{tmp_path} here False\n"


def test_a_program_that_is_not_there_ends_with_127(tmp_path: Path) -> None:
    """A program that cannot be started is an ending like others, with the reason as its output."""
    ended = Processes()([tmp_path / "absent"], cwd=tmp_path, env={})
    assert ended == Completed(127, f"{tmp_path / 'absent'}: No such file or directory\n")


SPAWNS = """\
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
with open("started", "w") as file:
    file.write(str(child.pid))
time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether a process has ended, waiting for it within bounds; a zombie has."""
    end = time.monotonic() + BOUND
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    """After its time, the whole process group is killed, and the output says so."""
    ended, reason = overdue(SPAWNS, tmp_path)
    child, *_ = ended.output.splitlines()
    assert ended == Completed(-signal.SIGKILL, f"{child}\n{reason}")
    assert gone(int(child))


@pytest.mark.skipif(not shutil.which("ps"), reason="THERE IS NO ps: what a program started was not looked for")
def test_a_program_in_front_is_given_up_with_its_children(tmp_path: Path) -> None:
    """It is in the group of the tests, which live on."""
    started = tmp_path / "started"
    seconds = 1.0
    while not started.exists() and seconds < BOUND:  # on a busy machine a program may take its time to begin
        with pytest.raises(subprocess.TimeoutExpired):
            run_in_front(python(SPAWNS), cwd=tmp_path, env=os.environ, timeout=seconds)
        seconds *= 4
    assert gone(int(started.read_text()))


def test_a_program_in_front_is_heard_to_its_end(tmp_path: Path) -> None:
    """What it is given, what it says on either side, and its exit code."""
    code = "import sys; print(sys.stdin.read(), end='!'); print('no', file=sys.stderr); sys.exit(3)"
    done = run_in_front(python(code), cwd=tmp_path, env=os.environ, given=b"given")
    assert (done.returncode, done.stdout, done.stderr) == (3, b"given!", b"no\n")


@pytest.mark.parametrize("output", ["None", "subprocess.DEVNULL"], ids=["holding its output", "silent"])
def test_what_a_program_leaves_running_is_ended(tmp_path: Path, output: str) -> None:
    """A server that tests forgot neither keeps the stage waiting nor lives on after it."""
    code = SPAWNS.replace('time.sleep(600)"])', f'time.sleep(600)"], stdout={output})').rpartition("time.sleep")[0]
    ended = Processes()(python(code), cwd=tmp_path, env=os.environ, timeout=BOUND)
    assert ended.code == 0
    assert gone(int(ended.output))


def test_stop_ends_all_that_runs_and_starts_nothing_more(tmp_path: Path) -> None:
    """An interrupt ends running programs with their children; later work is refused."""
    processes = Processes()
    ended: list[Completed] = []
    thread = threading.Thread(
        target=lambda: ended.append(processes(python(SPAWNS), cwd=tmp_path, env=os.environ, timeout=BOUND))
    )
    thread.start()
    started = tmp_path / "started"
    end = time.monotonic() + BOUND
    while not (started.exists() and started.read_text()) and time.monotonic() < end:
        time.sleep(0.01)
    processes.stop()
    thread.join(BOUND)
    assert ended[0].code == -signal.SIGKILL
    assert gone(int(started.read_text()))
    with pytest.raises(InterruptedError):
        processes(python("pass"), cwd=tmp_path, env=os.environ)


@pytest.mark.parametrize("jobs", [1, 3, 20])
def test_work_side_by_side_gives_every_result_once(jobs: int) -> None:
    """Each item comes back with its own result, and never more than *jobs* run at a time."""
    running: set[int] = set()
    most: list[int] = []
    lock = threading.Lock()

    def work(item: int) -> int:
        with lock:
            running.add(item)
            most.append(len(running))
        time.sleep(0.001)
        with lock:
            running.discard(item)
        return item * item

    assert dict(in_parallel(work, range(12), jobs)) == {item: item * item for item in range(12)}
    assert max(most) <= jobs


def test_work_side_by_side_starts_in_the_order_given() -> None:
    """With one worker, items are worked on one after the other as they were given."""
    assert [item for item, _ in in_parallel(str, "cab", 1)] == ["c", "a", "b"]
    assert list(in_parallel(str, [], 2)) == []


def test_a_failure_side_by_side_is_raised_and_leaves_nothing_queued() -> None:
    """What the function raises comes out, and what was not started never is."""
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise ValueError("one")

    with pytest.raises(ValueError, match="one"):
        list(in_parallel(work, range(50), 1))
    assert begun == [0, 1]


def test_a_failure_side_by_side_ends_what_still_runs() -> None:
    """What runs beside a failure is told to stop before anybody waits for it."""
    stopped, started = threading.Event(), threading.Event()
    waited: list[bool] = []

    def work(item: int) -> None:
        if item == 0:
            started.wait(BOUND)
            raise ValueError("zero")
        started.set()
        waited.append(stopped.wait(BOUND))

    with pytest.raises(ValueError, match="zero"):
        list(in_parallel(work, [0, 1], 2, stopped.set))
    assert waited == [True]


def test_the_log_has_commands_and_output_but_no_environment(tmp_path: Path) -> None:
    """A log tells what was run, all that it said and how it ended; values of variables stay out of it."""
    stream = io.StringIO()
    heard: list[str] = []
    log = Log(stream, FakeRun({"build": Completed(2, "no\n")}), heard.append)
    assert log(["build", tmp_path], cwd=tmp_path, env={"NAME": "a value"}) == Completed(2, "no\n")
    assert heard == [f"$ build {tmp_path.name}"]
    log.note("that was all")
    written = stream.getvalue()
    assert written.startswith(f"$ build {tmp_path}\nno\n[build: exit 2 after ")
    assert written.endswith("# that was all\n")
    assert "a value" not in written
