"""The closing table: packages by stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nox_release.model import Stage
from nox_release.report.words import duration


class State(StrEnum):
    """What a cell of the table says."""

    PASSED = "ok"
    UNCHANGED = "unchanged"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Cell:
    """One package in one stage."""

    state: State
    seconds: float = 0.0
    note: str = ""
    """Why it is not run; or that it is exempt."""

    def __str__(self) -> str:
        if self.state is State.PASSED:
            return f"{self.note or self.state} {duration(self.seconds)}"
        if self.state is State.UNCHANGED:
            return f"{self.note or self.state} ({duration(self.seconds)})"
        return f"{self.state} {duration(self.seconds)}" if self.seconds else self.state.value


@dataclass(frozen=True)
class Row:
    """One package of the plan."""

    name: str
    version: str
    companion: bool
    cells: Mapping[Stage, Cell]


def table(rows: Sequence[Row], stages: Sequence[Stage]) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = ["package", *(stage.value for stage in stages)]
    body = [
        [f"{row.name} {row.version}{' (companion)' if row.companion else ''}"]
        + [str(row.cells[stage]) if stage in row.cells else "-" for stage in stages]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [heads, *body]) for column in range(len(heads))]
    for line in [heads, ["-" * width for width in widths], *body]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
