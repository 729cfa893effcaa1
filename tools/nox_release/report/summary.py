"""One command as Markdown, for the page on which a CI system shows a run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nox_release.report.run import Run
from nox_release.report.table import grid
from nox_release.report.words import one_line
from nox_release.wording import number

SHOWN = 200
"""Findings; GitHub takes a megabyte for all steps."""
LONG = 400
"""Characters of one text."""


def summary(run: Run) -> Iterator[str]:
    """Yield the lines."""
    yield f"## nox-release: {number(len(run.packages), 'package')}"
    if run.stopped:
        yield ""
        yield f"**It did not come to its end:** {markdown(run.stopped)}"
    if run.packages:
        yield ""
        heads, *body = grid(run)
        yield from _table(heads, body)
    found = [item for item in run.all_findings() if item.kind != "exempt"]
    found.sort(key=lambda item: item.kind)  # errors first
    rows = [
        [item.kind, item.finding.code, item.package, item.place.text, item.message, item.finding.fix]
        for item in found[:SHOWN]
    ]
    if rows:
        yield ""
        yield from _table(["", "rule", "package", "where", "what", "next"], rows)
    if len(found) > SHOWN:
        yield ""
        yield f"{len(found) - SHOWN} more are in report.json."
    notes = [f"BLOCKED {broken.name}: {broken.message}" for broken in run.plan.broken]
    notes += [f"not looked at: {left_out}" for left_out in run.unselected]
    notes += [f"stale: {stale}" for stale in run.stale]
    if notes:
        yield ""
        yield from (f"- {markdown(note)}" for note in notes)


def _table(heads: list[str], body: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in body:
        yield f"| {' | '.join(map(markdown, row))} |"


def markdown(text: str) -> str:
    """Return *text* so that it is shown as it is: neither as markup nor as a tag nor as another cell."""
    line = one_line(text)
    line = line if len(line) <= LONG else f"{line[:LONG]}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~@])", r"\\\1", line)
