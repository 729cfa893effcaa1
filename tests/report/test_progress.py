"""What a stage tells while it works: lines that stay, and live lines on a terminal."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from nox_release.check import Finding, Severity
from nox_release.model import Evidence, Outcome, Stage
from nox_release.report.board import board
from nox_release.report.progress import Aside, Plain, Shown, in_colour, is_live, lines, progress
from pretended import evidence, order, planned

FAILED = Evidence(
    "demo", "1.0", Stage.TEST, "0", Outcome.FAILED,
    (Finding("TST101", "All tests pass", Severity.ERROR, "tests/test_x.py", "mend [red]it", "[bold]" + "x" * 200),),
    facts={"tests": "2 ran of 3 collected"}, log="logs/demo.log", duration=2.0,
)  # fmt: skip
PASSED = Evidence("demo", "1.0", Stage.TEST, "0", Outcome.PASSED, duration=1.0)
TOLD = [
    "FAILED  test demo 1.0 (2.0s, 2 ran of 3 collected, 1 error)",
    f"        error TST101 tests/test_x.py: [bold]{'x' * 200}",
]
HOSTILE = Evidence(
    "demo", "1.0", Stage.TEST, "0", Outcome.FAILED,
    (Finding("TST101", "t", Severity.ERROR, "a\n::error::b", "f", "\x1b[2J ##vso[task.complete]"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (PASSED, ["ok      test demo 1.0 (1.0s)"]),
        (FAILED, TOLD),
        (
            Evidence("demo", "?", Stage.TEST, "0", Outcome.BLOCKED, problem="no uv", hint="install it", log="l"),
            ["BLOCKED test demo ? (0.0s)", "        blocked: no uv"],
        ),
        (
            HOSTILE,
            [
                "FAILED  test demo 1.0 (0.0s, 1 error)",
                "        error TST101 a ::error::b: \\x1b[2J # #vso[task.complete]",
            ],
        ),
    ],
)
def test_one_package_s_outcome(found: Evidence, told: list[str]) -> None:
    """The first line has outcome, stage, package, version, duration, tests and counts; what follows explains it."""
    assert list(lines(planned(), found)) == told


class Clock:
    """A clock that goes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def plain(*names: str, colour: bool = False) -> tuple[Shown, io.StringIO, Clock]:
    """The progress of a stage as a log has it, the log, and its clock."""
    out, clock = io.StringIO(), Clock()
    return Shown(board(order(*names), 0.0), Plain(out, colour=colour, clock=clock), clock), out, clock


def test_plain_lines_tell_what_ended() -> None:
    """A log has the outcome of each package and not a word about what begins."""
    shown, out, _ = plain("demo")
    with shown.running("demo"):
        assert out.getvalue() == ""
        shown.done(planned(), FAILED)
    assert out.getvalue().splitlines() == TOLD


def test_a_log_is_not_silent_for_long() -> None:
    """A minute without a line is followed by one that says that work goes on; not while nothing runs."""
    shown, out, clock = plain("demo", "other")
    clock.now = 100.0
    shown.tick()
    with shown.running("demo"):
        shown.said("demo", "collecting\n")
        shown.said("demo", "\n")
        for clock.now in (130.0, 159.0, 160.0, 200.0, 219.0, 220.0, 250.0):
            shown.tick()
        shown.done(planned(), PASSED)
        for clock.now in (300.0, 320.0):
            shown.tick()
    assert out.getvalue().splitlines() == [
        "...     test 0 of 2, 2m10s; still at demo (30s: collecting)",
        "...     test 0 of 2, 3m20s; still at demo (100s: collecting)",
        "ok      test demo 1.0 (1.0s)",
    ]


