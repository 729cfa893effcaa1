"""The view on a real pseudo-terminal, as an emulated terminal shows it while the stage works."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import pytest

from nox_release.report.progress import REDRAW
from nox_release.report.screen import reflows
from terminals import Terminal, terminal


def has(*words: str) -> Callable[[list[str]], bool]:
    """Whether each of *words* is somewhere on the screen."""
    return lambda lines: all(any(word in line for line in lines) for word in words)


def begun(made: Terminal) -> None:
    """Two packages are at work and two wait."""
    made.do("plan alpha=4000 beta gamma delta", "begin alpha", "begin beta", "say alpha copying \x1b[31mfiles\x1b[0m")
    made.until(has("copying files", "2 wait"))


def test_what_runs_is_drawn_and_what_ended_stays() -> None:
    """A failure stands above with its first finding, the rest moves on below, and in the end what stays is lines."""
    with terminal() as made:
        begun(made)
        made.do("end beta failed", "begin gamma", "print a library speaks")
        lines = made.until(has("TST101", "  gamma  ", "a library speaks"))
        assert lines[:2] == [
            "FAILED  test beta 1.0 (1.0s, 1 error)",
            "        error TST101 tests/test_x.py: 2 tests failed",
        ]
        lines = made.until(has("1 FAILED"))
        assert [line.split(",")[0] for line in lines if line.startswith("test ")] == ["test 1 of 4"]
        made.do("end alpha passed", "end gamma blocked", "begin delta", "end delta passed")
        assert made.end() == [
            "FAILED  test beta 1.0 (1.0s, 1 error)",
            "        error TST101 tests/test_x.py: 2 tests failed",
            "a library speaks",
            "ok      test alpha 1.0 (1.0s)",
            "BLOCKED test gamma 1.0 (1.0s)",
            "        blocked: no uv",
            "ok      test delta 1.0 (1.0s)",
            "over",
        ]
        assert made.process.returncode == 0


def test_a_failure_has_its_colour() -> None:
    """Red is failed, green has passed, yellow is blocked, on the line that says so."""
    with terminal() as made:
        made.do("plan a b c", "end a failed", "end b passed", "end c blocked")
        made.end()
        colours = {made.screen.buffer[row][0].fg for row, line in enumerate(made.screen.display) if "test " in line}
        assert colours == {"red", "green", "brown"}  # pyte calls it so


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR"])
def test_no_color_takes_colours_alone(name: str) -> None:
    """Without colours all else is the same, and FORCE_COLOR changes nothing on a terminal."""
    with terminal(environ={name: "1"}) as made:
        begun(made)
        made.do("end beta failed")
        made.until(has("TST101", "1 FAILED"))
        made.end()
        coloured = re.search(rb"\x1b\[[0-9;]*3[0-7]m", made.written) is not None
        assert coloured is (name == "FORCE_COLOR")


@pytest.mark.parametrize("variable", [{"TERM": "dumb"}, {"CI": "true"}], ids=str)
def test_dumb_terminals_and_ci_get_nothing_but_lines(variable: dict[str, str]) -> None:
    """Not one byte steers the terminal."""
    with terminal(environ=variable) as made:
        made.do("plan a b", "begin a", "end a failed", "end b passed")
        made.end()
        assert b"\x1b" not in made.written
        assert len(made.written.splitlines()) == 4


def test_a_terminal_that_changes_its_size_is_drawn_anew() -> None:
    """Narrower, wider and lower while packages are at work: one region, nothing of the old one left, nothing lost."""
    with terminal(100, 24) as made:
        begun(made)
        made.do("end beta failed", "begin gamma")
        made.until(has("TST101", "1 waits"))
        for columns, lines in ((40, 24), (120, 24), (40, 24), (20, 24), (72, 24)):
            made.resize(columns, lines)
            made.do(f"say alpha at {columns}")
            shown = made.until(has(f"at {columns}"))
            assert sum(line.startswith("test ") for line in shown) == 1, shown
            assert sum("at work" in line or line.startswith("  alpha") for line in shown) <= 1, shown
            assert shown[0].startswith("FAILED  test beta")
        made.resize(72, 4)
        made.until(lambda lines: "waits" not in " ".join(lines))
        made.end()
        assert made.process.returncode == 0


def test_forty_columns_are_enough() -> None:
    """No line that is drawn anew is wider, with long names and wide letters in what is said."""
    with terminal(40, 24) as made:
        made.do("plan azure-monitor-opentelemetry-exporter=40 b c", "begin azure-monitor-opentelemetry-exporter")
        made.do(f"say azure-monitor-opentelemetry-exporter {'漢字' * 40}")
        shown = made.until(has("漢字"))
        first, name, said, waiting = shown
        assert first.startswith("test 0 of 3, ")
        assert name.startswith("  azure-monitor-") and "… " in name and name.endswith(" of about 40s")
        assert said.startswith("    漢字漢字") and said.endswith("…")
        assert waiting == "2 wait for one of 2 places: b, c"


def test_more_packages_than_lines_are_counted() -> None:
    """The screen keeps the first of them and what failed, and nothing scrolls away."""
    names = [f"package-{number}" for number in range(40)]
    with terminal(60, 12) as made:
        made.do(f"plan {' '.join(names)}", *(f"begin {name}" for name in names), "end package-7 failed")
        shown = made.until(has("1 of 40", "more at work"))
        assert len(shown) <= 12
        assert [line.split()[0] for line in shown[2:5]] == ["test", "FAILED", "package-0"]
        made.end()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_end_leaves_the_terminal_sane(how: signal.Signals) -> None:
    """After Ctrl-C nothing of the region is left; after a kill, too, the cursor is seen and lines wrap."""
    with terminal() as made:
        begun(made)
        os.kill(made.process.pid, how)
        shown = made.rest()
        assert not made.screen.cursor.hidden
        assert b"\x1b[?25l" not in made.written
        steered = re.findall(rb"\x1b\[\?7([lh])", made.written)
        assert steered and steered[-1] == b"h"
        if how is signal.SIGINT:
            assert not has("alpha  ")(shown)


def test_little_is_written() -> None:
    """What has not changed is not drawn again, and a thousand lines of output do not make a thousand drawings."""
    with terminal() as made:
        begun(made)
        made.do(*(f"say beta line {number}" for number in range(1000)))
        made.until(has("line 999"))
        frames = made.written.count(b"\x1b[?7l")
        assert frames < 1000
        assert REDRAW >= 0.1
        made.end()


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(379)"}, False),
        ({"TERM": "screen", "STY": "1.x"}, False),
        ({"TERM": "rxvt-unicode"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "screen", "TMUX": "/run/tmux", "XTERM_VERSION": "XTerm(379)"}, True),
    ],
)
def test_which_terminals_break_lines_anew(environ: dict[str, str], told: bool) -> None:
    """Most do; where old ones do not, no more rows are taken away than were drawn."""
    assert reflows(environ) is told
