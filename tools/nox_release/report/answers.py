"""Verdicts on files as text, JSON or SARIF, each told as soon as it is there."""

from __future__ import annotations

import json
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nox_release.acceptance import RULES_OF, accepted
from nox_release.check import Finding, Severity, Verdict
from nox_release.report.place import Place
from nox_release.report.run import Located
from nox_release.report.sarif import result, sarif

_COMPACT = (",", ":")


class State(StrEnum):
    """What would become of a file."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    BLOCKED = "blocked"
    """It, or some of it, could not be looked at, and nothing else refuses it."""


@dataclass(frozen=True)
class Answer:
    """What was found about one file."""

    file: str
    """Its path, as it was asked for."""
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    """Why it could not be looked at, or that some of it was not."""

    @property
    def state(self) -> State:
        """PyPI's verdict: rules of our own have no part in it."""
        if self.problem:
            return State.BLOCKED
        return State.ACCEPTED if accepted(Verdict(self.findings)) else State.REFUSED


def text(answers: Iterable[Answer]) -> Iterator[str]:
    """A line a file, its findings below it, and how many there were of each."""
    tally: Counter[State] = Counter()
    for answer in answers:
        tally[answer.state] += 1
        yield f"{answer.state:<8}  {_shown(answer.file)}{answer.problem and ': '}{answer.problem}\n"
        for finding in answer.findings:
            whose = "PyPI" if finding.pypi else "ours"
            yield f"  {finding.severity} {finding.code} ({whose}) {_shown(finding.where)}: "
            yield f"{_shown(finding.message or finding.title)}\n"
            yield f"    rule: {finding.title}\n" if finding.message else ""
            yield f"    next: {_shown(finding.fix)}\n"
    told = ", ".join(f"{tally[state]} {state}" for state in State if tally[state])
    yield f"{told}, by PyPI's rules of {RULES_OF}; what only PyPI knows (rights, names, earlier files) is not in it\n"


def _shown(said: str) -> str:
    """Return *said* as any terminal shows it, and on one line."""
    return said if said.isprintable() else ascii(said)[1:-1]


def as_json(answers: Iterable[Answer]) -> Iterator[str]:
    """One array with one object a file, on a line each."""
    return _framed("[\n", (json.dumps(_object(answer)) for answer in answers), "]\n")


def _object(answer: Answer) -> Mapping[str, object]:
    return {
        "file": answer.file,
        "accepted": None if answer.state is State.BLOCKED else answer.state is State.ACCEPTED,
        "rules_of": RULES_OF.isoformat(),
        **({"problem": answer.problem} if answer.problem else {}),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "pypi": finding.pypi,
                "message": finding.message or finding.title,
                "where": finding.where,
                "fix": finding.fix,
            }
            for finding in answer.findings
        ],
    }


def as_sarif(answers: Iterable[Answer]) -> Iterator[str]:
    """One SARIF document; what could not be looked at is a result without a rule."""
    log = sarif(())
    log["runs"][0]["properties"] = {"rulesOf": RULES_OF.isoformat()}
    opening, closing = json.dumps(log, separators=_COMPACT).split('"results":[]')
    return _framed(
        f'{opening}"results":[\n', (each for answer in answers for each in _results(answer)), f"]{closing}\n"
    )


def _results(answer: Answer) -> Iterator[str]:
    uri = urllib.parse.quote(answer.file, errors="surrogateescape")
    location = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    unknown = Finding("blocked", "The file can be looked at", Severity.ERROR, answer.file, "look why", answer.problem)
    for finding in (*answer.findings, *([unknown] if answer.problem else [])):
        # The files need not lie in a checkout: they are named as they were asked for.
        made = {**result(Located(finding, Place(finding.where))), "locations": [location]}
        yield json.dumps(made, separators=_COMPACT)


def _framed(opening: str, items: Iterable[str], closing: str) -> Iterator[str]:
    yield opening
    for number, item in enumerate(items):
        yield f"{',' if number else ' '}{item}\n"
    yield closing


WRITERS: Mapping[str, Callable[[Iterable[Answer]], Iterator[str]]] = {
    "text": text,
    "json": as_json,
    "sarif": as_sarif,
}
"""Format → what makes it of the answers."""
