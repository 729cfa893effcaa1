"""Would PyPI take this file? One verdict of its bytes, its name and its metadata."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import Version

from nox_release.check import Rules, Severity, Verdict
from nox_release.checks.archive import ARCHIVE
from nox_release.checks.filename import FILENAME, FileName
from nox_release.checks.sent_classifiers import CLASSIFIED
from nox_release.checks.sent_contacts import CONTACTS
from nox_release.checks.sent_description import DESCRIPTION
from nox_release.checks.sent_form import FORM
from nox_release.checks.sent_identity import IDENTITY
from nox_release.checks.sent_licences import LICENCES
from nox_release.checks.sent_requirements import REQUIRED
from nox_release.distribution import inspect
from nox_release.submission import Submission, read

RULES_OF = date(2026, 8, 21)
"""The day of PyPI's rules that a verdict models."""
METADATA = (FORM, IDENTITY, DESCRIPTION, CLASSIFIED, CONTACTS, REQUIRED, LICENCES)
"""Whose checks look at the metadata."""
_UNREAD = ("ARC201", "MTD101")
"""Codes of the checks that tell what was not looked at."""
_SAMPLE = b"""\
Metadata-Version: 2.5
Name: sample
Version: 1
Author-email: someone@example.org
Project-URL: Home, https://example.org
Classifier: Programming Language :: Python
Import-Name: sample

Sample
======

.. code-block:: python

   import sample
"""


def accept(path: Path, rules: Rules | None = None) -> Verdict:
    """Look at one file as PyPI would if twine 7 uploaded it.

    Not at what only PyPI knows: who may upload, which names and files it has or had.

    :raises Blocked: if it cannot be read.
    """
    distribution = inspect(path)
    verdict = ARCHIVE.run(distribution, rules)
    name, version = "", None
    if distribution.metadata is not None:
        submission = replace(read(distribution.metadata), licences=distribution.licences)
        families = (FORM,) if submission.opaque else METADATA
        verdict = sum((family.run(submission, rules) for family in families), verdict)
        name, version = _identity(submission)
    return verdict + FILENAME.run(FileName(distribution.filename, name, version), rules)


def load() -> None:
    """Load the libraries that the checks load where they need them, which is for nearly every file."""
    for family in METADATA:
        family.run(read(_SAMPLE))


def accept_all(paths: Iterable[Path], rules: Rules | None = None) -> Verdict:
    """Look at several files; each finding says in which it is."""
    verdict = Verdict()
    for path in paths:
        one = accept(path, rules)
        told = tuple(
            finding if path.name in finding.where else replace(finding, where=f"{path.name}: {finding.where}")
            for finding in one
        )
        verdict += replace(one, findings=told)
    return verdict


def accepted(verdict: Verdict) -> bool:
    """Whether PyPI would take the file, whatever rules of our own say."""
    return not any(finding.pypi and finding.severity is Severity.ERROR for finding in verdict)


def unread(verdict: Verdict) -> bool:
    """Whether some of the file was not looked at, so that PyPI may refuse it for that."""
    return any(finding.code in _UNREAD for finding in verdict)


def _identity(submission: Submission) -> tuple[str, Version | None]:
    """Name and version; empty and None where they are none."""
    name, version = submission.one("Name") or "", None
    with suppress(ValueError):
        version = Version(submission.one("Version") or "")
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        name = ""
    return name, version
