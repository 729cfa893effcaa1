"""What programs say that did not do what they were asked: the part of their output that tells most."""

from __future__ import annotations

import re
from itertools import takewhile

_STDERR = re.compile(r"^[ \t]*\[stderr\]\n((?:[ \t]+\S.*(?:\n|\Z)|[ \t]*\n)+)", re.MULTILINE)
"""What uv shows of a backend's standard error: a block that is further in than what uv says."""
_CAUSES = ("cause: ", "Caused by: ")
"""How uv's causes begin; the second is that of its older versions."""


def last_line(output: str) -> str:
    """Return the last line of a program's output that says something."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def complaint(output: str) -> str:
    """Return what an installer says is wrong: uv's error with its causes, without its hints; pip's last line."""
    lines = [line.strip() for line in output.splitlines()]
    errors = [number for number, line in enumerate(lines) if line.startswith("error: ")]
    if not errors:
        return last_line(output)
    causes = takewhile(lambda line: line.startswith(_CAUSES), lines[errors[-1] + 1 :])
    return ": ".join([lines[errors[-1]].removeprefix("error: "), *(line.partition(": ")[2] for line in causes)])


def refusal(output: str) -> str:
    """Return what tells most of why an installer refused packages.

    What could not be built, and its backend's last words; why nothing fits together; or else its complaint.
    """
    if built := re.search(r"Failed to (?:download and )?build (`[^`]+`)", output):
        said = [last_line(block) for block in _STDERR.findall(output, built.end())]
        return ": ".join([f"Failed to build {built.group(1)}", *said[-1:]])
    if reason := re.search(r"Because .*?(?=\n\s*\n|\Z)", output, re.DOTALL):
        return " ".join(reason.group().split())
    return complaint(output)
