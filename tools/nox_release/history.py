"""What the target index has already that bears on a release of a package: asked here, judged by its checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.index.target import Published, PublishedFile, Target
from nox_release.model import Artifact
from nox_release.requirements import parsed

LOOK_ALIKES = 24
"""Names that are asked about before a new one; an index's whole list is not downloaded."""


@dataclass(frozen=True)
class Need:
    """A requirement on a package of the workspace, and what could satisfy it."""

    requirement: Requirement
    published: Published | None
    """None: the index knows no such project."""
    planned: bool = False
    """The package is in the plan."""
    version: Version | None = None
    """Its version in the plan; None: not known before it is built."""


@dataclass(frozen=True)
class History:
    """A version that is to be released, beside what the index has."""

    name: str
    version: Version
    index: str
    """What the index is called in messages: its host."""
    now: datetime
    published: Published | None = None
    """None: the index knows no such project, the name is new."""
    artifacts: tuple[Artifact, ...] = ()
    """What is built of this source already; empty where nothing is, as at a first lint."""
    look_alikes: tuple[str, ...] = ()
    """Projects of the index that it would confuse the new name with, as far as they were asked about."""
    asked: tuple[str, ...] = ()
    """The names that were asked about for that."""
    needs: tuple[Need, ...] = ()
    finishes: bool = False
    """This command will build the files, and compare them with the index's before it sends any."""

    @property
    def undecided(self) -> bool:
        """Files of this version are there, and whether they are ours is known only when ours are built."""
        return self.finishes and not self.artifacts and bool(self.release)

    @property
    def release(self) -> tuple[PublishedFile, ...]:
        """The files of this version that the index has."""
        return () if self.published is None else self.published.releases.get(self.version, ())

    @property
    def conflicts(self) -> tuple[PublishedFile, ...]:
        """Files of this version that are in the way: all, or, where an upload is only to be finished, none."""
        ours = {artifact.filename: artifact.sha256 for artifact in self.artifacts}
        differing = [file for file in self.release if ours.get(file.filename, file.sha256) != file.sha256]
        same = [file for file in self.release if file.sha256 and ours.get(file.filename) == file.sha256]
        return tuple(differing) if same else self.release

    @property
    def begun(self) -> bool:
        """Some of the built files are there, the others can follow."""
        return bool(self.release) and not self.conflicts

    @property
    def absent(self) -> tuple[Artifact, ...]:
        """Built files that the index does not have."""
        there = {file.filename for file in self.release}
        return tuple(artifact for artifact in self.artifacts if artifact.filename not in there)

    @property
    def first_upload(self) -> datetime | None:
        """When this version's first file was uploaded; None where the index does not tell."""
        moments = [file.uploaded for file in self.release if file.uploaded is not None]
        return min(moments) if moments and len(moments) == len(self.release) else None


def look(
    target: Target,
    name: str,
    version: Version,
    *,
    index: str,
    now: datetime,
    requirements: Iterable[str] = (),
    planned: Mapping[str, Version | None] | None = None,
    artifacts: tuple[Artifact, ...] = (),
    finishes: bool = False,
) -> tuple[History | None, Blocked | None]:
    """Ask the index, and return what is known, and why not all is.

    One page for the package, one for each sibling that it requires, and for a new name at most
    :data:`LOOK_ALIKES` more.

    :param requirements: those on packages of the workspace (PEP 508).
    :param planned: version of each package of the plan.
    :param finishes: see :attr:`History.finishes`.
    """
    try:
        published = target.project(name)
        if published is not None and artifacts:
            published = _hashed(target, published, version, artifacts)
    except Blocked as error:
        return None, error
    unknown: Blocked | None = None
    needs, alike = [], []
    for requirement in map(parsed, requirements):
        sibling = canonicalize_name(requirement.name)
        try:
            has = target.project(sibling)
        except Blocked as error:
            unknown = unknown or error
            continue
        in_plan = planned or {}
        needs.append(Need(requirement, has, sibling in in_plan, in_plan.get(sibling)))
    asked = list(look_alikes(name)) if published is None else []
    for other in asked:
        try:
            if target.project(other) is not None:
                alike.append(other)
        except Blocked as error:
            unknown = unknown or error
            break
    history = History(
        name, version, index, now, published, artifacts, tuple(alike), tuple(asked), tuple(needs), finishes
    )
    return history, unknown


def _hashed(target: Target, published: Published, version: Version, artifacts: tuple[Artifact, ...]) -> Published:
    """Where the index tells no digest of a file that is called like one of ours, hash what it serves.

    Whether an upload that broke off is to be finished could not be known otherwise.
    """
    ours = {artifact.filename for artifact in artifacts}
    files = tuple(
        replace(file, sha256=sha256(target.fetch(file)))
        if not file.sha256 and file.version == version and file.filename in ours
        else file
        for file in published.files
    )
    return replace(published, files=files)


def told(history: History) -> str:
    """What was learned, and what cannot be, in a sentence for people."""
    if history.published is None:
        return (
            f"{history.index} knows no {history.name}; {len(history.asked)} similar names were asked about, others "
            "and forbidden ones are unknown"
        )
    releases, last = len(history.published.releases), history.published.last()
    known = f"{releases} release{'s' if releases > 1 else ''}, the last {last}" if last else "no release"
    return f"{history.index} has {known}; file names that were deleted there are unknown"


def confusable(name: str) -> str:
    """What PyPI compares of a new name with those that it has (``ultranormalize_name`` of its database)."""
    return canonicalize_name(name).replace("-", "").translate(str.maketrans("lio", "110"))


def look_alikes(name: str) -> Iterator[str]:
    """Yield other names that PyPI takes for *name*, the likeliest first, no more than :data:`LOOK_ALIKES`.

    Hyphens left out, all or one, or put in where a word seems to end; then letters that look like digits.
    """
    name = canonicalize_name(name)
    return islice(dict.fromkeys(other for other in _spelt_otherwise(name) if other != name), LOOK_ALIKES)


def _spelt_otherwise(name: str) -> Iterator[str]:
    words = name.split("-")
    yield "".join(words)
    for place in range(1, len(words)):
        yield "-".join(words[:place]) + "-".join(words[place:])
    yield re.sub(r"(?<=[a-z])(?=\d)", "-", name)
    yield re.sub(r"^(py|python)(?=[a-z])", r"\1-", name)
    yield re.sub(r"(?<=[a-z])(py|python)$", r"-\1", name)
    for one, other in ("0o", "1l", "1i", "l1", "o0", "il", "li", "i1"):
        yield name.replace(one, other)
        for place in (found.start() for found in re.finditer(one, name)):
            yield name[:place] + other + name[place + 1 :]
