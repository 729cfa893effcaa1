"""Every check of a dependent, with one that fails it and one that comes near."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.check import Severity
from nox_release.checks.dependents import DEPENDENTS, Dependence
from nox_release.testrun import TestRun

GOOD = TestRun("pytest", collected=2, ran=2, passed=("t::a", "t::b"))
BAD = TestRun("pytest", 1, collected=2, ran=2, failed=("t::a",), passed=("t::b",), last="1 failed")
REFUSED = TestRun("pytest", refused="no solution")
SOUND = Dependence("core", "user", "2.0", baseline=GOOD, candidate=GOOD)


@pytest.mark.parametrize(
    ("dependence", "findings"),
    [
        (SOUND, []),
        (replace(SOUND, candidate=BAD), [("DEP101", "t::a passed on the last release of core")]),
        (replace(SOUND, baseline=BAD, candidate=BAD), [("DEP102", "broken before this release: t::a")]),
        (replace(SOUND, baseline=BAD), [("DEP102", "broken before this release: t::a")]),
        (
            replace(SOUND, baseline=BAD, candidate=replace(BAD, failed=("t::a", "t::b"), passed=())),
            [("DEP101", "t::b passed on the last release of core"), ("DEP102", "broken before this release: t::a")],
        ),
        (
            replace(SOUND, candidate=TestRun("pytest", 4, last="ERROR: usage")),
            [("DEP101", "its tests passed on the last release, now: ERROR: usage")],
        ),
        (replace(SOUND, baseline=TestRun("make", 2, last="no rule"), candidate=TestRun("make", 2)),
         [("DEP102", "broken before this release: no rule")]),
        (replace(SOUND, baseline=REFUSED, candidate=None), [("DEP103", "not run: no solution")]),
        (replace(SOUND, baseline=TestRun("pytest", 5, collected=0), candidate=None),
         [("DEP103", "not run: no test was collected")]),
        (Dependence("core", "user", "", "no git tag names a release of it"),
         [("DEP103", "not run: no git tag names a release of it")]),
        (replace(SOUND, candidate=REFUSED),
         [("DEP104", "it cannot be installed beside the new wheel: no solution")]),
    ],
)  # fmt: skip
def test_what_a_release_does_to_dependents(dependence: Dependence, findings: list[tuple[str, str]]) -> None:
    """What it breaks is told apart from what was broken before."""
    found = list(DEPENDENTS.run(dependence))
    assert [(item.code, item.message) for item in found] == findings
    assert all((item.severity is Severity.ERROR) is (item.code == "DEP101") for item in found)


@pytest.mark.parametrize("count", [10, 13])
def test_many_broken_tests_are_counted(count: int) -> None:
    """Ten are named."""
    names = tuple(f"t::{number}" for number in range(count))
    before = replace(GOOD, passed=names)
    found = list(DEPENDENTS.run(replace(SOUND, baseline=before, candidate=replace(BAD, failed=names, passed=()))))
    assert len(found) == (11 if count > 10 else 10)
    assert count == 10 or found[-1].message == "3 more tests passed on the last release"
