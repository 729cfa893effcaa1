"""Builders of what reports are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fakes import package
from nox_release.check import Finding, Severity
from nox_release.model import Evidence, Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.run import Entry, Run, State

LINT, SDIST, WHEEL, VERIFY, TEST, PUBLISH = Stage
STATES = {Outcome.PASSED: State.PASSED, Outcome.FAILED: State.FAILED, Outcome.BLOCKED: State.BLOCKED}


def finding(code: str = "PRJ402", where: str = "CHANGELOG.md:3", **changes: object) -> Finding:
    """An error; *changes* are fields of Finding."""
    fields: dict[str, object] = {
        "title": "The changelog has an entry", "severity": Severity.ERROR, "fix": "write it", "message": "no entry",
    }  # fmt: skip
    return Finding(code, where=where, **{**fields, **changes})  # type: ignore[arg-type]  # the fields are the caller's


def warning(code: str = "SDI201", where: str = "MANIFEST.in", **changes: object) -> Finding:
    """A warning."""
    return finding(code, where, severity=Severity.WARNING, **changes)


def entry(*findings: Finding, stage: Stage = LINT, **changes: object) -> Entry:
    """What became of a package: failed where a finding says so; *changes* are fields of Evidence."""
    fails = any(item.fails for item in findings)
    fields: dict[str, object] = {
        "outcome": Outcome.FAILED if fails else Outcome.PASSED, "findings": findings, "duration": 1.0,
        "log": f".nox-release/logs/1/{stage}/demo.log",
    }  # fmt: skip
    evidence = Evidence("demo", "1.0", stage, "0" * 64, **{**fields, **changes})  # type: ignore[arg-type]  # as above
    return Entry(STATES[evidence.outcome], evidence)


def planned(name: str = "demo", *, target: bool = True) -> Planned:
    return Planned(package(name), target, name, "0", history=False)


def run(
    entries: Mapping[str, Mapping[Stage, Entry]] | Sequence[Finding] = (), plan: Plan | None = None, **changes: object
) -> Run:
    """A command over the packages of *entries*, or over one package with some findings of lint-metadata."""
    if not isinstance(entries, Mapping):
        entries = {"demo": {LINT: entry(*entries)}}
    plan = plan or Plan(tuple(planned(name) for name in entries))
    files = {f"packages/{name}/{path}" for name in entries for path in ("CHANGELOG.md", "pyproject.toml")}
    return Run(plan, entries, files=files, **changes)  # type: ignore[arg-type]  # the fields are the caller's
