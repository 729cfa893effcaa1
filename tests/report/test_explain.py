"""``--explain CODE``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.codes import known
from nox_release.errors import Misuse
from nox_release.report.explain import _one, explain


def test_a_check_is_explained() -> None:
    """Code, title, severity, whose rule, where it is looked at, why, how to let it pass, and its page."""
    lines = list(explain("ART104"))
    assert lines == [
        "ART104: The wheel installs something",
        "error, a rule of nox-release, not of PyPI; looked at by verify-artifacts",
        "",
        *known()["ART104"].why.splitlines(),
        "",
        'To let it pass: ignore = { ART104 = "the reason" } in [tool.nox-release], or in an override.',
        "https://nox-release.readthedocs.io/checks/#art104",
    ]
    assert list(explain("art104")) == lines


def test_whose_rule_it_is() -> None:
    """A rule of PyPI is called so, and what cannot be let pass says that."""
    assert "error, PyPI refuses an upload that breaks it; looked at by" in "\n".join(
        _one(replace(known()["ART104"], pypi=True))
    )
    assert "No configuration lets it pass: what follows rests on it." in list(explain("BLD001"))


def test_a_family_is_listed() -> None:
    """The beginning of codes lists the checks, each with its severity and its title."""
    lines = list(explain("SDI"))
    assert "SDI201 warning ours  The sdist has the other files that git has" in lines
    assert sum(line.startswith("SDI") for line in lines) == sum(code.startswith("SDI") for code in known())


@pytest.mark.parametrize("text", ["ART1044", "XYZ", "  "])
def test_an_unknown_code_is_met_with_a_near_one(text: str) -> None:
    """What no check is called is an error with a suggestion, and never silence."""
    with pytest.raises(Misuse, match="no check is called") as caught:
        list(explain(text))
    assert caught.value.hint


def test_without_a_code_it_tells_how_codes_begin() -> None:
    """Each family once, with how many checks it has."""
    lines = list(explain())
    assert "ART   4 checks  the artifacts together" in lines
    assert sum(int(line.split()[1]) for line in lines if " checks  " in line) == len(known())
