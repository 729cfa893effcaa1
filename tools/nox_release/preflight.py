"""Looks at all that has a say in whether a candidate may go: the doors behind :mod:`nox_release.checks.preflight`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import requests
from packaging.version import Version

from nox_release import changelog
from nox_release.announcing import where
from nox_release.check import Verdict
from nox_release.checks.preflight import PREFLIGHT, Checkout, Readiness
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.index.credentials import Trusted, find
from nox_release.index.owners import Owners, read_owners
from nox_release.index.session import configured
from nox_release.index.target import Published, Target, TargetIndex
from nox_release.manifest import read_manifest
from nox_release.plan import Plan, Planned
from nox_release.process import in_parallel
from nox_release.project import Source, changelog_of
from nox_release.provenance.policy import REQUIRED, unattested
from nox_release.repository import read_pypirc
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.tagging import Tagged, Tags
from nox_release.work import PreflightAnswer, PreflightOrder

AT_ONCE = 8
"""Packages whose pages are read side by side."""


def preflight(
    order: PreflightOrder,
    git: Git,
    snapshot: Snapshot,
    environ: Mapping[str, str] = os.environ,
    target: Target | None = None,
) -> PreflightAnswer:
    """Look at every package of the plan, and tell all that is wrong with any at once.

    :param target: the index, if not the candidate's own.
    """
    repository = order.candidate.repository
    sections = read_pypirc()
    try:
        found = find(repository, sections, environ)
        credentials, ci = "", found.ci if isinstance(found, Trusted) else ""
        mode = order.config.attestations
        unattestable = unattested(ci, found.source, repository.upload_url, mode) if mode == REQUIRED else ""
    except Blocked as error:
        credentials, unattestable = str(error), ""
    store = Store(order.root)
    index = target or TargetIndex(repository.simple_url, store.root / "downloads", ca=repository.ca)
    verdicts: dict[str, Verdict] = {}
    here, tags = checkout(git, order.plan, order.config, environ), _tags(git, order)
    try:
        with configured(
            requests.Session(), repository.json_url or repository.simple_url, environ, repository.ca
        ) as web:
            names = [planned.name for planned in order.plan.targets]
            seen = dict(in_parallel(lambda name: _look(order, order.plan[name], index, web), names, AT_ONCE))
    finally:
        if isinstance(index, TargetIndex):
            index.close()
    for planned in order.plan.targets:
        look, settings = seen[planned.name], order.config.for_package(planned.name)
        ready = Readiness(
            planned.name,
            planned.version,
            repository.upload_url,
            here,
            look.owners,
            tags[planned.name],
            _last(look.published),
            _there(look.published, planned),
            _built(store, planned),
            *_changelog(git, snapshot, planned),
            unreleased=look.unreleased,
            prereleases=settings.prereleases,
            required_owners=settings.required_owners,
            pages=repository.pages,
            alone=_alone(look.published, planned),
            first_release=order.candidate.first_release,
            owners_unknown=order.config.owners_unknown.get(repository.upload_url, ""),
            credentials=credentials,
            unattestable=unattestable if not settings.attestation_exempt else "",
            unannounced=_unannounced(git, order.config.remote, environ) if settings.github_release else "",
            unapproved=order.unapproved.get(planned.name, ()),
        )
        verdicts[planned.name] = PREFLIGHT.run(ready, settings.rules)
    problem = next((look.problem for look in seen.values() if look.problem), None)
    return PreflightAnswer(verdicts, problem.message, problem.hint) if problem else PreflightAnswer(verdicts)


@dataclass(frozen=True)
class _Look:
    """What the index says that bears on one package."""

    published: Published | None
    owners: Owners
    unreleased: tuple[str, ...]
    problem: Blocked | None = None
    """Why it says nothing; what is wrong beside that is told all the same."""


def _look(order: PreflightOrder, planned: Planned, target: Target, web: requests.Session) -> _Look:
    try:
        published = target.project(planned.name)
        there = bool(published and published.files)
        owners = read_owners(web, order.candidate.repository, planned.name, there)
        return _Look(published, owners, _unreleased(order.plan, planned, target))
    except Blocked as error:  # what lets a package go without its index does not let a candidate
        hint = f"see that {order.candidate.repository.simple_url} is its Simple API, and answers; then the same again"
        return _Look(None, Owners(True, unknown=error.message), (), Blocked(error.message, hint))


def _unannounced(git: Git, remote: str, environ: Mapping[str, str]) -> str:
    try:
        where(git, remote, environ)
    except Blocked as error:
        return str(error)
    return ""


def checkout(git: Git, plan: Plan, config: Config, environ: Mapping[str, str]) -> Checkout:
    """Look at the branch and at the remote."""
    branch = _branch(git, environ)
    pushed, unasked = False, ""
    if branch:
        try:
            ref = f"refs/heads/{branch}"
            there = git.ls_remote(config.remote, ref).get(ref, "")
            pushed = bool(there) and (there == plan.commit or git.is_ancestor(plan.commit, there))
        except Blocked as error:
            unasked = f"the git remote {config.remote} cannot be asked: {error.message}"
    return Checkout(
        plan.commit, branch, config.remote, pushed, plan.uncommitted, config.release_branches, _nameless(git), unasked
    )


def _nameless(git: Git) -> str:
    """Why git can set no annotated tag; empty where it can."""
    try:
        git("var", "GIT_COMMITTER_IDENT")
    except Blocked as error:
        return f"git knows no committer: {error.message.splitlines()[-1]}"
    return ""


def _branch(git: Git, environ: Mapping[str, str]) -> str:
    """Return the branch that is checked out; in CI, which checks out a commit, the one that it says."""
    if named := git.branch():
        return named
    if environ.get("GITHUB_REF_TYPE") == "branch":
        return environ.get("GITHUB_REF_NAME", "")
    return environ.get("CI_COMMIT_BRANCH") or environ.get("BUILD_SOURCEBRANCH", "").removeprefix("refs/heads/")


def _tags(git: Git, order: PreflightOrder) -> dict[str, Tagged | None]:
    """What is known of each package's tag; None where the remote cannot be asked."""
    targets = order.plan.targets
    names = [order.config.tag(item.name, item.version) for item in targets]
    found: Sequence[Tagged | None]
    try:
        found = Tags(git, order.config.remote).look_at(names, order.plan.commit)
    except Blocked:
        found = [None] * len(names)
    return {item.name: tagged for item, tagged in zip(targets, found, strict=True)}


