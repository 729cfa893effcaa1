"""Attestations: a real one, made-up ones, and fakes for the doors around them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pypi_attestations import Attestation, Provenance

from nox_release.errors import Blocked
from nox_release.model import Artifact, Kind
from nox_release.provenance.attestation import PREDICATE
from nox_release.reconcile import Attempt

REAL = Provenance.model_validate_json(
    Path(__file__).with_name("data").joinpath("gcb_attestation_test-0.0.0.tar.gz.provenance.json").read_bytes()
)
"""What PyPI tells of gcb_attestation_test 0.0.0, a test of PyPI's developers; entry 200170367 of Sigstore's log."""
ATTESTATION = REAL.attestation_bundles[0].attestations[0]
PUBLISHER = REAL.attestation_bundles[0].publisher
ATTESTED = Artifact(
    "gcb_attestation_test-0.0.0.tar.gz",
    Kind.SDIST,
    "461317362419124b6012e855423a9078d6de8aed3e74fa78cc74d669b23dc6cf",
    0,
)


def made_up(filename: str, sha256: str, serial: int = 1) -> Attestation:
    """One in the right form that no service has signed."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": filename, "digest": {"sha256": sha256}}],
        "predicateType": PREDICATE,
        "predicate": None,
    }

    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    return Attestation.model_validate(
        {
            "version": 1,
            "verification_material": {
                "certificate": encoded("none"),
                "transparency_entries": [{"logIndex": str(serial)}],
            },
            "envelope": {"statement": encoded(json.dumps(statement)), "signature": encoded("none")},
        }
    )


def holds(attestation: Attestation, artifact: Artifact) -> str:
    """Judge by the statement alone."""
    (subject,) = attestation.statement["subject"]
    same = subject == {"name": artifact.filename, "digest": {"sha256": artifact.sha256}}
    return "" if same else "subject does not match distribution digest"


@dataclass
class FakeSigner:
    """Signs whatever it is given, each time anew, and remembers."""

    signed: list[str] = field(default_factory=list)
    refuses: str = ""
    wrong: bool = False
    """It signs other bytes."""

    def sign(self, paths: Sequence[Path]) -> Sequence[Attestation]:
        if self.refuses:
            raise Blocked(self.refuses)
        self.signed += [path.name for path in paths]
        digests = ["0" * 64 if self.wrong else hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
        serial = len(self.signed)
        return [made_up(path.name, digest, serial) for path, digest in zip(paths, digests, strict=True)]


@dataclass
class FakeIndex:
    """Takes files with their attestations, and shows these."""

    shows: dict[str, list[Any]] = field(default_factory=dict)
    keeps: bool = True
    unreadable: bool = False
    sent: list[str] = field(default_factory=list)

    def upload(self, path: Path, attestations: Sequence[str] = ()) -> Attempt:
        self.sent.append(path.name)
        if self.keeps:
            self.shows[path.name] = [json.loads(Path(item).read_bytes()) for item in attestations]
        return Attempt(200)

    def attestations(self, name: str, version: str, filename: str) -> Sequence[Any]:
        if self.unreadable:
            raise Blocked("the index answers 503 at /integrity/", "a hint")
        return self.shows.get(filename, [])
