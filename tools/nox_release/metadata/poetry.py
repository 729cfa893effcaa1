"""Packages that poetry-core builds from ``[tool.poetry]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from nox_release.metadata.constraints import python_marker, specifiers
from nox_release.metadata.fields import UNKNOWN, Fields, Unknown
from nox_release.metadata.sources import Source

PLUGIN = "poetry-dynamic-versioning"


def read(source: Source, tables: Mapping[str, Any]) -> Fields:
    """Return what ``[tool.poetry]`` says.

    :raises Unreadable: if a value is of the wrong type or invalid.
    """
    tool = source.table(tables.get("tool"), "tool")
    poetry = source.table(tool.get("poetry"), "tool.poetry")
    dependencies = dict(source.table(poetry.get("dependencies"), "tool.poetry.dependencies"))
    python = source.string(dependencies.pop("python", "*"), "tool.poetry.dependencies.python")
    requires: list[str] = []
    optional: dict[str, list[str]] = {}
    unknown = False
    wanted = {
        extra: [canonicalize_name(name) for name in source.strings(names, f"tool.poetry.extras.{extra}")]
        for extra, names in source.table(poetry.get("extras"), "tool.poetry.extras").items()
    }
    in_extras = {name for names in wanted.values() for name in names}
    for name, declared in dependencies.items():
        key = source.name(name)
        for each in declared if isinstance(declared, list) else [declared]:
            found = requirement(source, name, each)
            if isinstance(found, Unknown):
                unknown = True
                continue
            # poetry-core puts what an extra names into that extra, be it marked optional or not.
            if key in in_extras or (isinstance(each, dict) and each.get("optional") is True):
                optional.setdefault(key, []).append(found)
            else:
                requires.append(found)
    extras = {
        source.name(extra): tuple(found for name in names for found in optional.get(name, ()))
        for extra, names in wanted.items()
    }
    title = source.string(poetry["name"], "tool.poetry.name") if "name" in poetry else None
    constraint = specifiers(python)
    return Fields(
        name=source.name(title) if title is not None else None,
        version=_version(source, tables, tool, poetry),
        requires=UNKNOWN if unknown else tuple(requires),
        extras=UNKNOWN if unknown else extras,
        requires_python=UNKNOWN if constraint is None else constraint,
        classifiers=source.strings(poetry.get("classifiers"), "tool.poetry.classifiers"),
        described_by=source.path,
    )


def _version(
    source: Source, tables: Mapping[str, Any], tool: Mapping[str, Any], poetry: Mapping[str, Any]
) -> str | Unknown:
    build = source.table(tables.get("build-system"), "build-system")
    plugged = any(str(item).startswith(PLUGIN) for item in build.get("requires", ()))
    enabled = source.table(tool.get(PLUGIN), f"tool.{PLUGIN}").get("enable", plugged)
    # The plug-in takes the version from git's tags; what stands in the file is a placeholder.
    if enabled is not False or "version" not in poetry:
        return UNKNOWN
    return source.version(source.string(poetry["version"], "tool.poetry.version"))


def requirement(source: Source, name: str, declared: object) -> str | Unknown:
    """Return one dependency as a requirement (PEP 508); one from a path, a URL or git becomes its name.

    :raises Unreadable: if it is neither a constraint nor a table.
    """
    table = {"version": declared} if isinstance(declared, str) else source.table(declared, f"dependency {name}")
    version: str | None = specifiers(source.string(table.get("version", "*"), f"{name}.version"))
    python: str | None = python_marker(source.string(table.get("python", "*"), f"{name}.python"))
    if version is None or python is None:
        return UNKNOWN
    extras = source.strings(table.get("extras"), f"{name}.extras")
    conditions = [table.get("markers", ""), python]
    if isinstance(platform := table.get("platform"), str):
        conditions.append(f'sys_platform == "{platform}"')
    given = [str(condition) for condition in conditions if condition]
    marker = " and ".join(f"({condition})" for condition in given) if len(given) > 1 else "".join(given)
    return source.requirement(f"{name}{'[' + ','.join(extras) + ']' if extras else ''}{version}", marker)


def groups(source: Source, tables: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return poetry's groups in the form of PEP 735, ``dev-dependencies`` of old among them."""
    tool = source.table(tables.get("tool"), "tool")
    poetry = source.table(tool.get("poetry"), "tool.poetry")
    declared = dict(source.table(poetry.get("group"), "tool.poetry.group"))
    if "dev-dependencies" in poetry:
        declared.setdefault("dev", {"dependencies": poetry["dev-dependencies"]})
    found: dict[str, list[Any]] = {}
    for group, content in declared.items():
        where = f"tool.poetry.group.{group}"
        table = source.table(content, where)
        entries: list[Any] = []
        for name, value in source.table(table.get("dependencies"), f"{where}.dependencies").items():
            for each in value if isinstance(value, list) else [value]:
                one = requirement(source, name, each)
                # No release depends on a group: that it needs the name at all is enough.
                entries.append(source.name(name) if isinstance(one, Unknown) else one)
        included = source.strings(table.get("include-groups"), f"{where}.include-groups")
        found[group] = [*entries, *({"include-group": name} for name in included)]
    return found
