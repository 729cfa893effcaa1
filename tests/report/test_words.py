"""How things are told in text: durations, counts, and lines that are nothing but lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nox_release.check import Finding
from nox_release.model import Evidence, Outcome, Stage
from nox_release.report.words import brief, counts, duration, fitting, one_line
from runs import finding, warning


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain  text, with\ttabs", "plain  text, with\ttabs"),
        ("  indented", "  indented"),
        ("two \n lines\r\nand\u2028three", "two lines and three"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("caf\udce9", "caf\\udce9"),
        ("::error::no", ": :error::no"),
        ("  ::error::no", "  : :error::no"),
        ("tests::test_x", "tests::test_x"),
        ("a ##vso[task.complete]", "a # #vso[task.complete]"),
        ("a ##[group]b", "a # #[group]b"),
        ("###[error]b", "## #[error]b"),
        ("## a heading", "## a heading"),
        ("Größe 大小 😀", "Größe 大小 😀"),
    ],
)
def test_a_line_is_nothing_but_a_line(text: str, shown: str) -> None:
    """Breaks become spaces, what steers a terminal is written out, and what is a command to a CI system is not one."""
    assert one_line(text) == shown


@given(st.text() | st.from_regex(r"\s*(::|##vso\[|##\[|###vso\[)[a-z.\n:\[#]*"))
def test_no_text_is_more_than_a_line(text: str) -> None:
    """Whatever a package wrote comes out as one line, printable, encodable and without a command."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not line.strip().startswith("::")
    assert "##vso[" not in line
    assert "##[" not in line
    assert "\x1b" not in line
    line.encode()
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("findings", "shown"),
    [
        ([], ""),
        ([finding()], "1 error"),
        ([finding(), warning(), warning()], "1 error, 2 warnings"),
        ([warning(exempt="so")], "1 let pass"),
        ([finding(exempt="so"), finding(), warning()], "1 error, 1 warning, 1 let pass"),
    ],
)
def test_findings_are_counted_by_what_they_mean(findings: list[Finding], shown: str) -> None:
    """Errors, warnings and what is let pass are counted apart."""
    assert counts(findings) == shown


def test_what_stopped_a_package_in_brief() -> None:
    """Live, errors have a line each and are counted from the fourth; warnings and exemptions wait for the end."""
    evidence = Evidence("demo", "1.0", Stage.TEST, "0", Outcome.FAILED, problem="half of it")
    assert list(brief(evidence)) == ["blocked: half of it"]
    errors = tuple(finding(where=str(place), message="") for place in range(5))
    told = Evidence("demo", "1.0", Stage.TEST, "0", Outcome.FAILED, (warning(), finding(exempt="so"), *errors))
    assert list(brief(told)) == [
        "error PRJ402 0: The changelog has an entry",
        "error PRJ402 1: The changelog has an entry",
        "error PRJ402 2: The changelog has an entry",
        "and 2 more errors",
    ]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("longer", 0, "longer"),
        ("", 5, ""),
        ("漢字漢字", 8, "漢字漢字"),
        ("漢字漢字", 7, "漢字漢…"),
        ("漢字漢字", 6, "漢字…"),
        ("a\tb\n\x1b[2J", 0, "a b \\x1b[2J"),
        ("wide", 1, "…"),
    ],
)
def test_a_line_is_cut_to_its_width(text: str, width: int, shown: str) -> None:
    """Wide letters count twice, and what was cut ends with an ellipsis."""
    assert fitting(text, width) == shown


@given(st.text(), st.integers(1, 40))
def test_no_line_is_wider_than_it_may_be(text: str, width: int) -> None:
    """By the measure of a terminal, whatever the text."""
    assert cell_len(fitting(text, width)) <= width
