"""One command as JSON, of the form that ``report.schema.json`` publishes."""

from __future__ import annotations

from typing import Any

from nox_release.codes import known
from nox_release.plan import Planned
from nox_release.report.run import Entry, Located, Run, State

SCHEMA = 1
"""Rises when a reader has to know more than before."""
OUTCOMES = {
    State.PASSED: "passed",
    State.UNCHANGED: "unchanged",
    State.FAILED: "failed",
    State.BLOCKED: "blocked",
    State.NOT_RUN: "not run",
}


def document(run: Run) -> dict[str, Any]:
    """Return the report, as what JSON can hold."""
    return {
        "schema": SCHEMA,
        "version": run.version,
        "passed": run.passed,
        "stopped": run.stopped,
        "started": run.started,
        "duration": run.duration,
        "commit": run.plan.commit,
        "uncommitted": list(run.plan.uncommitted),
        "prefix": run.prefix,
        "packages": [_package(planned, run) for planned in run.packages],
        "broken": [{"name": item.name, "message": item.message, "hint": item.hint} for item in run.plan.broken],
        "not_looked_at": [
            {"select": dict(item.select), "codes": list(item.codes), "packages": list(item.packages)}
            for item in run.unselected
        ],
        "stale": [
            {"key": item.key, "entry": item.entry, "said": item.said, "place": item.place,
             "packages": list(item.packages)}
            for item in run.stale
        ],
    }  # fmt: skip


def _package(planned: Planned, run: Run) -> dict[str, Any]:
    entries = run.entries[planned.name]
    return {
        "name": planned.name,
        "version": planned.version,
        "directory": planned.package.directory,
        "target": planned.target,
        "passed": all(entry.state.good for entry in entries.values()),
        "stages": {stage.value: _stage(entry) for stage, entry in entries.items()},
        "findings": [_finding(item) for item in run.findings(planned)],
    }


def _stage(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {"outcome": OUTCOMES[entry.state]}
    if entry.evidence is None:
        return {**told, "problem": entry.why}
    found = entry.evidence
    return {
        **told,
        "problem": found.problem,
        "hint": found.hint,
        "log": found.log,
        "started": found.started,
        "duration": found.duration,
        "seconds": dict(found.seconds),
        "tools": dict(found.tools),
        "facts": dict(found.facts),
        "artifacts": [
            {"filename": item.filename, "kind": item.kind.value, "sha256": item.sha256, "size": item.size}
            for item in found.artifacts
        ],
    }


def _finding(item: Located) -> dict[str, Any]:
    finding, place = item.finding, item.place
    return {
        "stage": item.stage,
        "code": finding.code,
        "title": finding.title,
        "severity": finding.severity.value,
        "pypi": finding.pypi,
        "message": finding.message,
        "where": finding.where,
        "file": place.file,
        "line": place.line,
        "archive": place.archive,
        "member": place.member,
        "fix": finding.fix,
        "exempt": finding.exempt,
        "url": known()[finding.code].url if finding.code in known() else "",
    }
