"""How a package's outcome is told in text: the same words live, in logs and in tables."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.check import Finding
from nox_release.model import Evidence


def duration(seconds: float) -> str:
    """Seconds as a person reads them."""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    return f"{whole}s" if whole < 120 else f"{whole // 60}m{whole % 60:02}s"


def describe(evidence: Evidence) -> Iterator[str]:
    """Every failure and warning of one package: what, where, why, the next step, and the log."""
    if evidence.problem:
        yield f"blocked: {evidence.problem}"
        if evidence.hint:
            yield f"  next: {evidence.hint}"
    for finding in evidence.findings:
        yield from describe_finding(finding)
    if reason := evidence.facts.get("exempt"):
        yield f"exempt: the tests were not run: {reason}"
    if reason := evidence.facts.get("index exempt"):
        yield f"exempt: the index was not asked: {reason}"
    if not evidence.passed:
        yield f"  log: {evidence.log}"


def describe_finding(finding: Finding) -> Iterator[str]:
    """One finding in two or three lines."""
    word = "exempt" if finding.exempt else finding.severity.value
    yield f"{word} {finding.code} {finding.where}: {finding.message or 'the rule is not kept'}"
    if finding.exempt:
        yield f"  because: {finding.exempt}"
        return
    yield f"  rule: {finding.title}"
    yield f"  next: {finding.fix}"
