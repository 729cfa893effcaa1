"""The part of a terminal that is redrawn, below lines that stay; needs rich.

It steers with little: up, erase, and no wrapping within one write. The cursor is never hidden and no mode stays
changed between two writes, so that a terminal is sane whenever and however the process ends.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

USUAL = os.terminal_size((80, 24))
"""What a terminal has that does not tell its size."""
_UP, _ERASE, _CLIP, _WRAP = "\r\x1b[{}A", "\x1b[K\n", "\x1b[?7l", "\x1b[?7h"


class Screen:
    """Draws on one terminal; used by one thread at a time."""

    def __init__(self, out: TextIO, environ: Mapping[str, str]) -> None:
        self._out = out
        self._environ = environ
        asked = Console(file=out, force_terminal=True, legacy_windows=False, _environ=environ)
        self._painter = Console(
            force_terminal=True, color_system=asked.color_system or None, no_color=asked.no_color,  # type: ignore[arg-type]  # it is one of the names
            legacy_windows=False, highlight=False, width=1_000_000, _environ={},
        )  # fmt: skip
        self._drawn: tuple[Text, ...] = ()

    @property
    def size(self) -> os.terminal_size:
        """Columns and lines, asked anew each time: COLUMNS does not follow a window."""
        try:
            size = os.get_terminal_size(self._out.fileno())
        except (OSError, ValueError):
            return USUAL
        return os.terminal_size((size.columns or USUAL.columns, size.lines or USUAL.lines))

    def show(self, above: Sequence[tuple[str, str]], lines: Sequence[Text]) -> None:
        """Let *above*, lines with their styles, stay, and put *lines* below in the place of those that were there.

        Nothing is written where nothing has changed, and all that is written is written at once.
        """
        drawn = tuple(lines)
        if not above and drawn == self._drawn:
            return
        stay = "".join(f"{self._paint(Text(line, style))}\n" for line, style in above)
        frame = "".join(f"{self._paint(line)}\n" for line in drawn)
        self._out.write(self._taken_away() + stay + (f"{_CLIP}{frame}{_WRAP}" if frame else ""))
        self._out.flush()
        self._drawn = drawn

    def _taken_away(self) -> str:
        """What takes away the lines that were drawn: most terminals break long ones anew when they get narrower."""
        if not self._drawn:
            return ""
        width, height = self.size
        each = [-(-line.cell_len // width) if reflows(self._environ) else 1 for line in self._drawn]
        up = min(sum(max(1, rows) for rows in each), height - 1)
        # Line by line: where all of the screen is erased at once, tmux keeps what was on it.
        return f"{_UP.format(up)}{_ERASE * up}{_UP.format(up)}" if up else ""

    def _paint(self, line: Text) -> str:
        with self._painter.capture() as capture:
            self._painter.print(line, soft_wrap=True, end="")
        return capture.get()


def reflows(environ: Mapping[str, str]) -> bool:
    """Whether the terminal breaks its lines anew when its width changes; xterm, rxvt and GNU screen cut them off."""
    if "TMUX" in environ:
        return True
    return not ({"XTERM_VERSION", "STY"} & environ.keys() or environ.get("TERM", "").startswith(("rxvt", "linux")))
