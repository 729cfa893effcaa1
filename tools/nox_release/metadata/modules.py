"""String constants of Python modules, read from their syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from nox_release.metadata.fields import UNKNOWN, Unknown
from nox_release.metadata.sources import Folder, Source

if TYPE_CHECKING:
    import ast


def roots(module: str, package_dir: Mapping[str, str], where: Iterable[str] = ()) -> list[str]:
    """Return the paths, without suffix, where *module* may lie, the likeliest first.

    :param package_dir: setuptools' map of packages to folders; the longest matching package wins.
    :param where: folders that packages are searched in.
    """
    parts = module.split(".")
    found = []
    for length in range(len(parts), 0, -1):
        if (base := package_dir.get(".".join(parts[:length]))) is not None:
            found.append("/".join(part for part in (base, *parts[length:]) if part))
    for base in (package_dir.get(""), *where, "", "src"):
        if base is not None:
            found.append("/".join([base, *parts] if base else parts))
    return found


def find(folder: Folder, candidates: Iterable[str]) -> str | None:
    """Return the first existing module among *candidates* (paths without suffix), relative to the folder."""
    for root in candidates:
        for path in (f"{root}.py", f"{root}/__init__.py"):
            if folder.data(path) is not None:
                return path
    return None


def constant(folder: Folder, path: str, name: str, depth: int = 2) -> str | Unknown:
    """Return the string that the module at *path* assigns to *name* as a literal at its top level.

    One step through ``from .other import name``, and one through ``name = OTHER``, is followed. Anything that may
    depend on where the code runs (a second assignment, a condition, a call) is unknown.

    :raises Unreadable: if the module is not UTF-8 or not Python.
    """
    import ast

    source = folder.source(path)
    if source is None:
        return UNKNOWN
    tree = parse(source)
    # Backends that read the tree take the first assignment, an import takes the last: only one is certain.
    stores = [node for node in ast.walk(tree) if _binds(node, name)]
    if len(stores) != 1:
        return UNKNOWN
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and stores[0] is statement and depth:
            return _imported(folder, path, statement, name, depth)
        if isinstance(statement, ast.AnnAssign | ast.Assign) and statement.value is not None:
            targets = [statement.target] if isinstance(statement, ast.AnnAssign) else statement.targets
            if stores[0] in targets:
                if isinstance(statement.value, ast.Name) and depth:
                    return constant(folder, path, statement.value.id, depth - 1)
                return _literal(statement.value)
    return UNKNOWN


def parse(source: Source) -> ast.Module:
    """Return the syntax tree of *source*.

    :raises Unreadable: if it is not Python.
    """
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            # Invalid escapes in other people's code are not for our users' eyes.
            warnings.simplefilter("ignore")
            return ast.parse(source.text)
    except SyntaxError as error:
        raise source.unreadable(f"not Python 3: {error.msg}", "mend the syntax", line=error.lineno or 0) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise source.unreadable(f"not Python 3: {error}", "mend the syntax") from None


def _binds(node: ast.AST, name: str) -> bool:
    """Whether *node* gives *name* a value."""
    import ast

    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return any((alias.asname or alias.name.partition(".")[0]) == name for alias in node.names)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name


def _imported(folder: Folder, path: str, statement: ast.ImportFrom, name: str, depth: int) -> str | Unknown:
    """Return the constant that *statement* of the module at *path* brings in as *name*."""
    original = next(alias.name for alias in statement.names if (alias.asname or alias.name) == name)
    parts = path.split("/")
    # Without a leading dot the name is absolute: it counts from the folder that holds the outermost package.
    bases = [parts[: -statement.level]] if statement.level else [parts[:end] for end in range(len(parts) - 1, -1, -1)]
    tail = statement.module.split(".") if statement.module else []
    found = find(folder, ["/".join([*base, *tail]) for base in bases]) if tail else None
    return constant(folder, found, original, depth - 1) if found else UNKNOWN


def _literal(node: ast.expr) -> str | Unknown:
    """Return the version that a literal spells: a string, or a tuple of its parts."""
    import ast

    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return UNKNOWN
    if isinstance(value, tuple | list) and value:
        return ".".join(str(part) for part in value)
    return value if isinstance(value, str) else UNKNOWN
