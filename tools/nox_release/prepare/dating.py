"""Edits of a changelog at a release and after it: a heading changes, lines are added, and no other line is touched."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from packaging.version import InvalidVersion, Version

from nox_release.changelog import ATX, PENDING, UNRELEASED, Entry, blocks, entry_for, parse
from nox_release.prepare.lines import Lines
from nox_release.prepare.linking import linked
from nox_release.project.dates import written

SECTIONS = ("Features Added", "Breaking Changes", "Bugs Fixed", "Other Changes")
"""The sections of an entry in Azure's template."""
_HISTORY = re.compile(r"#[ \t]+Release History[ \t]*")
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*")
_ANCHOR = re.compile(r"\.\. _|<a\b")


@dataclass(frozen=True)
class Edited:
    """A changelog after an edit."""

    text: str
    notes: tuple[str, ...] = ()
    """What the writer of the changelog has to know."""


def dated(text: str, version: Version, day: date, released: Collection[Version]) -> Edited:
    """Return *text* with the entry of *version* dated, in the form that its other entries have.

    What is called unreleased becomes the entry of *version*; where nothing is, an entry without a line is begun.

    :param released: versions whose entries are not to be renamed.
    """
    page = Lines.of(text)
    entries = _entries(page)
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
        below = _date_below(page, model, moment)
        changed = page.inserted(_start(page, entries[0]), (*_heading(page, entries[0], title), "", *below))
    changed = linked(changed, version, [each for each in entries if each.version])
    found = entry_for(_entries(changed), str(version))
    if found is None or found.date in ("", UNRELEASED):
        return Edited(text, (f"the entry of {version} cannot be dated; write `{version} ({moment})` by hand",))
    return Edited(changed.text, _silent(found))


def opened(text: str, version: Version) -> Edited:
    """Return *text* with an entry on top for what comes next, called unreleased; as it is where there is one."""
    page = Lines.of(text)
    entries = _entries(page)
    if not entries:
        return Edited(text, ("no heading names a version; begin an entry by hand",))
    if _open(entries[0], ()) or entry_for(entries, str(version)):
        return Edited(text)
    model = _model(entries)
    if any(_HISTORY.fullmatch(line) for line in page.lines):
        title = _title_like(model, str(version), UNRELEASED) if model else str(version)
        title = title if UNRELEASED in title else f"{title} ({UNRELEASED})"
        body = [line for section in SECTIONS for line in (f"### {section}", "")]
        lines = [*_heading(page, entries[0], title), "", *body]
    else:
        bracketed = f"[{entries[0].version}]" in entries[0].heading
        lines = [*_heading(page, entries[0], f"[{UNRELEASED}]" if bracketed else UNRELEASED), ""]
    return Edited(page.inserted(_start(page, entries[0]), lines).text)


def _entries(page: Lines) -> tuple[Entry, ...]:
    """Return what it says; a ``v`` before a version stays where it is written."""
    found = parse("\n".join(page.lines))
    return tuple(replace(entry, version=entry.version.lstrip("vV")) for entry in found)


def _open(entry: Entry, released: Collection[Version]) -> bool:
    """Whether *entry* is about what is not released."""
    return not entry.version or (entry.date == UNRELEASED and _version(entry.version) not in released)


def _model(entries: Sequence[Entry]) -> Entry | None:
    """Return the newest entry that shows how a version and its date are written here."""
    found = (each for each in entries if each.version and each.date not in ("", UNRELEASED))
    return next((each for each in found if sum(other.line == each.line for other in entries) == 1), None)


def _date_below(page: Lines, model: Entry | None, moment: str) -> tuple[str, ...]:
    """Return the lines that date an entry below its heading; nothing where *model* has the date in it."""
    if model is None or model.date in _bare(model.heading)[0]:
        return ()
    return (page.lines[_below(page, model.line - 1)].replace(model.date, moment), "")


def _closed(page: Lines, entry: Entry, version: Version, moment: str, model: Entry | None) -> Lines:
    """Return *page* with *entry* as that of *version*, dated."""
    at = entry.line - 1
    title, below = _bare(page.lines[at])[0], _below(page, at)
    pending_below = PENDING.search(page.lines[below].replace("_", " ")) if entry.date == UNRELEASED else None
    if not entry.version:
        alone = f"[{version}] - {moment}" if title.startswith("[") else f"{version} ({moment})"
        new = _title_like(model, str(version), moment) if model else alone
    else:
        new = title if _version(entry.version) == version else _replaced(title, entry.version, str(version))
        if pending := PENDING.search(new):
            new = new[: pending.start()] + moment + new[pending.end() :]
    if moment not in new:
        if pending_below and below > at:
            line = page.lines[below]
            page = page.with_line(below, line[: pending_below.start()] + moment + line[pending_below.end() :])
        elif lines := _date_below(page, model, moment):
            last = at + (not ATX.match(page.lines[at]))
            return _retitled(page.inserted(last + 1, ("", *lines[:1])), at, new)
        else:
            tail = _bare(model.heading)[0].partition(model.version)[2].replace(model.date, moment) if model else ""
            new = f"{new.rstrip()}{tail if moment in tail else f' ({moment})'}"
    return _retitled(page, at, new)


def _below(page: Lines, at: int) -> int:
    """Return the first line with something in it below the heading in line *at*."""
    start = at + 1 + (not ATX.match(page.lines[at]))
    return next((n for n in range(start, len(page.lines)) if page.lines[n].strip()), at)


def _bare(line: str) -> tuple[str, str]:
    """Return the title that a heading's line has, and what stands before it."""
    atx = ATX.match(line)
    title = re.sub(r"[ \t]+#+[ \t]*$", "", atx[1].rstrip()) if atx else line.strip()
    start = line.index(title) if title else 0
    return title, line[:start]


def _retitled(page: Lines, at: int, title: str) -> Lines:
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


def _heading(page: Lines, like: Entry, title: str) -> tuple[str, ...]:
    """Return the lines of a heading with *title*, of the kind and level that the entry *like* has."""
    line = page.lines[like.line - 1]
    if ATX.match(line):
        return (f"{_bare(line)[1]}{title}",)
    rule = page.lines[like.line][0] * max(len(title), 3)
    over = like.line - _start(page, like) > 1 and _UNDERLINE.fullmatch(page.lines[like.line - 2])
    return (rule, title, rule) if over else (title, rule)


def _start(page: Lines, entry: Entry) -> int:
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
