"""Which versions a changelog describes: a parser that takes any text and never raises.

It reads the headings of Keep a Changelog, of Azure, of towncrier and their likes, in Markdown and in reStructuredText.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.version import Version

UNRELEASED = "Unreleased"

_LONGEST = 200  # characters of a heading that could name a version; it keeps every pattern below cheap
_DASHED_DATE = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{4}|\d{4}-\d{2}"
_DOTTED_DATE = r"\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}"  # in a version's place it is a version
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?<![\w.])(?:{_DASHED_DATE}|{_DOTTED_DATE}|(?:{_DAY}[ -])?{_MONTH}[ ,-]{{1,2}}(?:{_DAY},? )?\d{{4}})"
    r"(?![\w.-]*\w)",
    re.IGNORECASE,
)
PENDING = re.compile(
    r"(?<!\w)(?:un-?released|not (?:yet )?released|in (?:progress|development)|tb[ad]|to be (?:determined|announced|"
    r"released)|upcoming|yyyy-mm-dd|[x?\d]{2}[x?]{2}[-/][x?\d]{2}[-/][x?\d]{2}|\d{4}-[x?]{2}-[x?]{2})(?![\w-])",
    re.IGNORECASE,
)
_UNVERSIONED = re.compile(
    r"(?:the )?(?:unreleased|un-released|upcoming|next|future|development)(?: (?:changes|release|version))?"
    r"|(?:main|master|head|latest|development) \(?(?:unreleased|in development)\)?",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]\([^()\s\]]*\)")  # [1.2.0](https://…) → [1.2.0]
_WORDS = frozenset(("release", "releases", "released", "version", "ver", "rel", "changes", "in", "for", "new", "notes"))
_SEPARATORS = frozenset("([-:,/|\"'\u2013\u2014\u201c")
_FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)[^`]*$")  # possessive, or a line of tildes costs the square of its length
ATX = re.compile(r" {0,3}#{1,6}[ \t]+(\S.*)")
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*$")
_REFERENCE = re.compile(r"\s{0,3}(?:\[[^\]]+\]:|\.\. )")


@dataclass(frozen=True)
class Entry:
    """What a changelog says about one version."""

    version: str
    """As written; empty under a heading that names none, such as ``## [Unreleased]``."""
    date: str
    """As written, ``Unreleased`` for any way of saying so, or empty."""
    heading: str
    line: int
    """Line of the heading, from 1."""
    body: str

    @property
    def blank(self) -> bool:
        """Whether the body says nothing: subheadings alone, comments and link targets are a template, not an entry."""
        lines = self.body.split("\n")
        # The date below the heading is part of it.
        silent = {next(index for index, line in enumerate(lines) if line.strip())} if _date_below(lines) else set()
        for kind, first, last in blocks(lines):
            if kind != "code":
                silent.update(range(first, last + 1))
        return not any(
            index not in silent and not _REFERENCE.match(line) and any(map(str.isalnum, line))
            for index, line in enumerate(lines)
        )


def parse(text: str) -> tuple[Entry, ...]:
    """Return the entries of a changelog, in the order of *text*.

    A heading with two versions (``1.39.0/0.60b0``) makes an entry of each.
    """
    lines = text.split("\n")
    found: list[tuple[int, int, int, tuple[str, ...], str]] = []
    for kind, first, last in blocks(lines):
        if kind == "heading":
            at = first + (last - first == 2)  # below the overline, where there is one
            versions, date = _title(_heading_text(lines[at]))
            if versions:
                found.append((first, at, last, versions, date))
    ends = [first for first, *_ in found[1:]] + [len(lines)]
    entries: list[Entry] = []
    for (_, at, last, versions, date), end in zip(found, ends[: len(found)], strict=True):
        body = lines[last + 1 : end]
        dated = date or _date_below(body)
        entries += [Entry(each, dated, lines[at].strip(), at + 1, "\n".join(body).strip("\n")) for each in versions]
    return tuple(entries)


def entry_for(entries: Sequence[Entry], version: str) -> Entry | None:
    """Return the first entry of *version*, compared by PEP 440: ``v1.2`` and ``1.2.0`` are one version."""
    wanted = _version(version)
    return next((entry for entry in entries if wanted is not None and _version(entry.version) == wanted), None)


