"""Every check of a publication, with one that fails it and one that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.check import Severity
from nox_release.checks.publication import PUBLICATION, Publication

FILE = "demo-1.0.tar.gz"
SOUND = Publication("demo", "1.0", {FILE: "aa"}, listed={FILE: "aa"}, served={FILE: "aa"})


def found(publication: Publication) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in PUBLICATION.run(publication)]


@pytest.mark.parametrize("publication", [SOUND, replace(SOUND, listed={FILE: ""})], ids=["whole", "no digest told"])
def test_a_whole_publication_passes(publication: Publication) -> None:
    """Listed, served as approved, and installed."""
    assert found(publication) == []


@pytest.mark.parametrize(
    ("publication", "findings"),
    [
        (replace(SOUND, refused={FILE: "400 no"}, listed={}, served={}), [("PUB101", FILE, "400 no")]),
        (replace(SOUND, listed={}, served={}), [("PUB102", FILE, "not listed")]),
        (replace(SOUND, listed={FILE: "bb"}), [("PUB102", FILE, "bb, not aa")]),
        (replace(SOUND, listed={FILE: ""}, served={FILE: "bb"}), [("PUB102", FILE, "bb, not aa")]),
        (replace(SOUND, served={}), [("PUB102", FILE, "None, not aa")]),
        (replace(SOUND, served={FILE: "bb"}), [("PUB102", FILE, "bb, not aa")]),
        (replace(SOUND, listed={FILE: "bb"}, served={FILE: "cc"}), [("PUB102", FILE, "bb and cc, not aa")]),
        (replace(SOUND, not_installed="no solution"), [("PUB103", "demo==1.0", "no solution")]),
        (replace(SOUND, unattested={FILE: "the index shows none"}), [("PUB104", FILE, "the index shows none")]),
        (replace(SOUND, uncommitted=tuple("abcde")), [("PUB201", "git", "not committed: a, b, c and 2 more")]),
        (replace(SOUND, uncommitted=("a",)), [("PUB201", "git", "not committed: a")]),
        (replace(SOUND, unreleased=("core",)), [("PUB202", "requirements", "core is not released")]),
    ],
)
def test_what_is_not_as_approved_is_told(publication: Publication, findings: list[tuple[str, str, str]]) -> None:
    """What the index refused, does not list, serves differently, or cannot be installed."""
    assert found(publication) == findings


def test_a_rehearsal_only_warns_of_what_stops_a_candidate() -> None:
    """Uncommitted work and unreleased siblings are told, and stop nothing here."""
    warnings = PUBLICATION.run(replace(SOUND, uncommitted=("a",), unreleased=("core",)))
    assert {finding.severity for finding in warnings} == {Severity.WARNING}
