"""The patterns of `license-files`, as PEP 639 defines them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase


def matches(pattern: str, path: str) -> bool:
    """Whether the whole *path* matches *pattern*: ``*`` and ``?`` stay within a folder, ``**`` does not."""
    parts = pattern.split("/")
    # How many parts of the pattern the folders so far can have used up.
    reached = _behind_stars(parts, {0})
    for name in path.split("/"):
        used = {at for at in reached if at < len(parts) and (parts[at] == "**" or fnmatchcase(name, parts[at]))}
        reached = _behind_stars(parts, {at if parts[at] == "**" else at + 1 for at in used})
    return len(parts) in reached


def _behind_stars(parts: Sequence[str], reached: Iterable[int]) -> set[int]:
    """Add what is reached where ``**`` stands for no folder at all."""
    found = set()
    for at in reached:
        found.add(at)
        while at < len(parts) and parts[at] == "**":
            at += 1
            found.add(at)
    return found
