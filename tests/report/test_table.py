"""The closing table."""

from __future__ import annotations

import pytest

from nox_release.plan import Plan
from nox_release.report.run import Entry, State
from nox_release.report.table import cell, table
from runs import SDIST, TEST, entry, finding, planned, run

EXEMPT = entry(facts={"exempt": "no tests yet"}).evidence
PASSED = entry().evidence


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (None, "-"),
        (entry(duration=3.0), "ok 3.0s"),
        (Entry(State.PASSED, EXEMPT), "exempt 1.0s"),
        (Entry(State.UNCHANGED, PASSED), "unchanged (1.0s)"),
        (Entry(State.UNCHANGED, EXEMPT), "exempt (1.0s)"),
        (entry(finding(), duration=130.0), "FAILED 2m10s"),
        (Entry(State.FAILED, EXEMPT), "FAILED 1.0s"),
        (Entry(State.BLOCKED, PASSED), "BLOCKED 1.0s"),
        (Entry(State.BLOCKED, why="no answer"), "BLOCKED"),
        (Entry(State.NOT_RUN, why="not built"), "not run"),
    ],
)
def test_what_a_cell_says(told: Entry | None, shown: str) -> None:
    """A cell says the outcome and how long it took; in parentheses where that was in a former command."""
    assert cell(told) == shown


def test_packages_by_stages() -> None:
    """Each package is a line, each stage a column as wide as it must be; what is no package's stage is a dash."""
    entries = {
        "core": {SDIST: entry()},
        "app": {SDIST: Entry(State.UNCHANGED, PASSED), TEST: entry(finding(), duration=2.0)},
    }
    plan = Plan((planned("core", target=False), planned("idle"), planned("app")))
    assert list(table(run(entries, plan))) == [
        "package               build-sdist       test",
        "--------------------  ----------------  -----------",
        "core 1.0 (companion)  ok 1.0s           -",
        "app 1.0               unchanged (1.0s)  FAILED 2.0s",
    ]


def test_a_table_without_packages() -> None:
    """A table of nothing is its head."""
    assert list(table(run({}))) == ["package", "-------"]
