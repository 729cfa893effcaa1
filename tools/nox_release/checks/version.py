"""Checks of the version that is to be released."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from nox_release.check import Family, Problem
from nox_release.project import Project

VERSION: Family[Project] = Family("PRJ5", "the version")


@VERSION.check("PRJ501", "The version is one to release")
def version_is_releasable(project: Project) -> Iterator[Problem]:
    """It must be known before anything is built and legal by PEP 440, and a development version is none to publish.

    PEP 440 asks that no development release is put on a public index.
    """
    where, version = _described_by(project), project.package.version
    if version is None:
        mend = "write it into the metadata, or see that the backend can tell it from git's tags"
        yield Problem(where, mend, "the version could not be determined")
    elif (parsed := _version(version)) is None:
        yield Problem(where, "write a version of PEP 440, such as 1.2.0", f"{version!r} is not a version")
    elif parsed.is_devrelease:
        mend = f"set the version to {parsed.base_version}, or put the version's tag on this commit if git decides"
        yield Problem(where, mend, f"{version} is a development version")


@VERSION.check("PRJ502", "The version is not a local one")
def version_is_public(project: Project) -> Iterator[Problem]:
    """PEP 440 keeps `+local` for builds that somebody else patched: PyPI refuses such a version."""
    parsed = _version(project.package.version or "")
    if parsed is not None and parsed.local is not None:
        mend = f"set the version to {parsed.public}, or put its tag on a clean commit if git decides"
        yield Problem(_described_by(project), mend, f"{parsed} has the local part +{parsed.local}")


@VERSION.check("PRJ503", "The version was not released from other source")
def version_is_new(project: Project) -> Iterator[Problem]:
    """An index never takes a version twice, and one version with two sources is a trap for whoever debugs it."""
    if (tag := project.tag) is not None and not tag.same_source:
        message = f"{project.package.version} is tagged {tag.name} at {tag.commit[:12]}, where its source is another"
        yield Problem(_described_by(project), "bump the version", message)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return None


def _described_by(project: Project) -> str:
    """Return the file that describes the package, relative to its folder."""
    path, folder = project.package.described_by, project.package.directory
    return path.removeprefix(f"{folder}/")
