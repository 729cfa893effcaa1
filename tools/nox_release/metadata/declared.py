"""Files outside the package's folder that its pyproject.toml names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def paths(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield every path, relative to the folder, that a build reads because pyproject.toml names it."""
    project, tool = _table(tables, "project"), _table(tables, "tool")
    poetry, hatch = _table(tool, "poetry"), _table(tool, "hatch")
    for value in (project.get("readme"), project.get("license"), project.get("license-files"), poetry.get("readme")):
        # A licence as text is an SPDX expression or the text itself, never a path (PEP 639).
        if value is not project.get("license") or isinstance(value, dict):
            yield from _named(value)
    yield from _named(_table(hatch, "version").get("path"))
    yield from _named(_table(_table(tool, "pdm"), "version").get("path"))
    for value in _table(_table(tool, "setuptools"), "dynamic").values():
        yield from _named(value)
    build = _table(hatch, "build")
    targets = [_table(_table(build, "targets"), target) for target in _table(build, "targets")]
    for table in (build, *targets):
        yield from _table(table, "force-include")


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, dict) else {}


def _named(value: object) -> Iterator[str]:
    """Yield the paths in a string, a list, or a table that has them under ``file``, ``paths`` or ``globs``."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, dict):
        named = [value[key] for key in ("file", "paths", "globs") if key in value]
        # Optional dependencies nest one table per extra.
        yield from _named(named or [item for item in value.values() if isinstance(item, dict)])
