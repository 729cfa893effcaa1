"""The release manifest: all evidence of one package in one file beside its artifacts.

It is what a person approves, and what publish obeys. Its form is published as JSON Schema in
``manifest.schema.json``; ``schema`` rises when a reader has to know more than before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nox_release.model import Artifact, Evidence
from nox_release.record import from_json, to_json

FILENAME = "release-manifest.json"
SCHEMA = 1


@dataclass(frozen=True)
class Manifest:
    """What is to be published, and why it may be."""

    schema: int
    name: str
    version: str
    commit: str
    """The commit whose tree was built, and whose time is in the artifacts."""
    source: str
    """Digest of the package's source, see :meth:`nox_release.source.Snapshot.digest`."""
    committed: bool
    """False: uncommitted work is in it, and only a rehearsal takes it."""
    artifacts: tuple[Artifact, ...]
    """The files to publish, the sdist first."""
    evidence: Mapping[str, Evidence]
    """Stage → what it found; all passed."""


def manifest(evidence: Mapping[str, Evidence], *, source: str, committed: bool) -> Manifest:
    """Put the evidence of one package together: of every stage before publish, passed.

    :raises KeyError: where a build is missing.
    """
    built = (evidence["build-sdist"], evidence["build-wheel"])
    return Manifest(
        SCHEMA,
        built[1].package,
        built[1].version,
        built[0].facts["commit"],
        source,
        committed,
        tuple(artifact for item in built for artifact in item.artifacts),
        dict(evidence),
    )


def text(value: Manifest) -> bytes:
    """The file's content: the same evidence is the same bytes."""
    return to_json(value).encode() + b"\n"


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest that lies in a folder of ``dist/``; None where none does that can be read."""
    try:
        return from_json(Manifest, (folder / FILENAME).read_bytes())
    except (OSError, ValueError):
        return None
