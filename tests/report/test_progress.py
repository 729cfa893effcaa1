"""What a stage tells while it works: lines that stay, and live lines on a terminal."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from rich.console import Console

from fakes import package
from nox_release.check import Finding, Severity
from nox_release.config import Config
from nox_release.model import Evidence, Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.progress import Live, Plain, Shown, lines, progress
from nox_release.work import Order


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def planned(name: str = "demo") -> Planned:
    return Planned(package(name), True, "asked for", "digest", False)


def order(*names: str, **expected: float) -> Order:
    here = Path("w")
    inputs = dict.fromkeys(names, "0")
    plan = Plan(tuple(map(planned, names)))
    return Order(Stage.TEST, here, plan, "", here, here, Config(), inputs, {}, "", 1, expected=expected)


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
    ("evidence", "told"),
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
def test_one_package_s_outcome(evidence: Evidence, told: list[str]) -> None:
    """The first line has outcome, stage, package, version, duration, tests and counts; what follows explains it."""
    assert list(lines(planned(), evidence)) == told


def test_plain_lines_tell_what_ended() -> None:
    """A log has the outcome of each package and not a word about what begins."""
    out = io.StringIO()
    shown = Shown(Plain(out))
    with shown.running("demo"):
        assert out.getvalue() == ""
        shown.done(planned(), FAILED)
    assert out.getvalue().splitlines() == TOLD


def test_outcomes_from_several_threads_are_not_mixed() -> None:
    """The lines of one package stay together, whoever tells them."""
    out = io.StringIO()
    shown = Shown(Plain(out))

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


def live(*names: str, **expected: float) -> tuple[Live, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system=None, width=60, legacy_windows=False)
    return Live(console, order(*names, **expected)), out


def drawn(view: Live) -> list[str]:
    with view.console.capture() as capture:
        view.console.print(view)
    return capture.get().splitlines()


def test_live_lines_show_what_is_worked_on_and_how_many_wait() -> None:
    """A package has a line from its beginning to its end, with how long it usually takes; others are counted."""
    view, _ = live("one", "two", "three", one=65.0)
    assert drawn(view) == ["3 waiting"]
    view.begins("one")
    view.begins("two")
    first, second, waiting = drawn(view)
    assert first.startswith("test one ")
    assert first.endswith(" of about 65s")
    assert second.startswith("test two ")
    assert "about" not in second
    assert waiting == "1 waiting"
    view.done(planned("one"), PASSED)
    assert [line.split()[:2] for line in drawn(view)] == [["test", "two"], ["1", "waiting"]]
    view.begins("three")
    view.done(planned("two"), PASSED)
    view.done(planned("three"), PASSED)
    assert drawn(view) == [""]


def test_a_package_that_is_told_without_having_begun_is_counted() -> None:
    """An outcome that comes by itself takes one from those that wait."""
    view, _ = live("one", "two")
    view.done(planned("one"), PASSED)
    assert drawn(view) == ["1 waiting"]


def test_what_ended_is_printed_above_whole_and_as_it_is() -> None:
    """On a terminal the same lines are told, long ones not cut, and brackets are no markup."""
    view, out = live("demo")
    view.done(planned(), FAILED)
    assert out.getvalue().splitlines() == TOLD


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.PASSED, "32"), (Outcome.FAILED, "1;31"), (Outcome.BLOCKED, "1;33")]
)
def test_the_outcome_has_a_colour(outcome: Outcome, code: str) -> None:
    """Green is passed, red is failed and yellow is blocked, and the first line alone has it."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=60, legacy_windows=False)
    Live(console, order("demo")).done(
        planned(), Evidence("demo", "1.0", Stage.TEST, "0", outcome, problem="p", log="l")
    )
    first, *rest = out.getvalue().splitlines()
    assert first.startswith(f"\x1b[{code}m")
    assert not any("\x1b[" in line for line in rest)


@pytest.mark.parametrize(
    ("stream", "variables"),
    [(io.StringIO, {}), (Terminal, {"TERM": "dumb"}), (Terminal, {"CI": "true"})],
    ids=["a file", "a dumb terminal", "CI"],
)
def test_where_nobody_looks_lines_are_plain(
    stream: type[io.StringIO], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a file, on a dumb terminal and in CI nothing is redrawn."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    out = stream()
    with progress(order("demo"), out) as shown, shown.running("demo"):
        shown.done(planned(), FAILED)
    assert out.getvalue().splitlines() == TOLD


def test_on_a_terminal_lines_are_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets live lines, and what ended stays when they are gone."""
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    with progress(order("demo"), out) as shown, shown.running("demo"):
        shown.done(planned(), PASSED)
    assert "ok      test demo 1.0 (1.0s)" in out.getvalue()
    assert "\x1b[" in out.getvalue()
