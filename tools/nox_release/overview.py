"""Gathers what workspace, tags, dist/ and index say of packages: for `nox -s status` and `nox -s doctor`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_name

from nox_release import changelog
from nox_release.approval import Statement, statement
from nox_release.chain import Chain
from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.inquiry import Inquire, inquire
from nox_release.manifest import Manifest, read_manifest
from nox_release.plan import Plan, Planned
from nox_release.project import Source, changelog_of
from nox_release.repository import Repository
from nox_release.requirements import parsed
from nox_release.source import Git
from nox_release.standing import Shelf, Standing
from nox_release.tagging import Tags
from nox_release.waves import Publisher, publisher, waves
from nox_release.work import SurveyAnswer, SurveyOrder
from nox_release.workspace import discover
from nox_release.yank import Withdrawal

RemoteTags = tuple[Mapping[str, str], str]
"""The tags of the remote → their commits, and why they cannot be read; empty where they can."""


@dataclass(frozen=True)
class Overview:
    """What one command looks at; nothing is built and nothing is changed."""

    chain: Chain
    plan: Plan
    repository: Repository
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    inquire: Inquire = inquire
    """Has a worker look."""

    there: RemoteTags | None = None
    """The tags of the remote, where it was asked already."""

    def standings(self) -> tuple[Standing, ...]:
        """Return where every target of the plan stands."""
        return self.surveyed()[0]

    def surveyed(self, *, credentials: bool = False) -> tuple[tuple[Standing, ...], SurveyAnswer]:
        """Return the same, with all that the worker said.

        :param credentials: whether it is to look for them, too.
        """
        answer = self._survey(credentials=credentials)
        return tuple(self._standing(planned, answer) for planned in self.plan.targets), answer

    def new(self, standings: Iterable[Standing]) -> tuple[tuple[str, ...], ...]:
        """Return the packages that the index does not know, in the waves that its quota allows."""
        names = [item.name for item in standings if not item.shelf.exists and not item.shelf.problem]
        edges = {planned.name: planned.siblings for planned in self.plan.packages}
        return waves(names, edges, self.chain.config.new_project_quota)

    def publisher(self) -> Publisher | None:
        """Return what a trusted publisher has to be told; None where the remote is on no host that PyPI trusts."""
        config = self.chain.config
        try:
            url = self.chain.git("remote", "get-url", config.remote).strip()
        except Blocked:
            return None
        return publisher(url, config.publisher_workflow, config.release_environment)

    def withdrawal(self, version: str) -> tuple[Withdrawal, ...]:
        """Return what bears on yanking *version* of each target.

        Whose last release is read follows from what the workspace says now: a package that needed it once and does
        not any more is not looked at.
        """
        workspace = discover(self.chain.snapshot, self.chain.git, self.chain.config)
        found = []
        for planned in self.plan.targets:
            dependents = tuple(
                name
                for name, package in sorted(workspace.packages.items())
                if not package.private
                and planned.name
                in {canonicalize_name(parsed(text).name) for text in workspace.sibling_requires(package)}
            )
            answer = self._survey(withdrawn=planned.name, dependents=dependents)
            found.append(Withdrawal(planned.name, version, answer.releases, answer.dependents))
        return tuple(found)

    def _survey(
        self, *, credentials: bool = False, withdrawn: str = "", dependents: tuple[str, ...] = ()
    ) -> SurveyAnswer:
        targets = self.plan.targets

        def order(answer: Path) -> SurveyOrder:
            owned = tuple(item.name for item in targets if self.chain.config.for_package(item.name).required_owners)
            names = {item.name: item.version for item in targets}
            return SurveyOrder(
                self.chain.root, self.repository, names, answer, owned, withdrawn, dependents, credentials
            )

        return self.inquire("survey", order, SurveyAnswer, self.chain.store, self.environ)

    def _standing(self, planned: Planned, answer: SurveyAnswer) -> Standing:
        chain, settings = self.chain, self.chain.config.for_package(planned.name)
        tag, (remote, problem) = chain.config.tag(planned.name, planned.version), self._remote_tags
        manifest = read_manifest(chain.store.dist / planned.name)
        proven = manifest is not None and manifest.source == planned.source
        local, there = self._tags.get(tag, ""), remote.get(tag, "")
        return Standing(
            planned.name,
            planned.version,
            commit=self.plan.commit,
            changelog=self._dated(planned),
            tag=tag,
            local=local,
            remote=there,
            remote_name=chain.config.remote,
            remote_unknown=problem,
            changed=self._changed(local or there, planned),
            built=self._built(planned, manifest),
            proven=proven,
            built_commit=manifest.commit if manifest else "",
            approved=self._approved(manifest) if manifest and proven else (),
            required_owners=settings.required_owners,
            owners_accepted=bool(chain.config.owners_unknown.get(self.repository.upload_url)),
            shelf=answer.shelves.get(planned.name, Shelf(problem="the index was not asked")),
        )

    @cached_property
    def _tags(self) -> Mapping[str, str]:
        return self.chain.git.tags()

    @cached_property
    def _remote_tags(self) -> RemoteTags:
        return self.there or remote_tags(self.chain.git, self.chain.config.remote)

    @cached_property
    def _statements(self) -> tuple[Statement, ...]:
        with contextlib.suppress(Blocked):  # signatures, and nobody who may sign is committed: then nothing counts
            return self.chain.approvals.approved()
        return ()

    def _approved(self, manifest: Manifest) -> tuple[str, ...]:
        """The packages that were approved together with this one, for this index, byte for byte."""
        index = self.repository.upload_url
        (release,) = statement([manifest], index).releases
        covering = [item for item in self._statements if item.index == index and release in item.releases]
        # The narrowest: the fewer packages, the less there is to be changed since.
        return min((tuple(other.name for other in item.releases) for item in covering), key=len, default=())

    def _built(self, planned: Planned, manifest: Manifest | None) -> dict[str, str]:
        """Files of this version in dist/, with what they hash to now."""
        named = {item.filename for item in manifest.artifacts} if manifest else set()
        folder = self.chain.store.dist / planned.name
        stem = f"{planned.name.replace('-', '_')}-{planned.version}"
        return {
            path.name: sha256(path)
            for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
            if path.name.endswith((".whl", ".tar.gz"))
            and (path.name in named or path.name.lower().startswith((f"{stem}-", f"{stem}.tar")))
            and (manifest is None or manifest.version == planned.version)
        }

    def _changed(self, tagged: str, planned: Planned) -> bool:
        """Whether the package's folder differs from the tagged one; False where git here lacks the tagged commit."""
        directory, snapshot = planned.package.directory, self.chain.snapshot
        then = self.chain.git.folder_at(tagged, directory, snapshot.prefix) if tagged else ""
        return bool(then) and then != snapshot.folders.get(directory, "")

    def _dated(self, planned: Planned) -> str:
        directory, snapshot = planned.package.directory, self.chain.snapshot
        start = "" if directory == "." else f"{directory}/"

        def read(path: str) -> bytes | None:
            entry = snapshot.files.get(start + path)
            return None if entry is None else self.chain.git.blob(entry.oid)

        try:
            found = changelog_of(Source(directory, read), snapshot.below(directory))
        except Blocked:  # lint-metadata tells what is wrong with it
            return ""
        entry = changelog.entry_for(changelog.parse(found.text), planned.version) if found else None
        return entry.date if entry else ""


def remote_tags(git: Git, remote: str) -> RemoteTags:
    """Ask the remote for its tags."""
    try:
        return Tags(git, remote).on_remote(), ""
    except Blocked as error:
        return {}, error.message
