"""Source, sdist and wheel say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.archive import Sdist, Wheel
from nox_release.check import Family, Problem
from nox_release.model import Package


@dataclass(frozen=True)
class Release:
    """The artifacts of one package beside what its source says."""

    package: Package
    sdist: Sdist
    wheel: Wheel


ARTIFACTS: Family[Release] = Family("ART", "the artifacts together")


@ARTIFACTS.check("ART101", "The artifacts carry the project's name")
def one_name(release: Release) -> Iterator[Problem]:
    """An index files them by the name in their metadata; two names are two projects."""
    for where, metadata in _both(release):
        if (name := canonicalize_name(metadata["Name"] or "")) != release.package.name:
            yield Problem(
                where, "make the build backend's name that of the source", f"{name}, not {release.package.name}"
            )


@ARTIFACTS.check("ART102", "Source, sdist and wheel have one version")
def one_version(release: Release) -> Iterator[Problem]:
    """A version that differs between files of one release cannot be installed, or installs as another."""
    said = {where: _version(metadata["Version"] or "") for where, metadata in _both(release)}
    if release.package.version is not None:
        said["the source"] = release.package.version
    if len(set(said.values())) > 1:
        told = ", ".join(f"{where} says {version}" for where, version in said.items())
        yield Problem("version", "keep the version in one place and have the others read it", told)


@ARTIFACTS.check("ART103", "The sdist and the wheel have the same requirements")
def same_requirements(release: Release) -> Iterator[Problem]:
    """PEP 643: what is not Dynamic in an sdist is what every wheel built from it says; resolvers rely on it."""
    sdist, wheel = release.sdist.metadata, release.wheel.metadata
    dynamic = {field.lower() for field in sdist.get_all("Dynamic", [])}
    for field, normal in (
        ("Requires-Dist", _requirement),
        ("Requires-Python", _specifiers),
        ("Provides-Extra", canonicalize_name),
    ):
        if field.lower() in dynamic or (
            field == "Requires-Dist" and "requires-dist" not in map(str.lower, sdist.keys())
        ):
            continue
        one = {normal(text) for text in sdist.get_all(field, [])}
        other = {normal(text) for text in wheel.get_all(field, [])}
        if one != other:
            told = "; ".join(
                part
                for part in (
                    f"only in the sdist: {', '.join(sorted(one - other))}" if one - other else "",
                    f"only in the wheel: {', '.join(sorted(other - one))}" if other - one else "",
                )
                if part
            )
            yield Problem(field, "let nothing in the build depend on the machine; use environment markers", told)


@ARTIFACTS.check("ART104", "The wheel installs something")
def not_empty(release: Release) -> Iterator[Problem]:
    """A wheel of metadata alone is what a wrong source folder gives: everything is green, and nothing is shipped."""
    installed = [path for path in release.wheel.files if not path.split("/")[0].endswith(".dist-info")]
    if not installed and not release.wheel.metadata.get_all("Requires-Dist"):
        yield Problem(
            release.wheel.filename, "tell the build backend where the import packages are", "no file outside .dist-info"
        )


def _both(release: Release) -> Iterator[tuple[str, Message]]:
    yield "the sdist", release.sdist.metadata
    yield "the wheel", release.wheel.metadata


def _version(text: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion:
        return text


def _specifiers(text: str) -> str:
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return text


def _requirement(text: str) -> str:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return text
    requirement.name = canonicalize_name(requirement.name)
    return str(requirement)
