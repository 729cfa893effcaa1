"""How things are told in text: the same words live, in logs and in reports."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from nox_release.check import Finding
from nox_release.model import Evidence
from nox_release.wording import number

SHOWN = 3
"""Errors of a package that are told at once; all of them are told at the end."""

_BREAKS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
# What has no width or steers a terminal, and what turns the direction of writing.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def duration(seconds: float) -> str:
    """Seconds as a person reads them."""
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    return f"{whole}s" if whole < 120 else f"{whole // 60}m{whole % 60:02}s"


def visible(text: str) -> str:
    """Return *text* with what has no width, steers a terminal or turns the direction of writing told by its escape."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """Return *text* as one line that is a command to no terminal and to no CI system, whatever a package put in it."""
    text = visible(_BREAKS.sub(" ", text))
    text = re.sub(r"##(?=\w*\[)", "# #", text)  # Azure Pipelines and GitHub look for it anywhere in a line
    return re.sub(r"^(\s*):(?=:)", r"\1: ", text)  # GitHub looks for :: at its beginning


def fitting(text: str, width: int) -> str:
    """Return *text* as one line that is at most *width* cells wide, cut where it would be wider; 0 does not cut.

    What is not Latin, Greek or Cyrillic counts as wide, so that nothing is ever wider than it is taken for.
    """
    text = one_line(text).replace("\t", " ")
    ends = list(accumulate(2 if character >= "\u0530" and character != "…" else 1 for character in text))
    if not width or not ends or ends[-1] <= width:
        return text
    return f"{text[: bisect_right(ends, width - 1)]}…"


def counts(findings: Sequence[Finding]) -> str:
    """How many errors, warnings and exemptions there are; empty where there is none."""
    exempt = sum(bool(finding.exempt) for finding in findings)
    errors = sum(finding.fails for finding in findings)
    warnings = len(findings) - exempt - errors
    told = [number(errors, "error") if errors else "", number(warnings, "warning") if warnings else ""]
    return ", ".join([part for part in told if part] + ([f"{exempt} let pass"] if exempt else []))


def brief(evidence: Evidence) -> Iterator[str]:
    """What stopped one package, a line each; how to mend it is told at the end."""
    if evidence.problem:
        yield f"blocked: {evidence.problem}"
    errors = [finding for finding in evidence.findings if finding.fails]
    for finding in errors[:SHOWN]:
        yield f"error {finding.code} {finding.where}: {finding.message or finding.title}"
    if len(errors) > SHOWN:
        yield f"and {number(len(errors) - SHOWN, 'more error')}"
