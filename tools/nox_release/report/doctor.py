"""What keeps a workspace from releasing, for people."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.check import Verdict
from nox_release.checks.doctor import DOCTOR
from nox_release.plan import Plan
from nox_release.report.words import number


def healthy(verdict: Verdict, plan: Plan) -> Iterator[str]:
    """Yield a line for each check, and below it every problem with its mend."""
    yield f"doctor: {number(len(plan.targets), 'package')}"
    for check in DOCTOR.checks:
        found = [finding for finding in verdict if finding.code == check.code]
        if check.code not in verdict.seconds:
            yield f"  not looked at  {check.code} {check.title}"
        elif not found:
            yield f"  well           {check.code} {check.title}"
        for finding in found:
            word = "exempt" if finding.exempt else finding.severity.value
            yield f"  {word:13}  {finding.code} {finding.where}: {finding.message or finding.title}"
            yield f"      because: {finding.exempt}" if finding.exempt else f"      next: {finding.fix}"
