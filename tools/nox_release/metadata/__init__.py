"""Name, version and requirements of a package, read from its files without running any of them."""

from __future__ import annotations

from nox_release.metadata import declared, groups, poetry, pyproject, setuptools
from nox_release.metadata.fields import UNKNOWN, Fields, Unknown
from nox_release.metadata.sources import Folder, Read, Source, Unreadable
from nox_release.model import Package

__all__ = ["Read", "Unreadable", "read_package"]


def read_package(directory: str, read: Read) -> Package | None:
    """Return the package that the files in *directory* describe; None where they describe no publishable one.

    A field that only running the build backend could tell is named in :attr:`Package.unknown`, never guessed.

    :param directory: relative to the workspace root; ``.`` is the root itself.
    :raises Unreadable: if a file that describes the package is broken or declares something invalid.
    """
    folder = Folder(directory, read)
    file = folder.source("pyproject.toml")
    source = file or Source("pyproject.toml", "")
    tables = source.toml()
    build = pyproject.build_system(source, tables)
    tool = source.table(tables.get("tool"), "tool")
    # Both tools call such a folder a virtual project: it holds dependencies, and is never built.
    if _setting(tool, "uv", "package") is False or _setting(tool, "poetry", "package-mode") is False:
        return None
    if "project" in tables:
        fields: Fields | None = pyproject.project(folder, source, tables, build)
    else:
        fields = pyproject.without_project(folder, source, tables, build)
    if fields is None:
        return None
    if build.family == "setuptools" and setuptools.tagged(folder):
        fields = Fields(version=UNKNOWN).over(fields)
    for path in declared.paths(tables):
        folder.declare(path)
    declared_groups = {**poetry.groups(source, tables), **source.table(tables.get("dependency-groups"), "groups")}
    return _package(folder, fields, build, groups.resolved(declared_groups, source), file)


def _setting(tool: dict[str, object], table: str, key: str) -> object:
    found = tool.get(table)
    return found.get(key) if isinstance(found, dict) else None


def _package(
    folder: Folder,
    fields: Fields,
    build: pyproject.BuildSystem,
    found_groups: dict[str, tuple[str, ...]],
    file: Source | None,
) -> Package:
    values = {"name": fields.name, "version": fields.version, "requires": fields.requires, "extras": fields.extras}
    unknown = {key for key, value in values.items() if isinstance(value, Unknown)}
    if isinstance(fields.requires_python, Unknown):
        unknown.add("requires-python")
    # Neither a version nor a word that it is dynamic: a plug-in may still set one.
    if fields.version is None:
        unknown.add("version")
    script = "setup.py" if folder.data("setup.py") is not None else "setup.cfg"
    return Package(
        name=fields.name if isinstance(fields.name, str) else "",
        version=fields.version if isinstance(fields.version, str) else None,
        directory=folder.directory,
        described_by=fields.described_by or (file.path if file else folder.locate(script) or script),
        backend=build.backend,
        build_requires=build.requires,
        requires=fields.requires if isinstance(fields.requires, tuple) else (),
        extras={} if fields.extras is None or isinstance(fields.extras, Unknown) else fields.extras,
        groups=found_groups,
        requires_python=fields.requires_python if isinstance(fields.requires_python, str) else "",
        private=any(item.startswith("Private ::") for item in fields.classifiers or ()),
        unknown=frozenset(unknown),
        outside=tuple(sorted(folder.outside)),
    )
