"""The closing table: packages by stages."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.report.run import Entry, Run, State
from nox_release.report.words import duration


def cell(entry: Entry | None) -> str:
    """What the table says of one package in one stage."""
    if entry is None:
        return "-"
    if entry.evidence is None:
        return entry.state.value
    exempt = "exempt" if "exempt" in entry.evidence.facts else ""
    seconds = duration(entry.evidence.duration)
    if entry.state is State.UNCHANGED:
        return f"{exempt or entry.state} ({seconds})"
    return f"{(entry.state.good and exempt) or entry.state} {seconds}"


def grid(run: Run) -> list[list[str]]:
    """The cells of the table, its head first."""
    heads = ["package", *(stage.value for stage in run.stages)]
    return [heads] + [
        [f"{planned.name} {planned.version}{'' if planned.target else ' (companion)'}"]
        + [cell(run.entries[planned.name].get(stage)) for stage in run.stages]
        for planned in run.packages
    ]


def table(run: Run) -> Iterator[str]:
    """Yield the lines of the table."""
    heads, *body = grid(run)
    widths = [max(len(line[column]) for line in [heads, *body]) for column in range(len(heads))]
    for line in [heads, ["-" * width for width in widths], *body]:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
