"""One package of the review page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from nox_release.approval import Approval
from nox_release.check import Finding
from nox_release.model import Stage
from nox_release.report.changes import changes
from nox_release.report.framed import framed
from nox_release.report.markup import Child, Html, tag
from nox_release.report.review import PROVING, Look, Subject, Verdict
from nox_release.report.words import duration
from nox_release.wording import number, some

MARKS = {
    Verdict.PROVEN: "\N{CHECK MARK}",
    Verdict.FAILED: "\N{MULTIPLICATION X}",
    Verdict.BLOCKED: "\N{MULTIPLICATION X}",
}
TONES = {Verdict.PROVEN: "good", Verdict.FAILED: "bad", Verdict.BLOCKED: "bad"}
_FIRST = ("Summary", "License-Expression", "License", "Requires-Python", "Requires-Dist", "Project-URL")


def section(subject: Subject, commit: str, limit: int) -> Html:
    """Return everything about one package.

    :param commit: that of the whole review.
    :param limit: bytes that its README may have; the lists of changes and of findings have a part of that each.
    """
    place = identity(subject)
    return tag(
        "article",
        tag("header", tag("h2", subject.name, " ", tag("span", subject.version, class_="version"), id=place),
            badge(subject.verdict)),
        *_keeps(subject), *_files(subject), *_findings(subject, limit // 4),
        tag("h3", "What changed"), *changes(subject, limit // 2),
        *_metadata(subject), *_readme(subject, limit), *_stages(subject),
        *_origin(subject, commit),
        aria_labelledby=place, data_package=subject.name, data_verdict=subject.verdict.value,
    )  # fmt: skip


def identity(subject: Subject) -> str:
    """The id of the package's part of the page; names are normalized, and nothing else comes into it."""
    return "package-" + re.sub(r"[^a-z0-9-]", "-", subject.name.lower())


def tone(verdict: Verdict) -> str:
    """What it is coloured as, beside the word that tells it."""
    return TONES.get(verdict, "unsure")


def mark(verdict: Verdict) -> Html:
    """A sign for what the words beside it say."""
    return tag("span", MARKS.get(verdict, "?"), class_=f"mark {tone(verdict)}", aria_hidden="true")


def badge(verdict: Verdict) -> Html:
    """The verdict in a word."""
    return tag("span", mark(verdict), " ", verdict.value, class_=f"badge {tone(verdict)}")


def when(seconds: float) -> str:
    """A moment as a person reads it."""
    return time.strftime("%d %b %Y, %H:%M UTC", time.gmtime(seconds)) if seconds else "at an unknown time"


def shortly(approval: Approval) -> str:
    """What an approval is of."""
    return some([f"{item.name} {item.version}" for item in approval.statement.releases])


def since(subject: Subject) -> str:
    """What changed, in a cell of a table."""
    last = subject.facts.get("last release", "")
    if found := subject.changes.get("wheel"):
        step = (found.size[1] - found.size[0]) / 1000
        return f"{number(len(found.api), 'API change')}, {step:+,.1f} kB"
    if subject.unknown_changes or not last:
        return "not known"
    return last


def _keeps(subject: Subject) -> Iterator[Html]:
    if reasons := list(subject.reasons):
        yield tag("h3", "What keeps it from being proven")
        yield tag("ul", (tag("li", why, *([tag("span", f" {mend}", class_="next")] if mend else []))
                         for why, mend in reasons), class_="keeps")  # fmt: skip
    if whole := subject.exempt:
        yield tag("h3", "Not looked at")
        yield tag("ul", (tag("li", tag("strong", what), ": ", why) for what, why in whole), class_="exempt")


def _files(subject: Subject) -> Iterator[Html]:
    yield tag("h3", "Files")
    if not subject.files:
        yield tag("p", "Nothing is built of this source.", class_="warn")
        return
    yield tag("ul", (
        tag("li", tag("strong", item.artifact.filename), tag("span", f"{item.artifact.size:,} bytes", class_="size"),
            tag("code", item.artifact.sha256, class_="digest"),
            tag("span", item.problem, class_="warn") if item.problem else "", data_find=True)
        for item in subject.files
    ), class_="files")  # fmt: skip


def _findings(subject: Subject, limit: int) -> Iterator[Html]:
    found = subject.findings
    absent = [stage.value for stage in PROVING if not subject.looks.get(stage, Look()).evidence]
    yield tag("h3", "Findings")
    if absent:
        yield tag("p", f"Not known in full: {', '.join(absent)} did not look at what is here.", class_="warn")
    elif not found:
        yield tag("p", "None: all stages looked.")
    yield from _told([item for item in found if not item[0].exempt], limit)
    if let := [item for item in found if item[0].exempt]:
        yield tag("h3", "Let pass")
        yield from _told(let, limit)


def _told(found: Sequence[tuple[Finding, Stage]], limit: int) -> Iterator[Html]:
    shown: list[Html] = []
    for finding, stage in found:
        shown.append(_finding(finding, stage))
        limit -= len(shown[-1])
        if limit < 0:
            break
    if left := len(found) - len(shown):
        shown.append(tag("li", tag("p", f"and {left} more, in the reports of the stages")))
    if shown:
        yield tag("ul", shown, class_="findings")