def test_outcomes_from_several_threads_are_not_mixed() -> None:
    """The lines of one package stay together, whoever tells them."""
    shown, out, _ = plain("demo")

    def work() -> None:
        for _ in range(20):
            with shown.running("demo"):
                shown.done(planned(), FAILED)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert out.getvalue().splitlines() == TOLD * 60


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.PASSED, "32"), (Outcome.FAILED, "1;31"), (Outcome.BLOCKED, "1;33")]
)
def test_a_log_has_colours_where_they_are_asked_for(outcome: Outcome, code: str) -> None:
    """Then the first line of an outcome has one, around the same text."""
    shown, out, _ = plain("demo", colour=True)
    shown.done(planned(), evidence("demo", outcome))
    first, *rest = out.getvalue().splitlines()
    assert first.startswith(f"\x1b[{code}m")
    assert first.endswith(")\x1b[0m")
    assert not any("\x1b[" in line for line in rest)


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_who_asks_for_colours(environ: dict[str, str], coloured: bool) -> None:
    """FORCE_COLOR does, unless NO_COLOR is set as well."""
    assert in_colour(environ) is coloured


class Terminal(io.TextIOWrapper):
    """A stream that says whether it is a terminal."""

    def __init__(self, tty: bool = True, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        self._tty = tty
        super().__init__(self.bytes, encoding=encoding)

    def isatty(self) -> bool:
        return self._tty


DRAWN_ON = {"TERM": "xterm"}


@pytest.mark.parametrize(
    ("out", "environ", "live"),
    [
        (Terminal(), DRAWN_ON, True),
        (Terminal(tty=False), DRAWN_ON, False),
        (Terminal(tty=False), {**DRAWN_ON, "FORCE_COLOR": "1"}, False),
        (Terminal(), {**DRAWN_ON, "NO_COLOR": "1"}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {}, False),
        (Terminal(), {**DRAWN_ON, "CI": "true"}, False),
        (Terminal(encoding="iso-8859-1"), DRAWN_ON, False),
    ],
)
def test_only_where_somebody_looks_lines_are_drawn_anew(out: Terminal, environ: dict[str, str], live: bool) -> None:
    """Into a file, on a dumb terminal, in CI, and where not every letter can be shown, lines stay."""
    assert is_live(out, environ) is live
    with progress(order("demo"), out, environ) as shown, shown.running("demo"):
        shown.done(planned(), FAILED)
    written = out.bytes.getvalue().decode()
    assert ("\x1b" in written) is (live or "FORCE_COLOR" in environ)
    if not live and "FORCE_COLOR" not in environ:
        assert written.splitlines() == TOLD


def test_a_log_that_cannot_hold_a_letter_has_it_escaped() -> None:
    """What a package says never ends the worker."""
    out = Terminal(tty=False, encoding="ascii")
    with progress(order("demo"), out, {}) as shown:
        shown.done(planned(), Evidence("demo", "1.0", Stage.TEST, "0", Outcome.BLOCKED, problem="漢字"))
    assert out.bytes.getvalue().decode("ascii").splitlines()[1] == "        blocked: \\u6f22\\u5b57"


def test_what_is_printed_meanwhile_is_told_by_line() -> None:
    """A library's prints go above the lines that are drawn anew, the last one even without its end."""
    told: list[str] = []
    aside = Aside(told.append)
    print("one", file=aside)
    print("two\nthr", end="", file=aside)
    print("ee", file=aside)
    assert told == ["one", "two", "three"]
    print("rest", end="", file=aside)
    aside.end()
    aside.end()
    assert told[3:] == ["rest"]


def test_a_log_that_nobody_reads_on() -> None:
    """The work is not ended by a pipe that is closed: all outcomes are taken."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as out:
        shown = Shown(board(order("demo", "other"), 0.0), Plain(out))
        shown.done(planned("demo"), FAILED)
        shown.done(planned("other"), PASSED)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="THERE IS NO /dev/full: a full disk was not tried")
def test_a_log_on_a_full_disk() -> None:
    """It does not end the work either; the session that has it in hand tells it."""
    with Path("/dev/full").open("w") as out:
        shown = Shown(board(order("demo", "other"), 0.0), Plain(out))
        shown.done(planned("demo"), FAILED)
        shown.done(planned("other"), PASSED)
