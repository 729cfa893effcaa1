"""What a command says, and where that leads when nobody listens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
from nox_release.saying import say, told
with told():
    say(["one", "two"])
    print("it goes on", flush=True)
"""


def test_whoever_reads_has_seen_enough() -> None:
    """As head(1) has: nothing more is said, and nothing of ours is shown."""
    command = [sys.executable, "-c", f"import sys\nsys.stdin.read()\n{CODE}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.close()  # only now it speaks
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="THERE IS NO /dev/full: a full disk was not tried")
def test_a_full_disk_is_told() -> None:
    """Where the output goes into a file that cannot grow."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", CODE], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "nox-release: the output cannot be written: No space left on device\n")
