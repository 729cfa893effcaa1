"""A README in a frame of its own: a document that runs nothing, loads nothing and reaches nothing outside of it.

What comes here was cleaned by the index's own library. It is read again and only what is known is written anew, so
nothing rests on that library alone; the page's sandbox and its Content-Security-Policy hold what still gets through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from nox_release.report.markup import Html, quoted, text

STYLE = Path(__file__).with_name("framed.css").read_text(encoding="utf-8")
_TAGS = frozenset(
    "a abbr acronym b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table "
    "tbody td tfoot th thead tr tt u ul var".split()
)
_EMPTY = frozenset({"br", "hr", "col"})
_GONE = frozenset({"script", "style", "template", "iframe", "object", "noscript", "title", "textarea", "svg", "math"})
_KEPT = {
    "ol": ("start",), "li": ("value",), "td": ("colspan", "rowspan", "align"), "th": ("colspan", "rowspan", "align"),
    "p": ("align",), "div": ("align",), "h1": ("align",), "h2": ("align",), "h3": ("align",), "details": ("open",),
}  # fmt: skip
_PIECE = 1 << 16
"""Characters that are read at once: of what is too long, no more than is shown."""
_ADDRESS = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_COLOURS = {"c": "c", "k": "k", "s": "s", "m": "m", "nf": "f", "nc": "f", "fm": "f", "nd": "f", "nt": "k", "nb": "b",
            "bp": "b", "na": "f", "ow": "k", "il": "m"}  # fmt: skip
_CODE = re.compile(r"(c|k|s|m)[a-z0-9]?")
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r'<span class="(?:n|nn|nv|nx|o|p|w|py)">([^<]*)</span>')
"""Most of what Pygments marks has no colour here: taken away at once, it need not be read twice."""
_BARE = re.compile(r"[\w./:#-]+")


@dataclass(frozen=True)
class Framed:
    """The document of the frame."""

    html: Html
    cut: bool = False
    """It was longer than allowed, and its rest is left out."""
    images: int = 0
    """Images that stand as links to them."""


def framed(readme: str, limit: int) -> Framed:
    """Return the document for *readme*, HTML as the index shows it.

    :param limit: bytes, after which it ends.
    """
    reader = _Reader(limit)
    readme = _PLAIN.sub(r"\1", readme)
    for start in range(0, len(readme), _PIECE):
        reader.feed(readme[start : start + _PIECE])
        if reader.cut:
            break
    reader.close()
    body = "".join([*reader.out, *(f"</{name}>" for name in reversed(reader.open))])
    head = f'<base target="_blank"><meta name="color-scheme" content="light dark"><style>{STYLE}</style>'
    document = f'<!doctype html><html lang="en"><head><title>README</title>{head}</head><body>{body}</body></html>'
    return Framed(Html(document), reader.cut, reader.images)


class _Reader(HTMLParser):
    """Writes anew what is known."""

    def __init__(self, limit: int) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.open: list[str] = []
        self.cut = False
        self.images = 0
        self._left = limit
        self._gone = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE:
            self._gone += 1
        if self._gone or self.cut:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._image(given)
        elif tag == "input" and given.get("type") == "checkbox":
            self._write("\N{BALLOT BOX WITH CHECK} " if "checked" in given else "\N{BALLOT BOX} ")
        elif tag in _TAGS:
            self._write(f"<{tag}{self._attributes(tag, given)}>")
            if tag not in _EMPTY:
                self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _GONE:
            self._gone = max(0, self._gone - 1)
        if self._gone or self.cut or tag not in self.open:
            return
        if tag == self.open[-1] == "a" and self.out[-1].startswith("<a"):  # the index shows it when a mouse is over it
            self.out.pop()
            self.open.pop()
            return
        while (last := self.open.pop()) != tag:
            self._write(f"</{last}>")
        self._write(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._gone and not self.cut:
            # Joiners stay: some scripts are written with them, and they turn nothing.
            self._write(escape(_TURNING.sub(lambda found: ascii(found[0])[1:-1], data), quote=False))

    def _write(self, piece: str) -> None:
        self.out.append(piece)
        self._left -= len(piece.encode())
        self.cut = self._left < 0

    def _image(self, given: dict[str, str]) -> None:
        self.images += 1
        told = text(given.get("alt") or given.get("src", "").rpartition("/")[2] or "without a text")
        source = given.get("src", "")
        if "a" in self.open or not source.startswith("https://"):
            self._write(f"<span class=image>image: {told}</span>")
        else:
            self._write(f'<a class=image rel="noreferrer nofollow" href="{quoted(source)}">image: {told}</a>')

    @staticmethod
    def _attributes(tag: str, given: dict[str, str]) -> str:
        kept = {name: given[name] for name in _KEPT.get(tag, ()) if name in given and len(given[name]) < 10}
        if "id" in given:
            kept["id"] = given["id"]
        if tag == "a" and _ADDRESS.match(given.get("href", "")):
            kept |= {"href": given["href"], "rel": "noreferrer nofollow"}
            if given["href"].startswith("#"):  # in such a frame it would lead into the page around it
                kept |= {"href": f"about:srcdoc{given['href']}", "target": "_self"}
        if tag == "span" and (colour := _colour(given.get("class", ""))):
            kept["class"] = colour
        return "".join(
            f" {name}={value}" if _BARE.fullmatch(value) else f' {name}="{quoted(value)}"'
            for name, value in kept.items()
        )


def _colour(name: str) -> str:
    """What a class of Pygments' is shown as; the fine differences between its classes are not."""
    found = _CODE.fullmatch(name)
    return _COLOURS.get(name) or (_COLOURS[found[1]] if found else "")
