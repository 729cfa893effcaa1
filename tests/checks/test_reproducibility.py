"""Every check of a second build, with one that fails it and one that passes."""

from __future__ import annotations

import pytest

from nox_release.check import Severity
from nox_release.checks.reproducibility import REPRODUCIBILITY, Rebuilt
from nox_release.differences import Difference

TIME = Difference("demo/_build.py", "its content, line 1: 'a' and 'b' (a time; use SOURCE_DATE_EPOCH)")
ORDER = Difference("", "the order of the members", contents=False)


def told(rebuilt: Rebuilt) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in REPRODUCIBILITY.run(rebuilt)]


def rebuilt(**changes: object) -> Rebuilt:
    return Rebuilt("demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl", **changes)  # type: ignore[arg-type]


def test_the_same_bytes_pass() -> None:
    """Nothing differs, nothing is said."""
    assert told(rebuilt()) == []
    assert rebuilt().same


@pytest.mark.parametrize(
    ("changes", "code", "where", "message"),
    [
        ({"sdist": (ORDER,)}, "REP101", "demo-1.0.tar.gz", "the order of the members"),
        ({"sdist": "no disk"}, "REP101", "demo-1.0.tar.gz", "the second build failed: no disk"),
        ({"wheel": (TIME,)}, "REP102", "demo-1.0-py3-none-any.whl", f"{TIME.member}: {TIME.what}"),
        ({"tree": (TIME,)}, "REP201", "demo-1.0-py3-none-any.whl", f"{TIME.member}: {TIME.what}"),
        ({"made": (TIME,)}, "REP202", "demo-1.0-py3-none-any.whl", f"{TIME.member}: {TIME.what}"),
        ({"tree": "no file"}, "REP201", "demo-1.0-py3-none-any.whl", "the second build failed: no file"),
    ],
)
def test_what_differs_is_told(changes: dict[str, object], code: str, where: str, message: str) -> None:
    """Where the files are not the same, which members, and why."""
    value = rebuilt(**changes)
    assert told(value) == [(code, where, message)]
    assert not value.same
    (finding,) = REPRODUCIBILITY.run(value)
    assert (finding.severity is Severity.ERROR) is (code == "REP201")


def test_many_differences_are_counted() -> None:
    """Three are told."""
    many = tuple(Difference(f"demo/{number}.py", "its content") for number in range(5))
    ((_, _, message),) = told(rebuilt(wheel=many))
    assert message == "demo/0.py: its content; demo/1.py: its content; demo/2.py: its content; and 2 more"
