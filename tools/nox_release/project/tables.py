"""Values of a table whose types nobody has checked, and files by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def named(files: Sequence[str], names: Sequence[str]) -> str:
    """Return the first of *names* (lower case) among the files of the top folder, as it is spelt there, or ``""``."""
    found = {path.lower(): path for path in sorted(files, reverse=True) if "/" not in path}
    return next((found[name] for name in names if name in found), "")


def subtable(parent: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return the table *key*, an empty one where there is none."""
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


def string(table: Mapping[str, object], key: str, default: str) -> str:
    """Return the string *key*, or *default*."""
    value = table.get(key, default)
    return value if isinstance(value, str) else default


def strings(value: object) -> tuple[str, ...]:
    """Return the strings of a list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def first(value: object) -> str:
    """Return a string, or the first of a list of them."""
    return value if isinstance(value, str) else next(iter(strings(value)), "")
