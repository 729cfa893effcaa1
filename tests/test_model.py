"""The graph of the stages, and what a record means to later stages."""

from __future__ import annotations

import graphlib

import pytest

from nox_release.model import REQUIRES, Evidence, Outcome, Stage


def needs(stage: Stage) -> set[Stage]:
    return set(REQUIRES[stage]).union(*(needs(needed) for needed in REQUIRES[stage]))


def test_the_graph_holds_every_stage_and_no_circle() -> None:
    """Every stage stands in the graph, and the graph has an order."""
    assert set(graphlib.TopologicalSorter(REQUIRES).static_order()) == set(Stage) == set(REQUIRES)


@pytest.mark.parametrize(
    ("stage", "needed"),
    [
        (Stage.PUBLISH, set(Stage) - {Stage.PUBLISH}),
        (Stage.TEST, {Stage.BUILD_SDIST, Stage.BUILD_WHEEL}),
        (Stage.VERIFY_ARTIFACTS, {Stage.BUILD_SDIST, Stage.BUILD_WHEEL}),
        (Stage.BUILD_WHEEL, {Stage.BUILD_SDIST}),
        (Stage.BUILD_SDIST, set()),
        (Stage.LINT_METADATA, set()),
    ],
)
def test_what_a_stage_needs(stage: Stage, needed: set[Stage]) -> None:
    """Publish needs everything; the tests need the two builds and nothing else."""
    assert needs(stage) == needed


@pytest.mark.parametrize("outcome", Outcome)
def test_later_stages_build_on_what_passed_alone(outcome: Outcome) -> None:
    """Failed and blocked are both not passed."""
    evidence = Evidence("demo", "1.0", Stage.TEST, "0" * 64, outcome)
    assert evidence.passed is (outcome is Outcome.PASSED)
