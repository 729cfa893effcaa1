"""What must not leave the house, found in a stream of bytes: secrets, and folders of the machine that built."""

from __future__ import annotations

import fnmatch
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pattern:
    """One kind of thing that is looked for."""

    kind: str
    """What it is called, with its article."""
    marker: bytes
    """A part of everything that matches; looked for first, for it is found fast."""
    regex: re.Pattern[bytes]
    """Its last group, if it has one, is the secret part."""


@dataclass(frozen=True)
class Leak:
    """Something that was found; never the thing itself."""

    kind: str
    path: str
    line: int
    """From 1; 0 where the file is no text, or its name alone tells."""

    @property
    def where(self) -> str:
        """The place, as a finding tells it."""
        return f"{self.path}:{self.line}" if self.line else self.path


def _pattern(kind: str, marker: str, regex: str) -> Pattern:
    return Pattern(kind, marker.encode(), re.compile(regex.encode()))


SECRETS = (
    # A header alone is in every parser of keys; it takes a body to be a key.
    _pattern(
        "a private key",
        "PRIVATE KEY",
        r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[\s\S]){0,200}?([A-Za-z0-9+/]{40})",
    ),
    _pattern("a PyPI token", "pypi-AgE", r"(pypi-AgE[A-Za-z0-9_-]{60,})"),
    *(
        _pattern("a GitHub token", f"gh{letter}_", rf"(?<![A-Za-z0-9_])gh{letter}_([A-Za-z0-9]{{36}})")
        for letter in "pousr"
    ),
    _pattern("a GitHub token", "github_pat_", r"github_pat_([A-Za-z0-9_]{60,})"),
    *(
        _pattern("an AWS access key", start, rf"(?<![A-Za-z0-9+/]){start}([A-Z2-7]{{16}})(?![A-Za-z0-9+/])")
        for start in ("AKIA", "ASIA")
    ),
    _pattern("an Azure storage key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    _pattern("an Azure access key", "SharedAccessKey=", r"SharedAccessKey=([A-Za-z0-9+/]{43}=)"),
    _pattern("a Slack token", "xox", r"xox[abposr]-([0-9]{8,}-[0-9A-Za-z-]{20,})"),
)
"""Secrets that are told by their own form, which their issuers chose so that they can be found."""

# Keys that are published on purpose, for emulators that run on loopback.
_PUBLIC = (
    b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
    b"C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2",
)
_PLACEHOLDER = re.compile(rb"(?i)example|fake|dummy|sample|(.)\1{5}")

_BY_NAME = {
    "a file of environment variables": (".env", ".env.local", ".env.production"),
    "credentials of an upload": (".pypirc",),
    "a file of passwords": (".netrc", "_netrc", ".git-credentials", ".htpasswd"),
    "a private key": ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.pfx", "*.p12"),
}


def by_name(path: str) -> str:
    """Return what a file is by its name, if that alone makes it a secret; else nothing."""
    name = path.rpartition("/")[2].lower()
    for kind, globs in _BY_NAME.items():
        if any(fnmatch.fnmatchcase(name, glob) for glob in globs):
            return kind
    return ""


SCRATCH = "nox-release-"
"""What the names of the folders that builds work in begin with."""


def folders(*more: Path) -> tuple[Pattern, ...]:
    """Patterns of the folders that builds of this machine work in, and of *more*."""
    named = [f"{Path(tempfile.gettempdir()).absolute()}/{SCRATCH}", *(f"{path.absolute()}/" for path in more)]
    return tuple(_pattern("the folder of the build", name, re.escape(name)) for name in named if len(name) > 3)


HOME = "a home folder"
HOMES = (
    _pattern(HOME, "/home/", r"(?<![A-Za-z0-9_.\\-])/home/[A-Za-z0-9_.-]+/"),
    _pattern(HOME, "/root/", r"(?<![A-Za-z0-9_.\\-])/root/"),
    _pattern(HOME, "/Users/", r"(?<![A-Za-z0-9_.\\-])/Users/[A-Za-z0-9_.-]+/"),
    _pattern(HOME, ":\\", r"[A-Za-z]:\\{1,2}Users\\{1,2}[A-Za-z0-9_.-]+\\"),
)
"""Folders of whoever built; looked for only in what a build writes, for documentation is full of them."""

_OVERLAP = 512
"""Bytes of a piece that are looked at again with the next; no pattern is longer."""


def search(pieces: Iterable[bytes], patterns: Sequence[Pattern]) -> Iterator[tuple[str, int]]:
    """Yield the kind and the line of every match in one pass over *pieces*, each once."""
    seen: set[tuple[str, int]] = set()
    rest, line, start = b"", 1, 0
    for piece in pieces:
        window = rest + piece
        for pattern in patterns:
            if pattern.marker not in window:
                continue
            for match in pattern.regex.finditer(window):
                place = (pattern.kind, start + match.start())
                if place not in seen and not _harmless(match):
                    seen.add(place)
                    yield pattern.kind, line + window.count(b"\n", 0, match.start())
        cut = max(0, len(window) - _OVERLAP)
        line, start, rest = line + window.count(b"\n", 0, cut), start + cut, window[cut:]


def _harmless(match: re.Match[bytes]) -> bool:
    """Whether a match is a placeholder, or a key that everybody knows."""
    if not match.re.groups:
        return False
    secret = match[match.re.groups]
    return secret.startswith(_PUBLIC) or len(set(secret)) < 8 or _PLACEHOLDER.search(secret) is not None
