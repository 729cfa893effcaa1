"""Findings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from nox_release.codes import PAGE, Described, known
from nox_release.report.run import Located, Run, State

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def of_run(run: Run) -> dict[str, Any]:
    """Return the log of one command; what could not be looked at is among its notifications."""
    notes = [("error", f"the command did not come to its end: {run.stopped}")] if run.stopped else []
    notes += [("error", f"{broken.name} is blocked: {broken.message}") for broken in run.plan.broken]
    for planned in run.packages:
        for stage, entry in run.entries[planned.name].items():
            if entry.state is State.BLOCKED:
                notes.append(("error", f"{stage} of {planned.name} is blocked: {entry.problem}"))
    notes += [("note", f"not looked at: {left_out}") for left_out in run.unselected]
    notes += [("warning", f"stale: {stale}") for stale in run.stale]
    return sarif(run.all_findings(), run.version, prefix=run.prefix, successful=not run.stopped, notes=notes)


def sarif(
    findings: Iterable[Located],
    version: str = "",
    *,
    prefix: str = "",
    successful: bool = True,
    notes: Iterable[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return a SARIF log.

    :param version: that of nox-release, where it is known.
    :param prefix: what comes before the path of a file, to be relative to the root of the checkout.
    :param successful: whether the tool came to its end.
    :param notes: level and text of what is to be said beside the findings.
    """
    rules = known()
    places = {code: number for number, code in enumerate(rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "nox-release",
                        **({"version": version} if version else {}),
                        "informationUri": PAGE,
                        "rules": [_rule(check) for check in rules.values()],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": successful,
                        "toolExecutionNotifications": [
                            {"level": level, "message": {"text": text}} for level, text in notes
                        ],
                    }
                ],
                "results": [result(item, prefix, places) for item in findings],
            }
        ],
    }


def _rule(check: Described) -> dict[str, Any]:
    return {
        "id": check.code,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "help": {"text": f"{check.why}\n\n{check.owner.capitalize()}.\n{check.url}"},
        "helpUri": check.url,
        "defaultConfiguration": {"level": check.severity.value},
        "properties": {"tags": ["pypi" if check.pypi else "nox-release"]},
    }


def result(item: Located, prefix: str = "", places: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Return one finding as a SARIF result.

    :param places: code of each rule of the log → its place among them.
    """
    finding = item.finding
    where = "" if item.place.file else f"{item.place.text}: "
    identity = "\0".join((finding.code, item.package, item.place.file or item.place.text, item.message))
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": f"{where}{item.message}\nnext: {finding.fix}"},
        "locations": [_location(item, prefix)],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode(errors="replace")).hexdigest()},
        "properties": {"package": item.package, "stage": item.stage, "pypi": finding.pypi},
    }
    if places and finding.code in places:
        made["ruleIndex"] = places[finding.code]
    if finding.exempt:
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.exempt}]
    return made


def _location(item: Located, prefix: str) -> dict[str, Any]:
    """A file of the source; else the file that describes the package, with the place as a logical one.

    GitHub shows nothing that has no file.
    """
    place = item.place
    location: dict[str, Any] = {}
    if path := place.file or item.described_by:
        uri = quote(f"{prefix}{path}".encode(errors="surrogateescape"))
        location["physicalLocation"] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
        if place.line:
            location["physicalLocation"]["region"] = {"startLine": place.line}
    if not place.file:
        name = f"{place.archive}/{place.member}" if place.member else place.text
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    return location
