"""The pool of forks: order, and what becomes of an item whose process dies."""

from __future__ import annotations

import os
import time

import pytest

from nox_release.forks import forked


def double(number: int) -> int:
    if number == 13:
        os._exit(1)
    if number % 7 == 0:
        time.sleep(0.01)
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    """Whoever is ready first, and whatever became of one whose process ended."""
    found = list(forked(double, range(100), jobs, lambda number: -number, lambda: None))
    assert found == [-13 if number == 13 else 2 * number for number in range(100)]


def test_each_fork_is_prepared() -> None:
    """What is prepared holds in the fork and not here."""

    def prepare() -> None:
        os.environ["NOX_RELEASE_PREPARED"] = "yes"

    def look(_item: int) -> str:
        return os.environ.get("NOX_RELEASE_PREPARED", "no")

    assert list(forked(look, range(3), 2, str, prepare)) == ["yes"] * 3
    assert "NOX_RELEASE_PREPARED" not in os.environ


def test_nothing_is_left_when_nobody_reads_on() -> None:
    """Whoever stops early leaves no process behind."""
    answers = forked(lambda _item: os.getpid(), range(100), 2, lambda _item: 0, lambda: None)
    pid = next(answers)
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_item_no_process() -> None:
    """Nothing to do is done at once."""
    assert list(forked(double, [], 2, double, lambda: None)) == []
