"""What a changed signature breaks, by griffe's rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import griffe

from nox_release.difference import Change, Nature


@dataclass(frozen=True)
class Pair:
    """A function as it was and as it is."""

    path: str
    origin: str
    """Where the old one is defined."""
    old: str
    """Its signature, as ``f(x: int = 0) -> str``."""
    new: str


_MILD = frozenset({griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT, griffe.BreakageKind.RETURN_CHANGED_TYPE})
"""Calls go on; what they do may differ."""


def breakages(pairs: Sequence[Pair]) -> Iterator[Change]:
    """Yield what callers notice of each pair; a pair that cannot be read yields that."""
    old, new = _module([pair.old for pair in pairs]), _module([pair.new for pair in pairs])
    if old is None or new is None:  # find the one
        if len(pairs) == 1:
            yield Change(Nature.DIFFERENT, pairs[0].path, f"{pairs[0].old} became {pairs[0].new}", pairs[0].origin)
            return
        yield from breakages(pairs[: len(pairs) // 2])
        yield from breakages(pairs[len(pairs) // 2 :])
        return
    told: dict[tuple[int, Nature], list[str]] = {}
    for breakage in griffe.find_breaking_changes(old, new):
        if breakage.kind is griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT and not _plain(breakage):
            continue
        number = int(breakage.obj.name.removeprefix("f"))
        nature = Nature.DIFFERENT if breakage.kind in _MILD else Nature.INCOMPATIBLE
        told.setdefault((number, nature), []).append(_told(breakage))
    for (number, nature), details in told.items():
        yield Change(nature, pairs[number].path, "; ".join(details), pairs[number].origin)


def _module(signatures: Sequence[str]) -> griffe.Module | None:
    """Return a module of these functions, with a number in each name."""
    code = "\n".join(f"def f{number}{text[1:]}: ..." for number, text in enumerate(signatures))
    try:
        return griffe.visit("pairs", filepath=Path("pairs.py"), code=code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _told(breakage: griffe.Breakage) -> str:
    kind, old, new = breakage.kind, breakage.old_value, breakage.new_value
    match kind:
        case griffe.BreakageKind.PARAMETER_ADDED_REQUIRED:
            return f"parameter {new.name} is new and required"
        case griffe.BreakageKind.PARAMETER_REMOVED:
            return f"parameter {old.name} was removed"
        case griffe.BreakageKind.PARAMETER_MOVED:
            return f"parameter {old.name} has another position"
        case griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED:
            return f"parameter {old.name} is required now"
        case griffe.BreakageKind.PARAMETER_CHANGED_KIND:
            return f"parameter {old.name} was {old.kind.value}, and is now {new.kind.value}"
        case griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT:
            return f"the default of {old.name} was {old.default}, and is now {new.default}"
        case griffe.BreakageKind.RETURN_CHANGED_TYPE:
            return f"it returned {old}, and does not say any more what it returns"
        case _:
            return f"{kind.value}: {old}"


def _plain(breakage: griffe.Breakage) -> bool:
    """Whether both defaults are literals; what a name stands for may well be the same."""
    try:
        return bool(
            ast.literal_eval(str(breakage.old_value.default)) != ast.literal_eval(str(breakage.new_value.default))
        )
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False
