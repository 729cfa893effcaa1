"""What a stage tells while it works: a live line for each package on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

from nox_release.model import Evidence, Outcome
from nox_release.plan import Planned
from nox_release.report.words import brief, counts, duration, one_line
from nox_release.work import Order

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.BLOCKED: "BLOCKED"}


class Progress(Protocol):
    """Is told what begins and what ends."""

    def begins(self, name: str) -> None:
        """Work on a package begins."""
        ...

    def done(self, planned: Planned, evidence: Evidence) -> None:
        """Its outcome is known."""
        ...


class Shown:
    """The progress of one stage; may be told from any thread."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self._lock = threading.Lock()

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Show *name* as worked on until the block ends."""
        with self._lock:
            self._inner.begins(name)
        yield

    def done(self, planned: Planned, evidence: Evidence) -> None:
        """Show what became of a package, as it happens."""
        with self._lock:
            self._inner.done(planned, evidence)


def lines(planned: Planned, evidence: Evidence) -> Iterator[str]:
    """The lines that tell one package's outcome, whatever it put into them."""
    told = [duration(evidence.duration), evidence.facts.get("tests", ""), counts(evidence.findings)]
    head = f"{MARKS[evidence.outcome]:7} {evidence.stage} {planned.name} {evidence.version}"
    yield one_line(f"{head} ({', '.join(part for part in told if part)})")
    for line in brief(evidence):
        yield f"        {one_line(line)}"


class Plain:
    """Lines that stay, for logs."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def begins(self, name: str) -> None:
        """Say nothing: what ends says how long it took."""

    def done(self, planned: Planned, evidence: Evidence) -> None:
        """Print the outcome."""
        for line in lines(planned, evidence):
            print(line, file=self._out, flush=True)


class Live:
    """A line for each package that is worked on, redrawn; what has ended scrolls above."""

    def __init__(self, console: Console, order: Order) -> None:
        self.console = console
        self._order = order
        self._running: dict[str, float] = {}
        self._left = len(order.inputs)

    def begins(self, name: str) -> None:
        """Show a line for it."""
        self._running[name] = time.monotonic()

    def done(self, planned: Planned, evidence: Evidence) -> None:
        """Print the outcome above the live lines."""
        self._running.pop(planned.name, None)
        self._left -= 1
        style = {Outcome.PASSED: "green", Outcome.FAILED: "bold red", Outcome.BLOCKED: "bold yellow"}[evidence.outcome]
        first, *rest = lines(planned, evidence)
        self.console.print(first, style=style, markup=False, highlight=False, soft_wrap=True)
        for line in rest:
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def __rich__(self) -> RenderableType:
        """Draw the live lines."""
        from rich.text import Text

        now = time.monotonic()
        drawn = []
        for name, since in list(self._running.items()):
            usual = self._order.expected.get(name)
            expected = f" of about {duration(usual)}" if usual else ""
            drawn.append(f"{self._order.stage} {name} {duration(now - since)}{expected}")
        if waiting := self._left - len(drawn):
            drawn.append(f"{waiting} waiting")
        return Text("\n".join(drawn), no_wrap=True, overflow="ellipsis", style="dim")


@contextmanager
def progress(order: Order, out: IO[str]) -> Iterator[Shown]:
    """Show the work of a stage on *out*."""
    if not out.isatty() or os.environ.get("TERM") == "dumb" or "CI" in os.environ:
        yield Shown(Plain(out))
        return
    from rich.console import Console  # only where somebody looks: it is not quick to load
    from rich.live import Live as Screen

    view = Live(Console(file=out), order)
    with Screen(view, console=view.console, refresh_per_second=8, transient=True):
        yield Shown(view)
