"""What a wheel's modules import, and which installed distributions provide it; nothing is imported for that."""

from __future__ import annotations

import ast
import csv
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nox_release.archive import Unsound, Wheel

_COMPILED = (".so", ".pyd")


@dataclass(frozen=True)
class Import:
    """One import statement, or one name in one."""

    name: str
    """Dotted, with the imported name: ``azure.core.PipelineClient``."""
    where: str
    """``path:line`` in the wheel."""
    sure: bool
    """It is carried out whenever its module is imported: not in a function, an ``if``, a ``try``, or a test."""


@dataclass(frozen=True)
class Imports:
    """All that the modules of a wheel import."""

    statements: tuple[Import, ...] = ()
    mentioned: frozenset[str] = frozenset()
    """Texts in them that could be names of modules, for ``import_module`` and its like."""
    compiled: bool = False
    """It has extension modules, which may import what nobody sees."""


@dataclass(frozen=True)
class Provided:
    """One installed distribution."""

    name: str
    """Normalized."""
    modules: frozenset[str] = frozenset()
    """Dotted names of all that it installs."""
    requires: tuple[str, ...] = ()
    """Normalized names of what it requires outside any extra."""
    plugin: bool = False
    """It announces itself to others by entry points, so nobody needs to import it."""


def read_imports(path: Path, wheel: Wheel) -> Imports:
    """Return what the modules of the wheel at *path* import; what is no Python is passed over.

    :raises Unsound: where the wheel cannot be read.
    """
    statements: list[Import] = []
    mentioned: set[str] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            for name in wheel.files:
                if name.endswith(".py"):
                    imported, texts = scan(archive.read(name), name)
                    statements += imported
                    mentioned |= texts
    except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError) as error:
        raise Unsound(f"{path.name} cannot be read: {error}") from None
    return Imports(tuple(statements), frozenset(mentioned), any(name.endswith(_COMPILED) for name in wheel.files))


_TESTS = frozenset({"tests", "test", "testing", "conftest.py", "samples", "examples"})
_TEXT = re.compile(rb"""["']([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*){0,6})["']""")
_BRANCHES = ("body", "handlers", "orelse", "finalbody", "cases")


def scan(source: bytes, path: str) -> tuple[list[Import], set[str]]:
    """Return what one module imports absolutely, and its texts that could be names of modules."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], set()  # that it does not import is told elsewhere
    found: list[Import] = []
    todo: list[tuple[ast.AST, bool]] = [(tree, not _TESTS.intersection(path.split("/")))]
    while todo:
        node, sure = todo.pop()
        if isinstance(node, ast.Import):
            found += [Import(alias.name, f"{path}:{node.lineno}", sure) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                found += [Import(f"{node.module}.{item.name}", f"{path}:{node.lineno}", sure) for item in node.names]
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler | ast.match_case):
            inner = sure and isinstance(node, ast.Module | ast.ClassDef)
            todo += [(child, inner) for branch in _BRANCHES for child in reversed(getattr(node, branch, ()))]
    return found, {text.decode() for text in set(_TEXT.findall(source))}


def installed(site: Path) -> tuple[Provided, ...]:
    """Return the distributions in a ``site-packages`` folder."""
    return tuple(_provided(info) for info in sorted(site.glob("*.dist-info")))


def _provided(info: Path) -> Provided:
    with (info / "METADATA").open("rb") as file:
        metadata = BytesHeaderParser().parse(file)
    modules = set()
    with (info / "RECORD").open(encoding="utf-8", newline="") as record:
        for row in csv.reader(record):
            if row and (module := module_of(row[0])):
                modules.add(module)
    points = info / "entry_points.txt"
    groups = re.findall(r"^\[(.+)\]", points.read_text(encoding="utf-8"), re.MULTILINE) if points.exists() else []
    return Provided(
        canonicalize_name(str(metadata["Name"])),
        frozenset(modules),
        tuple(_required(str(text)) for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in str(text)),
        bool(set(map(str.strip, groups)) - {"console_scripts", "gui_scripts"}),
    )


def _required(text: str) -> str:
    try:
        return canonicalize_name(Requirement(text).name)
    except InvalidRequirement:
        return text


def module_of(path: str) -> str:
    """Return the dotted name of the module that a file in site-packages is; empty where it is none."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if not name.endswith((".py", *_COMPILED)) or not all(part.isidentifier() for part in _parts(folder, stem)):
        return ""
    return ".".join(_parts(folder, "" if stem == "__init__" else stem))


def _parts(folder: str, stem: str) -> Iterator[str]:
    yield from filter(None, (*folder.split("/"), stem))
