"""HTML that cannot be broken by what it shows: whatever is not markup of ours is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from nox_release.report.words import visible


class Html(str):
    """Markup, to be written as it is."""

    __slots__ = ()


Child = str | Iterable[str]
_ALONE = frozenset({"meta", "input", "rect", "br"})


def text(value: str) -> Html:
    """Return *value* as text; what is invisible or turns the direction of writing is told by its escape."""
    return Html(visible(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """Return an element.

    :param children: markup, text that will be escaped, or several of both.
    :param attributes: their underscores stand for hyphens, one at the end for nothing; what is None or False is left
        out, what is True has no value.
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _ALONE:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Html:
    """Return markup and escaped text one after the other."""
    return Html("".join(_child(child) for child in children))


def quoted(value: str) -> str:
    """Escape *value* for an attribute in double quotes."""
    return value.replace("&", "&amp;").replace('"', "&quot;")


def source_hash(content: str) -> str:
    """Return what a Content-Security-Policy calls an inline script or style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _child(child: Child) -> str:
    if isinstance(child, Html):
        return child
    return text(child) if isinstance(child, str) else join(child)


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    written = str(value) if isinstance(value, Html | int) else visible(value)
    return f' {name}="{quoted(written)}"'
