"""Where a finding is: its ``where`` (a text) → a file of the source, a member of an archive, or neither."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass

_LINE = re.compile(r"(?P<path>.+?):(?P<line>[1-9]\d{0,8})(:\d+)?")
_ARCHIVE = re.compile(r"(?P<archive>[^/:!\s]+\.(?:whl|tar\.gz|zip|egg))(?:(?:: |!/?|/)(?P<member>.+))?", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """Where a finding is."""

    text: str
    """As a person reads it."""
    file: str = ""
    """A file that git has, relative to the workspace; empty where it is none."""
    line: int = 0
    """0: the file as a whole."""
    archive: str = ""
    """File name of an artifact; empty where it is none."""
    member: str = ""
    """Path in the archive."""

    @property
    def key(self) -> tuple[str, int, str]:
        """By file and line."""
        return self.file or self.archive, self.line, self.text


def place(where: str, directory: str, files: Collection[str]) -> Place:
    """Return the place that *where* names, of a package in the folder *directory*.

    What git has tells whether it is a file: a check says `README.md`, `Requires-Dist` or `azure.core` alike.

    :param files: every path that git has, relative to the workspace.
    """
    if found := _ARCHIVE.fullmatch(where):
        archive, member = found["archive"], found["member"] or ""
        return Place(f"{archive}: {member}" if member else archive, archive=archive, member=member)
    found = _LINE.fullmatch(where)
    path, line = (found["path"], int(found["line"])) if found else (where, 0)
    for candidate in (posixpath.normpath(f"{directory}/{path}"), path):
        if candidate in files:
            return Place(f"{candidate}:{line}" if line else candidate, candidate, line)
    return Place(where)
