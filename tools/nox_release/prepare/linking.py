"""The link definitions at the bottom of a changelog, as Keep a Changelog has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.version import InvalidVersion, Version

from nox_release.changelog import Entry, blocks
from nox_release.prepare.lines import Lines

_REFERENCE = re.compile(r"(?P<before> {0,3}\[(?P<label>[^\]]+)\]:[ \t]*<?)(?P<url>[^\s>]+)(?P<rest>.*)")
_RANGE = re.compile(r"(?P<start>.*/compare/)(?P<since>[^/]+?)(?P<dots>\.{2,3})(?P<until>[^/]+)")


def linked(page: Lines, version: Version, entries: Sequence[Entry]) -> Lines:
    """Return *page* with the link definitions at its bottom as Keep a Changelog has them.

    What compares the last release with HEAD compares this one, and a definition for this one stands below it.
    """
    hidden = {n for kind, first, last in blocks(page.lines) if kind != "heading" for n in range(first, last + 1)}
    found = [(n, link) for n, line in enumerate(page.lines) if n not in hidden and (link := _REFERENCE.fullmatch(line))]
    if any(_version(link["label"]) == version for _, link in found):
        return page
    for at, link in found:
        span = _RANGE.fullmatch(link["url"])
        if link["label"].lower() != "unreleased" or span is None:
            continue
        for entry in entries:
            if entry.version in span["since"] and _version(entry.version) != version:
                tag = span["since"].replace(entry.version, str(version))
                label = f"v{version}" if f"[v{entry.version}]" in entry.heading else str(version)
                own = f"{span['start']}{span['since']}{span['dots']}{tag}"
                page = page.with_line(
                    at, f"{link['before']}{span['start']}{tag}{span['dots']}{span['until']}{link['rest']}"
                )
                closing = ">" if link["before"].endswith("<") else ""
                before = link["before"].replace(f"[{link['label']}]", f"[{label}]")
                return page.inserted(at + 1, (f"{before}{own}{closing}",))
    return page


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return None
