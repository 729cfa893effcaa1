"""What is known of a release, and that what is missing is never taken for good."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from nox_release.model import Outcome, Stage
from nox_release.report.review import PROVING, Consent, File, Look, Review, Subject, Verdict
from nox_release.workspace import Broken
from reviews import APPROVAL, EXEMPT, FILES, WARNING, evidence, looks, review, subject
from runs import LINT, SDIST, TEST, VERIFY, finding

ABSENT = Look(None, "lint-metadata of demo has not passed", evidence(LINT))
OLD = Look(evidence(LINT), "what lint-metadata of demo heard from the index is too old, run it again")
FAILED = Look(evidence(TEST, Outcome.FAILED, findings=(finding("TST101"),)), "test of demo has not passed")
BLOCKED = Look(
    evidence(TEST, Outcome.BLOCKED, problem="no interpreter suits", hint="install one"), "test of demo has not passed"
)
LOST = (replace(FILES[0], problem="it does not lie in dist/demo/"), FILES[1])


@pytest.mark.parametrize(
    ("changes", "verdict", "reasons"),
    [
        ({}, Verdict.PROVEN, []),
        ({"looks": looks(lint_metadata=ABSENT)}, Verdict.UNPROVEN, ["lint-metadata: lint-metadata of demo has not"]),
        ({"looks": {}}, Verdict.UNPROVEN, [f"{stage}: nothing is recorded" for stage in PROVING]),
        ({"looks": looks(lint_metadata=OLD)}, Verdict.STALE, ["what lint-metadata of demo heard from the index is"]),
        ({"looks": looks(test=FAILED)}, Verdict.FAILED, ["test found 1 error, told below"]),
        ({"looks": looks(test=BLOCKED)}, Verdict.BLOCKED, ["test could not look: no interpreter suits"]),
        ({"looks": looks(test=FAILED, lint_metadata=ABSENT)}, Verdict.FAILED, ["lint-metadata: ", "test found"]),
        ({"looks": looks(test=BLOCKED, lint_metadata=OLD)}, Verdict.BLOCKED, ["what lint", "test could"]),
        ({"files": ()}, Verdict.UNPROVEN, ["no file of this source is there"]),
        ({"files": LOST}, Verdict.UNPROVEN, ["demo-1.1.tar.gz: it does not lie in dist/demo/"]),
        ({"manifest": "it is of other source"}, Verdict.UNPROVEN, ["it is of other source"]),
        ({"manifest": "it is", "looks": looks(lint_metadata=OLD)}, Verdict.STALE, ["what lint", "it is"]),
        ({"committed": False}, Verdict.UNCOMMITTED, ["uncommitted work is in it"]),
        ({"committed": False, "files": LOST}, Verdict.UNPROVEN, ["demo-1.1.tar.gz", "uncommitted"]),
    ],
)
def test_what_is_missing_is_no_proof(changes: dict[str, Any], verdict: Verdict, reasons: list[str]) -> None:
    """Proven is only what passed for what is here, lies in dist/ and is committed; else each reason is told."""
    found = subject(**changes)
    told = [why for why, _ in found.reasons]
    assert (found.verdict, len(told)) == (verdict, len(reasons))
    assert all(why.startswith(begin) for why, begin in zip(told, reasons, strict=True))


@pytest.mark.parametrize(("stage", "look"), list(product(PROVING, (Look(), ABSENT, OLD, FAILED, BLOCKED))))
def test_no_stage_may_be_missing(stage: Stage, look: Look) -> None:
    """Whichever stage it is, nothing but a passed one that still holds is good enough."""
    assert subject(looks={**looks(), stage: look}).verdict is not Verdict.PROVEN
    assert list(subject(looks={**looks(), stage: look}).reasons)


def test_what_was_recorded_for_something_else_is_told_as_that() -> None:
    """A rehearsal that passed all stages is not told as one that never ran: what is recorded, and what to type."""
    mends = [mend for _, mend in subject(looks=looks(lint_metadata=ABSENT)).reasons]
    assert ["of a rehearsal" in mend and "nox -s approve runs it" in mend for mend in mends] == [True]
    assert [mend for _, mend in subject(looks={}).reasons] == [""] * len(PROVING)


def test_findings_are_told_once_and_errors_first() -> None:
    """What two stages found alike stands once, with the first of them; what is exempt comes after what fails."""
    error = finding("ZZZ901")
    found = subject(
        looks={
            **looks(),
            SDIST: Look(evidence(SDIST, findings=(WARNING,))),
            VERIFY: Look(evidence(VERIFY, Outcome.FAILED, findings=(WARNING, error))),
        }
    )
    assert found.findings == ((error, VERIFY), (EXEMPT, LINT), (WARNING, SDIST))


def test_what_the_configuration_leaves_out_is_told() -> None:
    """A stage or an index that is exempt, and checks that do not look, each with the reason."""
    facts = {"exempt": "tests need recordings"}
    found = subject(
        looks={
            **looks(),
            TEST: Look(evidence(TEST, facts=facts)),
            LINT: Look(evidence(LINT, facts={"index exempt": "it is internal"})),
            VERIFY: Look(evidence(VERIFY, facts={"last release": "not looked for: it is internal"})),
        },
        narrowed={"PRJ": "a trial"},
    )
    assert found.exempt == (
        ("lint-metadata: index exempt", "it is internal"),
        ("verify-artifacts: the last release was not looked for", "it is internal"),
        ("test: exempt", "tests need recordings"),
        ("only PRJ was looked at", "a trial"),
    )
    assert subject().exempt == ()


BROKEN = Broken("other", ("packages/other",), "its pyproject.toml cannot be read", "mend it")
GIVEN = Consent(digest=APPROVAL.statement.digest, given=(APPROVAL,))


@pytest.mark.parametrize(
    ("value", "verdict", "command"),
    [
        (review(), Verdict.PROVEN, "nox -s approve -- demo"),
        (review(consent=GIVEN), Verdict.PROVEN, "nox -s publish -- demo --candidate-for-release"),
        (review(consent=replace(GIVEN, missing=("1 of 2",))), Verdict.PROVEN, "nox -s approve -- demo"),
        (review(consent=replace(GIVEN, problem="no signers")), Verdict.PROVEN, "nox -s approve -- demo"),
        (review(subject(committed=False), consent=GIVEN), Verdict.UNCOMMITTED, "nox -s approve -- demo"),
        (review(subject(), subject("b", looks={}), options=" --repository testpypi"), Verdict.UNPROVEN,
         "nox -s approve -- demo b --repository testpypi"),
        (review(broken=(BROKEN,), consent=GIVEN), Verdict.BLOCKED, "nox -s approve -- demo other"),
        (review(broken=(replace(BROKEN, name="a $(b) c"),)), Verdict.BLOCKED, "nox -s approve -- demo 'a $(b) c'"),
        (Review((), "https://index.example/"), Verdict.UNPROVEN, "nox -s approve -- "),
    ],
)  # fmt: skip
def test_the_worst_package_decides(value: Review, verdict: Verdict, command: str) -> None:
    """The page is as good as its worst package, and publishing is offered only for what is proven and approved."""
    assert (value.verdict, value.command) == (verdict, command)


def test_nothing_known_is_nothing_proven() -> None:
    """A package of which nothing was handed over at all."""
    assert Subject("demo", "1.0").verdict is Verdict.UNPROVEN
    assert File(FILES[0].artifact).problem == ""