def _finding(finding: Finding, stage: Stage) -> Html:
    kind = "exempt" if finding.exempt else finding.severity.value
    return tag(
        "li",
        tag("p", tag("span", "let pass" if finding.exempt else kind, class_=f"kind {kind}"), " ",
            tag("code", finding.code), " ", tag("span", finding.where, class_="where")),
        tag("p", finding.message or finding.title, class_="message"),
        tag("p", tag("span", "because ", class_="word"), finding.exempt) if finding.exempt
        else tag("p", tag("span", "mend ", class_="word"), finding.fix),
        tag("p", f"{finding.title} · {stage}" + (" · PyPI refuses it" if finding.pypi else ""), class_="rule"),
        data_find=True,
    )  # fmt: skip


def _metadata(subject: Subject) -> Iterator[Html]:
    yield tag("h3", "Metadata")
    if not subject.metadata:
        yield tag("p", "Not known: no wheel of this source is there.", class_="warn")
        return
    ranks = {name: rank for rank, name in enumerate(_FIRST)}
    ordered = sorted(subject.metadata, key=lambda item: ranks.get(item[0], len(ranks)))
    first, rest = ([item for item in ordered if (item[0] in ranks) is early] for early in (True, False))
    yield tag("dl", (_field(name, values) for name, values in first), class_="fields")
    if rest:
        summary = tag("summary", f"{number(len(rest), 'more field')}")
        yield tag("details", summary, tag("dl", (_field(name, values) for name, values in rest), class_="fields"))


def _field(name: str, values: Sequence[str]) -> Html:
    return tag("div", tag("dt", name), (tag("dd", value[:2000]) for value in values[:100]),
               tag("dd", f"and {len(values) - 100} more") if len(values) > 100 else "", data_find=True)  # fmt: skip


def _readme(subject: Subject, limit: int) -> Iterator[Html]:
    yield tag("h3", "README")
    if subject.readme is None:
        yield tag("p", "Not known: verify-artifacts renders it, and has not for this wheel.", class_="warn")
    elif not subject.readme:
        yield tag("p", "The index will show none: the wheel has no description that renders.", class_="warn")
    else:
        found = framed(subject.readme, limit)
        notes = ["As PyPI renders it, in a frame of its own that runs nothing and loads nothing."]
        notes += [f"{number(found.images, 'image')} shown as a text."] * bool(found.images)
        notes += ["It is too long for this page: its end is left out."] * found.cut
        frame = tag("iframe", sandbox="allow-popups allow-popups-to-escape-sandbox", title=f"README of {subject.name}",
                    srcdoc=found.html)  # fmt: skip
        yield tag("details", tag("summary", f"Show the README of {subject.name}"), tag("p", " ".join(notes)), frame,
                  class_="readme")  # fmt: skip


def _stages(subject: Subject) -> Iterator[Html]:
    looks = [(stage, subject.looks.get(stage, Look())) for stage in PROVING]
    longest = max([look.evidence.duration for _, look in looks if look.evidence] or [0.0]) or 1.0
    yield tag("h3", "Stages")
    heads = ("Stage", "Outcome", "Took", "Began", "Duration")
    table = tag("table", tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))),
                tag("tbody", (_stage(stage, look, longest) for stage, look in looks)))  # fmt: skip
    yield tag("div", table, class_="wide", tabindex=0, role="region", aria_label=f"Stages of {subject.name}")


def _stage(stage: Stage, look: Look, longest: float) -> Html:
    found = look.evidence
    if found is None:
        before = f"last recorded {when(look.before.started)} for something else" if look.before else "never recorded"
        cells: list[Child] = ["-", before, "-"]
    else:
        bar = tag("rect", width=f"{max(0.5, 100 * found.duration / longest):.1f}%", height="100%", rx=2)
        cells = [duration(found.duration), when(found.started),
                 tag("svg", bar, role="img", aria_label=f"{stage} took {duration(found.duration)}",
                     class_=tone(look.verdict))]  # fmt: skip
    return tag("tr", tag("th", stage.value, scope="row"), tag("td", badge(look.verdict)),
               (tag("td", cell) for cell in cells))  # fmt: skip


def _origin(subject: Subject, commit: str) -> Iterator[Html]:
    tools: dict[str, str] = {}
    for look in subject.looks.values():
        tools |= look.evidence.tools if look.evidence else {}
    built = subject.commit or "not built"
    same = " — the package is the same there as in this review's commit" if subject.commit not in ("", commit) else ""
    yield tag("h3", "Where it comes from")
    yield tag("dl", _field("Built from", [f"{built}{same}"]), _field("Folder", [subject.directory]),
              _field("Digest of its source", [subject.source or "unknown"]),
              _field("Built here with it", list(subject.companions)) if subject.companions else "",
              class_="fields")  # fmt: skip
    if tools:
        told = (_field(name, [version]) for name, version in sorted(tools.items()))
        yield tag(
            "details",
            tag("summary", f"Tools and their versions ({len(tools)})"),
            tag("dl", told, class_="fields"),
        )
    facts = [_field(key, [value]) for key, value in sorted(subject.facts.items())]
    if facts:
        yield tag("details", tag("summary", "What the stages measured"), tag("dl", facts, class_="fields"))
