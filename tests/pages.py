"""The pages of the documentation, and what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
READ = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
"""What people read, on the site and beside the code."""

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)\n(?P<text>(?:.*\n)*?)(?P=indent)```$", re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """A fenced block."""

    language: str
    """Empty where none is named."""
    title: str
    stops: bool
    """Its last command does not end well."""
    text: str
    line: int
    """Where it begins in the page."""


def fences(page: str) -> list[Fence]:
    """Return the fenced blocks of a page, in their order."""
    found = []
    for match in _FENCE.finditer(page):
        info = match["info"].strip("{ }")
        language = re.match(r"\.?(\w*)", info)
        title = re.search(r'title="([^"]*)"', info)
        text = re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        line = page.count("\n", 0, match.start()) + 1
        found.append(
            Fence(language[1] if language else "", title[1] if title else "", ".stops" in info.split(), text, line)
        )
    return found


def indented(page: str) -> list[str]:
    """Return the indented blocks of a page, which hold commands here."""
    without = _FENCE.sub("", page)
    return [
        "".join(line[4:] for line in block.splitlines(keepends=True))
        for block in re.findall(r"(?:^\n)((?:^ {4}.*\n)+)", without, re.MULTILINE)
    ]


def prose(page: str) -> str:
    """Return a page without its blocks of code and without what stands between backticks."""
    text = re.sub(r"(?<=\n\n)(?: {4}.*\n)+", "", _FENCE.sub("", page))
    return re.sub(r"(`+)(?:(?!\1).)+?\1", "``", text)


def spans(page: str) -> list[str]:
    """Return what stands between single backticks on a line."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", _FENCE.sub("", page))


def anchors(page: str) -> set[str]:
    """Return where links may lead inside a page: to its headings, as the site names them, and to anchors by hand."""
    headings = re.findall(r"^#{1,6} +(.+?) *#*$", _FENCE.sub("", page), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)|`", r"\1", heading) for heading in headings]
    slugs = {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in plain}
    return slugs | set(re.findall(r'<a id="([^"]+)">', page))
