"""The static evaluator's branches: several ways are followed from one state, and what they disagree on is unknown."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from nox_release.metadata.calls import Calls, Function
from nox_release.metadata.fields import UNKNOWN
from nox_release.metadata.values import Frame, adopted, spoil


class Flow(Enum):
    """Where execution goes after a statement."""

    NEXT = "next"
    BREAK = "break"
    CONTINUE = "continue"
    RETURN = "return"
    STOP = "stop"
    """An exception, or the end of the script."""
    MAYBE = "maybe"
    """It goes on, or not: what follows may or may not happen."""


Names = list[dict[Any, Any]]


class Branches(Calls):
    """Keeps the state of all frames right where it is not known which statements run."""

    def run(self, statements: Sequence[ast.stmt]) -> Flow:
        """Execute *statements* and return where execution goes then."""
        raise NotImplementedError

    def havoc(self, nodes: Sequence[ast.AST]) -> None:
        """Make unknown whatever *nodes*, and the functions of the script that they name, may change."""
        seen: set[str] = set()
        for node in (found for top in nodes for found in ast.walk(top)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "setup":
                self.setups.append({UNKNOWN: UNKNOWN})
            if isinstance(node, ast.alias):
                self.bind((node.asname or node.name).partition(".")[0], UNKNOWN)
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                self.bind(node.name, UNKNOWN)
            if not isinstance(node, ast.Name) or node.id in seen:
                continue
            value = self._name(node)
            spoil(value)
            if not isinstance(node.ctx, ast.Load):
                self.bind(node.id, UNKNOWN)
            elif isinstance(value, Function):
                seen.add(node.id)
                # A function called by nobody knows whom: its own names do no harm, what it shares may.
                self.frames.append(Frame({}, value.frame))
                self.bind(node.id, UNKNOWN, everywhere=True)
                self.havoc(value.node.body)
                self.frames.pop()

    def bind(self, name: str, value: Any, everywhere: bool = False) -> None:
        """Give *name* a value in the innermost frame, or in its module where it is global or *everywhere* is meant."""
        frame = self.frames[-1]
        (frame.module if everywhere or name in frame.globals else frame).names[name] = value

    def either(self, ways: Sequence[Callable[[], Flow | None]]) -> Flow:
        """Follow each of *ways* from here, and keep what they agree on; a way that stops the script does not count."""
        before: Names = [frame.names for frame in self.frames]
        ends: list[tuple[Flow, Names, Any]] = []
        for way in ways:
            for frame, names in zip(self.frames, copy.deepcopy(before), strict=True):
                frame.names = names
            flow = way() or Flow.NEXT
            ends.append((flow, [frame.names for frame in self.frames], self.frames[-1].result))
        for frame, names in zip(self.frames, before, strict=True):
            frame.names = names
        if not (ends := [end for end in ends if end[0] is not Flow.STOP]):
            return Flow.STOP
        for level, names in enumerate(before):
            for name in {key for _, found, _ in ends for key in found[level]} | names.keys():
                mine, values = names.get(name, UNKNOWN), [found[level].get(name, UNKNOWN) for _, found, _ in ends]
                if any(value != values[0] or value is UNKNOWN for value in values):
                    spoil(mine)
                    names[name] = UNKNOWN
                else:
                    names[name] = adopted(mine, values[0])
        results = [result for _, _, result in ends]
        self.frames[-1].result = results[0] if all(result == results[0] for result in results) else UNKNOWN
        flows = {flow for flow, _, _ in ends}
        return flows.pop() if len(flows) == 1 else Flow.MAYBE

    def attempt(
        self, body: Sequence[ast.stmt], handlers: Sequence[Sequence[ast.stmt]], orelse: Sequence[ast.stmt]
    ) -> Flow:
        """Run *body*; where something in it may raise, each handler is a further way, from anywhere within."""
        doubts = self.doubts

        def whole() -> Flow:
            flow = self.run(body)
            return self.run(orelse) if flow is Flow.NEXT else flow

        def caught(handler: Sequence[ast.stmt]) -> Flow:
            known = len(self.setups)
            self.havoc(body)
            # The whole way has recorded these already, with what is known of them.
            del self.setups[known:]
            return self.run(handler)

        before = copy.deepcopy([frame.names for frame in self.frames])
        setups = len(self.setups)
        flow = whole()
        if not handlers or (self.doubts == doubts and flow is not Flow.STOP):
            return flow
        # It may raise: start again from the state before it, and follow every way.
        for frame, names in zip(self.frames, before, strict=True):
            for name in frame.names.keys() - names.keys():
                del frame.names[name]
            for name, value in names.items():
                frame.names[name] = adopted(frame.names.get(name), value)
        del self.setups[setups:]
        return self.either([whole, *(lambda each=handler: caught(each) for handler in handlers)])
