"""Printing for somebody who may have stopped reading."""

from __future__ import annotations

import subprocess
import sys

import pytest

BOUND = 120.0
"""Seconds after which a test gives up."""
CODE = """\
import os, sys
from nox_release.printing import put
sys.stdin.readline()
put("first", sys.{stream})
put("second", sys.{stream})
sys.exit(3)
"""


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_nobody_reads_on(stream: str) -> None:
    """What is printed when nobody reads any more goes nowhere; the work goes on, and its exit code is its own."""
    program = subprocess.Popen(
        [sys.executable, "-c", CODE.format(stream=stream)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert program.stdout is not None
    assert program.stderr is not None
    (program.stdout if stream == "stdout" else program.stderr).close()
    other = program.stderr if stream == "stdout" else program.stdout
    assert program.stdin is not None
    with program.stdin as given:
        given.write(b"\n")
    assert other.read() == b""
    other.close()
    assert program.wait(BOUND) == 3
