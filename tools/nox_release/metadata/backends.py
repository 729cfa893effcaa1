"""Fields that ``[project]`` leaves to hatchling, flit, pdm and maturin, as their tables and files declare them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nox_release.metadata.fields import NOTHING, UNKNOWN, Fields, Unknown
from nox_release.metadata.modules import constant, find
from nox_release.metadata.sources import Folder, Source

HATCH_PATTERN = r"(?i)^(__version__|VERSION)(?: ?\: ?str)? *= *([\'\"])v?(?P<version>.+?)\2"
PDM_PATTERN = r"^__version__\s*(?::\s*str)?\s*=\s*(['\"])(?P<version>.+?)\1\s*(?:#.*)?$"


def hatchling(folder: Folder, source: Source, tool: Mapping[str, Any]) -> Fields:
    """Return the version of ``[tool.hatch.version]`` where a pattern in a file gives it."""
    table = source.table(source.table(tool.get("hatch"), "tool.hatch").get("version"), "tool.hatch.version")
    path, pattern = table.get("path"), table.get("pattern", True)
    if table.get("source", "regex") != "regex" or not isinstance(path, str):
        return NOTHING
    return Fields(version=_matched(folder, path, pattern if isinstance(pattern, str) else HATCH_PATTERN))


def pdm(folder: Folder, source: Source, tool: Mapping[str, Any]) -> Fields:
    """Return the version of ``[tool.pdm.version]`` with ``source = "file"``."""
    table = source.table(tool.get("pdm"), "tool.pdm").get("version")
    if not isinstance(table, dict) or table.get("source") != "file" or not isinstance(path := table.get("path"), str):
        return NOTHING
    return Fields(version=_matched(folder, path, PDM_PATTERN))


def _matched(folder: Folder, path: str, pattern: str) -> str | Unknown:
    if (file := folder.source(path)) is None:
        return UNKNOWN
    try:
        found = re.search(pattern, file.text, re.MULTILINE)
        version = found["version"] if found else None
    except (re.error, IndexError):
        return UNKNOWN
    return file.version(version) if version else UNKNOWN


def flit(folder: Folder, source: Source, tool: Mapping[str, Any], name: str) -> Fields:
    """Return the version that the module assigns to ``__version__``."""
    table = source.table(source.table(tool.get("flit"), "tool.flit").get("module"), "tool.flit.module")
    module = source.string(table.get("name", name.replace("-", "_")), "tool.flit.module.name")
    return Fields(version=_module_version(folder, module))


def _module_version(folder: Folder, module: str) -> str | Unknown:
    path = module.replace(".", "/")
    file = find(folder, [path, f"src/{path}"])
    value = constant(folder, file, "__version__") if file else UNKNOWN
    if file is None or isinstance(value, Unknown):
        return UNKNOWN
    return (folder.source(file) or Source(file, "")).version(value)


def old_flit(folder: Folder, source: Source, tool: Mapping[str, Any]) -> Fields:
    """Return what ``[tool.flit.metadata]`` says, flit's own form before PEP 621."""
    table = source.table(source.table(tool.get("flit"), "tool.flit").get("metadata"), "tool.flit.metadata")
    module = source.string(table.get("module"), "tool.flit.metadata.module")
    name = source.string(table.get("dist-name", module), "tool.flit.metadata.dist-name")
    extras = source.table(table.get("requires-extra"), "tool.flit.metadata.requires-extra")
    return Fields(
        name=source.name(name),
        version=_module_version(folder, module),
        requires=source.requirements(source.strings(table.get("requires"), "tool.flit.metadata.requires")),
        extras=source.extras({key: source.strings(value, key) for key, value in extras.items()}),
        requires_python=source.specifiers(source.string(table.get("requires-python", ""), "requires-python")),
        classifiers=source.strings(table.get("classifiers"), "tool.flit.metadata.classifiers"),
        described_by=source.path,
    )


def maturin(folder: Folder, source: Source, tool: Mapping[str, Any]) -> Fields:
    """Return the name and the version of Cargo.toml, which may take the version from the Cargo workspace above it."""
    settings = source.table(tool.get("maturin"), "tool.maturin")
    path = source.string(settings.get("manifest-path", "Cargo.toml"), "tool.maturin.manifest-path")
    if (cargo := folder.source(path)) is None:
        return NOTHING
    package = cargo.table(cargo.toml().get("package"), "package")
    name, version = package.get("name"), package.get("version")
    if isinstance(version, dict) and version.get("workspace") is True:
        version = _workspace_version(folder, path)
    else:
        version = cargo.version(version) if isinstance(version, str) else UNKNOWN
    return Fields(name=cargo.name(name) if isinstance(name, str) else None, version=version, described_by=cargo.path)


def _workspace_version(folder: Folder, path: str) -> str | Unknown:
    """Return the version of the nearest Cargo workspace at or above the manifest at *path*."""
    base = path.rpartition("/")[0]
    while folder.locate(base or ".") is not None:
        cargo = folder.source(f"{base}/Cargo.toml" if base else "Cargo.toml")
        workspace = cargo.toml().get("workspace") if cargo else None
        if cargo and isinstance(workspace, dict):
            version = cargo.table(workspace.get("package"), "workspace.package").get("version")
            return cargo.version(version) if isinstance(version, str) else UNKNOWN
        base = f"{base}/.." if base else ".."
    return UNKNOWN
