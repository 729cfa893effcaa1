"""Keys of a table of the configuration: declared as fields of a dataclass, read by their declaration."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from nox_release.errors import Misuse


@dataclass(frozen=True)
class Limits:
    """What a value may be, beyond its type; of a list, what each of its texts may be."""

    choices: tuple[str, ...] = ()
    pattern: str = ""
    """A regular expression that the whole text matches, in the grammar that Python and JSON Schema share."""
    example: str = ""
    """What to write, where there is a pattern."""
    least: int | None = None
    """The least number, or the least length of a list."""


def limited(default: Any, **limits: Any) -> Any:
    """Declare a key whose values have :class:`Limits`."""
    return field(default=default, metadata={"limits": Limits(**limits)})


@dataclass(frozen=True)
class Key:
    """What may stand in a table."""

    name: str
    """As it is written, with hyphens."""
    field: str
    """The field that takes its value."""
    default: Any
    """Also an example: a value has its type."""
    limits: Limits = Limits()

    def read(self, value: Any, place: str) -> Any:
        """Return *value*, read from TOML, as the field takes it.

        :raises Misuse: where it is not of the type, or not within the limits.
        """
        place = f"{place}: {self.name}"
        taken = _typed(value, self.default, place)
        limits = self.limits
        for text in taken if isinstance(taken, tuple) else (taken,):
            said = f'{place} has "{text}"' if isinstance(taken, tuple) else f'{place} is "{text}"'
            if limits.choices and text not in limits.choices:
                raise Misuse(said, "write one of " + ", ".join(f'"{choice}"' for choice in limits.choices))
            if limits.pattern and not re.fullmatch(limits.pattern, text):
                raise Misuse(said, f"write {limits.example}")
        if limits.least is not None:
            if isinstance(taken, tuple) and len(taken) < limits.least:
                raise Misuse(f"{place} is empty", "name at least one, or leave the key out")
            if isinstance(taken, int) and taken < limits.least:
                raise Misuse(f"{place} is {taken}", f"write a number of {limits.least} or more")
        return taken


def keys(kind: type[Any]) -> dict[str, Key]:
    """Return the keys that the fields of a dataclass declare, by their names."""
    blank = kind()
    return {
        (name := item.name.replace("_", "-")): Key(
            name, item.name, getattr(blank, item.name), item.metadata.get("limits", Limits())
        )
        for item in fields(kind)
        if item.metadata.get("key", True)
    }


def read_keys(table: Mapping[str, Any], known: Mapping[str, Key], place: str) -> dict[str, Any]:
    """Return field → value for a table that was read from TOML.

    :raises Misuse: for an unknown key, with the one that may have been meant, and for a value that cannot be taken.
    """
    values = {}
    for name, value in table.items():
        if not (key := known.get(name)):
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "the keys are: " + ", ".join(sorted(known))
            raise Misuse(f"{place}: unknown key {name}", hint)
        values[key.field] = key.read(value, place)
    return values


def _typed(value: Any, example: Any, place: str) -> Any:
    match example:
        case bool():
            if isinstance(value, bool):
                return value
            raise Misuse(f"{place} is {value!r}", "write true or false")
        case int():
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            raise Misuse(f"{place} is {value!r}", "write a number")
        case str():
            if isinstance(value, str):
                return value
            raise Misuse(f"{place} is {value!r}", "write a text in quotes")
        case tuple():
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                return tuple(value)
            raise Misuse(f"{place} is {value!r}", 'write a list of texts: ["…", "…"]')
        case _:
            if isinstance(value, dict) and all(isinstance(item, str) and item.strip() for item in value.values()):
                return dict(value)
            hint = 'write the reason for each: { CODE = "why" }; for severity "error" or "warning"'
            raise Misuse(f"{place} is {value!r}", hint)
