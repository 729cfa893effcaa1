"""Where the text of a describing file has what was read from it."""

from __future__ import annotations

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_LISTS = re.compile(
    r"^[ \t]*(?:\[project\]|dependencies|install_requires|requires-dist|\[tool\.poetry\])", re.MULTILINE
)
_QUOTED = re.compile(r""""([^"\n]*)"|'([^'\n]*)'""")


def requirement_line(requirement: Requirement, text: str) -> int:
    """Return the line of *text* that has *requirement*, from 1; 0 where none does.

    The line with the very requirement if there is one, else the first that speaks of its name.
    """
    start = found.start() if (found := _LISTS.search(text)) else 0  # behind the requirements of the build
    name, wanted, near = canonicalize_name(requirement.name), str(requirement), 0
    for number, line in enumerate(text[start:].split("\n"), text.count("\n", 0, start) + 1):
        if name not in canonicalize_name(line):
            continue
        for written in (*(one or other for one, other in _QUOTED.findall(line)), line.strip().rstrip(",")):
            if (parsed := _requirement(written)) is None or canonicalize_name(parsed.name) != name:
                continue
            if str(parsed) == wanted:
                return number
            near = near or number
    return near


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None
