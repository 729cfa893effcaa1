"""Who approved which bytes: the statement of exactly what may go out, and whether an approval still covers it.

An approval names every file with its digest, every release manifest and the target index. It is bound to these: one
byte, one file, one target changed, and it covers nothing any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nox_release.manifest import Manifest
from nox_release.model import Artifact, Evidence
from nox_release.record import to_json

SCHEMA = 1
NAMESPACE = "nox-release"
"""Of signatures (``ssh-keygen -Y sign -n``): one made for anything else does not count here."""
_OF_THE_INDEX = "HIS"
"""Beginning of the codes of checks over what the index has already."""


class Mode(StrEnum):
    """How an approval is given."""

    PROMPT = "prompt"
    """A person at a terminal types name and version of every package."""
    SIGNED = "signed"
    """SSH signatures over the statement, checked against the repository's allowed-signers file."""
    ENVIRONMENT = "environment"
    """The gate of the CI (a GitHub environment, an Azure DevOps approval): it cannot see the bytes."""


@dataclass(frozen=True)
class Release:
    """One package of what may go out."""

    name: str
    version: str
    commit: str
    manifest: str
    """Digest of the release manifest, see :func:`manifest_digest`."""
    files: tuple[Artifact, ...]


@dataclass(frozen=True)
class Statement:
    """Exactly what may go out, and where to. Its bytes are what a signature signs."""

    schema: int
    index: str
    """The URL that the files are uploaded to."""
    releases: tuple[Release, ...]
    """In the order of the alphabet: the order of uploads follows from their requirements."""

    @property
    def content(self) -> bytes:
        """The statement as a file: the same statement is the same bytes."""
        return to_json(self).encode() + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of :attr:`content`, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Approval:
    """One approval that was given."""

    statement: Statement
    mode: Mode
    by: str
    """Who: a login at a terminal, a principal of the allowed-signers file, a run of the CI."""
    at: str
    """When (ISO 8601, UTC)."""


def comparable(evidence: Evidence) -> Evidence:
    """Return *evidence* without what differs each time: when and how long, its log, what the index had just then."""
    return replace(
        evidence,
        started=0.0,
        duration=0.0,
        seconds={},
        log="",
        findings=tuple(finding for finding in evidence.findings if not finding.code.startswith(_OF_THE_INDEX)),
        facts={fact: text for fact, text in evidence.facts.items() if fact != "index"},
    )


def manifest_digest(manifest: Manifest) -> str:
    """Digest of what a release manifest says, hexadecimal.

    When and how long a stage ran, where its log lies and the digest of its inputs is left out: a stage that finds
    the same again says the same. So is what the index had at that moment. A release that is half done has changed
    both, its tag and its first file are there, and that has to void nothing; the preflight looks at the index anew.
    """
    evidence = {stage: replace(comparable(item), inputs="") for stage, item in manifest.evidence.items()}
    return hashlib.sha256(to_json(replace(manifest, evidence=evidence)).encode()).hexdigest()


def statement(manifests: Iterable[Manifest], index: str) -> Statement:
    """State that the files of *manifests* may go to *index*."""
    releases = [
        Release(item.name, item.version, item.commit, manifest_digest(item), item.artifacts) for item in manifests
    ]
    return Statement(SCHEMA, index, tuple(sorted(releases, key=lambda release: release.name)))


def differences(approved: Statement, actual: Statement) -> Iterator[str]:
    """Yield, in plain words, everything by which *actual* is not what was approved; silence means that it is."""
    if approved.index != actual.index:
        yield f"it was approved for {approved.index}, not for {actual.index}"
    old, new = ({release.name: release for release in item.releases} for item in (approved, actual))
    for name in sorted(old.keys() - new.keys()):
        yield f"{name} was approved and is not in this plan"
    for name in sorted(new.keys() - old.keys()):
        yield f"{name} {new[name].version} was not approved"
    for name in sorted(old.keys() & new.keys()):
        yield from _release_differences(old[name], new[name])


def _release_differences(old: Release, new: Release) -> Iterator[str]:
    if old.version != new.version:
        yield f"{new.name} was approved at {old.version}, not at {new.version}"
    if old.commit != new.commit:
        yield f"{new.name} was approved as built from {old.commit[:12]}, not from {new.commit[:12]}"
    before, after = ({item.filename: item for item in release.files} for release in (old, new))
    for filename in sorted(before.keys() - after.keys()):
        yield f"{filename} was approved and is not there any more"
    for filename in sorted(after.keys() - before.keys()):
        yield f"{filename} was not approved"
    for filename in sorted(before.keys() & after.keys()):
        if before[filename] != after[filename]:
            yield f"{filename} has other bytes: sha256 {after[filename].sha256}, approved was {before[filename].sha256}"
    if old.manifest != new.manifest and (old.version, old.commit, before) == (new.version, new.commit, after):
        yield f"the release manifest of {new.name} says something else: findings, exemptions, tools or facts changed"


@dataclass(frozen=True)
class Policy:
    """What the repository demands of an approval."""

    mode: Mode = Mode.PROMPT
    approvals: int = 1
    """Different people that have to approve (:attr:`Mode.SIGNED`)."""
    self_approval: bool = True
    """Whether the author of the released commit may be one of them."""


def missing(policy: Policy, actual: Statement, given: Sequence[Approval], authors: frozenset[str]) -> tuple[str, ...]:
    """Return why *actual* is not approved, in plain words; nothing where it is.

    :param given: the approvals that were found and whose signatures are good.
    :param authors: e-mail addresses of the authors of the released commit, lower case.
    """
    usable = [item for item in given if item.mode is policy.mode]
    covering = [item for item in usable if item.statement == actual]
    if not covering:
        if usable:
            newest = max(usable, key=lambda item: item.at)
            return tuple(
                f"the approval by {newest.by} of {newest.at} is void: {why}"
                for why in differences(newest.statement, actual)
            )
        return ("nobody has approved it",)
    people = {item.by for item in covering}
    if not policy.self_approval:
        own = {person for person in people if person.lower() in authors}
        people -= own
        if not people:
            return (f"{', '.join(sorted(own))} wrote the released commit and may not approve it",)
    if len(people) < policy.approvals:
        return (f"{len(people)} of {policy.approvals} approvals: {', '.join(sorted(people))}",)
    return ()
