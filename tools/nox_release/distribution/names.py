"""What names of members say on the systems on which they are unpacked, and code that an index does not take."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Sequence

from nox_release.distribution.faults import Faults
from nox_release.distribution.model import FaultKind

SCANNED = 5 << 20
"""Bytes of the largest source file whose content PyPI scans."""
# Written in parts: this file is itself scanned when it is published.
_PYARMOR = b"__pyarmor"
_HOOKS = (b"__(__name__, __file__,", b"_enter__", b"_exit__", b"_assert__", b"_bcc__")
_SOURCEDEFENDER = tuple(b"---" + word + b" PYE FILE---" for word in (b"BEGIN", b"END"))


class Names:
    """The names of an archive's files, as they come."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._folded: dict[str, str] = {}
        self._names: set[str] = set()

    def add(self, name: str) -> None:
        """Take a file's name, and note what is wrong with it."""
        folded = name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
        other = self._folded.setdefault(folded, name)
        if name in self._names:
            self._faults.add(FaultKind.REPEATED, name, "it is there twice")
        elif other != name:
            self._faults.add(FaultKind.COLLISION, name, f"it is {other} where case does not count")
        self._names.add(name)
        check_path(name, self._faults)

    def all(self) -> frozenset[str]:
        """Return them."""
        return frozenset(self._names)


def check_path(name: str, faults: Faults) -> None:
    """Note where *name* leads out of the folder that it is unpacked to, on any system."""
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or name[1:2] == ":":
        faults.add(FaultKind.UNSAFE_PATH, name, "the path is absolute, goes up, or has a backslash or drive")


def common(folders: Sequence[str] | None, name: str) -> Sequence[str]:
    """Return how *name* begins as *folders* does; None stands for the names before the first."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/"):
        parts = ["", *parts]
    if folders is None:
        return parts
    return [part for part, _ in _while_equal(folders, parts)]


def folder(folders: Sequence[str] | None) -> str:
    """Return the path that all names have in common; empty where it is none that a member can have."""
    path = "/".join(folders or ())
    return path if path.isprintable() and not path.startswith("/") else ""


def _while_equal(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for pair in zip(left, right, strict=False):
        if pair[0] != pair[1]:
            break
        pairs.append(pair)
    return pairs


def scans(name: str, size: int) -> bool:
    """Whether PyPI scans the content of a file."""
    return size <= SCANNED and posixpath.splitext(name)[1].lower() in (".py", ".pye")


def obfuscator(content: bytes) -> str:
    """Return what made source code unreadable; empty where nothing did."""
    if _PYARMOR in content and any(_PYARMOR + hook in content for hook in _HOOKS):
        return "PyArmor"
    if _SOURCEDEFENDER[0] in content and _SOURCEDEFENDER[1] in content:
        return "SourceDefender"
    return ""
