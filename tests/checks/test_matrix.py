"""Every check of a matrix, with one that fails it, one that comes near, and the mended one."""

from __future__ import annotations

import pytest

from nox_release.check import Severity
from nox_release.checks.matrix import MATRIX
from nox_release.matrix import Interpreter, Matrix, Resolution, choose

BOTH = (Resolution.HIGHEST, Resolution.LOWEST)
MACHINE = (Interpreter("3.13.0", "/a"), Interpreter("3.9.18", "/b"))
UV_PIP = "pip cannot install the lowest allowed versions, so they were not tried"


@pytest.mark.parametrize(
    ("matrix", "findings"),
    [
        (choose((), BOTH, ">=3.9", MACHINE), []),
        (choose((), BOTH, "", MACHINE), []),
        (choose(("3.9", "3.13"), BOTH, ">=3.9", MACHINE), []),
        (
            choose(("3.9", "3.10"), BOTH, ">=3.9", MACHINE),
            [("MTX101", "error", "Python 3.10 was not found on this machine", "uv python install 3.10")],
        ),
        (choose(("3.9", "3.10"), BOTH, ">=3.9", (*MACHINE, Interpreter("3.10.1", "/c"))), []),
        (
            choose(("3.9", "3.13"), BOTH, ">=3.10", MACHINE),
            [
                ("MTX102", "warning", "requires-python is >=3.10, which excludes Python 3.9",
                 "take 3.9 out of pythons for this package, or let requires-python allow it"),
                ("MTX103", "warning", "requires-python >=3.10 allows 3.10; tried were 3.13",
                 "uv python install 3.10, or raise requires-python"),
            ],
        ),
        (choose(("3.13",), BOTH, ">=3.13", MACHINE), []),
        (choose(("3.8",), BOTH, ">=3.8", MACHINE), [
            ("MTX101", "error", "Python 3.8 was not found on this machine", "uv python install 3.8")]),
        (
            choose((), BOTH, ">=3.6", MACHINE),
            [("MTX103", "warning", "requires-python >=3.6 allows 3.6; tried were 3.9, 3.13",
              'write requires-python = ">=3.8" or higher: installers of today do not serve older ones')],
        ),
        (choose((), BOTH, "", MACHINE, lowest_possible=False), [
            ("MTX104", "warning", UV_PIP, 'write installer = "uv", or resolutions = ["highest"] to do without')]),
        (choose((), BOTH[:1], "", MACHINE, lowest_possible=False), []),
        (choose((), BOTH, "", MACHINE, lowest_possible=True), []),
    ],
)  # fmt: skip
def test_what_is_not_tried_is_told(matrix: Matrix, findings: list[tuple[str, str, str, str]]) -> None:
    """A demand that cannot be met is an error, the rest a warning; with what to type."""
    found = [(item.code, item.severity, item.message, item.fix) for item in MATRIX.run(matrix)]
    assert found == [(code, Severity(severity), message, fix) for code, severity, message, fix in findings]
