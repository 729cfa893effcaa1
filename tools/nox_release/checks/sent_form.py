"""The form of the metadata as an index receives it: fields, their number and their bytes."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.check import Family, Problem
from nox_release.problems import short, some
from nox_release.submission import SINCE, Submission

FORM: Family[Submission] = Family("MTD1", "metadata as it is sent: the form")

METADATA_VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
"""What PyPI knows; packaging may know more. Nobody ever released 2.0, and old files that say it were let in."""


@FORM.check("MTD101", "The metadata can be looked at")
def readable(submission: Submission) -> Iterator[Problem]:
    """What is too large, or would be taken for another sort of message, is not looked at, so nothing is known of it."""
    for reason in submission.unread:
        yield Problem("METADATA", "shorten it to what the core metadata specification has a field for", reason)


@FORM.check("MTD102", "Every field is UTF-8")
def utf8(submission: Submission) -> Iterator[Problem]:
    """The core metadata specification asks for UTF-8; twine sends no file whose metadata it cannot decode."""
    for name in submission.undecodable:
        yield Problem(name, "write the file that it comes from in UTF-8", "its bytes are no UTF-8")


@FORM.check("MTD103", "No field stands twice that may stand once", pypi=True)
def once(submission: Submission) -> Iterator[Problem]:
    """Nobody could say which of the two counts; the description stands in the body or in a header, not in both."""
    for name in submission.repeated:
        if name != "Project-URL":
            yield Problem(name, "keep one of them", f"{name} stands more than once")


@FORM.check("MTD104", "Every Project-URL has a label of its own", pypi=True)
def one_label_a_url(submission: Submission) -> Iterator[Problem]:
    """The labels are keys to PyPI, so of two alike it can show one only."""
    if "Project-URL" in submission.repeated:
        yield Problem("Project-URL", "give each URL another label", "two have the same label")


@FORM.check("MTD105", "Every header is a field of the core metadata")
def known_fields(submission: Submission) -> Iterator[Problem]:
    """An index would not look at it, but twine refuses the whole file for a header that the specification lacks."""
    return some(
        Problem(short(name), "leave it out", "the core metadata specification has no such field")
        for name in submission.unknown
    )


@FORM.check("MTD106", "The Metadata-Version is one that PyPI knows", pypi=True)
def metadata_version(submission: Submission) -> Iterator[Problem]:
    """A version is taken only once PyPI knows all of its fields; tools may write newer ones before that."""
    if submission.opaque:
        return
    declared = submission.one("Metadata-Version")
    if declared is None and "Metadata-Version" not in submission.repeated:
        yield Problem("Metadata-Version", "build with a backend that writes it", "it is missing")
    elif declared is not None and declared not in METADATA_VERSIONS:
        known = f"{', '.join(METADATA_VERSIONS[:-1])} or {METADATA_VERSIONS[-1]}"
        yield Problem("Metadata-Version", f"build with a backend that writes {known}", short(declared))


@FORM.check("MTD107", "No field is newer than the Metadata-Version", pypi=True)
def fields_of_the_version(submission: Submission) -> Iterator[Problem]:
    """A file has to declare at least the version of the specification that brought each of its fields.

    A License-File below 2.4 is left aside: setuptools wrote it there for years, and twine drops it.
    """
    declared = submission.one("Metadata-Version")
    for name in sorted(submission.fields):
        if declared in METADATA_VERSIONS and declared < SINCE[name]:
            mend = f"build with a backend that writes {name} as Metadata-Version {SINCE[name]} or later"
            yield Problem(name, mend, f"{name} came with {SINCE[name]}, and this is {declared}")


@FORM.check("MTD108", "No field that has a grammar is empty")
def nothing_blank(submission: Submission) -> Iterator[Problem]:
    """An index takes a field that is empty or says UNKNOWN for absent, but twine looks at it and sends nothing."""
    empty = "Dynamic Requires-Dist Provides-Extra License-Expression Description-Content-Type Requires-Python".split()
    for name in submission.blank:
        if name in empty:
            yield Problem(name, "leave the field out", "it is empty or says UNKNOWN")
