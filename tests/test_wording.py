"""How several things are told in a few words."""

from __future__ import annotations

import pytest

from nox_release.wording import number, some


@pytest.mark.parametrize(
    ("names", "shown"), [(["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d"], "a, b, c and 1 more")]
)
def test_many_names_are_counted(names: list[str], shown: str) -> None:
    """Some names are told, the others counted."""
    assert some(names) == shown


def test_one_and_many() -> None:
    """A word has its plural where there is not one of it."""
    assert [number(count, "error") for count in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]
