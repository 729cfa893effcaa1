"""What must be true of an index after a publish, and what would stop a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nox_release.check import Family, Problem, Severity
from nox_release.wording import some


@dataclass(frozen=True)
class Publication:
    """One package on an index, as read back from it."""

    name: str
    version: str
    wanted: Mapping[str, str]
    """File name → sha256 of what was approved."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """File name → what the index answered."""
    listed: Mapping[str, str] = field(default_factory=dict)
    """File name → sha256 that the index tells."""
    served: Mapping[str, str] = field(default_factory=dict)
    """File name → sha256 of the bytes that it serves."""
    not_installed: str = ""
    """Why it could not be installed from the index at this version."""
    uncommitted: tuple[str, ...] = ()
    """Paths that are not committed."""
    unreleased: tuple[str, ...] = ()
    """Siblings that the package needs and that no release has."""
    unattested: Mapping[str, str] = field(default_factory=dict)
    """File name → what the index shows in place of the attestation that it should."""


PUBLICATION: Family[Publication] = Family("PUB", "a publication")


@PUBLICATION.check("PUB101", "The index takes every file", essential=True)
def taken(publication: Publication) -> Iterator[Problem]:
    """A release of which the index refuses one file is half a release, and its version is used up."""
    for filename, answer in publication.refused.items():
        yield Problem(filename, "mend what the index says", answer)


@PUBLICATION.check("PUB102", "The index lists and serves exactly the approved bytes", essential=True)
def same_bytes(publication: Publication) -> Iterator[Problem]:
    """Accepted is not published: users get what the Simple API lists and what its links serve."""
    for filename, digest in publication.wanted.items():
        listed, served = publication.listed.get(filename), publication.served.get(filename)
        if filename in publication.refused:
            continue
        if listed is None:
            yield Problem(filename, "run the command again; nothing is uploaded twice", "not listed")
        elif other := {listed or digest, served} - {digest}:
            found = " and ".join(sorted(str(item) for item in other))
            yield Problem(filename, "stop: somebody else published this version", f"{found}, not {digest}")


@PUBLICATION.check("PUB103", "It installs from the index at its version")
def installs(publication: Publication) -> Iterator[Problem]:
    """What users do next."""
    if publication.not_installed:
        yield Problem(f"{publication.name}=={publication.version}", "read the log", publication.not_installed)


@PUBLICATION.check("PUB104", "The index shows the attestation of every file", Severity.WARNING)
def attested(publication: Publication) -> Iterator[Problem]:
    """Users verify what the index shows (PEP 740). A file that is there can be attested no more, so this only warns."""
    for filename, why in publication.unattested.items():
        yield Problem(filename, "look at the index's page of the file; the next version can be attested anew", why)


@PUBLICATION.check("PUB201", "Everything is committed", Severity.WARNING)
def committed(publication: Publication) -> Iterator[Problem]:
    """A rehearsal counts uncommitted work in; a candidate refuses it, for nobody could build it again."""
    if paths := publication.uncommitted:
        yield Problem("git", "commit before a candidate", f"not committed: {some(paths)}")


@PUBLICATION.check("PUB202", "Every sibling that it needs is released", Severity.WARNING)
def siblings_released(publication: Publication) -> Iterator[Problem]:
    """A candidate refuses it: users could not install the package. In a rehearsal the sibling was built here."""
    for sibling in publication.unreleased:
        yield Problem("requirements", f"release {sibling} before, or in the same plan", f"{sibling} is not released")
