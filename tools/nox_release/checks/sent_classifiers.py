"""Classifiers as an index receives them."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.check import Family, Problem
from nox_release.problems import each
from nox_release.submission import Submission

CLASSIFIED: Family[Submission] = Family("MTD4", "… classifiers")


@CLASSIFIED.check("MTD401", "Every classifier is one of PyPI's", pypi=True)
def known_classifiers(submission: Submission) -> Iterator[Problem]:
    """Searching by classifiers works with a closed list. `Private ::` is never on it, to keep a package off PyPI."""
    from trove_classifiers import all_classifiers

    mend = "take it out, or choose another of PyPI's list of classifiers"
    return each(sorted(set(submission.every("Classifier")) - set(all_classifiers)), "Classifier", mend, lambda _: "")


@CLASSIFIED.check("MTD402", "No classifier is deprecated", pypi=True)
def current_classifiers(submission: Submission) -> Iterator[Problem]:
    """What replaces a classifier is known; PyPI refuses the old one in new files, and keeps it in old ones."""
    from trove_classifiers import deprecated_classifiers

    for classifier in sorted(set(submission.every("Classifier")) & deprecated_classifiers.keys()):
        instead = " or ".join(deprecated_classifiers[classifier])
        yield Problem("Classifier", f"write {instead}" if instead else "take it out", repr(classifier))
