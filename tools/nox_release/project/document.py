"""Files of a package as text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nox_release.errors import Blocked

Read = Callable[[str], bytes | None]
"""Gives the bytes of a path relative to the package's folder, which ``..`` may lead out of; None where nothing is."""


@dataclass(frozen=True)
class Document:
    """A text of the package."""

    path: str
    """Relative to the package's folder."""
    text: str
    """Without byte order mark, lines ending in ``\\n``; blank where a declared file is missing."""

    def at(self, pattern: str) -> str:
        """Return the path with the line where the regular expression *pattern* first matches, or the path alone."""
        found = re.search(pattern, self.text, re.MULTILINE)
        return f"{self.path}:{self.text.count(chr(10), 0, found.start()) + 1}" if found else self.path


@dataclass(frozen=True)
class Source:
    """The package's files as text."""

    directory: str
    read: Read

    def text(self, path: str) -> str | None:
        """Return the text of *path*, or None where there is no such file."""
        if (raw := self.read(path)) is None:
            return None
        try:
            return _lines(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Blocked(
                f"{self.directory}/{path}:{line} is not UTF-8 (byte 0x{raw[error.start]:02x})",
                "save the file as UTF-8; `iconv -f LATIN1 -t UTF-8` does it for a file in Latin-1",
            ) from None

    def document(self, path: str) -> Document | None:
        """Return the document *path*, or None where it is empty or there is no such file."""
        text = self.text(path) if path else None
        return None if text is None else Document(path, text)

    def about(self, path: str) -> Document | None:
        """Return the file *path* for looking things up in it: what is no UTF-8 there is another's affair."""
        raw = self.read(path)
        return None if raw is None else Document(path, _lines(raw.decode("utf-8-sig", errors="replace")))

    def toml(self, path: str) -> Mapping[str, object] | None:
        """Return *path* as TOML, or None where there is no such file."""
        if (text := self.text(path)) is None:
            return None
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Blocked(f"{self.directory}/{path} is not TOML: {error}", "correct the file") from error


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
