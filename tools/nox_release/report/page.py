"""The review as one HTML file: nothing is loaded, and what a package wrote is shown and never runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nox_release.report import framed, package
from nox_release.report.markup import Html, join, source_hash, tag
from nox_release.report.package import badge, identity, tone, when
from nox_release.report.review import Consent, Review, Subject, Verdict
from nox_release.wording import number, some

STYLE = Path(__file__).with_name("review.css").read_text(encoding="utf-8")
SCRIPT = Path(__file__).with_name("review.js").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src {source_hash(STYLE)} {source_hash(framed.STYLE)}; "
    f"script-src {source_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
)
READMES = 900_000
"""Bytes that all READMEs together may have, one no more than a third of it; other lists have a part of that."""
HEADLINES = {
    Verdict.FAILED: "Do not approve: {} failed",
    Verdict.BLOCKED: "Do not approve: {} could not be looked at",
    Verdict.UNPROVEN: "Nothing to approve yet: {} not proven",
    Verdict.STALE: "Look again: what the index said of {} is too old",
    Verdict.UNCOMMITTED: "A rehearsal only: uncommitted work is in {}",
}


def page(review: Review) -> str:
    """Return the file's content."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=Html(POLICY)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{_headline(review)} · release review"),
        tag("style", Html(STYLE)),
    )
    limit = READMES // max(3, len(review.subjects))
    main = tag(
        "main",
        _verdict(review),
        _overview(review),
        _consent(review.consent),
        *(package.section(subject, review.commit, limit) for subject in review.subjects),
        id="main",
        tabindex=-1,
    )
    body = tag("body", tag("a", "Skip to the verdict", class_="skip", href="#main"), _header(review),
               tag("div", _contents(review), main, class_="frame"), _footer(review),
               tag("script", Html(SCRIPT)))  # fmt: skip
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _header(review: Review) -> Html:
    search = tag(
        "form",
        tag("label", "Search", for_="search"),
        tag("input", type="search", id="search", autocomplete="off", spellcheck="false", aria_describedby="found",
            placeholder="package, file, code, text"),
        tag("kbd", "/", aria_hidden="true"),
        tag("output", id="found", for_="search"),
        role="search", id="searching", hidden=True,
    )  # fmt: skip
    made = tag("p", "Release review, made ", tag("time", when(review.made)), class_="made")
    return tag("header", made, search, class_="top")


def _headline(review: Review) -> str:
    count, verdict = len(review.subjects), review.verdict
    if verdict is Verdict.PROVEN:
        proven = "The package is proven" if count == 1 else f"All {count} packages are proven"
        return f"{proven} and approved" if review.consent.approved else f"{proven}, not approved yet"
    bad = [item.name for item in review.subjects if item.verdict is verdict]
    bad += [item.name for item in review.broken] if verdict is Verdict.BLOCKED else []
    who = bad[0] if len(bad) == 1 else f"{len(bad)} of {count + len(review.broken)} packages"
    be = "" if verdict is not Verdict.UNPROVEN else (" is" if len(bad) == 1 else " are")
    return HEADLINES[verdict].format(f"{who}{be}")


def _verdict(review: Review) -> Html:
    colour = tone(review.verdict)
    counts = [f"{sum(item.verdict is kind for item in review.subjects)} {kind}" for kind in reversed(Verdict)
              if any(item.verdict is kind for item in review.subjects)]  # fmt: skip
    told = [tag("li", f"{item.name}: {item.message}", tag("span", f" {item.hint}", class_="next"))
            for item in review.broken]  # fmt: skip
    mend = "mend what is told below, then " if colour == "bad" else ""
    return tag(
        "section",
        tag("h1", _headline(review)),
        tag("p", f"{', '.join(counts) or 'No package'}."),
        tag("ul", told) if told else "",
        tag("p", f"Next: {mend}", tag("code", review.command), class_="next"),
        tag(
            "dl",
            _pair("to", tag("code", review.index)),
            _pair("commit", tag("code", review.commit or "none")),
            _pair("tree", tag("code", review.tree or "unknown")),
            _pair("uncommitted", some(review.uncommitted, 5)) if review.uncommitted else "",
        ),
        class_=f"verdict {colour}", aria_label="Verdict", data_verdict=review.verdict.value,
    )  # fmt: skip


