"""Sets the version of a package wherever its source states it, and its requirements on siblings.

Nothing here knows the formats of files. What may be the version is a piece of text in a file that was read for the
metadata; it is replaced, and the same readers that the rest of the house trusts are asked again. The replacement that
makes them say the new version, and nothing else that is new, is the right one: so quotes, comments, line ends and the
layout stay as they are, in every format that can be read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.errors import Blocked
from nox_release.metadata import Read, read_package
from nox_release.model import Package
from nox_release.prepare import floors
from nox_release.project.document import Source
from nox_release.project.legacy import legacy
from nox_release.project.stated import Statement, statements
from nox_release.requirements import parsed

_TOKEN = re.compile(r"(?<![\w.+!-])[vV]?(\d+(?:[.!+_-]?[A-Za-z0-9])*+)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_PROSE = (".md", ".rst", ".txt")


@dataclass(frozen=True)
class Draft:
    """The files of a workspace with those that are to be changed."""

    read: Read
    """What is there, by the path below the workspace."""
    changed: Mapping[str, bytes | None] = field(default_factory=dict)
    """Path → what it is to hold; None: it is to go."""

    def __call__(self, path: str) -> bytes | None:
        """Return what *path* is to hold."""
        return self.changed[path] if path in self.changed else self.read(path)

    def with_file(self, path: str, text: str) -> Draft:
        """Return a draft where *path* holds *text*."""
        return self.with_files({path: _bytes(text)})

    def with_files(self, files: Mapping[str, bytes | None]) -> Draft:
        """Return a draft with *files* as they are to be."""
        return Draft(self.read, {**self.changed, **files})


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def set_version(draft: Draft, package: Package, files: Sequence[str], version: Version) -> Draft:
    """Return *draft* with *version* as the version of *package* wherever its source states one.

    :param files: the tracked files of the package, relative to its folder.
    :raises Blocked: where it is computed, so that no text can be changed to set it.
    """
    if package.version is not None and Version(package.version) != version:
        draft = _in_metadata(draft, package, Version(package.version), version)
    tried: set[tuple[str, str]] = set()
    while wrong := [each for each in _statements(draft, package, files) if _differs(each, version, tried)]:
        draft = _in_statement(draft, package, files, wrong[0], version)
        tried.add((wrong[0].where, wrong[0].what))
    return draft


def unstated(draft: Draft, package: Package, files: Sequence[str], version: Version) -> tuple[Statement, ...]:
    """Return the statements that still say another version."""
    return tuple(each for each in _statements(draft, package, files) if _differs(each, version, set()))


def _differs(statement: Statement, version: Version, tried: set[tuple[str, str]]) -> bool:
    said = _version(statement.version)
    return said is not None and said != version and (statement.where, statement.what) not in tried


def _statements(draft: Draft, package: Package, files: Sequence[str]) -> tuple[Statement, ...]:
    def read(path: str) -> bytes | None:
        return draft(posixpath.normpath(posixpath.join(package.directory, path)))

    source = Source(package.directory, read)
    return statements(package.name, files, source, source.toml("pyproject.toml") or {}, legacy(source))


def _in_metadata(draft: Draft, package: Package, old: Version, new: Version) -> Draft:
    looked: dict[str, None] = {}

    def noting(path: str) -> bytes | None:
        looked[path] = None
        return draft(path)

    read_package(package.directory, noting)
    # What is only read for the description of a project is tried last.
    for path in sorted(looked, key=lambda path: path.endswith(_PROSE)):
        data = draft(path)
        for text in _replacements(_text(data), old, new) if data else ():
            if _says(tried := draft.with_file(path, text), package, new):
                return tried
    raise Blocked(
        f"{package.name}: no file states {old} so that it can be changed; it is computed",
        f"set the version to {new} by hand, and run the command again for the rest",
    )


def _says(draft: Draft, package: Package, version: Version) -> bool:
    try:
        found = read_package(package.directory, draft)
    except Blocked:
        return False
    return found is not None and found.name == package.name and found.version == str(version)


def _in_statement(
    draft: Draft, package: Package, files: Sequence[str], statement: Statement, version: Version
) -> Draft:
    """Return *draft* with *statement* saying *version*, and as it is where no change of one place makes it so."""
    name, _, line = statement.where.rpartition(":")
    name, line = (name, line) if line.isdecimal() else (statement.where, "1")
    path = posixpath.normpath(posixpath.join(package.directory, name))
    text = _text(draft(path) or b"")
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    old = Version(statement.version)
    before = len(unstated(draft, package, files, version))
    for tried in _replacements(text, old, version, starts[min(int(line), len(starts)) - 1]):
        changed = draft.with_file(path, tried)
        try:
            agrees = len(unstated(changed, package, files, version)) < before
        except Blocked:
            continue
        if agrees and (package.version is None or _says(changed, package, version)):
            return changed
    return draft


def _replacements(text: str, old: Version, new: Version, near: int = 0) -> Iterator[str]:
    """Yield *text* with one place that has *old* having *new*: those behind *near* first."""
    found = [each for each in _TOKEN.finditer(text) if _version(each[1]) == old]
    for each in sorted(found, key=lambda each: each.start() < near):
        yield f"{text[: each.start(1)]}{new}{text[each.end(1) :]}"


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return None


def let_in(draft: Draft, package: Package, sibling: str, version: Version) -> tuple[Draft, tuple[str, ...]]:
    """Return *draft* with the requirements of *package* on *sibling* letting in *version*, and those that still do not.

    Whatever admits the version stays.
    """
    looked: dict[str, None] = {}

    def noting(path: str) -> bytes | None:
        looked[path] = None
        return draft(path)

    before = _requires(read_package(package.directory, noting), sibling)
    if all(floors.admits(text, version) for text in before[0]):
        return draft, ()
    tried = draft
    for path in looked:
        old = "" if path.endswith((".md", ".rst")) else _text(draft(path) or b"")
        if (new := floors.followed(old, sibling, version)) != old:
            tried = tried.with_file(path, new)
    after = _requires(read_package(package.directory, tried), sibling)
    left = tuple(text for text in after[0] if not floors.admits(text, version))
    return (tried, left) if before[1] == after[1] else (draft, before[0])


def _requires(package: Package | None, sibling: str) -> tuple[tuple[str, ...], object]:
    """Return the requirements on *sibling*, and all that must not change with them."""
    if package is None:
        return (), None
    texts = [("", text) for text in package.requires]
    texts += [(extra, text) for extra, more in package.extras.items() for text in more]
    ours = tuple(text for _, text in texts if canonicalize_name(parsed(text).name) == sibling)
    return ours, (package.name, package.version, [each for each in texts if each[1] not in ours])
