"""What is wrong, in the words by which a CI system marks the lines of a change: GitHub Actions, Azure Pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nox_release.report.run import Run, State
from nox_release.report.words import one_line

SHOWN = 10
"""Errors, and warnings, of one command: GitHub shows no more of either."""


@dataclass(frozen=True)
class Annotation:
    """One mark."""

    level: str
    """``error`` or ``warning``."""
    title: str
    message: str
    code: str = ""
    file: str = ""
    """Relative to the checkout."""
    line: int = 0


def marks(run: Run) -> Iterator[Annotation]:
    """Yield what is to be marked: errors first, and of each level no more than is shown."""
    found = [*_stopped(run), *_findings(run)]
    found += [Annotation("warning", "stale", f"{stale}: take it out", file="pyproject.toml") for stale in run.stale]
    for level in ("error", "warning"):
        for item in [item for item in found if item.level == level][:SHOWN]:
            yield Annotation(
                level, item.title, item.message, item.code, f"{run.prefix}{item.file}" if item.file else "", item.line
            )


def _stopped(run: Run) -> Iterator[Annotation]:
    if run.stopped:
        yield Annotation("error", "nox-release", f"the command did not come to its end: {run.stopped}")
    for broken in run.plan.broken:
        yield Annotation("error", broken.name, f"{broken.message} Next: {broken.hint}")
    for planned in run.packages:
        for stage, entry in run.entries[planned.name].items():
            if entry.state is State.BLOCKED:
                title = f"{stage} of {planned.name} is blocked"
                yield Annotation("error", title, entry.problem, file=planned.package.described_by)


def _findings(run: Run) -> Iterator[Annotation]:
    for item in run.all_findings():
        if item.kind != "exempt":
            finding, place = item.finding, item.place
            where = "" if place.file else f"{place.text}: "
            yield Annotation(
                item.kind,
                f"{finding.code} {item.package}",
                f"{where}{item.message}. Next: {finding.fix}",
                finding.code,
                place.file or item.described_by,
                place.line,
            )


def _escaped(text: str, marks: Mapping[str, str]) -> str:
    """Return one line of *text* in which each of *marks* is written in another way."""
    return "".join(marks.get(character, character) for character in one_line(text))


_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
_AZURE_DATA = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_AZURE_PROPERTY = {**_AZURE_DATA, ";": "%3B", "]": "%5D"}


def github(item: Annotation) -> str:
    """Return the workflow command of GitHub Actions."""
    properties = {"file": item.file, "line": str(item.line or ""), "title": item.title}
    told = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items() if value)
    return f"::{item.level} {told}::{_escaped(item.message, _DATA)}"


def azure(item: Annotation) -> str:
    """Return the logging command of Azure Pipelines."""
    properties = {
        "type": item.level, "sourcepath": item.file, "linenumber": str(item.line or ""), "code": item.code,
    }  # fmt: skip
    told = "".join(f"{name}={_escaped(value, _AZURE_PROPERTY)};" for name, value in properties.items() if value)
    return f"##vso[task.logissue {told}]{_escaped(f'{item.title}: {item.message}', _AZURE_DATA)}"


def rendering(environ: Mapping[str, str]) -> Callable[[Annotation], str] | None:
    """Return how the CI system that runs this command wants its annotations; None where it takes none."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return github
    return azure if environ.get("TF_BUILD", "").lower() == "true" else None


def summary_command(path: str) -> str:
    """Return the command by which Azure Pipelines shows the file at *path* on the page of the run."""
    return f"##vso[task.uploadsummary]{_escaped(path, _AZURE_DATA)}"
