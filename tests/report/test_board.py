"""Where a stage stands: events change it, and it says what runs, what waits for what, and how long it may take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.model import Outcome, Stage
from nox_release.plan import Plan
from nox_release.report.board import Began, Board, Ended, Event, Running, Said, after, board, queue, still
from pretended import order, planned

PASSED, FAILED, BLOCKED = Outcome


def at(*events: Event, names: str = "a b c", jobs: int = 2, **expected: float) -> Board:
    """The board of a stage of some packages, after some events."""
    made = board(order(*names.split(), jobs=jobs, expected=expected), 0.0)
    for event in events:
        made = after(made, event)
    return made


def test_a_package_goes_from_waiting_to_running_to_ended() -> None:
    """Each event moves one package, and its outcome and its time are kept."""
    begun = at(Began("b", 1.0), Said("b", "working"))
    assert begun.waiting == ("a", "c")
    assert begun.running == {"b": Running("b", 1.0, None, "working")}
    ended = after(begun, Ended("b", 4.5, FAILED))
    assert (ended.waiting, ended.running, ended.ended, ended.took) == (("a", "c"), {}, {"b": FAILED}, {"b": 3.5})


@pytest.mark.parametrize(
    "event", [Began("x", 1.0), Said("a", "early"), Said("x", "stray"), Ended("x", 1.0, PASSED)], ids=str
)
def test_what_cannot_have_happened_changes_nothing(event: Event) -> None:
    """A name that is unknown, or a line of what has not begun."""
    assert after(at(), event) == at()


def test_an_outcome_without_a_beginning_counts() -> None:
    """It takes one from those that wait; told twice it counts once."""
    ended = at(Ended("a", 2.0, BLOCKED), Ended("a", 3.0, PASSED))
    assert (ended.waiting, dict(ended.ended), ended.total) == (("b", "c"), {"a": BLOCKED}, 3)


EVENTS = st.lists(
    st.one_of(
        st.builds(Began, st.sampled_from("abcdx"), st.floats(0, 100)),
        st.builds(Said, st.sampled_from("abcdx"), st.text()),
        st.builds(Ended, st.sampled_from("abcdx"), st.floats(0, 100), st.sampled_from(Outcome)),
    )
)


@given(EVENTS)
def test_no_package_is_lost_or_counted_twice(events: list[Event]) -> None:
    """Whatever is told in whatever order, each package waits, runs or has ended."""
    now = at(*events, names="a b c d")
    assert sorted([*now.waiting, *now.running, *now.ended]) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("expected", "elapsed", "told"),
    [
        (None, 0.4, "0s"),
        (None, 65.2, "65s"),
        (40.0, 12.0, "12s of about 40s"),
        (40.0, 52.0, "52s, usually 40s"),
        (200.0, 130.0, "2m10s of about 3m20s"),
        (5.0, -1.0, "0s of about 5s"),
    ],
)
def test_time_stands_beside_what_is_usual(expected: float | None, elapsed: float, told: str) -> None:
    """How long a package takes, and how long it took the last time where that is known."""
    assert Running("a", 100.0, expected).time(100.0 + elapsed) == told


@pytest.mark.parametrize(
    ("made", "left"),
    [
        (at(), None),
        (at(jobs=1, a=10.0, b=20.0, c=30.0), 60.0),
        (at(jobs=2, a=10.0, b=20.0, c=30.0), 30.0),  # c has a place for itself, b and a share the other
        (at(jobs=9, a=10.0, b=20.0, c=30.0), 30.0),
        (at(jobs=1, a=10.0), 30.0),  # the others count as a
        (at(Began("a", 0.0), jobs=1, a=10.0, b=20.0, c=30.0), 56.0),  # four seconds of it are over
        (at(Began("a", 0.0), Ended("a", 3.0, PASSED), jobs=1), 6.0),  # learnt from what ended
        (at(*(Ended(name, 1.0, PASSED) for name in "abc")), 0.0),
    ],
)
def test_what_is_left_follows_from_earlier_times(made: Board, left: float | None) -> None:
    """Packages are dealt out to the places as the worker deals them out; nothing known is nothing said."""
    assert made.left(4.0) == left


def publishing(*events: Event) -> Board:
    """Publish of three packages: b needs a, and c needs both."""
    asked = order("a", "b", "c", stage=Stage.PUBLISH)
    plan = Plan((planned("a"), planned("b", "a"), planned("c", "a", "b")))
    made = board(replace(asked, plan=plan), 0.0)
    for event in events:
        made = after(made, event)
    return made


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (at(names="a"), ["1 waits for one of 2 places: a"]),
        (at(names="a b c d e"), ["5 wait for one of 2 places: a, b, c and 2 more"]),
        (at(names="a b", jobs=1), ["2 wait for its turn: a, b"]),
        (at(*(Began(name, 0.0) for name in "abc")), []),
        (publishing(Began("a", 0.0)), ["b waits for a", "1 waits for its turn: c"]),
        (publishing(Ended("a", 0.0, PASSED), Began("b", 0.0)), ["c waits for b"]),
        (
            replace(at(names=""), stage=Stage.BUILD_SDIST, to_come=(Stage.BUILD_WHEEL, Stage.TEST, Stage.PUBLISH)),
            ["build-wheel, test, publish wait for build-sdist"],
        ),
        (
            replace(at(names=""), stage=Stage.LINT_METADATA, to_come=(Stage.BUILD_SDIST, Stage.PUBLISH)),
            ["publish waits for lint-metadata", "then build-sdist"],
        ),
    ],
)
def test_what_waits_is_told_with_what_it_waits_for(made: Board, told: list[str]) -> None:
    """Packages wait for a place or for one another, stages for the stages that they need."""
    assert list(queue(made)) == told


def test_the_queue_is_that_of_the_worker() -> None:
    """What took longest begins first; publish keeps the order of the plan and does one at a time."""
    assert at(a=1.0, b=9.0).waiting == ("b", "a", "c")
    assert publishing().waiting == ("a", "b", "c")
    assert publishing().jobs == 1


def test_a_log_hears_what_goes_on_in_one_line() -> None:
    """How far the stage is and what is worked on, whatever that printed."""
    said = Said("a", "##vso[task.complete]\n::error::x\x1b[2J\n")
    made = at(Began("a", 0.0), said, Ended("b", 50.0, PASSED), a=40.0)
    shown = "a (65s, usually 40s: # #vso[task.complete] ::error::x\\x1b[2J)"
    assert still(made, 65.0) == f"...     test 1 of 3, 65s, about 20s left; still at {shown}"
