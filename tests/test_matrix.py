"""Which interpreters and resolutions a package is tried with: pure decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from nox_release.check import Finding, Severity, Verdict
from nox_release.matrix import Cell, Interpreter, Matrix, Resolution, choose, merged, named, newest

HIGHEST, LOWEST = Resolution.HIGHEST, Resolution.LOWEST
BOTH = (HIGHEST, LOWEST)
MACHINE = tuple(Interpreter(version, f"/opt/{version}") for version in ("3.14.0rc2", "3.13.0", "3.11.7", "3.9.18"))


def minors(matrix: Matrix) -> list[str]:
    return [interpreter.minor for interpreter in matrix.interpreters]


@pytest.mark.parametrize(
    ("wanted", "requires_python", "tried", "missing", "excluded", "floor"),
    [
        ((), "", "3.13 3.11 3.9", "", "", ""),
        ((), ">=3.9", "3.13 3.11 3.9", "", "", "3.9"),
        ((), ">=3.10", "3.13 3.11", "", "", "3.10"),
        ((), ">=3.9.5, <3.13", "3.11 3.9", "", "", "3.9"),
        ((), ">=3.9.20", "3.13 3.11", "", "", "3.9"),
        ((), ">=2.7, !=3.0.*, !=3.1.*", "3.13 3.11 3.9", "", "", "2.7"),
        ((), "~=3.9", "3.13 3.11 3.9", "", "", "3.9"),
        ((), ">=4", "", "", "", ""),
        ((), "no specifier", "3.13 3.11 3.9", "", "", "2.7"),
        (("3.9", "3.13"), ">=3.9", "3.13 3.9", "", "", "3.9"),
        (("3.9", "3.9"), ">=3.9", "3.9", "", "", "3.9"),
        (("3.14",), ">=3.9", "3.14", "", "", "3.9"),
        (("3.9", "3.10"), ">=3.9", "3.9", "3.10", "", "3.9"),
        (("3.9", "3.8"), ">=3.9", "3.9", "", "3.8", "3.9"),
        (("3.9",), ">=3.9.20", "", "3.9", "", "3.9"),
    ],
)
def test_which_interpreters(
    wanted: tuple[str, ...], requires_python: str, tried: str, missing: str, excluded: str, floor: str
) -> None:
    """Those that are asked for, else all that are released; never one that requires-python excludes."""
    matrix = choose(wanted, BOTH, requires_python, MACHINE)
    found = (minors(matrix), list(matrix.missing), list(matrix.excluded), matrix.floor)
    assert found == (tried.split(), missing.split(), excluded.split(), floor)


@given(
    st.lists(st.sampled_from(["3.8", "3.9", "3.11", "3.13", "3.14"]), unique=True),
    st.sampled_from(["", ">=3.9", ">=3.9.20", "<3.12", "!=3.11.*", "==3.13.*", ">=3.14"]),
)
def test_what_is_asked_for_is_tried_or_told(wanted: list[str], requires_python: str) -> None:
    """No minor version that the configuration names vanishes, and none is tried that is not allowed."""
    matrix = choose(wanted, BOTH, requires_python, MACHINE)
    if wanted:
        assert sorted([*minors(matrix), *matrix.missing, *matrix.excluded]) == sorted(wanted)
    allowed = SpecifierSet(requires_python)
    assert all(allowed.contains(item.version, prereleases=True) for item in matrix.interpreters)


def test_pip_cannot_install_the_lowest() -> None:
    """That is kept, to be told."""
    matrix = choose((), BOTH, "", MACHINE, lowest_possible=False)
    assert (matrix.resolutions, matrix.impossible) == ((HIGHEST,), (LOWEST,))


def test_cells_begin_where_most_users_are() -> None:
    """The highest versions from the newest interpreter, the lowest from the oldest."""
    matrix = choose((), BOTH, ">=3.10", MACHINE)
    assert list(map(str, matrix.cells)) == ["3.13, highest", "3.11, highest", "3.11, lowest", "3.13, lowest"]
    assert [item.minor for item in matrix.ends] == ["3.13", "3.11"]


@pytest.mark.parametrize(("requires_python", "at_floor"), [(">=3.9", [False, False, True]), (">=3.8", [False] * 3),
                                                           ("", [False, False, True])])  # fmt: skip
def test_the_floor_is_what_requires_python_says(requires_python: str, at_floor: list[bool]) -> None:
    """Where it says nothing, the oldest interpreter that is tried stands for it."""
    matrix = choose((), BOTH, requires_python, MACHINE)
    assert [matrix.at_floor(item) for item in matrix.interpreters] == at_floor


def test_the_newest_patch_of_each_minor_counts() -> None:
    """A release is preferred to any prerelease of it, and prereleases alone are kept."""
    versions = ("3.11.2", "3.11.10", "3.14.0rc2", "3.14.0b1", "3.13.0", "3.13.1rc1")
    found = newest(Interpreter(version, "/x") for version in versions)
    assert [item.version for item in found] == ["3.14.0rc2", "3.13.0", "3.11.10"]


CELLS = choose((), BOTH, "", MACHINE).cells


def finding(message: str, fix: str = "mend it") -> Finding:
    return Finding("INS103", "It imports", Severity.ERROR, "demo", fix, message)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (CELLS, "it broke"),
        (CELLS[:1], "it broke [3.13 with highest]"),
        (CELLS[:3], "it broke [3.9, 3.11, 3.13 with highest]"),
        ((CELLS[0], CELLS[3], CELLS[2]), "it broke [3.9 with highest and lowest; 3.13 with highest]"),
    ],
    ids=["everywhere", "once", "one resolution", "mixed"],
)
def test_what_several_cells_found_is_told_once(cells: tuple[Cell, ...], told: str) -> None:
    """With the cells named, unless it is all of them."""
    verdicts = [(cell, Verdict((finding("it broke"),) * (cell in cells), {"INS103": 1.0})) for cell in CELLS]
    verdict = merged(verdicts)
    assert [item.message for item in verdict] == [told]
    assert verdict.seconds == {"INS103": float(len(CELLS))}


def test_a_finding_keeps_the_advice_of_the_first_cell() -> None:
    """What fails with the highest versions, too, is not mended by raising a lower bound."""
    verdict = merged([(CELLS[0], Verdict((finding("x", "a"),))), (CELLS[-1], Verdict((finding("x", "b"),)))])
    assert [item.fix for item in verdict] == ["a"]


def test_no_cell_is_no_finding() -> None:
    """Nothing was tried: that is for others to tell."""
    assert merged([]) == Verdict()
    assert named([]) == ""
