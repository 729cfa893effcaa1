"""The GitHub release of one package in publish: what it says, and which files it has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing

from packaging.version import Version

from nox_release import changelog
from nox_release.errors import Blocked
from nox_release.github import GitHub, Place, place
from nox_release.plan import Planned
from nox_release.project import Source, changelog_of
from nox_release.provenance.statement import public
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.work import Job


def where(git: Git, remote: str, environ: Mapping[str, str] = os.environ) -> Place:
    """Return the repository on GitHub and the token for it.

    :raises Blocked: where one of them is missing.
    """
    try:
        url = public(git("remote", "get-url", remote).strip())
    except Blocked:
        url = ""
    return place(environ, url)


def announce(job: Job, tag: str, version: str, environ: Mapping[str, str] = os.environ) -> str:
    """Make or complete the release for *tag*, with all that lies in ``dist/NAME``; return its page.

    :raises Blocked: see :meth:`nox_release.github.GitHub.release`.
    """
    assets = sorted((job.store.dist / job.planned.name).iterdir())
    with closing(GitHub(where(job.git, job.order.config.remote, environ), environ)) as github:
        return github.release(tag, notes(job.git, job.snapshot, job.planned, version), prerelease(version), assets)


def notes(git: Git, snapshot: Snapshot, planned: Planned, version: str) -> str:
    """Return the changelog's entry for *version*, empty where there is none."""
    directory = planned.package.directory
    start = "" if directory == "." else f"{directory}/"

    def read(path: str) -> bytes | None:
        entry = snapshot.files.get(start + path)
        return None if entry is None else git.blob(entry.oid)

    found = changelog_of(Source(directory, read), snapshot.below(directory))
    entry = changelog.entry_for(changelog.parse(found.text), version) if found else None
    return entry.body.strip() if entry else ""


def prerelease(version: str) -> bool:
    """Whether a version is a prerelease (PEP 440), which GitHub does not call the latest."""
    return Version(version).is_prerelease
