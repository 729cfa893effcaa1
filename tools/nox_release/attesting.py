"""Attestations of one package in publish: made before its first byte is sent, looked for after its last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nox_release.errors import Blocked
from nox_release.index.patient import Reads
from nox_release.index.simple import wait_until
from nox_release.model import Artifact
from nox_release.provenance.policy import REQUIRED
from nox_release.work import Job

if TYPE_CHECKING:
    from nox_release.provenance.attestation import Attached, Attesting


def attest(
    job: Job, attesting: Attesting | None, without: str, reader: Reads, files: Sequence[tuple[Artifact, Path]]
) -> tuple[Attached | None, str]:
    """Attest those of *files* that are still to be sent, or return why nothing is attested.

    :param without: why nothing can be.
    :raises Blocked: where an attestation is wanted and cannot be had.
    """
    why = job.settings.attestation_exempt or without
    if attesting is None or why:
        if job.order.config.attestations == REQUIRED and not job.settings.attestation_exempt:
            raise Blocked(f"attestations are required, and there are none: {why}", 'attestation-exempt = "the reason"')
        return None, why
    there = reader.files(job.planned.name)
    return attesting.attached([one for one in files if one[0].filename not in there], job.folder), ""


def unshown(
    name: str, version: str, attesting: Attesting, attached: Attached, artifacts: Sequence[Artifact]
) -> Mapping[str, str]:
    """Return the files of which the index does not show a good attestation → what it shows."""
    missed: dict[str, str] = {}

    def shown() -> bool:
        missed.clear()
        missed.update(attesting.missed(name, version, artifacts, attached))
        return not missed

    wait_until(shown, attesting.patience if attached.made else 0.0, 1.0)
    return missed
