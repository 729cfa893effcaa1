"""Gathers what the review page shows from what the stages left: no stage is run, and nothing is asked of an index."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

from nox_release import manifest as release_manifest
from nox_release.approval import Approval, Mode, Statement, differences, manifest_digest, missing, statement
from nox_release.archive import wheel_metadata
from nox_release.chain import Chain
from nox_release.difference import Difference
from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.manifest import Manifest, read_manifest
from nox_release.model import Artifact, Evidence, Kind, Stage
from nox_release.plan import Plan, Planned
from nox_release.proven import BUILDS, Machine
from nox_release.record import from_json
from nox_release.report.review import PROVING, Consent, File, Look, Review, Subject
from nox_release.repository import Repository
from nox_release.submission import read

Differences = Mapping[str, Difference]


@dataclass(frozen=True)
class Reviewing:
    """One look at everything."""

    chain: Chain
    plan: Plan
    repository: Repository
    machine: Machine
    """What the stages worked with: evidence of anything else is of something else."""

    def review(self) -> Review:
        """Return what is known of all targets."""
        subjects = tuple(self._subject(planned) for planned in self.plan.targets)
        return Review(
            subjects,
            self.repository.upload_url,
            commit=self.plan.commit,
            tree=self.plan.tree or self.chain.snapshot.tree,
            uncommitted=self.plan.uncommitted,
            broken=self.plan.broken,
            consent=self._consent(subjects),
            made=self.chain.started,
            tool=metadata.version("nox-release"),
            options=self.chain.arguments.wanted.typed,
        )

    def _subject(self, planned: Planned) -> Subject:
        looks: dict[Stage, Look] = {stage: self._look(stage, planned) for stage in PROVING}
        built = [artifact for stage in BUILDS if (found := looks[stage].evidence) for artifact in found.artifacts]
        wheel = next((artifact for artifact in built if artifact.kind is Kind.WHEEL), None)
        sdist = looks[Stage.BUILD_SDIST].evidence
        changes, unknown, listed = self._changes(looks[Stage.VERIFY_ARTIFACTS].evidence)
        return Subject(
            planned.name,
            (sdist.version if sdist else "") or planned.version,
            planned.package.directory,
            committed=self.chain.proven.committed(planned),
            source=planned.source,
            commit=sdist.facts.get("commit", "") if sdist else "",
            looks=looks,
            files=tuple(File(artifact, self._astray(planned, artifact)) for artifact in built),
            manifest=self._manifest_problem(planned, looks),
            metadata=self._metadata(wheel),
            readme=self._readme(wheel),
            changes=changes,
            unknown_changes=unknown,
            listed=listed,
            narrowed=self.chain.config.for_package(planned.name).select,
            companions=tuple(
                f"{name} {self.plan[name].version}: {self.plan[name].why}"
                for name in planned.siblings
                if not self.plan[name].target
            ),
        )

    def _look(self, stage: Stage, planned: Planned) -> Look:
        found, why = self.chain.proven.recorded(stage, planned, self.machine)
        return Look(found, why, None if found else self.chain.store.last(stage, planned.name))

    def _astray(self, planned: Planned, artifact: Artifact) -> str:
        path = self.chain.store.dist / planned.name / artifact.filename
        if not self.chain.store.holds(artifact):
            return "the store does not have it any more, byte for byte; the stages have to run again"
        if not path.is_file():
            return f"it does not lie in dist/{planned.name}/"
        return "" if sha256(path) == artifact.sha256 else f"what lies in dist/{planned.name}/ has other bytes"

    def _manifest_problem(self, planned: Planned, looks: Mapping[Stage, Look]) -> str:
        found = read_manifest(self.chain.store.dist / planned.name)
        here = f"the release manifest in dist/{planned.name}/"
        if found is None:
            return f"{here} is not there: it is written when all stages have passed"
        if found.source != planned.source:
            return f"{here} is of other source"
        evidence = {stage.value: look.evidence for stage, look in looks.items() if look.evidence}
        if len(evidence) < len(PROVING) or manifest_digest(found) != manifest_digest(self._manifest(planned, evidence)):
            return f"{here} says something else than the evidence"
        return ""

    def _manifest(self, planned: Planned, evidence: Mapping[str, Evidence]) -> Manifest:
        committed = self.chain.proven.committed(planned)
        return release_manifest.manifest(evidence, source=planned.source, committed=committed)

    def _metadata(self, wheel: Artifact | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if wheel is None or not self.chain.store.holds(wheel):
            return ()
        try:
            sent = read(wheel_metadata(self.chain.store.path(wheel)))
        except (zipfile.BadZipFile, OSError, StopIteration, ValueError):  # the stages tell what is wrong with it
            return ()
        return tuple((name, values) for name, values in sent.fields.items() if name != "Description")

    def _readme(self, wheel: Artifact | None) -> str | None:
        if wheel is None:
            return None
        try:
            return self.chain.store.readme(wheel).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def _changes(self, verified: Evidence | None) -> tuple[Differences, str, str]:
        """What changed since the last release, why that is not known, and the file that has it."""
        facts = verified.facts if verified else {}
        if not (listed := facts.get("difference", "")):
            return {}, "", ""
        try:
            path = self.chain.root / listed
            if sha256(path) != facts.get("difference digest"):
                return {}, f"{listed} is not what was recorded: another command wrote over it", ""
            return from_json(Listed, b'{"all": ' + path.read_bytes() + b"}").all, "", listed
        except (OSError, ValueError):
            return {}, f"{listed} cannot be read; only the counts below are known", ""

    def _consent(self, subjects: tuple[Subject, ...]) -> Consent:
        approvals, policy = self.chain.approvals, self.chain.approvals.policy
        whole = [read_manifest(self.chain.store.dist / subject.name) for subject in subjects]
        manifests = [item for item in whole if item is not None]
        proven = bool(subjects) and not self.plan.broken and len(manifests) == len(subjects)
        proven = proven and not any(item.manifest or any(file.problem for file in item.files) for item in subjects)
        wanted = statement(manifests, self.repository.upload_url)
        given: tuple[Approval, ...] = ()
        try:
            given = approvals.every()
            authors = self.chain.git.authors(self.chain.snapshot.commit)
            problem = ""
        except Blocked as error:
            authors, problem = frozenset(), f"{error.message}; {error.hint}"
        here = tuple(item for item in given if proven and item.statement == wanted and item.mode is policy.mode)
        names = {subject.name for subject in subjects}
        return Consent(
            policy.mode.value,
            policy.approvals if policy.mode is Mode.SIGNED else 1,
            wanted.digest if proven else "",
            here,
            missing(policy, wanted, given, authors) if proven and policy.mode is not Mode.ENVIRONMENT else (),
            tuple(
                (item, self._void(item, wanted, policy.mode, proven=proven))
                for item in sorted(given, key=lambda item: item.at, reverse=True)
                if item not in here and names & {release.name for release in item.statement.releases}
            ),
            problem,
        )

    @staticmethod
    def _void(item: Approval, wanted: Statement, mode: Mode, *, proven: bool) -> tuple[str, ...]:
        if not proven:
            return ("not all that this page is about is proven, so nothing can be covered",)
        other = () if item.mode is mode else (f"it was given as {item.mode}, and {mode} is asked for",)
        return (*other, *differences(item.statement, wanted))


@dataclass(frozen=True)
class Listed:
    """What verify-artifacts wrote down of the differences."""

    all: Mapping[str, Difference]
