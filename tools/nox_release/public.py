"""The last release of each package that an index has, with what it requires."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement
from packaging.version import Version

from nox_release.archive import Unsound, read_sdist, read_wheel
from nox_release.index.target import Published, PublishedFile, Target
from nox_release.prefixes import Release
from nox_release.process import in_parallel
from nox_release.requirements import parsed

_SIDE_BY_SIDE = 16
"""Projects asked for at a time: an index answers slowly, and many at once."""
_TELLS_ALL = Version("2.2")
"""Metadata version from which an sdist says which of its fields a build may still change (PEP 643)."""


def last_releases(target: Target, names: Iterable[str]) -> dict[str, Release]:
    """Return the last release of each of *names*; nothing of those that have none.

    :raises Blocked: where the index cannot be read, so that nothing is known.
    """

    def ask(name: str) -> Release | None:
        published = target.project(name)
        version = published.last() if published else None
        return release(target, published, version) if published and version else None

    found = dict(in_parallel(ask, sorted(names), _SIDE_BY_SIDE))
    return {name: found[name] for name in sorted(found) if found[name]}  # type: ignore[misc]  # those are releases


def release(target: Target, published: Published, version: Version) -> Release:
    """Return one release with what its metadata says that it requires.

    Its METADATA are read where the index serves them (PEP 658), else a file of it.
    """
    files = [file for file in published.releases[version] if not file.yanked]
    best = min(files, key=lambda file: (file.is_sdist, file.described is None, file.size or 0, file.filename))
    metadata = _metadata(target, best)
    if metadata is None:
        return Release(published.name, str(version), None, best.requires_python)
    requires = tuple(str(text) for text in metadata.get_all("Requires-Dist", []))
    return Release(
        published.name,
        str(version),
        requires if _told(metadata, requires, best.is_sdist) else None,
        str(metadata.get("Requires-Python") or best.requires_python),
    )


def _metadata(target: Target, file: PublishedFile) -> Message | None:
    """None where the file is not one that can be read."""
    if file.metadata is not None:
        return _parse(target.fetch(file.metadata))
    path = target.fetch(file)
    try:
        return (read_sdist if file.is_sdist else read_wheel)(path).metadata
    except Unsound:
        return None


def _parse(path: Path) -> Message:
    with path.open("rb") as file:
        return BytesHeaderParser().parse(file)


def _told(metadata: Message, requires: tuple[str, ...], is_sdist: bool) -> bool:
    """Whether *requires* is all that it requires: old sdists only say that once they are built."""
    try:
        for text in requires:
            parsed(text)
    except InvalidRequirement:
        return False
    dynamic = {str(field).lower() for field in metadata.get_all("Dynamic", [])}
    whole = Version(str(metadata.get("Metadata-Version", "1.0"))) >= _TELLS_ALL and "requires-dist" not in dynamic
    return whole or not is_sdist
