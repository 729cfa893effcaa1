"""Checks of pyproject.toml against its standards."""

from __future__ import annotations

import copy
import difflib
import functools
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name
from validate_pyproject import api, extra_validations, plugins
from validate_pyproject.error_reporting import ValidationError

from nox_release.check import Family, Problem, Severity
from nox_release.project import Project

PYPROJECT: Family[Project] = Family("PRJ1", "pyproject.toml")

SPECIFICATION = "https://packaging.python.org/specifications/pyproject-toml"
STANDARD_TABLES = frozenset(("build-system", "project", "dependency-groups", "tool"))
"""The tables of pyproject.toml that PEP 518, PEP 621 and PEP 735 name."""

_FORMATS = {
    "pep440": "a version (PEP 440)",
    "pep508": "a requirement (PEP 508)",
    "pep508-identifier": "a name of letters, digits, `.`, `-` and `_` (PEP 508)",
    "pep508-versionspec": "a version specifier (PEP 440)",
    "pep517-backend-reference": "a build backend's import path, `module:object` (PEP 517)",
    "python-entrypoint-reference": "an entry point, `module:object`",
    "url": "a URL with its scheme",
}


@PYPROJECT.check("PRJ101", "pyproject.toml follows its schema")
def follows_schema(project: Project) -> Iterator[Problem]:
    """A backend stops at, or silently ignores, what the standards do not allow.

    [build-system] is of PEP 518, [project] of PEP 621 with its successors, [dependency-groups] of PEP 735, and
    setuptools reads [tool.setuptools] by a schema of its own. Tables of other tools are not looked at.
    """
    standard = {key: value for key, value in (project.pyproject or {}).items() if key in STANDARD_TABLES}
    for where, message in _schema_errors(standard):
        yield Problem("pyproject.toml", f"correct {where}; {SPECIFICATION} says what it may be", message)


@PYPROJECT.check("PRJ102", "pyproject.toml has no table of its own invention", Severity.WARNING)
def only_standard_tables(project: Project) -> Iterator[Problem]:
    """PEP 518 keeps every table but [tool] for standards to come, and a backend may refuse the file for one."""
    for key in sorted((project.pyproject or {}).keys() - STANDARD_TABLES):
        near = difflib.get_close_matches(key, STANDARD_TABLES, 1)
        mend = f"call it [{near[0]}]" if near else f"move it to [tool.{key}]"
        yield Problem("pyproject.toml", mend, f"no standard names a table [{key}]")


@functools.cache
def _validator() -> api.Validator:
    """Build the validator, whose schemas take a tenth of a second to compile, once; nothing in it asks the network."""
    # It logs advice at every call, to stderr where nobody has set up logging; only errors matter here.
    logging.getLogger(api.__package__).setLevel(logging.ERROR)
    ours = ("setuptools", "distutils")
    return api.Validator(
        plugins=[plugins.PluginWrapper(tool, api.load_builtin_plugin) for tool in ours],
        # Classifiers are PRJ301's affair, licences PRJ601's.
        format_validators={**api.FORMAT_FUNCTIONS, "trove-classifier": lambda _: True, "SPDX": lambda _: True},
        # It compares the names of groups as they are spelt; PEP 735 normalizes them.
        extra_validations=[
            each
            for each in extra_validations.EXTRA_VALIDATIONS
            if each is not extra_validations.validate_include_dependency
        ],
    )


def _schema_errors(pyproject: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the path and the message of every error: of all keys of a table, and of one a key.

    The validator stops at the first, so what it names is taken out before it is asked again.
    """
    document = copy.deepcopy(dict(pyproject))
    while True:
        try:
            _validator()(document)
        except ValidationError as error:
            path = (error.name or "").strip("`").removeprefix("data.")
            yield path, _message(path, error)
            if not _mended(document, path, error):
                return
        else:
            break
    yield from _missing_groups(document)


def _message(path: str, error: ValidationError) -> str:
    summary = error.summary.split("\n")[0].rstrip(":").replace(" (0 matches found)", "")
    if error.rule == "format":
        wanted = (error.definition or {}).get("format", "")
        summary = f"`{path}` must be {_FORMATS.get(wanted, wanted)}"
    return f"{summary}, it is {error.value!r}" if isinstance(error.value, str | int) else summary


def _mended(document: dict[str, Any], path: str, error: ValidationError) -> bool:
    """Take what *error* names out of *document*, or put in what it misses; False where that cannot be done."""
    keys = re.split(r"[.\[]", path)
    table: Any = document
    for key in keys[: 2 if keys[0] == "tool" else 1]:
        parent, table = table, table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, dict):  # the table itself is none
        return isinstance(parent, dict) and parent.pop(key, None) is not None
    inner = keys[2 if keys[0] == "tool" else 1 :]
    sound: dict[str, Any] = {"name": "name", "version": "0", "requires": []}
    if inner:
        key = inner[0]
        # Without one of these the next complaint would be that it is missing.
        if key in sound and error.rule in ("format", "type") and table.get(key) != sound[key]:
            table[key] = sound[key]
            return True
        return table.pop(key, table) is not table
    if error.rule == "additionalProperties":
        unknown = table.keys() - (error.definition or {}).get("properties", {}).keys()
        for key in unknown:
            del table[key]
        return bool(unknown)
    missing = sound.keys() & set(re.findall(r"'([^']*)'", error.summary)) - table.keys()
    table.update({key: sound[key] for key in missing})
    return bool(missing)


def _missing_groups(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    groups = document.get("dependency-groups", {})
    known = {canonicalize_name(name) for name in groups}
    for name, items in groups.items():
        for item in items:
            if isinstance(item, dict) and canonicalize_name(item["include-group"]) not in known:
                yield f"dependency-groups.{name}", f"there is no group {item['include-group']!r} to include"
