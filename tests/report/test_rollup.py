"""Many packages on one screen, and the command to type next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nox_release.model import Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.closing import closing
from nox_release.report.onward import again, onward
from nox_release.report.rollup import rollup
from nox_release.report.run import Entry, Run, State
from nox_release.workspace import Broken
from runs import LINT, PUBLISH, SDIST, TEST, WHEEL, entry, finding, planned, run

OK = entry()
BAD = entry(finding(), finding("PRJ403"))
BLOCKED = entry(stage=SDIST, outcome=Outcome.BLOCKED, problem="no network")
TYPED = ["/venv/bin/nox", "-s", "lint-metadata", "--", "azure-*", "!azure-old"]


def many(**others: Mapping[Stage, Entry]) -> Run:
    """A command over thirty packages that passed, and *others*."""
    return run({**{f"p{number}": {LINT: OK, SDIST: OK} for number in range(30)}, **others})


def test_each_stage_and_what_did_not_pass_has_a_line() -> None:
    """Failed ones come first, each with its first reason; those that passed are counted."""
    told = many(
        blocked={LINT: OK, SDIST: BLOCKED},
        failed={LINT: BAD, SDIST: OK},
        later={LINT: Entry(State.UNCHANGED, OK.evidence), SDIST: Entry(State.NOT_RUN, why="it needs failed")},
        both={LINT: BAD, SDIST: Entry(State.NOT_RUN, why="it waits")},
    )
    assert list(rollup(told, 0, 40)) == [
        "lint-metadata  31 ok, 1 unchanged, 2 FAILED (33s of work)",
        "build-sdist    31 ok, 1 BLOCKED, 2 not run (32s of work)",
        "",
        "FAILED  failed 1.0 lint-metadata: PRJ402 CHANGELOG.md:3: no entry (and 1 more error)",
        "FAILED  both 1.0 lint-metadata: PRJ402 CHANGELOG.md:3: no entry (and 1 more error)",
        "BLOCKED blocked 1.0 build-sdist: no network",
        "not run later 1.0 build-sdist: it needs failed",
        "ok      30 packages: p0, p1, p2 …",
    ]


def test_targets_that_cannot_be_read_are_among_them() -> None:
    """They count as blocked, and say why."""
    told = many()
    plan = replace(told.plan, broken=(Broken("other", ("other",), "no TOML", "mend it"),))
    assert "BLOCKED other: no TOML" in list(rollup(replace(told, plan=plan), 0, 40))


STATES = st.sampled_from([OK, BAD, BLOCKED, Entry(State.NOT_RUN, why="漢字" * 60), Entry(State.BLOCKED, why="\x1b[2J")])


@given(
    st.lists(st.dictionaries(st.sampled_from(Stage), STATES, min_size=1), min_size=21, max_size=100),
    st.integers(40, 200),
    st.integers(24, 40),
)
def test_the_end_of_a_command_fits_a_screen(told: list[dict[Stage, Entry]], width: int, height: int) -> None:
    """Whatever became of a hundred packages: no line is wider, and what stands after the findings fits."""
    whole = run({f"package-{number}": entries for number, entries in enumerate(told)})
    lines = list(rollup(whole, width, height))
    assert all(cell_len(line) <= width and "\x1b" not in line for line in lines)
    assert len(lines) + 4 <= height  # an empty line on both sides, what to do next, and where the reports are


def test_few_packages_have_their_table_and_many_the_screen() -> None:
    """Findings are told in full above, whatever their number; up to twenty packages have a line each."""
    few = run({f"p{number}": {LINT: OK} for number in range(20)})
    assert any(line.startswith("package") for line in closing(few))
    lines = list(closing(many(failed={LINT: BAD}), again(TYPED), 80, 24))
    assert not any(line.startswith("package ") for line in lines)
    assert "  error PRJ403 packages/failed/CHANGELOG.md:3: no entry" in lines
    assert lines[-3:] == [
        "next: mend what is told above, then type the same command again; what passed is not run again",
        "  nox -s lint-metadata -- 'azure-*' '!azure-old'",
        "reports: .nox-release/report/ has report.json, junit.xml, report.sarif and summary.md",
    ]


def test_what_was_typed_can_be_typed_again() -> None:
    """With the quotes that a shell needs; nothing is said where it is not known."""
    assert again(TYPED) == "nox -s lint-metadata -- 'azure-*' '!azure-old'"
    assert again(()) == ""


COMPANION = replace(planned("core", target=False), unreleased=True)


@pytest.mark.parametrize(
    ("stage", "packages", "uncommitted", "candidate", "approval", "told"),
    [
        (LINT, (), (), False, "prompt", "nox -s publish -- demo 'a-*'"),
        (WHEEL, (), ("x",), False, "prompt", "nox -s publish -- demo 'a-*'"),
        (PUBLISH, (), (), False, "prompt", "nox -s approve -- demo 'a-*'"),
        (PUBLISH, (), (), False, "signed", "nox -s approve -- demo 'a-*'"),
        (PUBLISH, (), (), False, "environment", "nox -s publish -- demo 'a-*' --candidate-for-release"),
        (PUBLISH, (), ("x",), False, "prompt", "git commit, then nox -s publish -- demo 'a-*'"),
        (PUBLISH, (COMPANION,), (), False, "prompt", "nox -s publish -- demo 'a-*' core"),
        (PUBLISH, (COMPANION,), (), True, "prompt", "nox -s status -- demo 'a-*'"),
    ],
)
def test_the_next_command_is_told_as_it_is_to_be_typed(
    stage: Stage, packages: tuple[Planned, ...], uncommitted: tuple[str, ...], candidate: bool, approval: str, told: str
) -> None:
    """After stages comes the rehearsal, after that the approval, after a candidate a look at where things stand."""
    plan = Plan((*packages, planned()), uncommitted=uncommitted)
    passed = run({"demo": {stage: entry(stage=stage)}}, plan)
    assert list(onward(passed, ["demo", "a-*"], candidate, approval)) == [f"next: {told}"]


def test_what_did_not_pass_goes_nowhere() -> None:
    """Then the closing says what to do."""
    assert list(onward(run({"demo": {TEST: BAD}}), ["demo"], candidate=False, approval="prompt")) == []


def test_the_next_command_looks_where_the_candidate_went() -> None:
    """Status without the options of publish would look at another index."""
    options = " --repository corp --index-url https://i.example/simple/"
    passed = run({"demo": {PUBLISH: entry(stage=PUBLISH)}})
    assert list(onward(passed, ["demo"], True, "prompt", options)) == [f"next: nox -s status -- demo{options}"]
