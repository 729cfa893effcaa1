"""Values of the static evaluator, and the few pure functions and methods that it may call on them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from nox_release.metadata.fields import UNKNOWN

LIMIT = 10_000_000
"""Characters; a longer text is not computed."""


@dataclass(frozen=True)
class Library:
    """A module, function or constant outside the package, by its dotted name."""

    name: str


class Frame:
    """Names of one scope: a module, or a call of a function."""

    def __init__(self, names: dict[Any, Any], module: Frame | None = None) -> None:
        self.names = names
        self.module = module or self
        self.globals: set[str] = set()
        self.result: object = None


@dataclass
class File:
    """An open file: what is left to read."""

    rest: str | bytes

    def read(self) -> str | bytes:
        """Return all that is left."""
        text, self.rest = self.rest, self.rest[:0]
        return text

    def readlines(self) -> list[Any]:
        """Return the lines that are left."""
        return list(self.read().splitlines(keepends=True))

    def readline(self) -> str | bytes:
        """Return the next line."""
        lines = self.readlines() or [self.rest]
        self.rest = self.rest[:0].join(lines[1:])
        line: str | bytes = lines[0]
        return line

    def close(self) -> None:
        """Nothing is to be freed."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.readlines())


CONSTANTS: dict[str, Any] = {f"re.{flag}": getattr(re, flag) for flag in ("A", "I", "M", "S", "X")} | {
    **{f"re.{flag}": getattr(re, flag) for flag in ("ASCII", "IGNORECASE", "MULTILINE", "DOTALL", "VERBOSE")},
    "os.sep": "/",
    "os.path.sep": "/",
    "os.linesep": "\n",
    "os.pardir": "..",
    "os.curdir": ".",
    "os.path.pardir": "..",
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"os.path.{name}": getattr(posixpath, name) for name in ("join", "dirname", "basename", "normpath", "split")},
    "os.path.splitext": posixpath.splitext,
    **{f"re.{name}": getattr(re, name) for name in ("search", "match", "fullmatch", "findall", "sub", "compile")},
    "re.escape": re.escape,
    "re.split": re.split,
    "os.fspath": str,
    **{kind.__name__: kind for kind in (str, list, dict, tuple, set, bool, int, len, sorted, any, all, zip)},
    "enumerate": enumerate,
    "reversed": reversed,
    "print": lambda *_, **__: None,
    "pathlib.Path": PurePosixPath,
    "pathlib.PurePath": PurePosixPath,
}

HARMLESS = frozenset({"setuptools.find_packages", "setuptools.find_namespace_packages", "print", "isinstance"})
"""Functions that leave their arguments as they are."""

METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        {
            "replace",
            "format",
            "join",
            "strip",
            "lstrip",
            "rstrip",
            "split",
            "rsplit",
            "splitlines",
            "lower",
            "upper",
            "title",
            "startswith",
            "endswith",
            "find",
            "partition",
            "rpartition",
            "removeprefix",
            "removesuffix",
            "count",
            "encode",
            "isdigit",
        }
    ),
    bytes: frozenset({"decode", "strip", "split", "splitlines"}),
    list: frozenset({"append", "extend", "insert", "copy", "remove", "pop", "index", "count", "sort", "reverse"}),
    tuple: frozenset({"index", "count"}),
    set: frozenset({"add", "update", "union", "copy"}),
    dict: frozenset({"get", "keys", "values", "items", "update", "copy", "setdefault", "pop"}),
    File: frozenset({"read", "readline", "readlines", "close"}),
    re.Match: frozenset({"group", "groups", "groupdict"}),
    re.Pattern: frozenset({"search", "match", "fullmatch", "findall", "sub", "split"}),
    PurePosixPath: frozenset({"joinpath", "as_posix", "with_name", "with_suffix"}),
}

PATH_PARTS = frozenset({"parent", "name", "stem", "suffix"})

PATHLESS = frozenset({"join", "format", "strip", "rstrip", "lstrip"})
"""Methods of str whose result does not depend on the letters of a path that we do not know."""


def is_plain(value: object) -> bool:
    """Whether *value* is known through and through, so that a function of it is known as well."""
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return value is None or isinstance(value, str | bytes | int | float | File | re.Match | re.Pattern | PurePosixPath)


def is_opaque(value: object) -> bool:
    """Whether *value* contains the place of the checkout, which is another one in every build."""
    if isinstance(value, list | tuple | set | dict):
        return any(is_opaque(item) for item in value)
    return "\0" in str(value) if isinstance(value, str | PurePosixPath) else False


def spoil(value: object) -> None:
    """Make the content of a mutable *value* unknown, for everyone who holds it."""
    if isinstance(value, list):
        value[:] = [UNKNOWN]
    elif isinstance(value, dict):
        value.clear()
        value[UNKNOWN] = UNKNOWN
    elif isinstance(value, set):
        value.clear()
        value.add(UNKNOWN)
    elif isinstance(value, tuple):
        for item in value:
            spoil(item)


def adopted(mine: object, other: object) -> object:
    """Return *mine*, with the content of *other* where it differs; holders of a mutable value see the change."""
    if mine == other:
        return mine
    if isinstance(mine, list) and isinstance(other, list):
        mine[:] = other
        return mine
    if isinstance(mine, dict) and isinstance(other, dict):
        items = list(other.items())
        mine.clear()
        mine.update(items)
        return mine
    return other
