"""What ``dist/NAME`` holds: what is built, and, when all of it is proven, what says so."""

from __future__ import annotations

import importlib.metadata

from nox_release import manifest
from nox_release.chain import Chain
from nox_release.model import Evidence, Stage
from nox_release.plan import Planned
from nox_release.proven import BUILDS, Machine
from nox_release.provenance import sbom, statement

PROVING = tuple(stage for stage in Stage if stage is not Stage.PUBLISH)
"""The stages whose evidence makes a release manifest."""


def deliver(chain: Chain, planned: Planned, machine: Machine) -> None:
    """Make ``dist/NAME`` hold what is built and, when all evidence is there, the release manifest.

    Nothing is built: what lies there stays.
    """
    found = {stage: chain.proven.evidence(stage, planned, machine) for stage in PROVING}
    evidence: dict[str, Evidence] = {stage: item for stage, item in found.items() if isinstance(item, Evidence)}
    built = [artifact for stage in BUILDS if stage in evidence for artifact in evidence[stage].artifacts]
    if not built:
        return
    files: dict[str, bytes] = {}
    if len(evidence) == len(PROVING):
        whole = manifest.manifest(evidence, source=planned.source, committed=chain.proven.committed(planned))
        from nox_release.archive import embedded_sboms, read_wheel  # only now is there anything to read

        wheel, version = chain.store.path(built[-1]), importlib.metadata.version("nox-release")
        files = {
            manifest.FILENAME: manifest.text(whole),
            sbom.filename(whole): sbom.sbom(whole, read_wheel(wheel).metadata, embedded_sboms(wheel), version),
            statement.filename(whole): statement.statement(whole, statement.public(chain.remote_url), version),
        }
    chain.store.deliver(planned.name, built, files)
