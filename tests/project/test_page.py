"""What is read of a rendered README, from any text and in time that grows with it alone."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.project.document import Document
from nox_release.project.page import Page, render

PIECES = st.sampled_from(
    [
        "[a](b.md)", "![a](b.png)", "[a]: b.md\n", "[a]", "<a href=", '"b.md"', "'b.md'", ">", "<img src=b.png>",
        "`", "```\n", "\n\n", "# A", "[a](#a)", "[a](<b c.md> 'd')", "&amp;", '<a id="a">',
        "<p title='<a href=\"x.md\">'>", "%20", "%zz",
    ]
)  # fmt: skip
TEXTS = st.text() | st.lists(PIECES | st.text(max_size=6)).map("".join)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses |= {(tag, (value or "").strip()) for name, value in attrs if name in ("href", "src")}


@settings(deadline=None)
@given(TEXTS)
def test_the_links_are_those_that_a_parser_of_html_finds(text: str) -> None:
    """Whatever Markdown holds: no link is missed, none invented, and each line that is named is one of the text."""
    page = render(Document("README.md", text), "text/markdown")
    reader = Reader()
    reader.feed(page.html)

    relative = list(page.relative)
    assert {("img" if link.image else "a", link.address) for link in relative} <= reader.addresses
    for tag, address in reader.addresses:
        if address and not address.startswith(("#", "/")) and ":" not in address:
            assert any(link.address == address and link.image is (tag == "img") for link in relative)
    for link in (*relative, *page.astray):
        assert 0 <= link.line <= text.count("\n") + 1


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from(["`a <b.rst>`_", "\n\n", ".. image:: b.png", "a_", ".. _a: b", "|a|", "::", "  "])).map(
        "".join
    )
)
def test_any_restructuredtext_is_taken(text: str) -> None:
    """It renders, or the renderer says why not."""
    page = render(Document("README.rst", text), "text/x-rst")
    assert bool(page.html) is not bool(page.message)
    assert all(link.address for link in (*page.relative, *page.astray))


HOSTILE = {
    "open tags": "'<a' + ' href=\"b\"' * 100_000",
    "open quotes": "'<a href=\"' * 100_000",
    "blanks": "'( ' * 200_000 + ' ' * 200_000",
    "brackets": "'[' * 300_000",
    "many links": "''.join(f'<a href=\"{n}.md\">' for n in range(30_000))",
    "percent signs": "'%' * 300_000",
    "fences": "'```\\n~~~\\n' * 50_000",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    """As a source and as HTML: what costs the square of its length takes minutes, and is ended."""
    code = (
        "from nox_release.project.page import Page\n"
        f"text = {text}\n"
        "page = Page(text, source=text)\n"
        "print(len(list(page.relative)) + len(list(page.astray)) + len(page._lines))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) >= 0


def test_a_description_that_is_no_markup_has_no_links() -> None:
    """Plain text is shown as it stands."""
    assert render(Document("README.txt", "[a](b.md)"), "text/plain") == Page("")
