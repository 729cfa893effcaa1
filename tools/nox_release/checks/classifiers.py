"""Checks of the trove classifiers."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from trove_classifiers import classifiers as known_classifiers
from trove_classifiers import deprecated_classifiers

from nox_release.check import Family, Problem
from nox_release.project import Project

CLASSIFIERS: Family[Project] = Family("PRJ3", "classifiers")


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


def _is_private(classifier: str) -> bool:
    return classifier.casefold().startswith("private ::")


def _quoted(names: list[str]) -> str:
    return " or ".join(map(repr, names))
