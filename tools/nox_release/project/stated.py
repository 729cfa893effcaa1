"""Where a package's source states its version, beside the metadata: read from syntax trees and tables, never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nox_release.project.document import Source
from nox_release.project.legacy import Legacy
from nox_release.project.tables import string, subtable

_MODULES = ("__init__.py", "_version.py", "version.py", "__version__.py", "__about__.py", "about.py")
_NAMES = ("__version__", "VERSION", "version")
_ROOTS = ("", "src/", "lib/", "python/")
# Folders that may lie beside an import package and hold code that is none of it.
_BESIDE = frozenset("test tests testing docs doc examples example samples sample scripts tools benchmarks".split())
_TABLES = (("bumpversion", "current_version"), ("commitizen", "version"), ("poetry", "version"))
_LITERAL = r"""[ \t]*=[ \t]*["']([^"'\n]*)["']"""
_TEXTS = {
    "CITATION.cff": r"""^version:[ \t]*["']?([^"'\s#]+)""",
    "docs/conf.py": rf"^release{_LITERAL}",
    "docs/source/conf.py": rf"^release{_LITERAL}",
    "doc/conf.py": rf"^release{_LITERAL}",
    "doc/source/conf.py": rf"^release{_LITERAL}",
    "recipe/meta.yaml": rf"^{{%-?\s*set version{_LITERAL}",
    "conda/meta.yaml": rf"^{{%-?\s*set version{_LITERAL}",
    "conda.recipe/meta.yaml": rf"^{{%-?\s*set version{_LITERAL}",
    ".bumpversion.cfg": r"^current_version[ \t]*=[ \t]*(\S+)",
    ".bumpversion.toml": rf"^current_version{_LITERAL}",
}
"""Path in the package's folder → what matches the version in it."""


@dataclass(frozen=True)
class Statement:
    """A place that states the version as a literal."""

    where: str
    """``path:line``."""
    what: str
    """The name that has it as its value."""
    version: str
    """As written."""
    shipped: bool
    """It stands in the import package, so that users get it."""


def statements(
    name: str, files: Sequence[str], source: Source, pyproject: Mapping[str, object], legacy: Legacy
) -> tuple[Statement, ...]:
    """Return every statement of the version of the package *name*."""
    there = frozenset(files)
    found = [each for path in _modules(name, there) for each in _in_module(path, source)]
    for path, pattern in _TEXTS.items():
        if path in there and (document := source.about(path)) and (match := re.search(pattern, document.text, re.M)):
            line = document.text.count("\n", 0, match.start(1)) + 1
            found.append(Statement(f"{path}:{line}", "the version", match[1], shipped=False))
    tools = subtable(pyproject, "tool")
    for tool, key in _TABLES:
        if value := string(subtable(tools, tool), key, ""):
            where = _at("pyproject.toml", rf"^[ \t]*{key}[ \t]*=[ \t]*[\"']{re.escape(value)}[\"']", source)
            found.append(Statement(where, f"[tool.{tool}] {key}", value, shipped=False))
    if isinstance(given := legacy.keywords.get("version"), str):
        where = _at(legacy.path("version"), rf"version[ \t]*=[ \t]*[\"']?{re.escape(given)}", source)
        found.append(Statement(where, "version", given, shipped=False))
    return tuple(found)


def _at(path: str, pattern: str, source: Source) -> str:
    document = source.about(path)
    return document.at(pattern) if document else path


def _modules(name: str, files: frozenset[str]) -> Iterator[str]:
    """Yield the modules of the import package that belongs to the distribution *name* and may state a version."""
    # a-b-c may be a_b_c, a/b/c, or anything between: a namespace package, whose last parts may be written as one
    parts = name.split("-")
    spelt = (
        "_".join(parts),
        "/".join(parts),
        *("/".join((*parts[:at], glue.join(parts[at:]))) for glue in ("_", "") for at in range(len(parts) - 1)),
    )
    folders = [f"{root}{path}" for root in _ROOTS for path in spelt]
    folder = next((each for each in folders if f"{each}/__init__.py" in files), None) or _only(files)
    if folder:
        yield from (path for module in _MODULES if (path := f"{folder}/{module}") in files)
    else:
        yield from (path for root in _ROOTS if (path := f"{root}{spelt[0]}.py") in files)


def _only(files: frozenset[str]) -> str:
    """Return the only import package at the top, whatever it is called, or ``""``."""
    for root in ("src/", ""):
        inits = [path.removeprefix(root).split("/") for path in files if path.startswith(root)]
        tops = [parts[0] for parts in inits if parts[1:] == ["__init__.py"] and parts[0].lower() not in _BESIDE]
        if tops:
            return f"{root}{tops[0]}" if len(tops) == 1 else ""
    return ""


def _in_module(path: str, source: Source) -> Iterator[Statement]:
    """Yield the names that the module gives a version as a literal, once, at its top level."""
    raw = source.read(path)
    # Most have none; parsing them all costs more than the rest of the stage.
    if raw is None or not any(name.encode() in raw for name in _NAMES):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in other people's code
            tree = ast.parse(raw)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # whoever imports it says so better than we can
    bound: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in _NAMES:
            bound[node.id] = bound.get(node.id, 0) + 1
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or not isinstance(statement.value, ast.Constant):
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            # A name that is bound again elsewhere, in a function or behind a condition, may mean anything.
            if isinstance(target, ast.Name) and bound.get(target.id) == 1 and isinstance(statement.value.value, str):
                yield Statement(f"{path}:{statement.lineno}", target.id, statement.value.value, shipped=True)
