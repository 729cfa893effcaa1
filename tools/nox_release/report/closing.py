"""The closing text of a command: what was found, by package, then the table, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from nox_release.check import Severity
from nox_release.codes import known
from nox_release.evidence import FOLDER as STORE
from nox_release.plan import Planned
from nox_release.report.rollup import MANY, rollup
from nox_release.report.run import FOLDER, Entry, Located, Run, State
from nox_release.report.table import table
from nox_release.wording import number, some

FEW = 5
"""Packages up to which warnings and exemptions are told one by one; of more they are counted."""
ALIKE = 10
"""Findings with the same code and the same remedy that are told one by one."""
_LEFT_OUT = {"exempt": "the tests of {} were not run", "index exempt": "the index was not asked about {}"}
"""Facts that say why something was not looked at → what it was."""
REPORTS = f"{STORE}/{FOLDER}"


def closing(run: Run, again: str = "", width: int = 0, height: int = 40) -> Iterator[str]:
    """Yield the lines; where there are many packages, the last of them fit a screen.

    :param again: the command as it was typed; empty where that is not known.
    :param width: of the screen; 0 where nothing needs to be cut.
    """
    few = len(run.packages) <= FEW
    found = {planned.name: run.findings(planned) for planned in run.packages}
    for planned in run.packages:
        yield from _package(planned, run, found[planned.name], few)
    if not few:
        yield from _counted([item for items in found.values() for item in items])
    yield from _exempt(run)
    if len(run.packages) > MANY:
        yield from _loose(run)
        yield from ("", *rollup(run, width, height), "")
    else:
        yield from ("", *table(run), "")
        yield from _loose(run)
    if any(not entry.state.good for entries in run.entries.values() for entry in entries.values()):
        yield "next: mend what is told above, then type the same command again; what passed is not run again"
        if again:
            yield f"  {again}"
    if any(found.values()) or not run.passed:
        yield f"reports: {REPORTS}/ has report.json, junit.xml, report.sarif and summary.md"


def _loose(run: Run) -> Iterator[str]:
    """What belongs to no package of the plan: targets that cannot be read, and entries of the configuration."""
    for broken in run.plan.broken:
        yield f"BLOCKED {broken.name}: {broken.message}"
        yield f"  next: {broken.hint}"
    for left_out in run.unselected:
        yield f"not looked at: {left_out}"
    for stale in run.stale:
        yield f"stale: {stale}: take it out"


def _package(planned: Planned, run: Run, found: list[Located], few: bool) -> Iterator[str]:
    """What was found in one package, and what keeps it from going on."""
    lines: list[str] = []
    for kind in ("error", "warning", "exempt") if few else ("error",):
        items = [item for item in found if item.kind == kind]
        for _, alike in groupby(items, key=lambda item: (item.finding.code, item.finding.fix, item.finding.exempt)):
            lines += _alike(list(alike))
    for stage, entry in run.entries[planned.name].items():
        lines += _stopped(stage.value, entry)
    if lines:
        place = "" if planned.package.directory == "." else f" ({planned.package.directory})"
        yield ""
        yield f"{planned.name} {planned.version}{place}"
        yield from (f"  {line}" for line in lines)


def _alike(items: list[Located]) -> Iterator[str]:
    """Findings with one code and one remedy."""
    finding = items[0].finding
    for item in items[:ALIKE]:
        yield f"{item.kind} {finding.code} {item.place.text}: {item.message}"
    if len(items) > ALIKE:
        yield f"{items[0].kind} {finding.code} {len(items) - ALIKE} more: {REPORTS}/report.json has them all"
    if finding.exempt:
        yield f"  because: {finding.exempt}"
        return
    declared = known().get(finding.code)
    notes = ["PyPI refuses what breaks it"] if finding.pypi else []
    if declared and declared.severity is not finding.severity:
        notes.append(f"{_article(declared.severity)} if the configuration did not say otherwise")
    yield f"  rule: {finding.title}" + (f" ({'; '.join(notes)})" if notes else "")
    yield f"  next: {finding.fix}"


def _article(severity: Severity) -> str:
    return "an error" if severity is Severity.ERROR else "a warning"


def _stopped(stage: str, entry: Entry) -> Iterator[str]:
    """What could not be looked at, and where to read more."""
    if entry.state is State.BLOCKED:
        yield f"blocked {stage}: {entry.problem}"
        yield f"  next: {(entry.evidence.hint if entry.evidence else '') or 'run the command again'}"
    if entry.state in (State.FAILED, State.BLOCKED) and entry.evidence and entry.evidence.log:
        yield f"log of {stage}: {entry.evidence.log}"


def _counted(found: list[Located]) -> Iterator[str]:
    """Warnings and exemptions of many packages."""
    warnings = [item for item in found if item.kind == "warning"]
    if warnings:
        by_code = Counter(item.finding.code for item in warnings)
        packages = number(len({item.package for item in warnings}), "package")
        yield ""
        yield f"{number(len(warnings), 'warning')} in {packages}, each in {REPORTS}/report.json:"
        for code, count in by_code.most_common():
            names = list(dict.fromkeys(item.package for item in warnings if item.finding.code == code))
            title = next(item.finding.title for item in warnings if item.finding.code == code)
            yield f"  {code} {count} times ({title}): {some(names)}"
    exempt: dict[tuple[str, str], list[str]] = {}
    for item in found:
        if item.kind == "exempt":
            exempt.setdefault((item.finding.code, item.finding.exempt), []).append(item.package)
    if exempt:
        yield ""
    for (code, reason), names in exempt.items():
        yield f"let pass: {code} {number(len(names), 'time')} in {some(list(dict.fromkeys(names)))}: {reason}"


def _exempt(run: Run) -> Iterator[str]:
    """Packages that were not looked at in full, by what was left out and the reason for it."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for planned in run.packages:
        for entry in run.entries[planned.name].values():
            for fact in _LEFT_OUT:
                if entry.evidence and (reason := entry.evidence.facts.get(fact)):
                    reasons.setdefault((fact, reason), []).append(planned.name)
    if reasons:
        yield ""
    for (fact, reason), names in reasons.items():
        yield f"exempt: {_LEFT_OUT[fact].format(some(names))}: {reason}"
