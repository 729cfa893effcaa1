"""How a command ends that something stops: a message and an exit code, no traceback for what a user can mend."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from nox_release.evidence import write_atomically
from nox_release.saying import told

CODE = """
from nox_release.saying import say, told
with told():
    say(["one", "two"])
    print("it goes on", flush=True)
"""


def test_a_file_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be written is named, with what to do."""
    (tmp_path / "report").write_text("in the way")
    with pytest.raises(SystemExit) as stopped, told():
        write_atomically(tmp_path / "report" / "review.html", b"page")
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        f"nox-release: {tmp_path}/report: File exists\n  make room, or way, for it; then type the same command again\n"
    )


def test_a_full_disk(capsys: pytest.CaptureFixture[str]) -> None:
    """It tells no name of a file, and is told all the same."""
    with pytest.raises(SystemExit), told():
        raise OSError(errno.ENOSPC, "No space left on device")
    assert capsys.readouterr().err.startswith("nox-release: a file: No space left on device\n")


def test_what_no_user_can_mend_is_not_hidden() -> None:
    """A file that we ourselves forgot is a fault of ours, and shows where."""
    with pytest.raises(FileNotFoundError), told():
        Path("absent").read_bytes()


def test_whoever_reads_has_seen_enough() -> None:
    """As head(1) has: nothing of ours is shown, and the work that is told of comes to its own end."""
    command = [sys.executable, "-c", f"import sys\nsys.stdin.read()\n{CODE}sys.exit(3)\n"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.close()  # only now it speaks
        assert process.stderr.read() == b""
    assert process.returncode == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="THERE IS NO /dev/full: a full disk was not tried")
def test_a_full_disk_is_told() -> None:
    """Where the output goes into a file that cannot grow."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", CODE], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "nox-release: the output cannot be written: No space left on device\n")
