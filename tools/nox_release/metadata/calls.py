"""The static evaluator's calls: library functions, methods, files of the tree, functions of the script."""

from __future__ import annotations

import ast
import copy
import posixpath
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from nox_release.metadata.expressions import Expressions
from nox_release.metadata.fields import UNKNOWN
from nox_release.metadata.modules import parse
from nox_release.metadata.sources import Folder, Source
from nox_release.metadata.values import (
    FUNCTIONS,
    HARMLESS,
    METHODS,
    PATHLESS,
    File,
    Frame,
    Library,
    is_opaque,
    is_plain,
    spoil,
)

SETUPS = frozenset({"setuptools.setup", "distutils.core.setup", "skbuild.setup", "numpy.distutils.core.setup"})
SAFE = frozenset({"mode", "encoding", "errors", "newline", "buffering"})


class Function:
    """A function that the script defines at its top level."""

    def __init__(self, node: ast.FunctionDef, frame: Frame, defaults: dict[str, Any]) -> None:
        self.node, self.frame, self.defaults = node, frame, defaults

    def __deepcopy__(self, memo: dict[int, Any]) -> Function:
        return self


class Calls(Expressions):
    """Evaluates calls, and records what is handed to ``setup()``."""

    def __init__(self, folder: Folder, path: str) -> None:
        super().__init__()
        self.folder = folder
        self.path = path
        self.setups: list[dict[Any, Any]] = []
        # The checkout lies anywhere: as many unknown folders as the package is deep, so that '..' counts rightly.
        depth = 0 if folder.directory == "." else folder.directory.count("/") + 1
        self.here = "/\0" * (depth + 1)

    def run(self, statements: Sequence[ast.stmt]) -> Any:
        """Execute *statements*."""
        raise NotImplementedError

    def havoc(self, nodes: Sequence[ast.AST]) -> None:
        """Make unknown whatever *nodes* may change."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Any:
        """Return what the call gives; whatever an unknown function might have changed is spoilt."""
        receiver = self.evaluate(node.func.value) if isinstance(node.func, ast.Attribute) else None
        plain_receiver = type(receiver) in METHODS or isinstance(receiver, PurePosixPath)
        if isinstance(receiver, Library) and isinstance(node.func, ast.Attribute):
            function: Any = Library(f"{receiver.name}.{node.func.attr}")
        else:
            function = UNKNOWN if isinstance(node.func, ast.Attribute) else self.evaluate(node.func)
        args = self._list(ast.List(node.args))
        kwargs: dict[Any, Any] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            else:
                kwargs.update(value if isinstance(value, dict) else {UNKNOWN: UNKNOWN})
        if plain_receiver and isinstance(node.func, ast.Attribute):
            return self._method(receiver, node.func.attr, args, kwargs)
        if isinstance(function, Function):
            return self._function(function, args, kwargs)
        if isinstance(function, Library):
            return self._library(function.name, args, kwargs)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) == "setup":
            self.setups.append({UNKNOWN: UNKNOWN})
        return self._spoilt(args, kwargs)

    def _spoilt(self, args: list[Any], kwargs: dict[Any, Any]) -> Any:
        for value in (*args, *kwargs.values()):
            spoil(value)
        return self.unknown()

    def _method(self, receiver: Any, name: str, args: list[Any], kwargs: dict[Any, Any]) -> Any:
        if isinstance(receiver, PurePosixPath) and name in ("resolve", "absolute"):
            return PurePosixPath(self._absolute(receiver))
        if isinstance(receiver, PurePosixPath) and name in ("read_text", "read_bytes", "open", "exists", "is_file"):
            if name.startswith("read"):
                file = self._open([receiver, "rb" if name == "read_bytes" else "r"], kwargs)
                return file.read() if isinstance(file, File) else file
            return self._open([receiver, *args], kwargs) if name == "open" else self._exists(receiver, name)
        kind = next(kind for kind in METHODS if isinstance(receiver, kind))
        appends = isinstance(receiver, list) and name in ("append", "insert")
        settles = isinstance(receiver, dict) and name in ("update", "setdefault", "get") and is_plain(args[:1])
        if name not in METHODS[kind] or not (appends or settles or is_plain([args, list(kwargs.values())])):
            spoil(receiver)
            return self._spoilt(args, kwargs)
        if is_opaque(receiver) and isinstance(receiver, str) and name not in PATHLESS:
            return self.unknown()
        if isinstance(receiver, dict) and UNKNOWN in receiver and name not in ("update", "copy"):
            return self.unknown()
        if isinstance(receiver, list) and UNKNOWN in receiver and name in ("pop", "remove", "index", "count", "sort"):
            spoil(receiver)
            return self.unknown()
        return getattr(receiver, name)(*args, **kwargs)

    def _library(self, name: str, args: list[Any], kwargs: dict[Any, Any]) -> Any:
        name = {"os.path.isfile": "isfile", "os.path.exists": "exists"}.get(name, name)
        if name in SETUPS:
            self.setups.append(copy.deepcopy(kwargs))
            return self.unknown()
        if name in ("open", "io.open", "codecs.open"):
            if name == "codecs.open" and len(args) > 2:
                kwargs["encoding"] = args.pop(2)
            return self._open(args, kwargs)
        if name in ("isfile", "exists"):
            return self._exists(args[0], name)
        if name in ("os.path.abspath", "os.path.realpath") and is_plain(args[0]):
            return self._absolute(args[0])
        if name in ("os.getcwd", "pathlib.Path.cwd"):
            return self.here
        if name in ("globals", "locals"):
            return (self.frames[-1].module if name == "globals" else self.frames[-1]).names
        if name == "compile":
            return args[0]
        if name == "exec":
            return self._exec(args)
        if name == "dict":
            return dict(*args, **kwargs)
        if name in FUNCTIONS and is_plain([args, list(kwargs.values())]):
            value = FUNCTIONS[name](*args, **kwargs)
            return list(value) if name in ("zip", "enumerate", "reversed") else value
        return self.unknown() if name in HARMLESS else self._spoilt(args, kwargs)

    def _absolute(self, path: str | PurePosixPath) -> str:
        return posixpath.normpath(posixpath.join(self.here, str(path)))

    def _relative(self, path: object) -> str | None:
        """Return *path* relative to the package's folder; None where it is unknown or some other absolute path."""
        if not isinstance(path, str | PurePosixPath):
            return None
        found = posixpath.relpath(self._absolute(path), self.here)
        return None if "\0" in found else found

    def _exists(self, path: object, name: str) -> Any:
        relative = self._relative(path)
        if relative is None:
            return self.unknown()
        if self.folder.data(relative) is not None:
            return True
        # A tree lists files only; without a suffix the name may well be a folder, or something a build leaves.
        return False if name in ("isfile", "is_file") or posixpath.splitext(relative)[1] else self.unknown()

    def _open(self, args: list[Any], kwargs: dict[Any, Any]) -> Any:
        path, mode = args[0], args[1] if len(args) > 1 else kwargs.get("mode", "r")
        relative = self._relative(path)
        data = self.folder.data(relative) if relative is not None and kwargs.keys() <= SAFE else None
        if data is None or not isinstance(mode, str) or set(mode) - set("rbtU"):
            return self.unknown()
        if "b" in mode:
            return File(data)
        encoding = kwargs.get("encoding") or "utf-8"
        return File(data.decode(encoding).replace("\r\n", "\n"))

    def _exec(self, args: list[Any]) -> Any:
        """Execute the text of a module in the dictionary it was given."""
        names = args[1] if len(args) > 1 else self.frames[-1].names
        if not isinstance(args[0], str | bytes) or not isinstance(names, dict) or len(self.frames) > 20:
            spoil(names)
            return self.unknown()
        text = args[0].decode() if isinstance(args[0], bytes) else args[0]
        names.setdefault("__name__", UNKNOWN)
        frames = len(self.frames)
        self.frames.append(Frame(names))
        try:
            self.run(parse(Source(self.path, text)).body)
        finally:
            del self.frames[frames:]
        return None

    def _function(self, function: Function, args: list[Any], kwargs: dict[Any, Any]) -> Any:
        """Return what a function of the script returns."""
        spec = function.node.args
        positional = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        names = {**function.defaults, **dict(zip(positional, args, strict=False))}
        wanted = {*positional, *(arg.arg for arg in spec.kwonlyargs)}
        names.update({key: value for key, value in kwargs.items() if key in wanted})
        if spec.vararg:
            names[spec.vararg.arg] = tuple(args[len(positional) :])
        if spec.kwarg:
            names[spec.kwarg.arg] = {key: value for key, value in kwargs.items() if key not in wanted}
        frames = len(self.frames)
        if frames > 20 or not any(function.frame is frame for frame in self.frames) or not wanted <= names.keys():
            self.havoc(function.node.body)
            return self._spoilt(args, kwargs)
        self.frames.append(frame := Frame(names, function.frame))
        try:
            self.run(function.node.body)
        finally:
            del self.frames[frames:]
        return frame.result
