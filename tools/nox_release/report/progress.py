"""What a stage tells while it works: lines that stay, and below them on a terminal where everything stands."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TextIO

from nox_release.errors import Blocked
from nox_release.model import Evidence, Outcome
from nox_release.plan import Planned
from nox_release.printing import put
from nox_release.report.board import STYLES, Began, Board, Ended, Event, Said, after, board, still
from nox_release.report.words import brief, counts, duration, one_line
from nox_release.work import Order

if TYPE_CHECKING:
    from nox_release.report.screen import Screen

MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.BLOCKED: "BLOCKED"}
COLOURS = {Outcome.PASSED: "32", Outcome.FAILED: "1;31", Outcome.BLOCKED: "1;33"}
"""What STYLES are as parameters of a terminal."""
SILENCE = 60.0
"""Seconds after which a log hears that work goes on; CI systems end a job that says nothing for ten minutes."""
LOOK = 1.0
"""Seconds between two looks at whether a log is to hear that."""
REDRAW = 0.125
"""Seconds between two drawings."""
SETTLED = 4
"""Drawings that are left out after the terminal has changed its size.

While a window is dragged, terminals tell its size late (tmux a quarter of a second); what is drawn for a wrong one
cannot be taken away again.
"""


class View(Protocol):
    """Shows a stage."""

    def ended(self, planned: Planned, evidence: Evidence) -> None:
        """Tell an outcome; from any thread."""
        ...

    def tick(self, board: Board, now: float) -> None:
        """Show where things stand; from one thread."""
        ...


class Shown:
    """The progress of one stage; may be told from any thread."""

    def __init__(self, board: Board, view: View, clock: Callable[[], float] = time.monotonic) -> None:
        self._board = board
        self._view = view
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Show *name* as worked on until its outcome is told."""
        self._tell(Began(name, self._clock()))
        yield

    def said(self, name: str, line: str) -> None:
        """Remember what works on *name* said last; cheap, for it may come by the million."""
        if not line.isspace():  # pytest says an empty line before the first test, and ends the next with the file
            self._said[name] = line

    def done(self, planned: Planned, evidence: Evidence) -> None:
        """Show what became of a package, as it happens."""
        self._tell(Ended(planned.name, self._clock(), evidence.outcome))
        self._view.ended(planned, evidence)

    def tick(self) -> None:
        """Show where things stand."""
        for name, line in list(self._said.items()):
            self._tell(Said(name, line))
        self._view.tick(self._board, self._clock())

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._board = after(self._board, event)


def lines(planned: Planned, evidence: Evidence) -> Iterator[str]:
    """The lines that tell one package's outcome, whatever it put into them."""
    told = [duration(evidence.duration), evidence.facts.get("tests", ""), counts(evidence.findings)]
    head = f"{MARKS[evidence.outcome]:7} {evidence.stage} {planned.name} {evidence.version}"
    yield one_line(f"{head} ({', '.join(part for part in told if part)})")
    for line in brief(evidence):
        yield f"        {one_line(line)}"


class Plain:
    """Lines that stay, for logs."""

    def __init__(self, out: TextIO, *, colour: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._colour = colour
        self._clock = clock
        self._lock = threading.Lock()
        self._spoke = 0.0

    def ended(self, planned: Planned, evidence: Evidence) -> None:
        """Print the outcome."""
        first, *rest = lines(planned, evidence)
        if self._colour:
            first = f"\x1b[{COLOURS[evidence.outcome]}m{first}\x1b[0m"
        self._print([first, *rest])

    def tick(self, board: Board, now: float) -> None:
        """Print that work goes on, where nothing was said for long."""
        if board.running and now - max(self._spoke, board.began) >= SILENCE:
            self._print([still(board, now)])

    def _print(self, told: list[str]) -> None:
        with self._lock:
            with contextlib.suppress(Blocked):  # the session says so itself; the work is not ended by it
                for line in told:
                    put(line, self._out)
            self._spoke = self._clock()


class Live:
    """What ended stays and scrolls; below it are a few lines that are drawn anew."""

    def __init__(self, out: TextIO, environ: Mapping[str, str]) -> None:
        self._out = out
        self._environ = environ
        self._above: deque[tuple[str, str]] = deque()  # lines with their styles
        self._size = os.terminal_size((0, 0))
        self._quiet = 0

    def ended(self, planned: Planned, evidence: Evidence) -> None:
        """Put the outcome above, when it is drawn the next time."""
        first, *rest = lines(planned, evidence)
        self._above.extend([(first, STYLES[evidence.outcome]), *((line, "") for line in rest)])

    def aside(self, line: str) -> None:
        """Put above what a library prints."""
        self._above.append((one_line(line), ""))

    def tick(self, board: Board, now: float) -> None:
        """Draw."""
        from nox_release.report.drawing import draw

        width, height = size = self._screen.size
        if size != self._size:
            self._quiet = SETTLED if any(self._size) else 0
            self._size = size
        if self._quiet:
            self._quiet -= 1
            return
        self._screen.show(self._taken(), draw(board, now, width - 1, height - 2))

    def close(self) -> None:
        """Take the lines away that are drawn anew."""
        self._screen.show(self._taken(), ())

    def _taken(self) -> list[tuple[str, str]]:
        return [self._above.popleft() for _ in range(len(self._above))]

    @cached_property
    def _screen(self) -> Screen:
        from nox_release.report.screen import Screen  # not quick to load, so the thread that draws does it

        return Screen(self._out, self._environ)


class Aside(io.TextIOBase):
    """Stands in for standard output and standard error while lines are drawn: hands on what is printed, by line."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._rest = ""
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        """Take *text*."""
        with self._lock:
            *told, self._rest = (self._rest + text).split("\n")
            for line in told:
                self._tell(line)
        return len(text)

    def end(self) -> None:
        """Hand on what has no end of line."""
        if self._rest:
            self.write("\n")


def is_live(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether somebody looks at *out*, on a terminal that can be drawn on and shows any letter."""
    dumb = environ.get("TERM", "") in ("", "dumb", "unknown")
    return out.isatty() and not dumb and "CI" not in environ and "utf" in (out.encoding or "").lower()


def in_colour(environ: Mapping[str, str]) -> bool:
    """Whether lines for a log are to have colours: only where that is asked for."""
    forced = environ.get("FORCE_COLOR", "").lower() not in ("", "0", "false", "no", "off")
    return forced and not environ.get("NO_COLOR")


@contextmanager
def progress(order: Order, out: TextIO, environ: Mapping[str, str] = os.environ) -> Iterator[Shown]:
    """Show the work of a stage on *out*."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(errors="backslashreplace")  # what a package says may not fit the terminal's encoding
    start = board(order, time.monotonic())
    if not is_live(out, environ):
        shown = Shown(start, Plain(out, colour=in_colour(environ)))
        with _ticking(shown, LOOK):
            yield shown
        return
    view = Live(out, environ)
    aside = Aside(view.aside)
    shown = Shown(start, view)
    try:
        with contextlib.redirect_stdout(aside), contextlib.redirect_stderr(aside), _ticking(shown, REDRAW):
            yield shown
    finally:
        aside.end()
        with contextlib.suppress(OSError):  # as below
            view.close()


@contextmanager
def _ticking(shown: Shown, seconds: float) -> Iterator[None]:
    """Have *shown* look at the clock every so many seconds, in a thread."""
    over = threading.Event()

    def look() -> None:
        with contextlib.suppress(OSError):  # the terminal is gone; the work is not
            while not over.wait(seconds):
                shown.tick()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
