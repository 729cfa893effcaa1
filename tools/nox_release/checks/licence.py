"""Checks of the licence: its expression, its files, and what else says something of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from nox_release.check import Family, Problem, Severity
from nox_release.project import Project
from nox_release.project.globs import matches
from nox_release.project.tables import string, strings

LICENCE: Family[Project] = Family("PRJ6", "the licence")

_FILE = re.compile(
    r"(?:.*[-_.])?(?:licen[cs]e|copying|unlicen[cs]e|notice)s?(?:[-_. ].*)?|licen[cs]es/.+", re.IGNORECASE
)
_AT = r"^[ \t]*license[ \t]*="


@LICENCE.check("PRJ601", "The licence is an SPDX expression", pypi=True)
def licence_is_spdx(project: Project) -> Iterator[Problem]:
    """PEP 639: `license` in [project] is an SPDX expression; PyPI refuses any other in License-Expression."""
    licence = project.table.get("license")
    if isinstance(licence, str) and not _is_expression(licence):
        near = "-".join(re.sub(r"(?i)\b(?:the|licen[cs]e|version)\b|,", " ", licence).split())
        mend = (
            f'write license = "{canonicalize_license_expression(near)}"'
            if _is_expression(near)
            else (
                "choose from https://spdx.org/licenses, or write LicenseRef-NAME for a licence that is not listed there"
            )
        )
        yield Problem(project.at(_AT), mend, f"{licence!r} is none")


def _is_expression(text: str) -> bool:
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True


@LICENCE.check("PRJ602", "No licence classifier stands beside a licence expression", Severity.WARNING)
def one_licence(project: Project) -> Iterator[Problem]:
    """The two may contradict each other: PEP 639 deprecates the classifiers, and setuptools refuses to build with both.

    PyPI takes them.
    """
    if isinstance(project.table.get("license"), str):
        for classifier in project.classifiers or ():
            if classifier.startswith("License ::"):
                yield Problem(project.classifier_at(classifier), "take it out", f"{classifier!r} beside license")


@LICENCE.check("PRJ603", "Each licence file that is declared is there")
def declared_files_are_there(project: Project) -> Iterator[Problem]:
    """PEP 639 has build tools stop at a `license-files` pattern that matches nothing; some go on without the file."""
    for pattern in strings(project.table.get("license-files")):
        if not any(matches(pattern, path) for path in project.files):
            mend = "commit the file, or correct the pattern; it is relative to pyproject.toml"
            yield Problem(project.at(r"^[ \t]*license-files[ \t]*="), mend, f"{pattern!r} matches no committed file")
    licence = project.table.get("license")
    path = string(licence, "file", "") if isinstance(licence, Mapping) else ""
    if path and path not in project.files and not path.startswith(".."):
        yield Problem(project.at(_AT), "commit the file, or name another", f"{path} is not among the committed files")


@LICENCE.check("PRJ604", "The text of the licence is there", Severity.WARNING)
def licence_text_is_there(project: Project) -> Iterator[Problem]:
    """Nearly every licence asks that its text goes with each copy, and an sdist or a wheel is one.

    Build backends take in files called LICENSE, LICENCE, COPYING or NOTICE by themselves, in the package's own folder.
    """
    declared = project.table.get("license-files", project.table.get("license"))
    if isinstance(declared, list | Mapping) and declared:
        return  # named in another way, which PRJ603 looks after
    if not any(_FILE.fullmatch(path) for path in project.files):
        mend = "commit the licence as LICENSE beside the file that describes the package"
        yield Problem("LICENSE", mend, "no LICENSE, COPYING or NOTICE among the committed files")
