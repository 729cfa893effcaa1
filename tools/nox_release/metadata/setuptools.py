"""Packages built by setuptools: setup.py, setup.cfg and ``[tool.setuptools.dynamic]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nox_release.metadata.fields import UNKNOWN, Fields, Unknown
from nox_release.metadata.modules import constant, find, roots
from nox_release.metadata.sources import Folder, Source, plain_lines


def read(folder: Folder) -> Fields | None:
    """Return what setup.py and, where that says nothing, setup.cfg say; None where neither describes a project.

    :raises Unreadable: if one of the two is broken or declares something invalid.
    """
    config = configured(folder)
    if folder.data("setup.py") is not None:
        from nox_release.metadata import setup_py

        if (script := setup_py.read(folder)) is not None:
            found = script.over(config)
            # Without a name setuptools derives one from what it finds in the folder.
            return found if found.name else replace(found, name=UNKNOWN)
    return config if config.name else None


def tagged(folder: Folder) -> bool:
    """Whether setup.cfg has setuptools append a tag to the version (``[egg_info] tag_build``, ``tag_date``)."""
    source = folder.source("setup.cfg")
    if source is None or "tag_" not in source.text:
        return False
    section = _sections(source).get("egg_info", {})
    return bool(section.get("tag_build", "").strip()) or section.get("tag_date", "0").strip() not in ("", "0", "false")


def dynamic(folder: Folder, source: Source, tables: Mapping[str, Any], wanted: set[str]) -> Fields:
    """Return the fields *wanted* of ``[project] dynamic``.

    :raises Unreadable: if a file that the tables name is broken or declares something invalid.
    """
    tool = source.table(tables.get("tool"), "tool")
    settings = source.table(tool.get("setuptools"), "tool.setuptools")
    table = source.table(settings.get("dynamic"), "tool.setuptools.dynamic")
    found = Fields()
    if isinstance(version := table.get("version"), dict) and "setuptools_scm" not in tool:
        found = replace(found, version=_dynamic_version(folder, source, settings, version))
    if isinstance(requires := table.get("dependencies"), dict):
        found = replace(found, requires=_from_files(folder, source, requires))
    if isinstance(optional := table.get("optional-dependencies"), dict):
        extras = {source.name(key): _from_files(folder, source, value) for key, value in optional.items()}
        known = {key: value for key, value in extras.items() if not isinstance(value, Unknown)}
        found = replace(found, extras=known if len(known) == len(extras) else UNKNOWN)
    open_fields = {"version": found.version, "dependencies": found.requires, "optional-dependencies": found.extras}
    if any(open_fields.get(field) is None for field in wanted) and "setuptools_scm" not in tool:
        return found.over(read(folder) or configured(folder))
    return found


def _dynamic_version(folder: Folder, source: Source, settings: Mapping[str, Any], version: Any) -> str | Unknown:
    if isinstance(attr := version.get("attr"), str):
        package_dir = source.table(settings.get("package-dir"), "tool.setuptools.package-dir")
        packages = settings.get("packages")
        search = packages.get("find") if isinstance(packages, dict) else None
        where = source.strings(search.get("where"), "where") if isinstance(search, dict) else ()
        return attribute(folder, attr, {str(key): str(value) for key, value in package_dir.items()}, where)
    return version_file(folder, _paths(source, version.get("file")))


def attribute(folder: Folder, attr: str, package_dir: Mapping[str, str], where: tuple[str, ...]) -> str | Unknown:
    """Return the version that ``attr: package.module.NAME`` stands for.

    :raises Unreadable: if the module is not Python, or the string is not a version.
    """
    module, _, name = attr.strip().rpartition(".")
    path = find(folder, roots(module or "__init__", package_dir, where))
    value = constant(folder, path, name) if path else UNKNOWN
    if path is None or isinstance(value, Unknown):
        return UNKNOWN
    return (folder.source(path) or Source(path, "")).version(value)


def version_file(folder: Folder, paths: tuple[str, ...]) -> str | Unknown:
    """Return the version that the only existing file of *paths* holds."""
    files = [file for path in paths if (file := folder.source(path))]
    return files[0].version(files[0].text.strip()) if len(files) == 1 and files[0].text.strip() else UNKNOWN


def _paths(source: Source, value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else source.strings(value, "file")


def _from_files(folder: Folder, source: Source, value: object) -> tuple[str, ...] | Unknown:
    """Return the requirements in the files that ``{file = …}`` names; setuptools passes over a missing one."""
    table = source.table(value, "tool.setuptools.dynamic")
    return requirements_of(folder, _paths(source, table.get("file")))


def requirements_of(folder: Folder, paths: tuple[str, ...]) -> tuple[str, ...] | Unknown:
    """Return the requirements that the files at *paths* list; unknown if one is missing (a build may write it)."""
    files = [folder.source(path) for path in paths]
    found: list[str] = []
    for file in files:
        if file is None:
            return UNKNOWN
        found += file.requirements(tuple(plain_lines(file.text)))
    return tuple(found) if files else UNKNOWN


def _sections(source: Source) -> dict[str, dict[str, str]]:
    import configparser

    parser = configparser.RawConfigParser()
    # As setuptools does: the keys of extras keep their case.
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(source.text)
    except configparser.Error as error:
        line = getattr(error, "lineno", 0) or (getattr(error, "errors", None) or [(0, "")])[0][0]
        problem = f"not an ini file: {str(error).partition(chr(10))[0]}"
        raise source.unreadable(problem, "mend the syntax of setup.cfg", line=line) from None
    return {
        name: {key.replace("-", "_") if name in ("metadata", "options") else key: value for key, value in part.items()}
        for name, part in parser.items()
    }


def configured(folder: Folder) -> Fields:
    """Return what setup.cfg says.

    :raises Unreadable: if it is no ini file or declares something invalid.
    """
    source = folder.source("setup.cfg")
    if source is None:
        return Fields()
    sections = _sections(source)
    metadata, options = sections.get("metadata", {}), sections.get("options", {})
    name, python = metadata.get("name", "").strip(), options.get("python_requires", "").strip()
    package_dir = {
        key.strip(): base.strip() for line in _items(options, "package_dir") for key, _, base in [line.partition("=")]
    }
    where = _items(sections.get("options.packages.find", {}), "where")
    version: str | Unknown | None = None
    if (written := metadata.get("version", "").strip()).startswith("attr:"):
        version = attribute(folder, written.removeprefix("attr:"), package_dir, where)
    elif written.startswith("file:"):
        version = version_file(folder, _list(written.removeprefix("file:"), ","))
    elif written:
        version = source.version(written)
    extras = {
        source.name(extra): _requirements(folder, source, value)
        for extra, value in sections.get("options.extras_require", {}).items()
    }
    known = {key: value for key, value in extras.items() if not isinstance(value, Unknown)}
    # pbr, a plug-in, computes the version from tags and reads requirements from files of its own.
    plugged = "pbr" in sections
    return Fields(
        name=source.name(name) if name else None,
        version=UNKNOWN if plugged else version,
        requires=_requirements(folder, source, options["install_requires"]) if "install_requires" in options else None,
        extras=(known if len(known) == len(extras) else UNKNOWN) if extras else None,
        requires_python=source.specifiers(python) if python else None,
        classifiers=_items(metadata, "classifiers") or _items(metadata, "classifier") or None,
        described_by=source.path if name else None,
    )


def _list(value: str, separator: str) -> tuple[str, ...]:
    parts = value.splitlines() if "\n" in value else value.split(separator)
    return tuple(text for part in parts if (text := part.strip()))


def _items(section: Mapping[str, str], key: str) -> tuple[str, ...]:
    return _list(section.get(key, ""), ",")


def _requirements(folder: Folder, source: Source, value: str) -> tuple[str, ...] | Unknown:
    if value.strip().startswith("file:"):
        return requirements_of(folder, _list(value.strip().removeprefix("file:"), ","))
    return source.requirements(tuple(plain_lines("\n".join(_list(value, ";")))))
