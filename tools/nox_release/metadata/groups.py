"""Dependency groups (PEP 735)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from nox_release.metadata.sources import Source


def resolved(groups: Mapping[str, Any], source: Source) -> dict[str, tuple[str, ...]]:
    """Return the requirements of each group by its normalized name, with ``include-group`` resolved.

    :raises Unreadable: for two groups of one name, an entry that is neither a requirement nor an include, a group
        that includes one that is not there, or one that includes itself.
    """
    named: dict[str, list[Any]] = {}
    for written, entries in groups.items():
        name = canonicalize_name(written)
        if name in named:
            raise source.unreadable(f"two dependency groups are named {name}", "rename one of them (PEP 735)", written)
        if not isinstance(entries, list):
            raise source.unreadable(f"dependency group {written} is not a list", "write it as a list", written)
        named[name] = entries
    done: dict[str, tuple[str, ...]] = {}

    def resolve(name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        if name in done:
            return done[name]
        if name in above:
            chain = " → ".join((*above[above.index(name) :], name))
            raise source.unreadable(f"dependency groups include one another: {chain}", "break the circle", name)
        found: list[str] = []
        for entry in named[name]:
            if isinstance(entry, str):
                found.append(source.requirement(entry))
                continue
            included = entry.get("include-group") if isinstance(entry, dict) and len(entry) == 1 else None
            if not isinstance(included, str):
                problem = f"dependency group {name} has the entry {entry!r}"
                raise source.unreadable(problem, 'write a requirement or {include-group = "name"} (PEP 735)', name)
            if (key := canonicalize_name(included)) not in named:
                problem = f"dependency group {name} includes {included!r}, which is not there"
                raise source.unreadable(problem, "name an existing group", included)
            found += resolve(key, (*above, name))
        done[name] = tuple(found)
        return done[name]

    return {name: resolve(name, ()) for name in named}
