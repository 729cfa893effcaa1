"""Edits of a changelog at a release and after it: a heading changes, lines are added, and no other line is touched."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from packaging.version import InvalidVersion, Version

from nox_release.changelog import ATX, PENDING, UNRELEASED, Entry, blocks, entry_for, parse
from nox_release.project.dates import written

SECTIONS = ("Features Added", "Breaking Changes", "Bugs Fixed", "Other Changes")
"""The sections of an entry in Azure's template."""
_LINE = re.compile(r"\r\n|\r|\n")
_HISTORY = re.compile(r"#[ \t]+Release History[ \t]*")
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*")
_ANCHOR = re.compile(r"\.\. _|<a\b")
_REFERENCE = re.compile(r"(?P<before> {0,3}\[(?P<label>[^\]]+)\]:[ \t]*<?)(?P<url>[^\s>]+)(?P<rest>.*)")
_RANGE = re.compile(r"(?P<start>.*/compare/)(?P<since>[^/]+?)(?P<dots>\.{2,3})(?P<until>[^/]+)")


@dataclass(frozen=True)
class Edited:
    """A changelog after an edit."""

    text: str
    notes: tuple[str, ...] = ()
    """What the writer of the changelog has to know."""


@dataclass(frozen=True)
class _Page:
    """A text as its lines with the ends that they have."""

    mark: str
    """The byte order mark, or nothing."""
    lines: tuple[str, ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Page:
        bare = text.removeprefix("\ufeff")
        ends = tuple(_LINE.findall(bare))
        return cls("\ufeff" if bare != text else "", tuple(_LINE.split(bare)), (*ends, ""))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it says; a ``v`` before a version stays where it is written."""
        found = parse("\n".join(self.lines))
        return tuple(replace(entry, version=entry.version.lstrip("vV")) for entry in found)

    @property
    def text(self) -> str:
        return self.mark + "".join(line + end for line, end in zip(self.lines, self.ends, strict=True))

    def with_line(self, at: int, line: str) -> _Page:
        return replace(self, lines=(*self.lines[:at], line, *self.lines[at + 1 :]))

    def inserted(self, at: int, lines: Sequence[str]) -> _Page:
        end = next((end for end in self.ends if end), "\n")
        before = at if at < len(self.lines) else at - 1  # the last line has no end, and goes on having none
        ends = (*self.ends[:before], *(end for _ in lines), *self.ends[before:])
        return replace(self, lines=(*self.lines[:at], *lines, *self.lines[at:]), ends=ends)


def dated(text: str, version: Version, day: date, released: Collection[Version]) -> Edited:
    """Return *text* with the entry of *version* dated, in the form that its other entries have.

    What is called unreleased becomes the entry of *version*; where nothing is, an entry without a line is begun.

    :param released: versions whose entries are not to be renamed.
    """
    page = _Page.of(text)
    entries = page.entries
    entry = entry_for(entries, str(version))
    if entry and entry.date not in ("", UNRELEASED):
        return Edited(text, _silent(entry))
    if not entries:
        return Edited(text, (f"no heading names a version; write one for {version} by hand",))
    entry = entry or (entries[0] if _open(entries[0], released) else None)
    if entry and sum(other.line == entry.line for other in entries) > 1:
        return Edited(text, (f"`{entry.heading}` names two versions; date it by hand",))
    model = _model(entries)
    moment = written(day, [each.date for each in entries if each.date not in ("", UNRELEASED)])
    if entry:
        changed = _closed(page, entry, version, moment, model)
    else:
        title = _title_like(model, str(version), moment) if model else f"{version} ({moment})"
        changed = page.inserted(_start(page, entries[0]), (*_heading(page, entries[0], title), ""))
    changed = _linked(changed, version, [each for each in entries if each.version])
    found = entry_for(changed.entries, str(version))
    if found is None or found.date in ("", UNRELEASED):
        return Edited(text, (f"the entry of {version} cannot be dated; write `{version} ({moment})` by hand",))
    return Edited(changed.text, _silent(found))


def opened(text: str, version: Version) -> Edited:
    """Return *text* with an entry on top for what comes next, called unreleased; as it is where there is one."""
    page = _Page.of(text)
    entries = page.entries
    if not entries:
        return Edited(text, ("no heading names a version; begin an entry by hand",))
    if _open(entries[0], ()) or entry_for(entries, str(version)):
        return Edited(text)
    model = _model(entries)
    if any(_HISTORY.fullmatch(line) for line in page.lines):
        title = _title_like(model, str(version), UNRELEASED) if model else f"{version} ({UNRELEASED})"
        body = [line for section in SECTIONS for line in (f"### {section}", "")]
        lines = [*_heading(page, entries[0], title), "", *body]
    else:
        bracketed = f"[{entries[0].version}]" in entries[0].heading
        lines = [*_heading(page, entries[0], f"[{UNRELEASED}]" if bracketed else UNRELEASED), ""]
    return Edited(page.inserted(_start(page, entries[0]), lines).text)


def _open(entry: Entry, released: Collection[Version]) -> bool:
    """Whether *entry* is about what is not released."""
    return not entry.version or (entry.date == UNRELEASED and _version(entry.version) not in released)


def _model(entries: Sequence[Entry]) -> Entry | None:
    """Return the newest entry that shows how a heading with a date is written here."""
    return next((each for each in entries if each.version and each.date in _bare(each.heading)[0] and each.date), None)


def _closed(page: _Page, entry: Entry, version: Version, moment: str, model: Entry | None) -> _Page:
    """Return *page* with *entry* as that of *version*, dated."""
    at = entry.line - 1
    title = _bare(page.lines[at])[0]
    if not entry.version:
        alone = f"[{version}] - {moment}" if title.startswith("[") else f"{version} ({moment})"
        new = _title_like(model, str(version), moment) if model else alone
    else:
        new = title if _version(entry.version) == version else _replaced(title, entry.version, str(version))
        below = _below(page, at)
        if pending := PENDING.search(new):
            new = new[: pending.start()] + moment + new[pending.end() :]
        elif entry.date == UNRELEASED:  # it says so in the line below its heading
            page = page.with_line(below, PENDING.sub(moment, page.lines[below], count=1))
        else:
            tail = _bare(model.heading)[0].partition(model.version)[2].replace(model.date, moment) if model else ""
            new = f"{new.rstrip()}{tail if moment in tail else f' ({moment})'}"
    return _retitled(page, at, new)


def _below(page: _Page, at: int) -> int:
    """Return the first line with something in it below the heading in line *at*."""
    start = at + 1 + (not ATX.match(page.lines[at]))
    return next((n for n in range(start, len(page.lines)) if page.lines[n].strip()), at)


def _bare(line: str) -> tuple[str, str]:
    """Return the title that a heading's line has, and what stands before it."""
    atx = ATX.match(line)
    title = re.sub(r"[ \t]+#+[ \t]*$", "", atx[1].rstrip()) if atx else line.strip()
    start = line.index(title) if title else 0
    return title, line[:start]


def _retitled(page: _Page, at: int, title: str) -> _Page:
    """Return *page* with the heading in line *at* called *title*; what underlines it grows and shrinks along."""
    line = page.lines[at]
    old, before = _bare(line)
    page = page.with_line(at, before + title + line[len(before) + len(old) :])
    if ATX.match(line):
        return page
    for beside in (at - 1, at + 1):
        rule = page.lines[beside].rstrip() if 0 <= beside < len(page.lines) else ""
        if _UNDERLINE.fullmatch(rule) and (beside > at or rule == page.lines[at + 1][: len(rule)]):
            length = len(title) if len(rule) == len(old) else max(len(rule), len(before + title))
            page = page.with_line(beside, rule[0] * max(length, 3))
    return page


def _heading(page: _Page, like: Entry, title: str) -> tuple[str, ...]:
    """Return the lines of a heading with *title*, of the kind and level that the entry *like* has."""
    line = page.lines[like.line - 1]
    if ATX.match(line):
        return (f"{_bare(line)[1]}{title}",)
    rule = page.lines[like.line][0] * max(len(title), 3)
    over = like.line - _start(page, like) > 1 and _UNDERLINE.fullmatch(page.lines[like.line - 2])
    return (rule, title, rule) if over else (title, rule)


def _start(page: _Page, entry: Entry) -> int:
    """Return the line where *entry* begins, with the overline and the anchors that belong to its heading."""
    at = entry.line - 1
    below = page.lines[at + 1].rstrip() if at + 1 < len(page.lines) else ""
    if at and not ATX.match(page.lines[at]) and below and page.lines[at - 1].rstrip() == below:
        at -= 1
    first = at
    while first and (not page.lines[first - 1].strip() or _ANCHOR.match(page.lines[first - 1])):
        first -= 1
        if _ANCHOR.match(page.lines[first]):
            at = first
    return at


def _title_like(model: Entry, version: str, moment: str) -> str:
    """Return the title that *model* would have for *version*; a link's target is of its own version, so it goes."""
    title = re.sub(r"\[([^\]]*)\]\([^()\s]*\)", r"\1", _bare(model.heading)[0])
    return _replaced(title.replace(model.date, moment), model.version, version)


def _replaced(title: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.]*\w)|(?<=[vV]){re.escape(old)}", lambda _: new, title, count=1)