def blocks(lines: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield every heading, comment and fenced block as its kind and its first and last line."""
    at = 0
    while at < len(lines):
        kind, last = _block(lines, at)
        if kind:
            yield kind, at, last
        at = last + 1


def _block(lines: Sequence[str], at: int) -> tuple[str, int]:
    line = lines[at].rstrip()
    below = lines[at + 1].rstrip() if at + 1 < len(lines) else ""
    if ATX.match(line):
        return "heading", at
    if _UNDERLINE.match(line):  # an overline, if the same stands below the title
        if at + 2 < len(lines) and lines[at + 2].rstrip() == line and 0 < len(below.strip()) <= len(line):
            return "heading", at + 2
    elif _is_title(line, below):
        return "heading", at + 1
    if fence := _FENCE.match(line):
        return "code", _closing(lines, at, fence[1])
    if line.lstrip().startswith("<!--"):
        return "comment", next((i for i in range(at, len(lines)) if "-->" in lines[i]), len(lines) - 1)
    return "", at


def _is_title(line: str, below: str) -> bool:
    """Whether *line* is underlined by *below*."""
    title = line.strip()
    if not title or len(line) - len(title) > 3 or title.startswith(("- ", "* ", "+ ")) or not _UNDERLINE.match(below):
        return False
    # A run of tildes or backticks may open a code block as well, which has no reason to be as long as the line above.
    return below[0] not in "~`" or len(below) >= len(title) or bool(_title(title)[0])


def _closing(lines: Sequence[str], at: int, fence: str) -> int:
    """Return the line that closes the code block opened at *at*; the last one where nothing does."""
    for index in range(at + 1, len(lines)):
        line = lines[index].strip()
        if len(line) >= len(fence) and line == fence[0] * len(line):
            return index
    return len(lines) - 1


def _heading_text(line: str) -> str:
    atx = ATX.match(line)
    return (atx[1].rstrip().rstrip("#") if atx else line).strip()


def _title(title: str) -> tuple[tuple[str, ...], str]:
    """Return the versions that a heading names, and its date; no versions where it is not the heading of an entry."""
    if len(title) > _LONGEST:
        return (), ""
    plain = _LINK.sub("]", title).replace("(", " (")
    if _UNVERSIONED.fullmatch(plain.strip(" []*_`:()")):
        return ("",), UNRELEASED
    before: list[str] = []
    words = plain.split()
    for word in words:
        if versions := _versions(word):
            rest = " ".join(words[len(before) + 1 :])
            date = _date(rest) or _date(" ".join(before))
            return (versions, date) if _is_entry(before, word, rest, date) else ((), "")
        before.append(word)
    return (), ""


def _is_entry(before: Sequence[str], word: str, rest: str, date: str) -> bool:
    """Whether a heading with a version in it is about that version, and not ``Dropped Python 3.8``."""
    named = [name for each in before if (name := "".join(filter(str.isalnum, each)).lower())]
    worded = all(name in _WORDS for name in named)
    if date:  # then what stands before it may be the project's name
        return worded or ("." in word and len(before) <= 4)
    if not worded or not (rest[:1] in _SEPARATORS or all(each.lower() in _WORDS for each in rest.split())):
        return False
    # A lone number is a version only where something says so: `## 2026` groups by year, `## 3 - bugs` counts.
    return "." in word or bool(named) or word.startswith(("[", "v", "V"))


def _versions(word: str) -> tuple[str, ...]:
    """Return the versions that a word of a heading consists of."""
    bare = word.strip("[]()*_`:,\"'\u201c\u201d")
    if re.fullmatch(_DASHED_DATE, bare):
        return ()
    parts = bare.split("/")
    return tuple(parts) if all(_version(part) is not None for part in parts) else ()


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return None


def _date(text: str) -> str:
    if PENDING.search(text):
        return UNRELEASED
    found = _DATE.search(text)
    return found[0] if found else ""


def _date_below(body: Sequence[str]) -> str:
    """Return the date that stands alone on the first line below a heading, as some write it."""
    first = next((line.strip() for line in body if line.strip()), "")
    if len(first) > 60:
        return ""
    bare = re.sub(r"^[\s*_>:]*(?:release(?:d)?(?: date)?|date)?[\s*_:]*(?:on )?", "", first, flags=re.IGNORECASE)
    bare = bare.strip(" *_.:()")
    return bare if _DATE.fullmatch(bare) else UNRELEASED if PENDING.fullmatch(bare) else ""
