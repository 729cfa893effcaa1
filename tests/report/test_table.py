"""The closing table."""

from __future__ import annotations

import pytest

from nox_release.model import Stage
from nox_release.report.table import Cell, Row, State, table


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (Cell(State.PASSED, 3.0), "ok 3.0s"),
        (Cell(State.PASSED, 3.0, "exempt"), "exempt 3.0s"),
        (Cell(State.UNCHANGED, 3.0), "unchanged (3.0s)"),
        (Cell(State.UNCHANGED, 3.0, "exempt"), "exempt (3.0s)"),
        (Cell(State.FAILED, 130.0), "FAILED 2m10s"),
        (Cell(State.BLOCKED, 0.5), "BLOCKED 0.5s"),
        (Cell(State.BLOCKED), "BLOCKED"),
        (Cell(State.NOT_RUN), "not run"),
    ],
)
def test_what_a_cell_says(cell: Cell, shown: str) -> None:
    """A cell says the outcome and how long it took; in parentheses where that was in a former command."""
    assert str(cell) == shown


def test_packages_by_stages() -> None:
    """Each package is a line, each stage a column as wide as it must be; what is no package's stage is a dash."""
    rows = [
        Row("core", "1.0", True, {Stage.BUILD_SDIST: Cell(State.PASSED, 1.0)}),
        Row("app", "2.0", False, {Stage.BUILD_SDIST: Cell(State.UNCHANGED, 4.0), Stage.TEST: Cell(State.FAILED, 2.0)}),
    ]
    assert list(table(rows, [Stage.BUILD_SDIST, Stage.TEST])) == [
        "package               build-sdist       test",
        "--------------------  ----------------  -----------",
        "core 1.0 (companion)  ok 1.0s           -",
        "app 2.0               unchanged (4.0s)  FAILED 2.0s",
    ]


def test_a_table_without_packages() -> None:
    """A table of nothing is its head."""
    assert list(table([], [Stage.TEST])) == ["package  test", "-------  ----"]
