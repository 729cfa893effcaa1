"""The lines that are drawn: all that matters where there is room, and never more than the terminal has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nox_release.model import Outcome, Stage
from nox_release.report.board import Board, Running
from nox_release.report.drawing import clean, cut, draw
from nox_release.report.words import one_line

PASSED, FAILED, BLOCKED = Outcome
RUNNING = {
    "azure-core": Running("azure-core", 0.0, 40.0, "copying azure/core/pipeline/policies/_retry_async.py -> build"),
    "azure-mgmt-compute": Running("azure-mgmt-compute", 8.0, None, "\x1b[31mrunning\x1b[0m build_py\n"),
}
BOARD = Board(
    Stage.BUILD_SDIST,
    2,
    0.0,
    {"azure-core": 40.0},
    waiting=("one", "two", "three", "four"),
    running=RUNNING,
    ended={"good": PASSED, "bad": FAILED, "unseen": BLOCKED},
    took={"good": 2.0},
    to_come=(Stage.BUILD_WHEEL,),
)


def drawn(width: int, height: int, board: Board = BOARD) -> list[str]:
    return [line.plain for line in draw(board, 12.0, width, height)]


def test_a_wide_terminal_shows_all_in_columns() -> None:
    """How far it is, what failed, what runs with its times and its last line, what waits for what."""
    assert drawn(100, 20) == [
        "build-sdist 3 of 9, 1 FAILED, 1 BLOCKED, 12s, about 70s left",
        "  FAILED  bad",
        "  BLOCKED unseen",
        "  azure-core          12s of about 40s  copying azure/core/pipeline/policies/_retry_async.py -> bui…",
        "  azure-mgmt-compute  4s                running build_py",
        "4 wait for one of 2 places: one, two, three and 1 more",
        "build-wheel waits for build-sdist",
    ]


def test_a_narrow_terminal_shows_what_was_said_below() -> None:
    """At 40 columns each package has two lines; nothing runs over."""
    assert drawn(40, 20) == [
        "build-sdist 3 of 9, 1 FAILED, 1 BLOCKED…",
        "  FAILED  bad",
        "  BLOCKED unseen",
        "  azure-core          12s of about 40s",
        "    copying azure/core/pipeline/policie…",
        "  azure-mgmt-compute  4s",
        "    running build_py",
        "4 wait for one of 2 places: one, two, t…",
        "build-wheel waits for build-sdist",
    ]


@pytest.mark.parametrize(
    ("height", "shown"),
    [
        (1, ["build-sdist"]),
        (3, ["build-sdist", "FAILED", "BLOCKED"]),
        (5, ["build-sdist", "FAILED", "BLOCKED", "azure-core", "azure-mgmt-compute"]),
        (6, ["build-sdist", "FAILED", "BLOCKED", "azure-core", "azure-mgmt-compute", "4"]),
    ],
)
def test_a_low_terminal_keeps_what_matters_most(height: int, shown: list[str]) -> None:
    """First how far it is and what went wrong, then what runs, then what waits."""
    assert [line.split()[0] for line in drawn(100, height)] == shown


def test_more_packages_than_lines_are_counted() -> None:
    """Those that are at work longest are shown, and the number of the others."""
    running = {f"p{number}": Running(f"p{number}", 0.0) for number in range(100)}
    lines = drawn(80, 10, Board(Stage.TEST, 100, 0.0, running=running, waiting=("later",)))
    assert len(lines) == 10
    assert lines[1:3] == ["  p0  12s", "  p1  12s"]
    assert lines[-1] == "  and 92 more at work"


def test_colour_is_never_alone() -> None:
    """What has a colour says the same in a word."""
    for line in draw(BOARD, 12.0, 100, 20):
        for span in line.spans:
            if "red" in str(span.style):
                assert "FAILED" in line.plain
            if "yellow" in str(span.style):
                assert "BLOCKED" in line.plain
        if "red" in str(line.style):
            assert "FAILED" in line.plain


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m text\n", "red text"),
        ("a\tb", "a b"),
        ("\x1b[2Jgone\x07", "gone"),
        ("\x1b]0;title\x07rest", "0;titlerest"),
        ("bell\x07", "bell\\x07"),
        ("50%\r51%", "50% 51%"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}abc", "\\u202eabc"),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_what_a_program_says_steers_no_terminal(line: str, shown: str) -> None:
    """Colours are taken out, and whatever else is a command to a terminal is none any more."""
    assert clean(line) == shown


@given(st.text(), st.integers(-1, 30))
def test_a_cut_line_fits(text: str, width: int) -> None:
    """Wide letters and those without a width count as what they take."""
    assert cell_len(cut(text, width)) <= max(width, cell_len(text) if cell_len(text) <= width else 0, 0)


NAMES = st.text("abc-.漢é", min_size=1, max_size=30)
BOARDS = st.builds(
    Board,
    stage=st.sampled_from(Stage),
    jobs=st.integers(1, 9),
    began=st.floats(0, 10),
    expected=st.dictionaries(NAMES, st.floats(0, 1e6)),
    waiting=st.lists(NAMES, unique=True, max_size=6).map(tuple),
    running=st.lists(
        st.builds(Running, NAMES, st.floats(0, 100), st.none() | st.floats(0, 1e6), st.text()), max_size=8
    ).map(lambda rows: {row.name: row for row in rows}),
    ended=st.dictionaries(NAMES, st.sampled_from(Outcome), max_size=8),
    needs=st.dictionaries(NAMES, st.lists(NAMES, max_size=2).map(tuple), max_size=2),
    to_come=st.lists(st.sampled_from(Stage), unique=True, max_size=3).map(tuple),
)


@given(BOARDS, st.integers(1, 140), st.integers(1, 40))
def test_no_line_is_wider_and_none_is_too_many(board: Board, width: int, height: int) -> None:
    """Whatever packages are called and print, what is drawn fits, and is one line each."""
    lines = draw(board, 50.0, width, height)
    assert 1 <= len(lines) <= height
    for line in lines:
        assert line.cell_len <= width
        assert one_line(line.plain) == line.plain
