"""The static evaluator's expressions: what a setup.py computes, without running it.

Whatever is not listed here is :data:`UNKNOWN`; a value is never guessed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from nox_release.metadata.fields import UNKNOWN
from nox_release.metadata.values import CONSTANTS, LIMIT, METHODS, PATH_PARTS, File, Frame, Library, is_opaque, is_plain

BUILTINS = {"__name__": "__main__", "True": True, "False": False, "None": None}

COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
}


class Expressions:
    """Evaluates expressions in the innermost frame."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.doubts = 0
        self.budget = 100_000

    def unknown(self) -> Any:
        """Return UNKNOWN, and remember that what was evaluated might have raised just as well."""
        self.doubts += 1
        return UNKNOWN

    def evaluate(self, node: ast.expr) -> Any:
        """Return the value of *node*, or UNKNOWN."""
        self.budget -= 1
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None or self.budget < 0:
            return self.unknown()
        try:
            value = method(node)
        # Code that fails when it runs is no business of ours: what it would have given is unknown.
        except Exception:
            return self.unknown()
        return self.unknown() if isinstance(value, str | bytes) and len(value) > LIMIT else value

    def store(self, target: ast.expr, value: Any) -> None:
        """Assign *value* to *target*."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Any:
        """Return what a call gives."""
        raise NotImplementedError

    def _call(self, node: ast.Call) -> Any:
        return self.call(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        frame = self.frames[-1]
        for names in (frame.names, frame.module.names, BUILTINS):
            if node.id in names:
                return names[node.id]
        return Library(node.id)

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.evaluate(node.value)
        if isinstance(value, Library):
            name = f"{value.name}.{node.attr}"
            return CONSTANTS.get(name, Library(name))
        if isinstance(value, PurePosixPath) and node.attr in PATH_PARTS:
            return getattr(value, node.attr)
        return self.unknown()

    def _list(self, node: ast.List | ast.Tuple | ast.Set) -> list[Any]:
        found: list[Any] = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                value = self.evaluate(item.value)
                found.extend(value if isinstance(value, list | tuple | set | File) else [self.unknown()])
            else:
                found.append(self.evaluate(item))
        return found

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self._list(node))

    def _set(self, node: ast.Set) -> set[Any]:
        return set(self._list(node))

    def _dict(self, node: ast.Dict) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.evaluate(item)
            if key is not None:
                name = self.evaluate(key)
                found[name if is_plain(name) else self.unknown()] = value
            else:
                found.update(value if isinstance(value, dict) else {self.unknown(): UNKNOWN})
        return found

    def _joinedstr(self, node: ast.JoinedStr) -> Any:
        parts = [self.evaluate(part) for part in node.values]
        return "".join(parts) if is_plain(parts) else self.unknown()

    def _formattedvalue(self, node: ast.FormattedValue) -> Any:
        value = self.evaluate(node.value)
        spec = self.evaluate(node.format_spec) if node.format_spec else ""
        if not is_plain([value, spec]):
            return self.unknown()
        converters: dict[int, Callable[[Any], str]] = {ord("r"): repr, ord("s"): str, ord("a"): ascii}
        convert = converters.get(node.conversion)
        return format(convert(value) if convert else value, spec)

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.combine(node.op, left, right)

    def combine(self, op: ast.operator, left: Any, right: Any) -> Any:
        """Return *left* *op* *right*."""
        if isinstance(op, ast.Add) and isinstance(left, list) and isinstance(right, list):
            return left + right
        if isinstance(op, ast.Add) and isinstance(left, tuple) and isinstance(right, tuple):
            return left + right
        if isinstance(op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
            return left | right
        if not is_plain([left, right]):
            return self.unknown()
        if isinstance(op, ast.Add):
            return left + right
        if isinstance(op, ast.Mod) and isinstance(left, str):
            return left % right
        if isinstance(op, ast.Div) and isinstance(left, str | PurePosixPath) and isinstance(right, str | PurePosixPath):
            return PurePosixPath(left) / right
        if isinstance(op, ast.Sub) and isinstance(left, int) and isinstance(right, int):
            return left - right
        return self.unknown()

    def truth(self, value: Any) -> bool | None:
        """Whether *value* counts as true; None where that is unknown."""
        return bool(value) if is_plain(value) else None

    def _boolop(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        value = None
        for item in node.values:
            value = self.evaluate(item)
            truth = self.truth(value)
            if truth is None:
                return self.unknown()
            if truth is stop:
                break
        return value

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not) and (truth := self.truth(value)) is not None:
            return not truth
        return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else self.unknown()

    def _compare(self, node: ast.Compare) -> Any:
        left = self.evaluate(node.left)
        for op, item in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(item)
            if not is_plain([left, right]) or is_opaque([left, right]):
                return self.unknown()
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp) -> Any:
        truth = self.truth(self.evaluate(node.test))
        if truth is not None:
            return self.evaluate(node.body if truth else node.orelse)
        one, other = self.evaluate(node.body), self.evaluate(node.orelse)
        return one if is_plain([one, other]) and one == other else self.unknown()

    def _subscript(self, node: ast.Subscript) -> Any:
        value, key = self.evaluate(node.value), self.evaluate(node.slice)
        if type(value) not in (*METHODS, tuple) or not (isinstance(key, slice) or is_plain(key)):
            return self.unknown()
        return self.unknown() if isinstance(value, dict) and UNKNOWN in value and key not in value else value[key]

    def _slice(self, node: ast.Slice) -> slice:
        return slice(*(self.evaluate(part) if part else None for part in (node.lower, node.upper, node.step)))

    def _namedexpr(self, node: ast.NamedExpr) -> Any:
        value = self.evaluate(node.value)
        self.store(node.target, value)
        return value

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Any:
        return self._comprehend(node.generators, lambda: self.evaluate(node.elt))

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp) -> Any:
        found = self._listcomp(node)
        return set(found) if isinstance(found, list) else found

    def _dictcomp(self, node: ast.DictComp) -> Any:
        found = self._comprehend(node.generators, lambda: (self.evaluate(node.key), self.evaluate(node.value)))
        return dict(found) if isinstance(found, list) else found

    def _comprehend(self, generators: list[ast.comprehension], element: Callable[[], Any]) -> Any:
        """Return the elements that *generators* yield, or UNKNOWN where a condition or an iterable is."""
        outer = self.frames[-1]
        frames = len(self.frames)
        self.frames.append(Frame(dict(outer.names), outer.module))
        found: list[Any] = []

        def loop(level: int) -> bool:
            if level == len(generators):
                found.append(element())
                return True
            each = generators[level]
            items = self.evaluate(each.iter)
            if not is_plain(items):
                return False
            for item in items:
                self.store(each.target, item)
                truths = [self.truth(self.evaluate(test)) for test in each.ifs]
                if None in truths or (all(truths) and not loop(level + 1)):
                    return False
            return True

        try:
            return found if loop(0) else self.unknown()
        finally:
            del self.frames[frames:]
