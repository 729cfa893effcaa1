"""Markup that nothing shown in it can break."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.report.markup import Html, join, source_hash, tag, text


class Seen(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.told = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.told += data


@given(st.text(), st.text())
def test_whatever_is_shown_stays_text(shown: str, attribute: str) -> None:
    """No text and no attribute makes an element, ends one, or gets another attribute in."""
    seen = Seen(tag("p", shown, title=attribute))
    assert [(name, [key for key, _ in given]) for name, given in seen.tags] == [("p", ["title"])]
    assert seen.told == Seen(text(shown)).told


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b", "a &amp; b"),
        ("safe\u202egnp.exe", "safe\\u202egnp.exe"),
        ("a\u200bb\x1b[31m", "a\\u200bb\\x1b[31m"),
        ("\udcff", "\\udcff"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_cannot_be_seen_is_told(shown: str, written: str) -> None:
    """Direction marks, controls and halves of characters stand as their escapes."""
    assert text(shown) == written


def test_attributes() -> None:
    """What is None or False is left out, what is True has no value, and markup in an attribute is quoted once."""
    made = tag(
        "a", "x", class_="b c", aria_hidden="true", hidden=True, open=False, title=None, srcdoc=Html('<p a="&lt;">')
    )
    assert made == '<a class="b c" aria-hidden="true" hidden srcdoc="<p a=&quot;&amp;lt;&quot;>">x</a>'
    assert tag("input", name="q") == '<input name="q">'


def test_markup_is_not_escaped_twice() -> None:
    """Elements go into elements as they are, texts beside them do not."""
    assert tag("p", tag("b", "<"), [">", tag("i", "&")]) == "<p><b>&lt;</b>&gt;<i>&amp;</i></p>"
    assert join(["<", Html("<br>")]) == "&lt;<br>"


def test_the_hash_of_a_policy() -> None:
    """The example of Content Security Policy Level 2."""
    assert source_hash("alert('Hello, world.');") == "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
