"""A board as lines of a terminal, none wider than it and no more of them than fit. Pure; needs rich."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from nox_release.model import Outcome
from nox_release.report.board import STYLES, Board, Running, heading, queue
from nox_release.report.words import one_line
from nox_release.wording import some

WIDE = 72
"""Cells from which a package and what was said last share a line."""
LONGEST = 1000
"""Characters of a line that are looked at."""
WORDS = {Outcome.FAILED: "FAILED", Outcome.BLOCKED: "BLOCKED"}


def draw(board: Board, now: float, width: int, height: int) -> list[Text]:
    """Return the lines: how far it is, what went wrong, what is worked on, and what waits."""
    first = [_heading(board, now, width)]
    last = [Text(cut(line, width), style="dim") for line in queue(board)]
    room = height - len(first)
    bad = [*_bad(board, width)] if room > 1 else []
    room -= len(bad)
    rows = [*board.running.values()]
    last = last[: max(0, min(len(last), room - len(rows)))]
    return [*first, *bad, *_running(rows, now, width, room - len(last)), *last][: max(1, height)]


def cut(text: str, width: int) -> str:
    """Return *text*, cut with an ellipsis where it is wider than *width* cells."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""


def clean(line: str) -> str:
    """What a program wrote, as one line without colours that steers no terminal."""
    plain = Text.from_ansi(line[:LONGEST].replace("\t", " ")).plain if "\x1b" in line else line[:LONGEST]
    return one_line(plain.replace("\t", " ").strip())


def _heading(board: Board, now: float, width: int) -> Text:
    done, *rest = heading(board, now)
    line = Text(f"{board.stage} {done}", style="bold")
    for outcome, word in WORDS.items():
        if names := board.names(outcome):
            line.append(f", {len(names)} {word}", style=STYLES[outcome])
    line.append("".join(f", {part}" for part in rest))
    if line.cell_len > width:
        line.truncate(max(0, width), overflow="ellipsis")
    return line


def _bad(board: Board, width: int) -> Iterator[Text]:
    """What failed and what is blocked, for as long as the stage works."""
    for outcome, word in WORDS.items():
        if names := board.names(outcome):
            yield Text(cut(f"  {word:7} {some(names, 3)}", width), style=STYLES[outcome])


def _running(rows: Sequence[Running], now: float, width: int, height: int) -> Iterator[Text]:
    """The packages that are worked on, within *height* lines."""
    if len(rows) > height:
        shown = rows[: max(0, height - 1)]
        yield from _running(shown, now, width, len(shown))
        if height > 0:
            yield Text(cut(f"  and {len(rows) - len(shown)} more at work", width), style="dim")
        return
    names = max((cell_len(row.name) for row in rows), default=0)
    times = max((cell_len(row.time(now)) for row in rows), default=0)
    names = max(1, min(names, width * 2 // 5 if width >= WIDE else width - times - 4))
    below = width < WIDE and height >= 2 * len(rows)
    for row in rows:
        text = f"  {set_cell_size(cut(row.name, names), names)}  {row.time(now)}"
        said = clean(row.said)
        if width >= WIDE:
            text = f"{set_cell_size(text, names + times + 4)}  "
        line = Text(cut(text.rstrip() if not said or width < WIDE else text, width))
        if said and width >= WIDE:
            line.append(cut(said, width - cell_len(line.plain)), style="dim")
        yield line
        if said and below:
            yield Text(cut(f"    {said}", width), style="dim")
