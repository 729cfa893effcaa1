"""How an outcome is told: durations, findings, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.check import Finding, Severity
from nox_release.model import Evidence, Outcome, Stage
from nox_release.report.words import describe, describe_finding, duration

FINDING = Finding("WHL104", "Wheel ships no bytecode", Severity.ERROR, "a.pyc", "leave it out", "a compiled file")
PASSED = Evidence("demo", "1.0", Stage.BUILD_WHEEL, "0", Outcome.PASSED, log=".nox-release/logs/demo.log")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0s"),
        (0.04, "0.0s"),
        (9.94, "9.9s"),
        (9.96, "10s"),
        (59.6, "60s"),
        (119.4, "119s"),
        (119.6, "2m00s"),
        (120, "2m00s"),
        (179.7, "3m00s"),
        (185, "3m05s"),
        (3725, "62m05s"),
    ],
)
def test_seconds_as_a_person_reads_them(seconds: float, shown: str) -> None:
    """Short durations have a tenth, long ones minutes, and never sixty seconds beside a minute."""
    assert duration(seconds) == shown


@given(st.floats(0, 1e6))
def test_a_duration_is_what_it_says(seconds: float) -> None:
    """What is shown is the duration, rounded to what is shown."""
    minutes, _, rest = duration(seconds).rpartition("m")
    told = 60 * int(minutes or 0) + float(rest.removesuffix("s"))
    assert abs(told - seconds) <= 0.5 + 1e-6
    assert not minutes or float(rest.removesuffix("s")) < 60


def test_a_finding_says_where_what_why_and_what_next() -> None:
    """An error is told with its place, what was found, its rule and the next step."""
    assert list(describe_finding(FINDING)) == [
        "error WHL104 a.pyc: a compiled file",
        "  rule: Wheel ships no bytecode",
        "  next: leave it out",
    ]


def test_a_finding_without_a_message_still_says_something() -> None:
    """Where the rule says it all, the message is that it is not kept."""
    warning = replace(FINDING, message="", severity=Severity.WARNING)
    assert next(iter(describe_finding(warning))) == "warning WHL104 a.pyc: the rule is not kept"


def test_an_exempted_finding_says_why_it_may_pass() -> None:
    """An exemption is told with its reason, and asks for nothing."""
    assert list(describe_finding(replace(FINDING, exempt="wanted"))) == [
        "exempt WHL104 a.pyc: a compiled file",
        "  because: wanted",
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"facts": {"tests": "exempt", "exempt": "no tests yet"}}, ["exempt: the tests were not run: no tests yet"]),
        (
            {"facts": {"index exempt": "a walled garden"}},
            ["exempt: the index was not asked: a walled garden"],
        ),
        (
            {"outcome": Outcome.BLOCKED, "problem": "no network", "hint": "try again"},
            ["blocked: no network", "  next: try again", "  log: .nox-release/logs/demo.log"],
        ),
        (
            {"outcome": Outcome.BLOCKED, "problem": "no network"},
            ["blocked: no network", "  log: .nox-release/logs/demo.log"],
        ),
        (
            {"outcome": Outcome.FAILED, "findings": (FINDING,)},
            [*describe_finding(FINDING), "  log: .nox-release/logs/demo.log"],
        ),
        ({"findings": (replace(FINDING, exempt="wanted"),)}, list(describe_finding(replace(FINDING, exempt="wanted")))),
    ],
    ids=["passed", "not tested", "not asked", "blocked", "blocked without a hint", "failed", "exempt"],
)
def test_an_outcome_is_told_with_its_log(changes: dict[str, object], told: list[str]) -> None:
    """Silence for what passed; else what is wrong, the next step and where the log is; exemptions always."""
    assert list(describe(replace(PASSED, **changes))) == told  # type: ignore[arg-type]  # the fields are the case's
