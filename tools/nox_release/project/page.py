"""The README as PyPI shows it, and where it links to."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from urllib.parse import unquote

from nox_release.project.document import Document

_REPORT = re.compile(r"<string>:(\d*): \(\w+/\d\) (.*)")  # how docutils words what it found
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
# The cleaned HTML has every `<` of a text escaped, and every attribute in double quotes.
_TAG = re.compile(r"""<(\w+)((?: [\w-]+="[^"]*+")++)""")
_ATTRIBUTE = re.compile(r""" (id|href|src)="([^"]*)\"""")
_HEADING = "user-content-"
"""What readme_renderer puts before the ids of headings, and before the links to them."""
# What may stand before an address, and an address, in Markdown, HTML and reStructuredText.
_WORD = re.compile(r"""([(<"'=:][ \t]*+)?([^\s()<>"'=`\[\]]++)""")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True)
class Link:
    """An address in the page."""

    address: str
    image: bool
    line: int
    """Where the source has it, from 1; 0 where it cannot be found there."""


@dataclass(frozen=True)
class Page:
    """A README, rendered."""

    html: str
    """Empty where it does not render, or is not rendered."""
    line: int = 0
    """Where the renderer stumbled, from 1."""
    message: str = ""
    """What it said; empty where it rendered."""
    source: str = ""

    @cached_property
    def _attributes(self) -> tuple[tuple[str, str, str], ...]:
        """Tag, name and value of every ``id``, ``href`` and ``src``, each once."""
        found = (
            (tag[1], name, unescape(value).strip())
            for tag in _TAG.finditer(self.html)
            for name, value in _ATTRIBUTE.findall(tag[2])
        )
        return tuple(dict.fromkeys(found))

    @cached_property
    def _lines(self) -> Mapping[str, int]:
        """Every word of the source, without its percent signs → the line where it stands, best as an address."""
        words: dict[str, int] = {}
        addresses: dict[str, int] = {}
        fence = ""
        for number, line in enumerate(self.source.split("\n"), 1):
            if mark := _FENCE.match(line):
                fence = "" if fence == mark[1] else fence or mark[1]
            if not fence:
                for before, word in _WORD.findall(line):
                    (addresses if before else words).setdefault(unquote(word), number)
        return {**words, **addresses}

    @property
    def relative(self) -> Iterator[Link]:
        """Links and images that lead to another file from here, each address once."""
        for tag, name, address in self._attributes:
            if name != "id" and address and not address.startswith("#") and not _ELSEWHERE.match(address):
                yield Link(address, tag == "img", self._lines.get(unquote(address), 0))

    @property
    def astray(self) -> Iterator[Link]:
        """Links to a place in the page that is not there, each once."""
        ids = {value.removeprefix(_HEADING) for _, name, value in self._attributes if name == "id"}
        for _, name, address in self._attributes:
            place = unquote(address[1:]).removeprefix(_HEADING)
            if name == "href" and address.startswith("#") and place not in ("", "top") and place not in ids:
                yield Link(f"#{place}", False, self._lines.get(f"#{place}", 0))


def render(readme: Document, kind: str) -> Page:
    """Render *readme* as PyPI does a description of the content type *kind*, reStructuredText where that is empty."""
    if kind in ("text/x-rst", ""):
        from readme_renderer import rst  # docutils takes its time to load

        stream = io.StringIO()
        html = (rst.render(readme.text, stream=stream) or "").strip()
        if not html:
            report = _REPORT.search(stream.getvalue())
            line, message = report.groups() if report else ("", "nothing is left of it when rendered")
            return Page("", int(line or 0), message)
        return Page(html, source=readme.text)
    if kind == "text/markdown":
        from readme_renderer import markdown
        from readme_renderer.clean import clean

        # What markdown.render() does, less the colours of code: they cost ten times as much as all the rest.
        html = (clean(markdown.variants["GFM"](readme.text)) or "").strip()
        return Page(html, message="" if html else "nothing is left of it when rendered", source=readme.text)
    return Page("")
