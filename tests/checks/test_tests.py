"""Every check of a run of the tests, with one that fails it and one that does not."""

from __future__ import annotations

import pytest

from nox_release.checks.tests import TESTS
from nox_release.testrun import TestRun


def found(run: TestRun) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in TESTS.run(run)]


@pytest.mark.parametrize(
    "run",
    [
        TestRun("pytest", collected=3, ran=3),
        TestRun("pytest", collected=3, ran=1),
        TestRun("make test"),
        TestRun("pytest", collected=3, ran=3, lowest=True),
    ],
    ids=["all ran", "some were skipped", "a command that does not count", "with the lowest"],
)
def test_a_green_run_passes(run: TestRun) -> None:
    """Something ran and nothing failed."""
    assert found(run) == []


@pytest.mark.parametrize(
    ("run", "findings"),
    [
        (TestRun("pytest", refused="no solution"), [("TST101", "test requirements", "no solution")]),
        (
            TestRun("pytest", 1, collected=2, ran=2, failed=("tests.test_x::test_a", "tests.test_x::test_b")),
            [("TST102", "tests.test_x::test_a", "it fails"), ("TST102", "tests.test_x::test_b", "it fails")],
        ),
        (TestRun("pytest", refused="no cffi", lowest=True), [("TST104", "test requirements", "not run: no cffi")]),
        (TestRun("pytest", 4, last="ERROR: usage"), [("TST102", "pytest", "ERROR: usage")]),
        (TestRun("make test", 2, last="make: *** no rule"), [("TST102", "make test", "make: *** no rule")]),
        (TestRun("pytest", 1, collected=2, ran=0, last="teardown"), [("TST102", "pytest", "teardown")]),
        (TestRun("pytest", 5, collected=0), [("TST103", "pytest", "no test was collected")]),
        (TestRun("pytest", 0, collected=0, ran=0), [("TST103", "pytest", "no test was collected")]),
        (TestRun("pytest", 0, collected=4, ran=0), [("TST103", "pytest", "all 4 tests were skipped")]),
    ],
)  # fmt: skip
def test_what_proves_nothing_is_told(run: TestRun, findings: list[tuple[str, str, str]]) -> None:
    """What could not be installed, failed, or never ran."""
    assert found(run) == findings


def test_many_failures_are_counted() -> None:
    """Ten are named, the others counted."""
    failures = found(TestRun("pytest", 1, collected=13, ran=13, failed=tuple(f"test_{number}" for number in range(13))))
    assert [code for code, _, _ in failures] == ["TST102"] * 11
    assert failures[-1] == ("TST102", "tests", "3 more failed")