def _pair(name: str, *value: Html | str) -> Html:
    return tag("div", tag("dt", name), tag("dd", *value))


def _overview(review: Review) -> Html:
    heads = ("Package", "Verdict", "Version", "Findings", "Since the last release")
    rows = [
        tag(
            "tr",
            tag("th", tag("a", item.name, href=f"#{identity(item)}"), scope="row"),
            tag("td", badge(item.verdict)),
            tag("td", tag("code", item.version)),
            tag("td", _findings(item)),
            tag("td", package.since(item)),
            data_find=True,
        )
        for item in review.subjects
    ]
    table = tag("table", tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))), tag("tbody", rows))
    wide = tag("div", table, class_="wide", tabindex=0, role="region", aria_label="Verdict of each package")
    return tag("section", tag("h2", "Packages", id="packages"), wide, aria_labelledby="packages")


def _findings(subject: Subject) -> str:
    found = [finding for finding, _ in subject.findings]
    errors, let = sum(item.fails for item in found), sum(bool(item.exempt) for item in found)
    warnings = len(found) - errors - let
    told = [number(errors, "error")] * bool(errors) + [number(warnings, "warning")] * bool(warnings)
    told += [f"{let} let pass"] * bool(let)
    told += [f"{len(subject.exempt)} not looked at"] * bool(subject.exempt)
    looked = any(look.evidence for look in subject.looks.values())
    return ", ".join(told) or ("none" if looked else "not looked")


def _consent(consent: Consent) -> Html:
    return tag("section", tag("h2", "Approval", id="approval"), *_consenting(consent), class_="approval",
               aria_labelledby="approval")  # fmt: skip


def _consenting(consent: Consent) -> Iterator[Html]:
    if consent.problem:
        yield tag("p", tag("strong", "Not known: "), consent.problem, class_="warn")
    elif not consent.digest:
        yield tag("p", "Not every package is proven and lies in dist/, so there is nothing that could be approved.")
    elif consent.mode == "environment":
        yield tag("p", "The gate of the CI gives it when it lets the publishing job run. It cannot be seen from here.")
    elif consent.approved:
        yield tag("p", tag("strong", "Approved"), ", exactly as it is here: every file, finding, tool and the index.")
    else:
        yield tag("p", tag("strong", "Not approved"), ": ", "; ".join(consent.missing) or "nobody has approved it", ".")
    if consent.given:
        yield tag("ul", (tag("li", tag("strong", item.by), f", {item.at} ({item.mode})") for item in consent.given))
    if consent.needed > 1:
        yield tag("p", f"{consent.needed} different people have to sign.")
    if consent.digest:
        yield tag("p", "What would go out has the sha256 ", tag("code", consent.digest, class_="digest"))
    if consent.void:
        yield tag("h3", "Approvals that are void here")
        yield tag("ul", (
            tag("li", tag("strong", item.by), f", {item.at} ({item.mode}), of {package.shortly(item)}",
                tag("ul", (tag("li", reason) for reason in why)))
            for item, why in consent.void
        ), class_="void")  # fmt: skip


def _contents(review: Review) -> Html:
    links = [tag("li", tag("a", package.mark(item.verdict), tag("span", item.name), href=f"#{identity(item)}"))
             for item in review.subjects]  # fmt: skip
    first = [tag("li", tag("a", name, href=f"#{place}")) for name, place in
             (("Verdict", "main"), ("Packages", "packages"), ("Approval", "approval"))]  # fmt: skip
    return tag("nav", tag("h2", "Contents", class_="small"), tag("ul", join([*first, *links])), aria_label="Contents")


def _footer(review: Review) -> Html:
    return tag(
        "footer",
        tag("p", f"Made by nox-release {review.tool} from what its stages recorded; no stage was run for it. It tells "
            "of the moment that it was made: the evidence, dist/ and the index may have changed since. The page loads "
            "nothing and needs no script; without one it has no search."),
    )  # fmt: skip
