"""Summary and description as an index receives them."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.metadata import Metadata, RawMetadata

from nox_release.check import Family, Problem
from nox_release.description import TYPES, content_type, fault
from nox_release.problems import short
from nox_release.submission import Submission

DESCRIPTION: Family[Submission] = Family("MTD3", "… summary and description")


@DESCRIPTION.check("MTD301", "The summary is one line", pypi=True)
def one_line(submission: Submission) -> Iterator[Problem]:
    """It is the line below the name on every page and in every list."""
    if "\n" in (submission.one("Summary") or ""):
        yield Problem("Summary", "write the description of the project in one line", "it has a line break")


@DESCRIPTION.check("MTD302", "The summary has at most 512 characters", pypi=True)
def short_summary(submission: Submission) -> Iterator[Problem]:
    """PyPI cuts nothing off, so it refuses what does not fit."""
    if (length := len(submission.one("Summary") or "")) > 512:
        yield Problem("Summary", "shorten it; the README has room for the rest", f"it has {length}")


@DESCRIPTION.check("MTD303", "The description's content type is one that PyPI renders", pypi=True)
def valid_content_type(submission: Submission) -> Iterator[Problem]:
    """Plain text, reStructuredText and Markdown are rendered, in UTF-8 and, of Markdown, two variants."""
    if (value := submission.one("Description-Content-Type")) is None:
        return
    kind, parameters = content_type(value)
    if kind not in TYPES:
        yield Problem("Description-Content-Type", f"declare one of {', '.join(TYPES)}", short(value))
    elif (charset := parameters.get("charset", "UTF-8")) != "UTF-8":
        yield Problem("Description-Content-Type", "write charset=UTF-8, in capitals, or nothing", f"charset={charset}")
    elif kind == "text/markdown" and (variant := parameters.get("variant", "GFM")) not in ("GFM", "CommonMark"):
        yield Problem("Description-Content-Type", "write variant=GFM or variant=CommonMark", f"variant={variant}")


@DESCRIPTION.check("MTD304", "The description renders", pypi=True)
def description_renders(submission: Submission) -> Iterator[Problem]:
    """PyPI refuses what readme_renderer cannot render: any warning of docutils, every role and directive of Sphinx.

    A description without a content type is taken for reStructuredText.
    """
    if not (text := submission.one("Description")):
        return
    kind, parameters = content_type(submission.one("Description-Content-Type") or "text/x-rst")
    variant = parameters.get("variant", "GFM")
    if kind in TYPES and variant in ("GFM", "CommonMark") and (why := fault(text, kind, variant)) is not None:
        declared = "Description-Content-Type" in submission.fields
        mend = "correct the markup: plain docutils has to read it" if declared else "declare its content type"
        yield Problem("Description", mend, why)


@DESCRIPTION.check("MTD305", "twine can read the summary and the content type")
def readable_by_twine(submission: Submission) -> Iterator[Problem]:
    """PyPI lets some pass that twine, which asks packaging first, never sends: line separators, odd parameters."""
    for name in ("Summary", "Description-Content-Type"):
        if (value := submission.one(name)) is not None:
            raw: RawMetadata = {"metadata_version": "2.1", "name": "a", "version": "1"}
            raw["summary" if name == "Summary" else "description_content_type"] = value
            try:
                Metadata.from_raw(raw)
            except ExceptionGroup as group:
                yield Problem(name, "write it anew, in plain ASCII characters", str(group.exceptions[0]))
