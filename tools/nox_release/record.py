"""Frozen dataclasses ↔ JSON, by their type hints alone."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import functools
import json
import math
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: object) -> str:
    """Return *value* as JSON with sorted keys: the same value is the same text."""
    text = json.dumps(_plain(value), sort_keys=True, indent=1, ensure_ascii=False)
    # Names of files that are not UTF-8 are escaped, the way JSON has it; all other text stays readable.
    return text.encode(errors="backslashreplace").decode()


def from_json(kind: type[T], text: str | bytes) -> T:
    """Return the *kind* that :func:`to_json` wrote.

    :raises ValueError: where *text* is no JSON or does not describe a *kind*.
    """
    try:
        value: T = _build(kind, json.loads(text))
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from None
    return value


def _plain(value: object) -> Any:
    match value:
        case enum.Enum():
            return value.value
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
        case collections.abc.Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case frozenset() | set():
            return sorted(_plain(item) for item in value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case Path():
            return str(value)
        case _:
            return value


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {item.name: hints[item.name] for item in dataclasses.fields(kind)}


def _build(hint: Any, value: Any) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is None:
        if dataclasses.is_dataclass(hint):
            made: Any = hint
            kinds = _hints(made)
            return made(**{name: _build(kinds[name], item) for name, item in value.items()})
        if isinstance(hint, type) and issubclass(hint, enum.Enum | Path):
            return hint(value)
        if hint is not Any and not isinstance(value, (int, float) if hint is float else hint):
            raise TypeError(f"{value!r} is no {hint.__name__}")
        if hint is float and not math.isfinite(value):  # Python reads NaN and 1e999, which JSON does not have
            raise TypeError(f"{value!r} is no number")
        return value
    if origin is types.UnionType or origin is typing.Union:
        (kind,) = (item for item in inner if item is not type(None))
        return None if value is None else _build(kind, value)
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(_build(kind, item) for kind, item in zip(inner, value, strict=True))
    if origin in (tuple, frozenset):
        return origin(_build(inner[0], item) for item in value)
    return {key: _build(inner[1], item) for key, item in value.items()}