def _changelog(git: Git, snapshot: Snapshot, planned: Planned) -> tuple[str, str]:
    """Return what is wrong with the changelog's entry for the version, and where it is."""
    directory = planned.package.directory
    start = "" if directory == "." else f"{directory}/"

    def read(path: str) -> bytes | None:
        entry = snapshot.files.get(start + path)
        return None if entry is None else git.blob(entry.oid)

    found = changelog_of(Source(directory, read), snapshot.below(directory))
    if found is None:
        return "", "CHANGELOG.md"  # that there is none is told by lint-metadata
    entry = changelog.entry_for(changelog.parse(found.text), planned.version)
    if entry is None:
        return f"no entry for {planned.version}", found.path
    where = f"{found.path}:{entry.line}"
    if entry.date in ("", changelog.UNRELEASED):
        return f"`{entry.heading}` has no date", where
    return ("the entry says nothing" if entry.blank else ""), where


def _last(published: Published | None) -> str:
    found = published.last() if published else None
    return str(found) if found else ""


def _there(published: Published | None, planned: Planned) -> dict[str, str]:
    releases = published.releases if published else {}
    return {file.filename: file.sha256 for file in releases.get(Version(planned.version), ())}


def _alone(published: Published | None, planned: Planned) -> bool:
    return published is not None and set(published.releases) == {Version(planned.version)}


def _built(store: Store, planned: Planned) -> dict[str, str]:
    """Digests of what was built of exactly this source, if it was."""
    manifest = read_manifest(store.dist / planned.name)
    if manifest is None or manifest.source != planned.source:
        return {}
    return {artifact.filename: artifact.sha256 for artifact in manifest.artifacts}


def _unreleased(plan: Plan, planned: Planned, target: Target) -> tuple[str, ...]:
    """Siblings that the plan would only build as companions: the candidate's index has none that suits."""
    targets = {item.name for item in plan.targets}
    missing = []
    for name in planned.siblings:
        published = target.project(name) if name not in targets else None
        if name not in targets and not (published and Version(plan[name].version) in published.releases):
            missing.append(name)
    return tuple(missing)
