"""The view in tmux, which breaks its lines anew when a window gets narrower, as most terminals do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals import BOUND

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed; test_screen.py looks without it"),
]
PRETENDED = Path(__file__).parents[1] / "pretended.py"


class Tmux:
    """A tmux server of its own with one window, in which a pretended stage reads its commands from a pipe."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"
        pipe = folder / "commands"
        os.mkfifo(pipe)
        environ = [f"PYTHONPATH={os.pathsep.join(sys.path)}", "PYTHONUTF8=1"]
        unset = [option for name in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES") for option in ("-u", name)]
        script = folder / "run"
        inner = " ".join(f"'{part}'" for part in ("env", *unset, *environ, sys.executable, str(PRETENDED)))
        # A shell dies of the key that its child has died of, and the window with it.
        script.write_text(f"trap : INT\n{inner} < '{pipe}'\necho ended with $?\nexec sleep 600\n")
        self("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "24", f"exec sh {script}")
        self._pipe = pipe.open("w")

    def __call__(self, *command: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-S", str(self._socket), *command], capture_output=True, text=True, timeout=BOUND
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def do(self, *commands: str) -> None:
        """Have the stage do something."""
        self._pipe.write("".join(f"{command}\n" for command in commands))
        self._pipe.flush()

    def shown(self, *options: str) -> list[str]:
        """The lines of the window that are not empty."""
        return [line for line in self("capture-pane", "-p", "-J", *options).splitlines() if line.strip()]

    def until(self, word: str) -> list[str]:
        """Wait until the window shows *word*, and return its lines."""
        end = time.monotonic() + BOUND
        while word not in "\n".join(shown := self.shown()):
            assert time.monotonic() < end, "\n".join(shown)
            time.sleep(0.05)
        return shown

    def close(self) -> None:
        """End the server and all in it."""
        self._pipe.close()
        self("kill-server")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """A window of 100 columns and 24 lines."""
    made = Tmux(tmp_path)
    yield made
    made.close()


def test_a_window_that_changes_its_size_shows_one_region(tmux: Tmux) -> None:
    """Narrower, wider, lower and higher while packages are at work: nothing old is left, what stays is all there."""
    tmux.do("plan alpha=4000 beta gamma delta", "begin alpha", "begin beta", f"say alpha {'copying files ' * 10}")
    tmux.do("end beta failed", "begin gamma", *(f"print line {number} of a full window" for number in range(40)))
    tmux.until("  gamma")
    for columns, lines in ((40, 24), (120, 24), (60, 24), (30, 24), (100, 10), (100, 40)):
        tmux("resize-window", "-x", str(columns), "-y", str(lines))
        tmux.do(f"say alpha at-{columns}-{lines}")
        shown = tmux.until(f"at-{columns}-{lines}")
        assert [line.split(",")[0] for line in shown if line.startswith("test ")] == ["test 1 of 4"], shown
        assert sum(line.startswith("  gamma ") for line in shown) == 1, shown
    assert tmux.shown("-S", "-")[:2] == [
        "FAILED  test beta 1.0 (1.0s, 1 error)",
        "        error TST101 tests/test_x.py: 2 tests failed",
    ]


def test_ctrl_c_leaves_a_window_to_go_on_in(tmux: Tmux) -> None:
    """The key ends the stage, the region is gone, the cursor is seen and long lines wrap."""
    tmux.do("plan alpha beta", "begin alpha", "end beta passed")
    tmux.until("  alpha")
    tmux("send-keys", "C-c")
    shown = tmux.until("KeyboardInterrupt")
    assert not any(line.startswith("  alpha") for line in shown)
    assert any(line.startswith("ok      test beta") for line in shown)
    assert tmux("display-message", "-p", "#{cursor_flag} #{wrap_flag}").split() == ["1", "1"]
