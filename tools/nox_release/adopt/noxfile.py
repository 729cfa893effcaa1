"""The noxfile that registers our sessions: a new one, or one that was there with two lines more. Pure."""

from __future__ import annotations

import ast
import re
import tomllib
import warnings
from collections.abc import Collection, Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nox_release.errors import Misuse

NAME = "noxfile.py"
_FRESH = b"import nox_release\n\nnox_release.register()\n"
_SCRIPT = re.compile(r"^# /// script[ \t]*\r?\n((?:#(?: .*)?\r?\n)+?)# ///[ \t]*\r?$", re.MULTILINE)
"""Inline script metadata (PEP 723), from which nox makes an environment for the noxfile."""


def registering(source: bytes | None, taken: Collection[str]) -> bytes:
    """Return the noxfile with our sessions in it; lines are added, and none is changed.

    :param source: the noxfile that is there.
    :param taken: the names of our sessions.
    :raises Misuse: where it cannot be added to: it is broken, or uses a name of ours for something else.
    """
    if source is None or not source.strip():
        return _FRESH
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what its own compilation tells its author
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise Misuse(f"{NAME}{line} cannot be read: {error}", "mend it, then run the command again") from None
    if any(_registers(node, tree) for node in ast.walk(tree)):
        return source
    if clashes := [(name, line) for name, line in _sessions(tree) if name in taken]:
        shown = ", ".join(f"{name} (line {line})" for name, line in clashes)
        raise Misuse(
            f"{NAME} has sessions with names that nox-release needs: {shown}",
            f'give them others, for example @nox.session(name="my-{clashes[0][0]}"), and run the command again',
        )
    _refuse_script(source)
    added = _with_lines(source, tree)
    ast.parse(added)
    return added


def _with_lines(source: bytes, tree: ast.Module) -> bytes:
    lines = source.splitlines(keepends=True)
    end = b"\r\n" if lines[0].endswith(b"\r\n") else b"\n"
    if not lines[-1].endswith((b"\n", b"\r")):
        lines[-1] += end
    call = _call(tree)
    # As a formatter would have it: two empty lines behind a definition.
    last = tree.body[-1] if tree.body else None
    gap = 2 if isinstance(last, ast.FunctionDef | ast.ClassDef) else 1
    place = _behind_imports(tree)
    tail = [end] * gap
    if not call:
        call = "nox_release.register()"
        if place:
            lines.insert(place, b"import nox_release" + end)
        else:
            tail += [b"import nox_release" + end, end]
    return b"".join([*lines, *tail, call.encode() + end])


def _call(tree: ast.Module) -> str:
    """What calls ``register`` by a name that is imported already; empty where none is."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "nox_release":
                    return f"{alias.asname or alias.name}.register()"
        elif isinstance(node, ast.ImportFrom) and node.module == "nox_release":
            for alias in node.names:
                if alias.name == "register":
                    return f"{alias.asname or alias.name}()"
    return ""


def _behind_imports(tree: ast.Module) -> int:
    """How many lines stand before the place of a new import: behind ``import nox``, else behind the first imports."""
    last: ast.stmt | None = None
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            last = node
            if isinstance(node, ast.Import) and any(alias.name == "nox" for alias in node.names):
                break
        elif last is not None or not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            break
    if last is None:
        return 0
    line = last.end_lineno or 0
    for node in tree.body:  # what stands behind a semicolon belongs to the line
        if node.lineno == line:
            line = node.end_lineno or line
    return line


def _registers(node: ast.AST, tree: ast.Module) -> bool:
    return isinstance(node, ast.Call) and f"{ast.unparse(node.func)}()" == _call(tree)


def _sessions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the name and the line of every function that is decorated as a session."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(called).rpartition(".")[2] == "session":
                    yield _name(decorator) or node.name, node.lineno


def _name(decorator: ast.expr) -> str:
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return ""


def _refuse_script(source: bytes) -> None:
    """Refuse a noxfile that asks nox for an environment of its own, in which we would be missing."""
    if not (found := _SCRIPT.search(source.decode("utf-8-sig", errors="replace"))):
        return
    try:
        said = tomllib.loads("\n".join(line[2:].rstrip() for line in found[1].splitlines())).get("dependencies")
        names = {canonicalize_name(Requirement(text).name) for text in said or ()}
    except (tomllib.TOMLDecodeError, InvalidRequirement, TypeError):
        return  # nox says what is wrong with it
    if said is not None and "nox-release" not in names:
        raise Misuse(
            f"{NAME} states its own dependencies (# /// script), and nox-release is not among them",
            'add "nox-release" to them, and run the command again',
        )
