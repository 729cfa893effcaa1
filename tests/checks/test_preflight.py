"""What stops a candidate before anything is done: each with a package that is ready but for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.check import Rules
from nox_release.checks.preflight import PREFLIGHT, Checkout, Readiness
from nox_release.index.owners import Owners
from nox_release.tagging import Tagged

COMMIT = "c" * 40
CHECKOUT = Checkout(COMMIT, "main", "origin", True, (), ("main", "release/*"))
OWNERS = Owners(True, frozenset({"microsoft", "azure-sdk"}))
READY = Readiness(
    "demo", "1.1", "https://index.example/legacy/", CHECKOUT, OWNERS, Tagged("demo_1.1", COMMIT), "1.0",
    required_owners=("Microsoft",),
)  # fmt: skip
UNKNOWN = Owners(True, unknown="the index answers 503")


def found(ready: Readiness) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in PREFLIGHT.run(ready)]


@pytest.mark.parametrize(
    "ready",
    [
        READY,
        replace(READY, checkout=replace(CHECKOUT, branch="release/2026-11")),
        replace(READY, version="1.1b1"),
        replace(READY, version="1.1.post1", prereleases=False),
        replace(READY, last=""),
        replace(READY, last="1.1", there={"a.whl": "1"}, built={"a.whl": "1", "b.tar.gz": "2"}),
        replace(READY, there={"a.whl": "1"}),
        replace(READY, there={"a.whl": ""}, built={"a.whl": "1"}),
        replace(READY, tag=Tagged("demo_1.1", COMMIT, COMMIT, COMMIT)),
        replace(READY, tag=Tagged("demo_1.1", COMMIT, COMMIT), checkout=replace(CHECKOUT, nameless="no name")),
        replace(READY, owners=Owners(False), first_release=True),
        replace(READY, owners=UNKNOWN, required_owners=()),
        replace(READY, owners=Owners(True, frozenset({"me"})), alone=True, first_release=True),
    ],
    ids=[
        "ready", "a branch of a glob", "a prerelease", "a post release is final", "nothing released yet",
        "half of it is there, the same bytes", "there, and not built yet to compare",
        "there, and the index tells no digest",
        "tagged here already", "tagged here already, so nobody's name is needed",
        "a first release that is meant", "nobody has to own it", "a first release that is to be finished",
    ],
)  # fmt: skip
def test_what_is_ready_passes(ready: Readiness) -> None:
    """Nothing is told of a package that may go."""
    assert found(ready) == []


@pytest.mark.parametrize(
    ("ready", "code", "said"),
    [
        (replace(READY, checkout=replace(CHECKOUT, uncommitted=("a", "b", "c", "d"))), "PRE101",
         "not committed: a, b, c and 1 more"),
        (replace(READY, checkout=replace(CHECKOUT, branch="feature")), "PRE102", "the branch is feature"),
        (replace(READY, checkout=replace(CHECKOUT, branch="")), "PRE102", "no branch is checked out"),
        (replace(READY, checkout=replace(CHECKOUT, pushed=False)), "PRE103", "origin/main lacks cccccccccccc"),
        (replace(READY, unannounced="there is no token\n  set GITHUB_TOKEN"), "PRE604", "there is no token"),
        (replace(READY, unattestable="the credentials are those of TWINE_PASSWORD"), "PRE603",
         "the credentials are those of TWINE_PASSWORD"),
        (replace(READY, version="1.1.dev1"), "PRE201", "1.1.dev1 is a development or local version"),
        (replace(READY, version="1.1+local"), "PRE201", "1.1+local is a development or local version"),
        (replace(READY, version="1.1rc1", prereleases=False), "PRE201", "1.1rc1 is a prerelease (prereleases = false)"),
        (replace(READY, last="1.2"), "PRE202", "1.1 is below the last release 1.2"),
        (replace(READY, there={"a.whl": "1"}, built={"a.whl": "2"}), "PRE203", "the index has sha256 1, built was 2"),
        (replace(READY, there={"a.whl": "1"}, built={"b.whl": "1"}), "PRE203",
         "the index has sha256 1, built was no such file"),
        (replace(READY, there={"a.whl": ""}, built={"b.whl": "1"}), "PRE203",
         "the index has sha256 unknown, built was no such file"),
        (replace(READY, tag=Tagged("demo_1.1", COMMIT, remote="d" * 40)), "PRE204",
         "demo_1.1 is tagged on the remote at dddddddddddd, and cccccccccccc was built"),
        (replace(READY, tag=None), "PRE204", "the tags of origin cannot be read"),
        (replace(READY, checkout=replace(CHECKOUT, nameless="git knows no committer: x")), "PRE205",
         "git knows no committer: x"),
        (replace(READY, dated="`1.1` has no date"), "PRE301", "`1.1` has no date"),
        (replace(READY, unreleased=("core",)), "PRE401", "core is not released"),
        (replace(READY, required_owners=("contoso",)), "PRE501",
         "contoso is not among the owners: azure-sdk, microsoft"),
        (replace(READY, owners=Owners(True, frozenset({"me"})), first_release=True), "PRE501",
         "Microsoft is not among the owners: me"),
        (replace(READY, owners=Owners(True, frozenset({"me"})), alone=True), "PRE501",
         "Microsoft is not among the owners: me"),
        (replace(READY, owners=Owners(False)), "PRE502", "the index has no project of this name"),
        (replace(READY, owners=UNKNOWN), "PRE503", "the index answers 503"),
        (replace(READY, owners=UNKNOWN, owners_unknown="a mirror"), "PRE504", "not looked at: a mirror"),
        (replace(READY, credentials="no credentials for x\n  set TWINE_PASSWORD"), "PRE601", "no credentials for x"),
        (replace(READY, unapproved=("this is no job of a CI\npublish from one",)), "PRE602", "this is no job of a CI"),
        (replace(READY, unapproved=("nobody has approved it",)), "PRE602", "nobody has approved it"),
    ],
)  # fmt: skip
def test_what_stops_it_is_told(ready: Readiness, code: str, said: str) -> None:
    """One thing is wrong, and one finding says which; only an accepted unknown does not stop it."""
    assert found(ready) == [(code, said)]
    assert PREFLIGHT.run(ready).fails is (code != "PRE504")


def test_everything_is_told_at_once() -> None:
    """Who mends one thing does not learn of the next by trying again."""
    hopeless = Readiness(
        "demo", "0.9.dev1", "https://index.example/legacy/",
        Checkout(COMMIT, "x", "origin", False, ("a",), ("main",), "?"),
        Owners(False), None, "1.0", {"a": "1"}, {"a": "2"}, "no entry", "CHANGELOG.md", ("core",),
        credentials="none", unapproved=("nobody",),
    )  # fmt: skip
    assert [code for code, _ in found(hopeless)] == [
        "PRE101", "PRE102", "PRE103", "PRE201", "PRE202", "PRE203", "PRE204", "PRE205", "PRE301", "PRE401", "PRE502",
        "PRE601", "PRE602",
    ]  # fmt: skip


def test_no_configuration_lets_uncommitted_work_pass() -> None:
    """It could be part of what is not committed, and would let itself pass."""
    ready = replace(READY, checkout=replace(CHECKOUT, uncommitted=("pyproject.toml",)))
    assert PREFLIGHT.run(ready, Rules({"PRE": "reason"}, {"PUB": "reason"}, {"PRE1": "warning"})).fails
