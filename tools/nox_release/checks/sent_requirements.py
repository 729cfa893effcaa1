"""Requirements as an index receives them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from nox_release.check import Family, Problem
from nox_release.problems import each, parses
from nox_release.submission import SINCE, Submission

REQUIRED: Family[Submission] = Family("MTD6", "… requirements")


@REQUIRED.check("MTD601", "Every Requires-Dist is a requirement", pypi=True)
def valid_requirements(submission: Submission) -> Iterator[Problem]:
    """Installers have to read it: PEP 508, with the versions of PEP 440."""
    mend = "write a requirement as in PEP 508, say `attrs>=22; python_version < '3.11'`"
    return each(submission.every("Requires-Dist"), "Requires-Dist", mend, parses(Requirement))


@REQUIRED.check("MTD602", "Every Provides-Dist and Obsoletes-Dist is a requirement", pypi=True)
def valid_relations(submission: Submission) -> Iterator[Problem]:
    """They have the grammar of requirements (PEP 508)."""
    for name in ("Provides-Dist", "Obsoletes-Dist"):
        yield from each(submission.every(name), name, "write a name, with versions if need be", parses(Requirement))


@REQUIRED.check("MTD603", "No requirement is a direct reference", pypi=True)
def no_direct_references(submission: Submission) -> Iterator[Problem]:
    """`name @ URL` would have installers fetch from outside of the index (PEP 440), also in an extra."""

    def direct(value: str) -> str | None:
        return "" if "@" in value and parses(Requirement)(value) is None and Requirement(value).url else None

    for name in ("Requires-Dist", "Provides-Dist", "Obsoletes-Dist"):
        yield from each(submission.every(name), name, "require a released version instead", direct)


@REQUIRED.check("MTD604", "Requires-Python is a set of versions", pypi=True)
def valid_requires_python(submission: Submission) -> Iterator[Problem]:
    """Installers choose a release by it: PEP 440, where a `.*` goes with == and != only."""
    mend = "write versions as in PEP 440, say >=3.9"
    return each(submission.every("Requires-Python"), "Requires-Python", mend, parses(SpecifierSet))


@REQUIRED.check("MTD605", "Every Provides-Extra is a name", pypi=True)
def valid_extras(submission: Submission) -> Iterator[Problem]:
    """Extras have the grammar of names (PEP 508, PEP 685)."""
    mend = "name it with letters, digits, `.`, `_` and `-`, a letter or a digit at both ends"
    wrong = parses(functools.partial(canonicalize_name, validate=True))
    return each(submission.every("Provides-Extra"), "Provides-Extra", mend, lambda value: wrong(value) and "")


@REQUIRED.check("MTD606", "Dynamic names fields that may be dynamic", pypi=True)
def valid_dynamic(submission: Submission) -> Iterator[Problem]:
    """What an sdist leaves to the build it names (PEP 643); never Name, Version, Metadata-Version or Dynamic itself."""
    allowed = {name.lower() for name in SINCE} - {"name", "version", "metadata-version", "dynamic"}
    mend = "take it out, or name a field of the core metadata"
    return each(submission.every("Dynamic"), "Dynamic", mend, lambda name: None if name.lower() in allowed else "")
