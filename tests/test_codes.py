"""The catalogue as data: what a prefix stands for, and what may have been meant."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from nox_release.codes import PAGE, beginning, known, suggestion


def test_a_code_or_the_beginning_of_codes() -> None:
    """A code stands for its check, a beginning for all that begin with it, and nothing for none."""
    assert [check.code for check in beginning("ART104")] == ["ART104"]
    assert {check.code for check in beginning("ART10")} >= {"ART101", "ART102", "ART103", "ART104"}
    assert {check.family for check in beginning("ART")} == {known()["ART101"].family}
    assert beginning("ART1045") == beginning("art104") == beginning("") == ()


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("ART140", "did you mean "),
        ("art104", "did you mean ART104 (The wheel installs something)"),
        ("ATR", "did you mean "),
        ("?!", "codes begin with "),
        ("", "codes begin with "),
    ],
)
def test_what_may_have_been_meant(text: str, start: str) -> None:
    """A slip is met with the codes like it and their titles, anything else with how codes begin."""
    assert suggestion(text).startswith(start)


def test_a_check_has_a_page_of_its_own() -> None:
    """The page is that of the project's documentation, and the anchor is the code."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert project["urls"]["Documentation"].rstrip("/") + "/checks/" == PAGE
    assert known()["ART104"].url == f"{PAGE}#art104"


def test_it_is_told_whose_rule_it_is() -> None:
    """A rule of PyPI is called that, any other is said to be ours."""
    check = known()["ART104"]
    assert replace(check, pypi=True).owner == "PyPI refuses an upload that breaks it"
    assert replace(check, pypi=False).owner == "a rule of nox-release, not of PyPI"
