"""How several things are told in a few words: the same in findings, live and in reports."""

from __future__ import annotations

from collections.abc import Sequence


def number(count: int, word: str) -> str:
    """Return *count* with its word, in the plural where it is not one."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def some(names: Sequence[str], shown: int = 3) -> str:
    """Return the first of *names*, and how many more there are."""
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")
