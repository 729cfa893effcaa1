"""A text as its lines: an edit of one leaves the others, their ends and the byte order mark as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_LINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Lines:
    """A text as its lines with the ends that they have."""

    mark: str
    """The byte order mark, or nothing."""
    lines: tuple[str, ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Lines:
        """Return *text* as its lines."""
        bare = text.removeprefix("\ufeff")
        ends = tuple(_LINE.findall(bare))
        return cls("\ufeff" if bare != text else "", tuple(_LINE.split(bare)), (*ends, ""))

    @property
    def text(self) -> str:
        """All of it."""
        return self.mark + "".join(line + end for line, end in zip(self.lines, self.ends, strict=True))

    def with_line(self, at: int, line: str) -> Lines:
        """Return it with *line* in the place of the one at *at*, from 0."""
        return replace(self, lines=(*self.lines[:at], line, *self.lines[at + 1 :]))

    def inserted(self, at: int, lines: Sequence[str]) -> Lines:
        """Return it with *lines* before the one at *at*, with ends as the others have them."""
        end = next((end for end in self.ends if end), "\n")
        before = at if at < len(self.lines) else at - 1  # the last line has no end, and goes on having none
        ends = (*self.ends[:before], *(end for _ in lines), *self.ends[before:])
        return replace(self, lines=(*self.lines[:at], *lines, *self.lines[at:]), ends=ends)
