"""Keys that a dataclass declares, and how their values are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from nox_release.errors import Misuse
from nox_release.keys import Key, Limits, keys, limited, read_keys


@dataclass(frozen=True)
class Table:
    """Of a test."""

    run_fast: bool = False
    turns: int = limited(2, least=1)
    style: str = limited("old", choices=("old", "new"))
    names: tuple[str, ...] = limited((), pattern="[a-z]+", example="small letters", least=1)
    why: Mapping[str, str] = field(default_factory=dict)
    inner: str = field(default="", metadata={"key": False})


KEYS = keys(Table)


def test_fields_are_keys() -> None:
    """Each field that is not taken out is a key, written with hyphens, with its default and its limits."""
    assert list(KEYS) == ["run-fast", "turns", "style", "names", "why"]
    assert KEYS["run-fast"] == Key("run-fast", "run_fast", False)
    assert KEYS["turns"] == Key("turns", "turns", 2, Limits(least=1))


def test_values_are_read_as_their_fields_take_them() -> None:
    """Lists become tuples; everything else stays."""
    table = {"run-fast": True, "turns": 1, "style": "new", "names": ["a", "b"], "why": {"A": "since"}}
    assert read_keys(table, KEYS, "here") == {
        "run_fast": True, "turns": 1, "style": "new", "names": ("a", "b"), "why": {"A": "since"},
    }  # fmt: skip
    assert read_keys({}, KEYS, "here") == {}


@pytest.mark.parametrize(
    ("key", "value", "message", "hint"),
    [
        ("run-fast", 1, "here: run-fast is 1", "write true or false"),
        ("turns", True, "here: turns is True", "write a number"),
        ("turns", 0, "here: turns is 0", "write a number of 1 or more"),
        ("style", 3, "here: style is 3", "write a text in quotes"),
        ("style", "odd", 'here: style is "odd"', 'write one of "old", "new"'),
        ("names", "a", "here: names is 'a'", 'write a list of texts: ["…", "…"]'),
        ("names", ["a", "B"], 'here: names has "B"', "write small letters"),
        ("names", ["a\n"], 'here: names has "a\n"', "write small letters"),
        ("names", [], "here: names is empty", "name at least one, or leave the key out"),
        ("why", {"A": " "}, "here: why is {'A': ' '}", "write the reason for each"),
        ("stile", "old", "here: unknown key stile", "did you mean style?"),
        ("run_fast", True, "here: unknown key run_fast", "did you mean run-fast?"),
        ("zzz", 1, "here: unknown key zzz", "the keys are: names, run-fast, style, turns, why"),
        ("inner", "", "here: unknown key inner", ""),
    ],
)
def test_what_cannot_be_taken_is_said(key: str, value: Any, message: str, hint: str) -> None:
    """An unknown key, another type and a value beyond the limits are named, with what to write."""
    with pytest.raises(Misuse) as caught:
        read_keys({key: value}, KEYS, "here")
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)
