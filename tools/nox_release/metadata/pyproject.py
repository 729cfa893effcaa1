"""The tables of pyproject.toml that every backend shares: ``[project]`` (PEP 621) and ``[build-system]`` (PEP 518)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nox_release.metadata import backends, poetry, setuptools
from nox_release.metadata.fields import EVERYTHING_UNKNOWN, NOTHING, UNKNOWN, Fields
from nox_release.metadata.sources import Folder, Source

LEGACY = "setuptools.build_meta:__legacy__"


@dataclass(frozen=True)
class BuildSystem:
    """Who builds the package, and what that needs."""

    backend: str = LEGACY
    requires: tuple[str, ...] = ("setuptools>=40.8.0",)

    @property
    def family(self) -> str:
        """The backend's top-level module; empty for a backend inside the package itself."""
        return self.backend.partition(":")[0].partition(".")[0]


def build_system(source: Source, tables: Mapping[str, Any]) -> BuildSystem:
    """Return ``[build-system]``, or what PEP 518 and PEP 517 put in the place of what is absent.

    :raises Unreadable: if the table lacks ``requires`` or a value is invalid.
    """
    table = source.table(tables.get("build-system"), "build-system")
    if not table:
        return BuildSystem()
    requires = source.strings(table.get("requires"), "build-system.requires")
    backend = source.string(table.get("build-backend", LEGACY), "build-system.build-backend")
    return BuildSystem(backend, source.requirements(requires))


def project(folder: Folder, source: Source, tables: Mapping[str, Any], build: BuildSystem) -> Fields:
    """Return the static fields of ``[project]``, and of the dynamic ones what the backend's files tell.

    :raises Unreadable: if there is no name, or a value is of the wrong type or invalid.
    """
    table = source.table(tables["project"], "project")
    if "name" not in table:
        raise source.unreadable("[project] has no name", "PEP 621 requires one: name = …", "[project]")
    name = source.string(table["name"], "project.name")
    dynamic = set(source.strings(table.get("dynamic"), "project.dynamic"))
    static = Fields(name=source.name(name), described_by=source.path, **_static(source, table))
    missing = {
        field
        for field, key in KEYS.items()
        if getattr(static, key) is None and (field in dynamic or (field == "version" and build.family == "maturin"))
    }
    if not missing:
        return static
    rest = _dynamic(folder, source, tables, build, missing, name)
    return static.over(Fields(**{KEYS[field]: _or_unknown(field, getattr(rest, KEYS[field])) for field in missing}))


KEYS = {
    "version": "version",
    "dependencies": "requires",
    "optional-dependencies": "extras",
    "requires-python": "requires_python",
    "classifiers": "classifiers",
}
"""Fields of PEP 621 → our own."""


def _or_unknown(field: str, value: Any) -> Any:
    return UNKNOWN if value is None and field != "classifiers" else value


def _static(source: Source, table: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "version" in table:
        found["version"] = source.version(source.string(table["version"], "project.version"))
    if "dependencies" in table:
        found["requires"] = source.requirements(source.strings(table["dependencies"], "project.dependencies"))
    if "optional-dependencies" in table:
        optional = source.table(table["optional-dependencies"], "project.optional-dependencies")
        found["extras"] = source.extras({key: source.strings(value, key) for key, value in optional.items()})
    if "requires-python" in table:
        found["requires_python"] = source.specifiers(source.string(table["requires-python"], "requires-python"))
    if "classifiers" in table:
        found["classifiers"] = source.strings(table["classifiers"], "project.classifiers")
    return found


def _dynamic(
    folder: Folder, source: Source, tables: Mapping[str, Any], build: BuildSystem, missing: set[str], name: str
) -> Fields:
    """Return what the files of the backend tell of the *missing* fields."""
    tool = source.table(tables.get("tool"), "tool")
    match build.family:
        case "setuptools":
            return setuptools.dynamic(folder, source, tables, missing)
        case "hatchling":
            return backends.hatchling(folder, source, tool)
        case "flit_core" | "flit":
            return backends.flit(folder, source, tool, name)
        case "pdm":
            return backends.pdm(folder, source, tool)
        case "poetry" | "poetry_dynamic_versioning":
            return poetry.read(source, tables)
        case "maturin":
            return backends.maturin(folder, source, tool)
    return NOTHING


def without_project(folder: Folder, source: Source, tables: Mapping[str, Any], build: BuildSystem) -> Fields | None:
    """Return the fields of a package that has no ``[project]`` table; None where nothing describes a package.

    :raises Unreadable: if a file that describes it is broken.
    """
    tool = source.table(tables.get("tool"), "tool")
    if "name" in source.table(tool.get("poetry"), "tool.poetry"):
        return poetry.read(source, tables)
    if "metadata" in source.table(tool.get("flit"), "tool.flit"):
        return backends.old_flit(folder, source, tool)
    if build.family == "setuptools":
        return setuptools.read(folder)
    if build.family == "maturin":
        found = backends.maturin(folder, source, tool)
        return found if found.name else None
    if build.family in ("hatchling", "flit_core", "flit", "pdm", "poetry", "poetry_dynamic_versioning", "uv_build"):
        return None
    # A backend that we do not know may take everything from files of its own.
    return EVERYTHING_UNKNOWN
