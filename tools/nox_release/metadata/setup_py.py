"""What a setup.py hands to ``setup()``, found without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from nox_release.metadata.fields import EVERYTHING_UNKNOWN, UNKNOWN, Fields, Unknown
from nox_release.metadata.modules import parse
from nox_release.metadata.sources import Folder, Source, plain_lines
from nox_release.metadata.statements import Script
from nox_release.metadata.values import Frame, is_opaque, is_plain

BUILDERS = frozenset({"setuptools", "distutils", "skbuild", "numpy"})


def read(folder: Folder) -> Fields | None:
    """Return what the folder's setup.py says; None where there is none, or where it does not call ``setup()``.

    :raises Unreadable: if it is not UTF-8, not Python, or declares something invalid.
    """
    source = folder.source("setup.py")
    if source is None:
        return None
    tree = parse(source)
    script = Script(folder, source.path)
    frame = Frame({"__file__": f"{script.here}/setup.py"})
    script.frames.append(frame)
    try:
        script.run(tree.body)
    except RecursionError:
        return EVERYTHING_UNKNOWN
    if script.budget < 0:
        return EVERYTHING_UNKNOWN
    found = [_fields(source, arguments) for arguments in script.setups]
    if not found:
        return EVERYTHING_UNKNOWN if _is_setup(tree) else None
    return _agreed(found)


def _is_setup(tree: ast.Module) -> bool:
    """Whether the script imports something that has a ``setup()``."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return bool(names & (BUILDERS - {"numpy"}))


def _agreed(found: list[Fields]) -> Fields:
    """Return what all calls of ``setup()`` say alike; only one of them is reached, and which is not known."""
    first, *others = found
    for other in others:
        same: dict[str, Any] = {
            key: value if value == getattr(other, key) or key == "described_by" else UNKNOWN
            for key, value in vars(first).items()
        }
        if same["classifiers"] is UNKNOWN:
            same["classifiers"] = (first.classifiers or ()) + (other.classifiers or ())
        first = Fields(**same)
    return first


def _fields(source: Source, arguments: Mapping[Any, Any]) -> Fields:
    """Return the checked values of one call."""
    unsure = UNKNOWN in arguments

    def given(key: str) -> Any:
        value = arguments.get(key, UNKNOWN if unsure else None)
        if key == "extras_require" and isinstance(value, dict):
            return value or None
        return UNKNOWN if not is_plain(value) or is_opaque(value) else value or None

    # These plug-ins compute the version; pbr takes requirements from other files as well.
    computed = any(str(key).startswith("use_") or key in ("pbr", "version_config") for key in arguments)
    version = UNKNOWN if computed else given("version")
    if isinstance(version, int | float):
        version = str(version)
    name, python = given("name"), given("python_requires")
    requires, extras = _requirements(source, given("install_requires")), _extras(source, given("extras_require"))
    if "pbr" in arguments:
        requires = extras = UNKNOWN
    elif isinstance(extras, dict) and (conditional := extras.pop("", ())):
        requires = requires if requires is UNKNOWN else (requires or ()) + conditional
    classifiers = arguments.get("classifiers")
    return Fields(
        name=source.name(name) if isinstance(name, str) else name and UNKNOWN,
        version=source.version(version) if isinstance(version, str) else version and UNKNOWN,
        requires=requires,
        extras=extras,
        requires_python=source.specifiers(python) if isinstance(python, str) else python and UNKNOWN,
        classifiers=tuple(item for item in classifiers if isinstance(item, str))
        if isinstance(classifiers, list | tuple)
        else None,
        described_by=source.path if isinstance(name, str) else None,
    )


def _requirements(source: Source, value: Any) -> tuple[str, ...] | Unknown | None:
    """Return requirements as setuptools takes them: a text of lines, or a list of such texts."""
    if value is None:
        return None
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple | set) else [UNKNOWN]
    lines: list[str] = []
    for text in texts:
        if not isinstance(text, str):
            return UNKNOWN
        lines += plain_lines(text)
    return source.requirements(tuple(lines))


def _extras(source: Source, value: Any) -> dict[str, tuple[str, ...]] | Unknown | None:
    """Return the requirements of each extra; those of no extra, which have only a marker, under the empty name.

    setuptools reads the key ``name:marker`` as a marker on each requirement of the extra.
    """
    if not isinstance(value, dict):
        return None if value is None else UNKNOWN
    found: dict[str, tuple[str, ...]] = {}
    for key, texts in value.items():
        requirements = _requirements(source, texts if texts else ())
        if not isinstance(key, str) or not is_plain(texts) or is_opaque([key, texts]) or requirements is UNKNOWN:
            return UNKNOWN
        name, _, marker = key.partition(":")
        extra = source.name(name) if name.strip() else ""
        conditional = tuple(source.requirement(item, marker.strip()) for item in requirements or ())
        found[extra] = found.get(extra, ()) + conditional
    return found
