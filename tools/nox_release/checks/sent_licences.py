"""Licences and import names as an index receives them."""

from __future__ import annotations

import keyword
import pathlib
from collections.abc import Iterator

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from nox_release.check import Family, Problem
from nox_release.problems import each, short
from nox_release.submission import Submission

LICENCES: Family[Submission] = Family("MTD7", "… licences and import names")


@LICENCES.check("MTD701", "License-Expression is an SPDX expression", pypi=True)
def valid_expression(submission: Submission) -> Iterator[Problem]:
    """PEP 639: identifiers of SPDX, LicenseRef- for others, joined with AND, OR and WITH."""
    mend = "write an SPDX expression, say MIT or `Apache-2.0 OR BSD-3-Clause`"
    return each(submission.every("License-Expression"), "License-Expression", mend, _no_expression)


def _no_expression(value: str) -> str | None:
    try:
        canonicalize_license_expression(value)
    except InvalidLicenseExpression as error:
        return str(error)
    except (RecursionError, MemoryError, ValueError):  # it asks Python's own parser
        return "it is nested too deeply"
    return None


@LICENCES.check("MTD702", "License does not stand beside License-Expression", pypi=True)
def one_license(submission: Submission) -> Iterator[Problem]:
    """PEP 639: the expression takes the place of the text. Classifiers of licences may stand beside it on PyPI."""
    if "License" in submission.fields and "License-Expression" in submission.fields:
        yield Problem("License", "leave it out; License-Expression says it", "both are there")


@LICENCES.check("MTD703", "Every License-File is a path inside", pypi=True)
def relative_licences(submission: Submission) -> Iterator[Problem]:
    """PEP 639: a path with `/`, relative, without `..` and without patterns."""
    mend = "name the file by its path from the project's folder, as in licenses/LICENSE"
    return each(submission.every("License-File"), "License-File", mend, lambda path: "" if _leads_out(path) else None)


def _leads_out(path: str) -> bool:
    return (
        ".." in path
        or "*" in path
        or pathlib.PurePosixPath(path).is_absolute()
        or pathlib.PureWindowsPath(path).is_absolute()
        or pathlib.PureWindowsPath(path).as_posix() != path
    )


@LICENCES.check("MTD704", "Every License-File is in the archive", pypi=True)
def licences_are_there(submission: Submission) -> Iterator[Problem]:
    """PEP 639: below the top folder of an sdist, and in a wheel below licenses/ of its .dist-info."""
    if (there := submission.licences) is not None:
        mend = "build with a backend that puts it there, or do not name it"
        named = (path for path in submission.every("License-File") if not _leads_out(path))
        yield from each(named, "License-File", mend, lambda path: None if path in there else "it is not there")


@LICENCES.check("MTD705", "Every Import-Name and Import-Namespace can be imported", pypi=True)
def valid_import_names(submission: Submission) -> Iterator[Problem]:
    """PEP 794: identifiers with dots, none of them a keyword, and `; private` behind a name if it is."""
    for name in ("Import-Name", "Import-Namespace"):
        yield from each(submission.every(name), name, "write it as behind `import`", _no_import_name)


def _no_import_name(value: str) -> str | None:
    name, semicolon, private = value.partition(";")
    for part in name.rstrip().split("."):
        if not part.isidentifier():
            return f"{short(part)} is no identifier"
        if keyword.iskeyword(part):
            return f"{part} is a keyword"
    return "only `private` may stand behind the semicolon" if semicolon and private.lstrip() != "private" else None
