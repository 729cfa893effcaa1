"""Findings as SARIF 2.1.0, which code scanning reads: the parts of a document, for whoever has the findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nox_release.check import Check, Finding, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def document(run: Mapping[str, Any]) -> dict[str, Any]:
    """A whole document of one run."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def run(
    results: Iterable[Mapping[str, Any]], checks: Iterable[Check[Any]], properties: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One run: *results* as :func:`result` makes them, and the rules that looked."""
    driver = {"name": "nox-release", "rules": [_rule(check) for check in checks]}
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        **({"properties": dict(properties)} if properties else {}),
        "results": list(results),
    }


def result(finding: Finding, file: str, line: int | None = None) -> dict[str, Any]:
    """One finding in *file*, a relative URI reference; of an exempt one the reason."""
    place: dict[str, Any] = {"artifactLocation": {"uri": file}}
    if line is not None:
        place["region"] = {"startLine": line}
    text = f"{finding.where}: {finding.message or finding.title}. Next: {finding.fix}"
    return {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "properties": {"pypi": finding.pypi},
        **({"suppressions": [{"kind": "external", "justification": finding.exempt}]} if finding.exempt else {}),
    }


def compact(value: Mapping[str, Any]) -> str:
    """Return *value* as JSON on one line."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def _rule(check: Check[Any]) -> dict[str, Any]:
    return {
        "id": check.code,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"pypi": check.pypi},
    }
