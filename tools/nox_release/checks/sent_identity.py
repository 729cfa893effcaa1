"""Name and version as an index receives them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.problems import parses, short
from nox_release.submission import Submission

IDENTITY: Family[Submission] = Family("MTD2", "… name and version")


@IDENTITY.check("MTD201", "The name is one that a project may have", pypi=True)
def valid_name(submission: Submission) -> Iterator[Problem]:
    """A name is of ASCII letters, digits, `.`, `_` and `-`, and begins and ends with a letter or a digit (PEP 508)."""
    name = submission.one("Name")
    mend = "name the project with letters, digits, `.`, `_` and `-`, a letter or a digit at both ends"
    if name is None and "Name" not in submission.repeated:
        yield Problem("Name", mend, "it is missing")
    elif name is not None and parses(functools.partial(canonicalize_name, validate=True))(name) is not None:
        yield Problem("Name", mend, short(name))


@IDENTITY.check("MTD202", "The name is not that of a standard library module", Severity.WARNING, pypi=True)
def not_of_the_standard_library(submission: Submission) -> Iterator[Problem]:
    """PyPI lets nobody begin a project that is called like a module of any Python version.

    Projects that are older than that rule go on, and from the file alone nobody can tell one; so it is a warning.
    """
    if (name := submission.one("Name")) is not None and canonicalize_name(name) in _standard_library():
        yield Problem("Name", "find another name, unless the project is on PyPI already", f"{name} is taken")


@functools.cache
def _standard_library() -> frozenset[str]:
    from stdlib_list import short_versions, stdlib_list  # what PyPI asks

    modules = {module for version in short_versions for module in stdlib_list(version)}
    parents = {module[:dot] for module in modules for dot, char in enumerate(module) if char == "."}
    return frozenset(canonicalize_name(module.strip("-_.")) for module in modules | parents)


@IDENTITY.check("MTD203", "The version is one", pypi=True)
def valid_version(submission: Submission) -> Iterator[Problem]:
    """PEP 440 says what a version is; installers cannot put others in order."""
    version = submission.one("Version")
    if version is None and "Version" not in submission.repeated:
        yield Problem("Version", "give the project a version (PEP 440)", "it is missing")
    elif version is not None and _version(version) is None:
        yield Problem("Version", "write a version as in PEP 440, say 1.2.0, 1.2.0rc1 or 1.2.0.post1", short(version))


@IDENTITY.check("MTD204", "The version is no local one", pypi=True)
def no_local_version(submission: Submission) -> Iterator[Problem]:
    """What stands behind a `+` tells builds of one version apart (PEP 440), which an index may not hold.

    setuptools-scm and its like add it where the commit has no tag.
    """
    version = _version(submission.one("Version") or "")
    if version is not None and version.local:
        yield Problem("Version", f"release {version.public}: build from a tagged commit", f"{version} is local")


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        return None
