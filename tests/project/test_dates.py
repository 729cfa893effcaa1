"""The days that people write, and any text at all."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.project.dates import day


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20", "2026/11/20", "2026.11.20", "20.11.2026", "20/11/2026", "11/20/2026", "20 Nov 2026",
        "20th November 2026", "November 20th, 2026", "Nov. 20, 2026", "20-nov-2026",
    ],
)  # fmt: skip
def test_forms_of_a_day(text: str) -> None:
    """Every form that leaves no doubt names the day."""
    assert day(text) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-3-4", date(2026, 3, 4)),
        ("4.4.2026", date(2026, 4, 4)),
        ("03/04/2026", None),
        ("2026-11", None),
        ("November 2026", None),
        ("2026", None),
        ("Unreleased", None),
        ("", None),
        ("May March 2026", None),
        ("20 Nov 2026 or 2027", None),
    ],
)
def test_doubtful_days(text: str, wanted: date | None) -> None:
    """What may mean two days, or none, names none."""
    assert day(text) == wanted


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2025-02-29", "31.9.2026", "2026-13-01", "32/13/2026", "31 Nov 2026", "0000-01-01"]
)
def test_days_that_no_calendar_has(text: str) -> None:
    """They are no doubtful ones: somebody mistyped."""
    with pytest.raises(ValueError, match="there is no day"):
        day(text)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y"]))
def test_a_written_day_is_read_back(moment: date, form: str) -> None:
    """Whatever day it is."""
    assert day(moment.strftime(form)) == moment


@given(st.text() | st.text("0123456789-/. janfebmrly", max_size=45))
def test_any_text_is_taken(text: str) -> None:
    """A text names a day, none, or an impossible one; nothing else comes of it."""
    with contextlib.suppress(ValueError):
        found = day(text)
        assert found is None or str(found.year) in text
