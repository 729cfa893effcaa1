"""Checks of the trove classifiers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version
from trove_classifiers import classifiers as known_classifiers
from trove_classifiers import deprecated_classifiers

from nox_release.check import Family, Problem, Severity
from nox_release.project import Project

CLASSIFIERS: Family[Project] = Family("PRJ3", "classifiers")

_PYTHON = re.compile(r"Programming Language :: Python :: (\d+(?:\.\d+)?)(?: :: Only)?")


@CLASSIFIERS.check("PRJ301", "PyPI knows every classifier")
def classifiers_are_known(project: Project) -> Iterator[Problem]:
    """PyPI refuses a classifier that is not in its list, https://pypi.org/classifiers, or deprecated."""
    for classifier in project.classifiers or ():
        if replacement := deprecated_classifiers.get(classifier):
            mend = f"replace it by {_quoted(replacement)}"
            yield Problem(project.classifiers_path, mend, f"{classifier!r} is deprecated")
        elif classifier in deprecated_classifiers:
            yield Problem(project.classifiers_path, "take it out", f"{classifier!r} is deprecated")
        elif classifier not in known_classifiers and not _is_private(classifier):
            near = difflib.get_close_matches(classifier, sorted(known_classifiers), 2, 0.8)
            mend = f"write {_quoted(near)}" if near else "take it out, or choose from https://pypi.org/classifiers"
            yield Problem(project.classifiers_path, mend, f"{classifier!r} is not in PyPI's list")


@CLASSIFIERS.check("PRJ302", "The package is meant to be published")
def not_private(project: Project) -> Iterator[Problem]:
    """A `Private ::` classifier says that it never leaves the house: PyPI refuses it, another index would not."""
    said = [each for each in project.classifiers or () if _is_private(each)]
    if said or project.package.private:
        message = f"marked {said[0]!r}" if said else "marked private"
        yield Problem(project.classifiers_path, "leave the package out of the release, or take the mark away", message)


@CLASSIFIERS.check("PRJ303", "The development status fits the version", Severity.WARNING)
def status_fits(project: Project) -> Iterator[Problem]:
    """Whoever chooses a package by its classifiers takes a prerelease that says Production/Stable for a final version.

    `classifier-policy` in the configuration says what fits. `consistent`: one status, and neither Production/Stable
    nor Mature for a prerelease. `azure`: Beta for a prerelease, else Production/Stable or higher. `none`: anything.
    """
    policy, version = project.circumstances.classifier_policy, _version(project.package.version or "")
    if policy == "none" or version is None or project.classifiers is None:
        return
    found = [each for each in project.classifiers if _status(each)]
    kind = "a prerelease" if version.is_prerelease else "a final version"
    if policy == "azure" and not found:
        yield Problem(
            project.classifiers_path, f"add {_wanted(version)!r}", f"no development status, {version} is {kind}"
        )
    for classifier in found:
        if not _fits(_status(classifier), version, policy):
            message = f"{classifier!r}, but {version} is {kind}"
            yield Problem(project.classifier_at(classifier), f"write {_wanted(version)!r}", message)
    if len(found) > 1:
        yield Problem(project.classifier_at(found[1]), "keep one of them", f"both {found[0]!r} and {found[1]!r}")


def _status(classifier: str) -> int:
    """The number of a development status; 0 of any other classifier."""
    found = re.match(r"Development Status :: ([1-7]) - ", classifier)
    return int(found[1]) if found else 0


def _fits(status: int, version: Version, policy: str) -> bool:
    if policy == "azure":
        return status == 4 if version.is_prerelease else status >= 5
    return not version.is_prerelease or status not in (5, 6)


def _wanted(version: Version) -> str:
    return f"Development Status :: {'4 - Beta' if version.is_prerelease else '5 - Production/Stable'}"


@CLASSIFIERS.check("PRJ304", "Python classifiers name Pythons that requires-python admits", Severity.WARNING)
def python_classifiers_fit(project: Project) -> Iterator[Problem]:
    """Classifiers are for people, requires-python is what installers obey: where they differ people are misled."""
    if not (said := project.package.requires_python):
        return
    admitted = SpecifierSet(said)
    for classifier in project.classifiers or ():
        if (python := _PYTHON.fullmatch(classifier)) and not _admits(admitted, python[1]):
            mend = "take it out, or let requires-python admit it"
            yield Problem(project.classifier_at(classifier), mend, f"{classifier!r}, but requires-python is {said!r}")


@CLASSIFIERS.check("PRJ305", "The oldest Python that requires-python admits has its classifier", Severity.WARNING)
def floor_has_classifier(project: Project) -> Iterator[Problem]:
    """Where versions of Python are listed at all, one that is missing reads as not supported."""
    listed = [found[1] for each in project.classifiers or () if (found := _PYTHON.fullmatch(each)) and "." in found[1]]
    floors = [
        Version(each.version.removesuffix(".*")).release[:2]
        for each in SpecifierSet(project.package.requires_python)
        if each.operator in (">=", "~=", "==")
    ]
    if listed and floors and len(max(floors)) == 2:
        floor = ".".join(map(str, max(floors)))
        if floor not in listed:
            said = project.package.requires_python
            message = f"requires-python is {said!r}, the oldest that is listed is {min(listed, key=Version)}"
            mend = f"add 'Programming Language :: Python :: {floor}', or raise requires-python to the oldest tested"
            yield Problem(project.classifiers_path, mend, message)


def _admits(specifiers: SpecifierSet, python: str) -> bool:
    """Whether any release of *python*, 3 or 3.8, is among *specifiers*."""
    minors = [python] if "." in python else [f"{python}.{minor}" for minor in (7, 6, *range(8, 31), *range(6))]
    return any(specifiers.contains(f"{minor}.{micro}") for minor in minors for micro in (99, 0, *range(1, 30)))


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return None


def _is_private(classifier: str) -> bool:
    return classifier.casefold().startswith("private ::")


def _quoted(names: list[str]) -> str:
    return " or ".join(map(repr, names))
