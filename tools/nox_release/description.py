"""Whether an index can render a description, with the library that it renders with."""

from __future__ import annotations

import io
import re
from email.message import EmailMessage

TYPES = ("text/markdown", "text/x-rst", "text/plain")
"""What a description may be."""
_REPORT = re.compile(r"<string>:(\d*): \(\w+/\d\) (.*)")  # how docutils words what it found
_MAYBE_NOTHING = re.compile(r"\s*(\[(?:\\.|[^\[\]\\])*\]:|\Z)", re.DOTALL)
"""Of all Markdown only link definitions render as nothing; what begins with anything else renders as something."""


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """Return media type and parameters of a Description-Content-Type; the type is empty where there is none."""
    message = EmailMessage()
    try:
        message["Content-Type"] = value
        found, parameters = message.get_content_type(), dict(message["Content-Type"].params)
    except (ValueError, IndexError):  # its parser has holes
        return "", {}
    # What cannot be read counts as text/plain there.
    return (found, parameters) if found in value.lower() else ("", parameters)


def fault(text: str, kind: str, variant: str = "GFM") -> str | None:
    """Return why *text* does not render as *kind*, None where it does.

    Any Markdown and any plain text renders. The libraries are large, and loaded where they are needed.

    :param kind: one of :data:`TYPES`.
    """
    if kind == "text/x-rst":
        return _rst_fault(text)
    if kind == "text/markdown" and _MAYBE_NOTHING.match(text):
        from readme_renderer import markdown

        if markdown.render(text, variant=variant) is None:
            return "nothing is left of it when rendered"
    return None


def rendered(text: str, kind: str, variant: str = "GFM") -> str:
    """Return the HTML that an index shows for *text*, cleaned and coloured by the same library; empty: it shows none.

    :param kind: one of :data:`TYPES`.
    """
    from readme_renderer import markdown, rst, txt

    if kind == "text/markdown":
        return markdown.render(text, variant=variant) or ""
    if kind == "text/plain":
        return txt.render(text) or ""
    try:
        return rst.render(text, stream=io.StringIO()) or ""
    except Exception:  # see _rst_fault
        return ""


def _rst_fault(text: str) -> str | None:
    from readme_renderer import rst

    said = io.StringIO()
    try:
        if rst.render(text, stream=said) is not None:
            return None
    except Exception as error:  # docutils does not foresee everything, and then the index stops, too
        return f"docutils stops at it: {type(error).__name__}: {error}"
    if report := _REPORT.search(said.getvalue()):
        line, message = report.groups()
        return f"line {line}: {message}" if line else message
    return "nothing is left of it when rendered"