def _linked(page: _Page, version: Version, entries: Sequence[Entry]) -> _Page:
    """Return *page* with the link definitions at its bottom as Keep a Changelog has them.

    What compares the last release with HEAD compares this one, and a definition for this one stands below it.
    """
    hidden = {n for kind, first, last in blocks(page.lines) if kind != "heading" for n in range(first, last + 1)}
    found = [(n, link) for n, line in enumerate(page.lines) if n not in hidden and (link := _REFERENCE.fullmatch(line))]
    if any(_version(link["label"]) == version for _, link in found):
        return page
    for at, link in found:
        span = _RANGE.fullmatch(link["url"])
        if link["label"].lower() != "unreleased" or span is None:
            continue
        for entry in entries:
            if entry.version in span["since"] and _version(entry.version) != version:
                tag = span["since"].replace(entry.version, str(version))
                label = f"v{version}" if f"[v{entry.version}]" in entry.heading else str(version)
                own = f"{span['start']}{span['since']}{span['dots']}{tag}"
                page = page.with_line(
                    at, f"{link['before']}{span['start']}{tag}{span['dots']}{span['until']}{link['rest']}"
                )
                closing = ">" if link["before"].endswith("<") else ""
                before = link["before"].replace(f"[{link['label']}]", f"[{label}]")
                return page.inserted(at + 1, (f"{before}{own}{closing}",))
    return page


def _silent(entry: Entry) -> tuple[str, ...]:
    """What is not said in *entry* yet."""
    lines = [line for line in entry.body.split("\n") if not _ANCHOR.match(line)]
    if replace(entry, body="\n".join(lines)).blank:
        return (f"nothing is written below `{entry.heading}`; lint-metadata refuses that (PRJ403)",)
    empty = tuple(_empty(lines))
    return (f"sections without a line below `{entry.heading}`: {', '.join(empty)}",) if empty else ()


def _empty(lines: Sequence[str]) -> Iterator[str]:
    found = [(first, last) for kind, first, last in blocks(lines) if kind == "heading"]
    ends = [*(first for first, _ in found[1:]), len(lines)]
    for (first, last), following in zip(found, ends, strict=False):
        deeper = following < len(lines) and _depth(lines[following]) > _depth(lines[first])
        if not deeper and not any(line.strip() for line in lines[last + 1 : following]):
            yield _bare(lines[first])[0]


def _depth(line: str) -> int:
    return len(line.lstrip()) - len(line.lstrip().lstrip("#"))


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return None
