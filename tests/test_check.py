"""Checks as declarations: what may be declared, what is found, and what an exemption does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nox_release.check import Check, Family, Finding, Problem, Rules, Severity, Verdict, matches


def family() -> Family[str]:
    """A family over words: each forbidden letter is a problem."""
    made: Family[str] = Family("WRD", "Words")

    @made.check("WRD002", "Word has no x")
    def no_x(word: str) -> Iterator[Problem]:
        """The letter x is rare."""
        for place, letter in enumerate(word):
            if letter == "x":
                yield Problem(f"letter {place}", "take it out", "an x")

    @made.check("WRD001", "Word is short", Severity.WARNING)
    def short(word: str) -> Iterator[Problem]:
        """Nobody reads a long word."""
        if len(word) > 5:
            yield Problem(word, "cut it")

    return made


def finding(code: str = "WRD001", severity: Severity = Severity.ERROR, exempt: str = "") -> Finding:
    return Finding(code, "title", severity, "here", "mend it", exempt=exempt)


@pytest.mark.parametrize(
    ("severity", "exempt", "fails"),
    [
        (Severity.ERROR, "", True),
        (Severity.ERROR, "a reason", False),
        (Severity.WARNING, "", False),
        (Severity.WARNING, "a reason", False),
    ],
)
def test_only_an_error_without_exemption_fails(severity: Severity, exempt: str, fails: bool) -> None:
    """A finding stops its package when it is an error that nothing exempts."""
    assert finding(severity=severity, exempt=exempt).fails is fails


def test_silence_passes() -> None:
    """A check that yields nothing leaves no finding."""
    assert family().run("fine").findings == ()


def test_every_problem_is_a_finding_of_its_check() -> None:
    """A finding carries its check's code, title and severity, and its problem's place, fix and message."""
    assert family().run("xxlong").findings == (
        Finding("WRD002", "Word has no x", Severity.ERROR, "letter 0", "take it out", "an x"),
        Finding("WRD002", "Word has no x", Severity.ERROR, "letter 1", "take it out", "an x"),
        Finding("WRD001", "Word is short", Severity.WARNING, "xxlong", "cut it"),
    )


def test_a_declaration_returns_the_function_itself() -> None:
    """A declared function can still be called as it was written."""
    made: Family[str] = Family("WRD", "Words")

    def rule(word: str) -> Iterator[Problem]:
        """Say why."""
        yield Problem(word, "mend it")

    assert made.check("WRD001", "Any")(rule) is rule
    assert made.checks == [Check("WRD001", "Any", Severity.ERROR, "Say why.", rule)]


@pytest.mark.parametrize("code", ["OTH001", "WRD001"])
def test_a_code_belongs_to_its_family_and_is_taken_once(code: str) -> None:
    """A code of another family, or one that is taken, cannot be declared; the message names it."""
    with pytest.raises(ValueError, match=f"{code} is not a free code of the family WRD"):
        family().check(code, "Title")(lambda word: ())


def test_a_check_says_why_it_is_there() -> None:
    """A function without a docstring is no check."""

    def mute(word: str) -> Iterator[Problem]:
        yield Problem(word, "mend it")

    with pytest.raises(ValueError, match="WRD009 does not say why"):
        family().check("WRD009", "Title")(mute)


@pytest.mark.parametrize(
    ("ignore", "exempt"),
    [
        ({}, ""),
        ({"WRD001": "by code"}, "by code"),
        ({"WRD": "by family"}, "by family"),
        ({"WRD": "by family", "WRD001": "by code"}, "by code"),
        ({"WRD001": "by code", "WRD": "by family"}, "by code"),
        ({"WRD00": "by beginning", "WRD": "by family"}, "by beginning"),
        ({"WRD002": "another"}, ""),
        ({"WRD0011": "longer than the code"}, ""),
        ({"RD001": "not its beginning"}, ""),
    ],
)
def test_the_longest_entry_gives_the_reason(ignore: dict[str, str], exempt: str) -> None:
    """An exemption applies to the codes that begin with it, the longest one first."""
    assert Rules(ignore).apply(finding()).exempt == exempt


def test_an_exempted_finding_is_still_reported() -> None:
    """Running with exemptions finds as much as running without; only what it means differs."""
    plain, exempt = family().run("xword"), family().run("xword", Rules({"WRD002": "we like x"}))
    assert [found.code for found in exempt] == [found.code for found in plain]
    assert [found.exempt for found in exempt] == ["we like x"]
    assert not any(found.fails for found in exempt)


@pytest.mark.parametrize(
    ("severity", "declared", "found"),
    [
        ({}, "error", "error"),
        ({"WRD001": "warning"}, "error", "warning"),
        ({"WRD001": "error"}, "warning", "error"),
        ({"WRD": "warning"}, "error", "warning"),
        ({"WRD": "warning", "WRD001": "error"}, "warning", "error"),
        ({"WRD001": "warning", "WRD": "error"}, "error", "warning"),
        ({"WRD002": "warning"}, "error", "error"),
        ({"WRD0011": "warning"}, "error", "error"),
    ],
)
def test_the_longest_entry_gives_the_severity(severity: dict[str, str], declared: str, found: str) -> None:
    """A severity that the configuration gives counts for the codes that begin with it, the longest entry first."""
    rules = Rules(severity=severity)
    assert rules.apply(finding(severity=Severity(declared))).severity is Severity(found)


def test_what_pypi_refuses_is_not_lowered() -> None:
    """A prefix lowers our own rules; a rule of PyPI stays an error, which only a reason lets pass."""
    refused = replace(finding(), pypi=True)
    lowered = Rules(severity={"WRD": "warning"})
    assert lowered.apply(finding()).severity is Severity.WARNING
    assert lowered.apply(refused).fails
    assert not Rules({"WRD": "it goes to another index"}, severity={"WRD": "warning"}).apply(refused).fails
    raised = Rules(severity={"WRD": "error"})
    assert raised.apply(replace(refused, severity=Severity.WARNING)).fails


@pytest.mark.parametrize(
    ("select", "looked"),
    [
        ({}, {"WRD001", "WRD002"}),
        ({"WRD": "all"}, {"WRD001", "WRD002"}),
        ({"WRD002": "one"}, {"WRD002"}),
        ({"OTH": "others", "WRD001": "one"}, {"WRD001"}),
        ({"OTH": "others"}, set()),
    ],
)
def test_only_what_is_selected_looks(select: dict[str, str], looked: set[str]) -> None:
    """With a selection the other checks neither find anything nor take time; without one all look."""
    verdict = family().run("xxlong", Rules(select=select))
    assert verdict.seconds.keys() == looked
    assert {found.code for found in verdict} == looked


def test_what_others_rest_on_is_always_looked_at_and_never_let_pass() -> None:
    """An essential check is left alone by selection, exemption and severity."""
    made: Family[str] = Family("WRD", "Words")
    made.check("WRD001", "Any", essential=True)(no_word)
    rules = Rules({"WRD": "why"}, {"OTH": "others"}, {"WRD": "warning"})
    assert made.run("word", rules).fails


def test_every_check_is_timed() -> None:
    """A verdict tells the seconds of each check that looked, whether it found anything or not."""
    ticks = iter(range(10))
    assert family().run("fine", clock=lambda: float(next(ticks))).seconds == {"WRD002": 1.0, "WRD001": 1.0}


def test_verdicts_add_up() -> None:
    """Together they tell each finding once and the sum of their times, and fail where either does."""
    one, other = finding("WRD001"), finding("WRD002", Severity.WARNING)
    total = Verdict((one,), {"WRD001": 1.0}) + Verdict((other, one), {"WRD001": 2.0, "WRD002": 0.5})
    assert total == Verdict((one, other), {"WRD001": 3.0, "WRD002": 0.5})
    assert total.fails
    assert not Verdict((other,)).fails


def test_a_finding_says_whether_pypi_refuses() -> None:
    """What is declared as PyPI's rule is found as such."""
    made: Family[str] = Family("WRD", "Words")
    made.check("WRD001", "Any", pypi=True)(no_word)
    (found,) = made.run("word")
    assert found.pypi


def no_word(word: str) -> Iterator[Problem]:
    """No word is right."""
    yield Problem(word, "mend it")


@pytest.mark.parametrize(
    ("name", "globs", "expected"),
    [
        ("azure-core", ["azure-core"], True),
        ("azure-core", ["azure-*"], True),
        ("azure-core", ["Azure-*"], False),
        ("azure-core", ["other", "*core"], True),
        ("azure-core", ["core"], False),
        ("azure-core", [], False),
        ("azure-core", ["azure-[bc]ore"], True),
    ],
)
def test_names_match_globs(name: str, globs: list[str], expected: bool) -> None:
    """A name matches one of several globs as a whole, and its case counts."""
    assert matches(name, globs) is expected
