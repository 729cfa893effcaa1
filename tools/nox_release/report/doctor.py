"""What keeps a workspace from releasing, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from nox_release.check import Finding
from nox_release.checks.doctor import Area
from nox_release.record import to_json
from nox_release.wording import number

_WIDTH = 15
"""Of the titles; what belongs to one is indented by as much."""


def healthy(areas: Sequence[Area]) -> Iterator[str]:
    """Yield a line for each area, below it every problem with its mend, and at the end how many there are."""
    for area in areas:
        yield f"{_word(area):9}{area.title:{_WIDTH}}{', '.join(area.facts)}".rstrip()
        for unlooked in area.blocked:
            yield from _problem("BLOCKED", unlooked.message, "next", unlooked.hint)
        for finding in sorted(area.verdict, key=lambda item: (not item.fails, bool(item.exempt))):
            yield from _finding(finding)
    yield ""
    yield _closing(areas)


def as_json(areas: Sequence[Area]) -> str:
    """The same as one document."""
    found = [{**json.loads(to_json(area)), "state": _word(area).lower()} for area in areas]
    return json.dumps({"well": not any(area.fails for area in areas), "areas": found}, indent=2, ensure_ascii=False)


def _word(area: Area) -> str:
    if area.verdict.fails:
        return "FAILED"
    if area.blocked:
        return "BLOCKED"
    return "warning" if any(not finding.exempt for finding in area.verdict) else "ok"


def _finding(finding: Finding) -> Iterator[str]:
    said = f"{finding.code} {finding.where}: {finding.message or finding.title}"
    if finding.exempt:
        yield from _problem("exempt", said, "because", finding.exempt)
    else:
        yield from _problem(finding.severity.value, said, "next", finding.fix)


def _problem(word: str, said: str, then: str, text: str) -> Iterator[str]:
    yield f"{'':9}{word} {said}"
    if text:
        yield f"{'':11}{then}: {text}"


def _closing(areas: Sequence[Area]) -> str:
    findings = [finding for area in areas for finding in area.verdict]
    counts = (
        (sum(finding.fails for finding in findings), "problem"),
        (sum(not finding.fails and not finding.exempt for finding in findings), "warning"),
        (sum(len(area.blocked) for area in areas), "look"),
    )
    told = [number(count, word) for count, word in counts[:2] if count]
    if counts[2][0]:
        told.append(f"{number(*counts[2])} not possible")
    if not any(area.fails for area in areas):
        return f"This workspace can release{f': {told[0]}' if told else ''}."
    return f"Something keeps this workspace from releasing: {', '.join(told)}. `nox -s explain -- CODE` tells why."
