"""The static evaluator's statements: both ways of an unknown condition are followed, and what differs is unknown."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nox_release.metadata.branches import Branches, Flow
from nox_release.metadata.calls import SETUPS, Function
from nox_release.metadata.fields import UNKNOWN
from nox_release.metadata.modules import constant, find, roots
from nox_release.metadata.values import File, Library, is_plain, spoil

EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})


class Script(Branches):
    """Executes statements in the innermost frame."""

    def run(self, statements: Sequence[ast.stmt]) -> Flow:
        """Execute *statements* and return where execution goes then."""
        for index, statement in enumerate(statements):
            method: Callable[[Any], Flow | None] = getattr(self, f"_do_{type(statement).__name__.lower()}", self._other)
            flow = method(statement) or Flow.NEXT
            if flow is Flow.MAYBE:
                self.havoc(statements[index + 1 :])
                self.frames[-1].result = UNKNOWN
            if flow is not Flow.NEXT:
                return flow
        return Flow.NEXT

    def store(self, target: ast.expr, value: Any) -> None:
        """Assign *value* to *target*."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            fits = isinstance(value, list | tuple) and len(value) == len(target.elts)
            for index, part in enumerate(target.elts):
                inner = part.value if isinstance(part, ast.Starred) else part
                self.store(inner, value[index] if fits and inner is part else self.unknown())
        elif isinstance(target, ast.Subscript):
            container, key = self.evaluate(target.value), self.evaluate(target.slice)
            fits = isinstance(container, list) and isinstance(key, int) and -len(container) <= key < len(container)
            if fits or (isinstance(container, dict) and is_plain(key)):
                container[key] = value
            else:
                spoil(container)

    def _other(self, node: ast.stmt) -> Flow | None:
        """Do what no other method does: whatever the statement may change is unknown."""
        self.doubts += 1
        self.havoc([node])
        leaves = any(isinstance(inner, ast.Return | ast.Raise) for inner in ast.walk(node))
        return Flow.MAYBE if leaves and not isinstance(node, ast.ClassDef) else None

    def _do_expr(self, node: ast.Expr) -> Flow | None:
        self.evaluate(node.value)
        if isinstance(node.value, ast.Call):
            function = self.evaluate(node.value.func) if isinstance(node.value.func, ast.Name | ast.Attribute) else None
            return Flow.STOP if isinstance(function, Library) and function.name in EXITS else None
        return None

    def _do_pass(self, node: ast.stmt) -> None:
        """Nothing is done."""

    _do_assert = _do_pass

    def _do_global(self, node: ast.Global) -> None:
        self.frames[-1].globals.update(node.names)

    def _do_raise(self, _: ast.Raise) -> Flow:
        return Flow.STOP

    def _do_break(self, _: ast.Break) -> Flow:
        return Flow.BREAK

    def _do_continue(self, _: ast.Continue) -> Flow:
        return Flow.CONTINUE

    def _do_return(self, node: ast.Return) -> Flow:
        self.frames[-1].result = self.evaluate(node.value) if node.value else None
        return Flow.RETURN

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.evaluate(node.value)
        for target in node.targets:
            self.store(target, value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.store(node.target, self.evaluate(node.value))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        value = self.evaluate(node.value)
        load = copy.copy(node.target)
        load.ctx = ast.Load()
        mine = self.evaluate(load)
        if isinstance(node.op, ast.Add) and isinstance(mine, list):
            mine.extend(value if isinstance(value, list | tuple) else [UNKNOWN])
            return
        try:
            self.store(node.target, self.combine(node.op, mine, value))
        except (TypeError, ValueError, ArithmeticError):
            self.store(node.target, self.unknown())

    def _do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                spoil(self.evaluate(target.value))
            else:
                self.store(target, UNKNOWN)

    def _do_functiondef(self, node: ast.FunctionDef) -> None:
        frame = self.frames[-1]
        yields = any(isinstance(inner, ast.Yield | ast.YieldFrom | ast.Nonlocal) for inner in ast.walk(node))
        if node.decorator_list or yields or frame.module is not frame:
            self.havoc([node])
            return
        spec = node.args
        positional = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        first = len(positional) - len(spec.defaults)
        defaults = {name: self.evaluate(item) for name, item in zip(positional[first:], spec.defaults, strict=True)}
        keywords = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        defaults |= {arg.arg: self.evaluate(item) for arg, item in keywords if item}
        self.bind(node.name, Function(node, frame, defaults))

    def _do_if(self, node: ast.If) -> Flow:
        truth = self.truth(self.evaluate(node.test))
        if truth is not None:
            return self.run(node.body if truth else node.orelse)
        return self.either([lambda: self.run(node.body), lambda: self.run(node.orelse)])

    def _do_with(self, node: ast.With) -> Flow:
        known = True
        for item in node.items:
            value = self.evaluate(item.context_expr)
            known = known and isinstance(value, File)
            if item.optional_vars:
                self.store(item.optional_vars, value)
        # Whatever manages the context may swallow an exception, as contextlib.suppress does.
        return self.run(node.body) if known else self.attempt(node.body, [[]], [])

    def _do_try(self, node: ast.Try) -> Flow:
        flow = self.attempt(node.body, [handler.body for handler in node.handlers], node.orelse)
        last = self.run(node.finalbody)
        return flow if last is Flow.NEXT else last

    _do_trystar = _do_try

    def _do_for(self, node: ast.For) -> Flow | None:
        items = self.evaluate(node.iter)
        if not is_plain(items) or not isinstance(items, str | list | tuple | dict | File):
            return self._other(node)
        for item in list(items):
            self.store(node.target, item)
            flow = self.run(node.body)
            if flow is Flow.MAYBE:
                self.havoc([node])
                return flow if any(isinstance(inner, ast.Return) for inner in ast.walk(node)) else None
            if flow is Flow.BREAK:
                return None
            if flow in (Flow.RETURN, Flow.STOP):
                return flow
        return self.run(node.orelse)

    def _do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            self._imported(top)
            self.bind(alias.asname or top, Library(alias.name if alias.asname else top))

    def _do_importfrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        own = find(self.folder, roots(module, {})) if module and not node.level else None
        self._imported(module.partition(".")[0])
        for alias in node.names:
            name = f"{module}.{alias.name}"
            value: Any = Library("setuptools.setup" if name in SETUPS else name)
            if own:
                value = constant(self.folder, own, alias.name)
            self.bind(alias.asname or alias.name, value)

    def _imported(self, top: str) -> None:
        """Doubt that a module is there, unless every build environment has it."""
        if top not in sys.stdlib_module_names and top not in ("setuptools", "distutils"):
            self.doubts += 1
