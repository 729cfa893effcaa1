"""The JSON schema of the configuration beside the reader of the configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from nox_release.config import PACKAGE, WORKSPACE, read_config
from nox_release.errors import Misuse
from nox_release.keys import Key
from nox_release.reference.configuration import SCHEMA, schema

VALIDATOR = Draft7Validator(json.loads(schema()))
LATER = (
    "no check is called that", "cannot be let pass", "so it stays an error", "do not count for approval",
    "tag-format is", "index-url is", "holds a user",
)  # fmt: skip
"""What only the reader knows to refuse."""


def test_the_file_is_what_the_declarations_say() -> None:
    """config.schema.json is up to date; `python -m nox_release.reference` writes it."""
    assert SCHEMA.read_text(encoding="utf-8") == schema()


def test_it_is_a_schema() -> None:
    """The schema follows its own grammar."""
    Draft7Validator.check_schema(VALIDATOR.schema)


def takes(table: Mapping[str, Any]) -> bool:
    """Whether the schema takes a pyproject.toml with this table."""
    return bool(VALIDATOR.is_valid({"tool": {"nox-release": table}}))


def toml(value: Any) -> str:
    """Write a value as TOML does, all in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(toml(item) for item in value) + "]"
        case _:
            return json.dumps(value)


def refused(table: Mapping[str, Any]) -> str:
    """Why the reader refuses this table; empty where it takes it."""
    try:
        read_config(f"tool.nox-release = {toml(table)}".encode())
    except Misuse as error:
        return error.message
    return ""


def agree(table: Mapping[str, Any]) -> None:
    """Hold the two together: what is read is valid, and what is valid is read, but for what only the reader knows."""
    message = refused(table)
    assert takes(table) == (not message) or (takes(table) and any(words in message for words in LATER)), message


VALUES: tuple[Any, ...] = (
    True, False, -1, 0, 1, 7, 1.5, "", "x", "uv", [], ["x"], ["x", 1], [["x"]], ["3.9"], ["3.9", "3.9.1"],
    {}, {"x": "y"}, {"PRJ": "y"}, {"PRJ4": "error"}, {"INS103": "why"}, {"INS103": ""}, {"INS103": 1}, {"INS103": " "},
    {"INS999": "why"}, {"ins103": "why"},
)  # fmt: skip


def candidates(key: Key) -> Iterator[Any]:
    """Values that a key may have or may not: of its own and of other types, at its limits and beyond."""
    yield from VALUES
    yield from key.limits.choices
    yield from ([choice] for choice in key.limits.choices)
    yield list(key.default) if isinstance(key.default, tuple) else key.default


@pytest.mark.parametrize("name", [*WORKSPACE, *PACKAGE])
def test_a_key_takes_the_same_in_both(name: str) -> None:
    """Every key, in the table and in an override, takes exactly what the reader takes, but for what only that knows."""
    for value in candidates({**WORKSPACE, **PACKAGE}[name]):
        agree({name: value})
        agree({"overrides": [{"packages": ["a"], name: value}]})


@pytest.mark.parametrize(
    "table",
    [
        {"overrides": {}}, {"overrides": [1]}, {"overrides": [{}]}, {"overrides": [{"packages": "a"}]},
        {"overrides": [{"packages": ["a"], "overrides": []}]}, {"overrides": []}, {"test_command": ["x"]},
        {"unheard-of": 1}, {"approval": "environment", "approvals": 2}, {"tag-format": "v"}, {"index-url": "x"},
    ],
)  # fmt: skip
def test_a_table_is_the_same_in_both(table: Mapping[str, Any]) -> None:
    """Unknown keys, keys in the wrong place and overrides of the wrong form are refused by both."""
    agree(table)


NAMES = st.sampled_from([*WORKSPACE, *PACKAGE, "overrides", "unheard-of"])


@given(st.dictionaries(NAMES, st.sampled_from(VALUES), max_size=4))
def test_whatever_is_written_is_the_same_in_both(table: Mapping[str, Any]) -> None:
    """The schema refuses nothing that is read."""
    agree(table)


def test_nothing_else_of_the_file_is_looked_at() -> None:
    """Other tables are others' affair."""
    assert VALIDATOR.is_valid({"project": {"name": 1}, "tool": {"ruff": []}})
