"""Links between pages lead somewhere, in the documentation and in what stands beside the code."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pages import DOCS, READ, ROOT, anchors, prose, spans

LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)|<(https?://[^>\s]+)>")


def links(page: Path) -> list[str]:
    """Where the links of a page lead; what stands in code is none."""
    return [first or second for first, second in LINK.findall(prose(page.read_text(encoding="utf-8")))]


def problem(page: Path, link: str) -> str:
    """What is wrong with a link on *page*; empty: nothing that can be seen without a network."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return "is no address"
    if parts.scheme or parts.netloc:
        return "" if parts.scheme in ("http", "https") and "." in parts.netloc else "is no address of the web"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if parts.path.startswith("/") or not target.exists():
        return "is not there"
    if parts.fragment and parts.fragment not in anchors(target.read_text(encoding="utf-8")):
        return "has no such heading"
    return ""


@pytest.mark.parametrize("page", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Relative links lead to files and headings that are there; others are addresses of the web."""
    broken = {link: why for link in links(page) if (why := problem(page, link))}
    assert not broken


PATH = re.compile(r"(?:[\w.-]+/)+(?:[\w.-]+)?|[\w-]+\.py")
OURS = (ROOT, DOCS, ROOT / "tools/nox_release", ROOT / "tests", ROOT / "tests/servers", ROOT / "tests/end_to_end")


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", DOCS / "security.md"], ids=lambda path: path.name)
def test_files_that_are_named_are_there(page: Path) -> None:
    """The map of the code names modules that there are, and each claim of security a test that there is."""
    named = {span for span in spans(page.read_text(encoding="utf-8")) if PATH.fullmatch(span)}
    assert named
    absent = {name for name in named if not any((folder / name).exists() for folder in OURS)}
    assert absent <= {"setup.py", "stages/NAME.py", "toolchain/NAME.in", "dist/NAME/"}


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("b.md", ""),
        ("b.md#two-words-and-code", ""),
        ("b.md#by-hand", ""),
        ("#one", ""),
        ("https://example.org/#x", ""),
        ("c.md", "is not there"),
        ("/b.md", "is not there"),
        ("b.md#three", "has no such heading"),
        ("#two", "has no such heading"),
        ("https:///x", "is no address of the web"),
        ("mailto:ada@example.org", "is no address of the web"),
        ("http://[x/", "is no address"),
    ],
)
def test_a_broken_link_is_seen(tmp_path: Path, link: str, why: str) -> None:
    """A file, a heading or an address that is not there is told from one that is."""
    (tmp_path / "a.md").write_text("# One\n")
    (tmp_path / "b.md").write_text('# B\n\n## Two words, and `code`\n\n<a id="by-hand"></a>\n')
    assert problem(tmp_path / "a.md", link) == why


def test_links_are_found(tmp_path: Path) -> None:
    """In every form that the pages use, and not in code."""
    page = tmp_path / "a.md"
    page.write_text(
        "[a](b.md) and [`code`](c.md#x), <https://d.example/>, `[e](f.md)`\n\n"
        "```text\n[g](h.md)\n```\n\n    [i](j.md)\n\n| [k](l_(m).md) |\n"
    )
    assert links(page) == ["b.md", "c.md#x", "https://d.example/", "l_(m).md"]
