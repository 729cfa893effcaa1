"""One command as JUnit XML: a suite for each package, a test case for each stage."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from nox_release.plan import Planned
from nox_release.report.run import Entry, Located, Run, State

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run) -> bytes:
    """Return the file's content."""
    root = ET.Element("testsuites", name="nox-release", time=f"{run.duration:.3f}")
    for planned in run.packages:
        suite = _suite(root, run, planned.name)
        found = run.findings(planned)
        for stage, entry in run.entries[planned.name].items():
            _case(suite, planned, stage.value, entry, [item for item in found if item.stage == stage.value])
    for broken in run.plan.broken:
        case = ET.SubElement(_suite(root, run, broken.name), "testcase", classname=_xml(broken.name), name="plan")
        _say(case, "error", broken.message, f"next: {broken.hint}")
    notes = [*map(str, run.unselected), *(f"stale: {stale}" for stale in run.stale)]
    if notes or run.stopped:
        suite = _suite(root, run, "nox-release")
        case = ET.SubElement(suite, "testcase", classname="nox-release", name="command")
        if run.stopped:
            _say(case, "error", f"the command did not come to its end: {run.stopped}", "")
        if notes:
            ET.SubElement(case, "system-out").text = _xml("\n".join(notes))
    for suite in root:
        _count(suite)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _suite(root: ET.Element, run: Run, name: str) -> ET.Element:
    started = datetime.fromtimestamp(run.started, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return ET.SubElement(root, "testsuite", name=_xml(name), timestamp=started)


def _case(suite: ET.Element, planned: Planned, stage: str, entry: Entry, found: list[Located]) -> None:
    seconds = entry.evidence.duration if entry.evidence and entry.state is not State.UNCHANGED else 0.0
    case = ET.SubElement(
        suite, "testcase", classname=_xml(planned.name), name=stage, time=f"{seconds:.3f}",
        file=_xml(planned.package.described_by),
    )  # fmt: skip
    if entry.state is State.NOT_RUN:
        _say(case, "skipped", entry.why, "")
    errors = [item for item in found if item.kind == "error"]
    if errors:
        _say(case, "failure", "; ".join(_head(item) for item in errors), "\n".join(map(_text, errors)))
    if entry.state is State.BLOCKED:
        hint = entry.evidence.hint if entry.evidence else ""
        _say(case, "error", entry.problem, f"next: {hint}" if hint else "")
    lines = [_text(item) for item in found if item.kind != "error"]
    if entry.evidence:
        lines += [f"{name}: {fact}" for name, fact in entry.evidence.facts.items()]
        lines += [f"log: {entry.evidence.log}"] if entry.evidence.log else []
    if entry.state is State.UNCHANGED:
        lines.insert(0, "unchanged: not run again")
    if lines:
        ET.SubElement(case, "system-out").text = _xml("\n".join(lines))


def _say(case: ET.Element, tag: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, message=_xml(message)).text = _xml(text or message)


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite):.3f}")
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _head(item: Located) -> str:
    return f"{item.finding.code} {item.place.text}: {item.message}"


def _text(item: Located) -> str:
    lines = [f"{item.kind} {_head(item)}"]
    if item.finding.exempt:
        return "\n".join([*lines, f"  because: {item.finding.exempt}"])
    return "\n".join([*lines, f"  rule: {item.finding.title}", f"  next: {item.finding.fix}"])


def _xml(text: str) -> str:
    """Return *text* without the characters that XML 1.0 has no way to write."""
    return _NOT_XML.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
