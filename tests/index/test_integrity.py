"""Reading the attestations that an index shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from nox_release.errors import Blocked
from nox_release.index.integrity import ACCEPT, Integrity
from scripted_index import Scripted

FILE = "demo-1.0.tar.gz"
PROVENANCE = {
    "version": 1,
    "attestation_bundles": [
        {"publisher": {}, "attestations": [{"a": 1}]},
        {"publisher": {}, "attestations": [{"a": 2}]},
    ],
}


@pytest.fixture
def integrity(scripted: Scripted) -> Iterator[Integrity]:
    with closing(Integrity(f"{scripted.url}/simple", environ={})) as one:
        yield one


def listing(script: Scripted, **more: object) -> None:
    page = {"files": [{"filename": "other.whl", "url": "x"}, {"filename": FILE, "url": "y", **more}]}
    script.answers["/simple/demo/"] = (200, "application/vnd.pypi.simple.v1+json", json.dumps(page).encode())


def shows(script: Scripted, path: str, document: object, status: int = 200) -> None:
    script.answers[path] = (status, ACCEPT, json.dumps(document).encode())


def test_the_listing_says_where(scripted: Scripted, integrity: Integrity) -> None:
    """The key ``provenance`` of the Simple API names the document; attestations of all bundles count."""
    listing(scripted, provenance=f"{scripted.url}/elsewhere/1")
    shows(scripted, "/elsewhere/1", PROVENANCE)
    assert integrity.attestations("demo", "1.0", FILE) == [{"a": 1}, {"a": 2}]
    assert scripted.asked[-1][2]["accept"] == ACCEPT


@pytest.mark.parametrize("more", [{"provenance": None}, {}])
def test_else_the_integrity_api_is_asked(scripted: Scripted, integrity: Integrity, more: dict[str, object]) -> None:
    """Where the listing does not say yet, PyPI's address of it does."""
    listing(scripted, **more)
    shows(scripted, f"/integrity/demo/1.0/{FILE}/provenance", PROVENANCE)
    assert len(integrity.attestations("demo", "1.0", FILE)) == 2


def test_none_is_none(scripted: Scripted, integrity: Integrity) -> None:
    """A file without provenance, and a project that is not there, have none."""
    listing(scripted)
    assert integrity.attestations("demo", "1.0", FILE) == []
    assert integrity.attestations("absent", "1.0", FILE) == []


@pytest.mark.parametrize(
    ("status", "document"),
    [(503, {}), (200, {"attestation_bundles": [{}]}), (200, {"attestation_bundles": 3}), (200, [1]), (0, {})],
)
def test_what_cannot_be_read_is_no_answer(
    scripted: Scripted, integrity: Integrity, status: int, document: object
) -> None:
    """An error, a document of another form and a broken connection are not the same as none."""
    listing(scripted, provenance="/elsewhere/1")
    shows(scripted, "/elsewhere/1", document, status)
    with pytest.raises(Blocked):
        integrity.attestations("demo", "1.0", FILE)


def test_a_listing_that_is_none_blocks(scripted: Scripted, integrity: Integrity) -> None:
    """HTML in place of JSON is not understood."""
    scripted.answers["/simple/demo/"] = (200, "text/html", b"<html>")
    with pytest.raises(Blocked, match="cannot be read"):
        integrity.attestations("demo", "1.0", FILE)
