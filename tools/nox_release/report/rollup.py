"""A command over many packages, on one screen: how far they came, which did not pass and why, and which did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nox_release.model import Stage
from nox_release.plan import Planned
from nox_release.report.run import Entry, Run, State
from nox_release.report.words import duration, fitting
from nox_release.wording import number

MANY = 20
"""Packages up to which each has its own line in a table."""
AROUND = 10
"""Lines of a screen that what is told before and after takes: headings, what to type next, what nox says."""
DELIVERED = 5
"""Lines that tell of a rehearsal or a release."""
_ORDER = (State.FAILED, State.BLOCKED, State.NOT_RUN)


def rollup(run: Run, width: int, height: int) -> Iterator[str]:
    """Yield the lines, none wider than *width* cells, and few enough for a screen of *height* lines.

    :param width: 0 where it does not matter.
    """
    stages = run.stages
    around = AROUND + len(stages) + (DELIVERED if Stage.PUBLISH in stages else 0)
    lines = [*_stages(run), "", *_bad(run, max(3, height - around - 2)), *_good(run)]
    yield from (fitting(line, width) for line in lines)


def _stages(run: Run) -> Iterator[str]:
    """A line for each stage: how many packages came to what, and how long it took them."""
    name = max((len(stage) for stage in run.stages), default=0)
    for stage in run.stages:
        entries = [entries[stage] for entries in run.entries.values() if stage in entries]
        states = Counter(entry.state for entry in entries)
        told = ", ".join(f"{states[state]} {state}" for state in State if states[state])
        spent = sum(entry.evidence.duration for entry in entries if entry.evidence and entry.state in _WORKED)
        yield f"{stage.ljust(name)}  {told}" + (f" ({duration(spent)} of work)" if spent else "")


_WORKED = (State.PASSED, State.FAILED, State.BLOCKED)


def _bad(run: Run, room: int) -> Iterator[str]:
    """What did not pass, each with its first reason, within *room* lines."""
    found = [
        (_ORDER.index(entry.state), f"{entry.state:7} {planned.name} {planned.version} {stage}: {_reason(entry)}")
        for planned in run.packages
        if (first := _first_bad(run, planned))
        for stage, entry in [first]
    ]
    found += [(1, f"{State.BLOCKED:7} {broken.name}: {broken.message}") for broken in run.plan.broken]
    found.sort(key=lambda item: item[0])
    shown = found if len(found) <= room else found[: room - 1]
    yield from (line for _, line in shown)
    if rest := len(found) - len(shown):
        yield f"        and {number(rest, 'more package')}, told above and in the reports"


def _first_bad(run: Run, planned: Planned) -> tuple[Stage, Entry] | None:
    """Where a package stopped: what failed or could not be looked at rather than what was not come to after it."""
    entries = [(stage, entry) for stage, entry in run.entries[planned.name].items() if not entry.state.good]
    return min(entries, key=lambda item: item[1].state is State.NOT_RUN, default=None)


def _reason(entry: Entry) -> str:
    if entry.problem:
        return entry.problem
    first, *more = [finding for finding in entry.findings if finding.fails]
    told = f"{first.code} {first.where}: {first.message or first.title}"
    return f"{told} (and {number(len(more), 'more error')})" if more else told


def _good(run: Run) -> Iterator[str]:
    """What passed all that it came to."""
    good = [planned.name for planned in run.packages if not _first_bad(run, planned)]
    if good:
        yield f"{State.PASSED:7} {number(len(good), 'package')}: {', '.join(good[:3])}{' …' if len(good) > 3 else ''}"
