"""What an approval covers: exactly the files, the manifests and the index that it names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.approval import Approval, Mode, Policy, Statement, differences, manifest_digest, missing, statement
from nox_release.check import Finding, Severity
from nox_release.manifest import Manifest
from nox_release.model import Artifact, Evidence, Kind, Outcome, Stage
from nox_release.record import from_json

INDEX = "https://index.example/legacy/"


def artifact(filename: str, sha256: str = "a" * 64, size: int = 10) -> Artifact:
    return Artifact(filename, Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST, sha256, size)


def manifest(name: str = "demo", version: str = "1.0") -> Manifest:
    evidence = Evidence(name, version, Stage.TEST, "inputs", Outcome.PASSED, started=1.0, duration=2.0, log="log")
    files = (artifact(f"{name}-{version}.tar.gz"), artifact(f"{name}-{version}-py3-none-any.whl"))
    return Manifest(1, name, version, "c" * 40, "source", True, files, {"test": evidence})


MANIFEST = manifest()
ACTUAL = statement([MANIFEST], INDEX)


def approval(
    of: Statement = ACTUAL, by: str = "ada@example.com", mode: Mode = Mode.SIGNED, at: str = "2026"
) -> Approval:
    return Approval(of, mode, by, at)


def with_file(change: Artifact | None, more: tuple[Artifact, ...] = ()) -> Statement:
    _, second = MANIFEST.artifacts
    kept = (second,) if change is None else (change, second)
    return statement([replace(MANIFEST, artifacts=(*kept, *more))], INDEX)


FIRST = MANIFEST.artifacts[0]
EVIDENCE = MANIFEST.evidence["test"]
FINDING = Finding("ABC101", "title", Severity.WARNING, "here", "mend it")


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        (replace(ACTUAL, index="https://other.example/"), "it was approved for https://index.example/legacy/, not for"),
        (with_file(replace(FIRST, sha256="b" * 64)), "demo-1.0.tar.gz has other bytes: sha256 bbbb"),
        (with_file(replace(FIRST, size=11)), "demo-1.0.tar.gz has other bytes"),
        (with_file(None), "demo-1.0.tar.gz was approved and is not there any more"),
        (with_file(FIRST, (artifact("demo-1.0-cp311-none-any.whl"),)), "demo-1.0-cp311-none-any.whl was not approved"),
        (statement([manifest(version="1.1")], INDEX), "demo was approved at 1.0, not at 1.1"),
        (statement([replace(MANIFEST, commit="d" * 40)], INDEX), "built from cccccccccccc, not from dddddddddddd"),
        (statement([MANIFEST, manifest("other")], INDEX), "other 1.0 was not approved"),
        (statement([], INDEX), "demo was approved and is not in this plan"),
        (
            statement([replace(MANIFEST, evidence={"test": replace(EVIDENCE, findings=(FINDING,))})], INDEX),
            "the release manifest of demo says something else",
        ),
        (statement([replace(MANIFEST, source="other")], INDEX), "the release manifest of demo says something else"),
    ],
)  # fmt: skip
def test_one_change_voids_an_approval_and_is_named(actual: Statement, said: str) -> None:
    """One byte, one file, one target, one finding changed, and the approval covers nothing; the change is told."""
    assert any(said in line for line in differences(ACTUAL, actual))
    (why, *_) = missing(Policy(Mode.SIGNED), actual, [approval()], frozenset())
    assert why.startswith("the approval by ada@example.com of 2026 is void: ")


def test_running_a_stage_again_voids_nothing() -> None:
    """When a stage ran, how long it took, and why it ran again is no part of what is approved."""
    again = replace(
        MANIFEST.evidence["test"], inputs="x", started=9.0, duration=9.0, seconds={"ABC101": 9.0}, log="other"
    )
    assert statement([replace(MANIFEST, evidence={"test": again})], INDEX) == ACTUAL


def test_what_the_index_had_at_the_moment_voids_nothing() -> None:
    """Once the first file is there, the index tells something else of the release; what is approved is the same."""
    told = replace(FINDING, code="HIS201")
    evidence = replace(MANIFEST.evidence["test"], findings=(told,), facts={"index": "it has no release"})
    assert statement([replace(MANIFEST, evidence={"test": evidence})], INDEX) == ACTUAL


def test_the_statement_is_the_same_whatever_the_order() -> None:
    """The order in which packages are given makes no other bytes."""
    one, other = manifest("one"), manifest("other")
    assert statement([one, other], INDEX).content == statement([other, one], INDEX).content


def test_a_statement_survives_its_file() -> None:
    """What was written is read back as the same statement with the same digest."""
    assert from_json(Statement, ACTUAL.content) == ACTUAL
    assert from_json(Statement, ACTUAL.content).digest == ACTUAL.digest


ADA, BOB = approval(), approval(by="bob@example.com")
NOBODY: frozenset[str] = frozenset()
AUTHOR = frozenset({"ada@example.com"})


@pytest.mark.parametrize(
    ("policy", "given", "authors", "said"),
    [
        (Policy(), [], NOBODY, "nobody has approved it"),
        (Policy(), [ADA], NOBODY, "nobody has approved it"),
        (Policy(Mode.SIGNED), [approval(mode=Mode.PROMPT)], NOBODY, "nobody has approved it"),
        (Policy(Mode.SIGNED, 2), [ADA], NOBODY, "1 of 2 approvals: ada@example.com"),
        (Policy(Mode.SIGNED, 2), [ADA, ADA], NOBODY, "1 of 2 approvals: ada@example.com"),
        (Policy(Mode.SIGNED, 1, False), [ADA], AUTHOR, "ada@example.com wrote the released commit"),
        (Policy(Mode.SIGNED, 2, False), [ADA, BOB], AUTHOR, "1 of 2 approvals: bob@example.com"),
        (Policy(Mode.SIGNED, 1, False), [approval(by="Ada@Example.com")], AUTHOR, "wrote the rel"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told(policy: Policy, given: list[Approval], authors: frozenset[str], said: str) -> None:
    """An approval of another mode, one person twice, or the author's own where that is not allowed, are not enough."""
    (why,) = missing(policy, ACTUAL, given, authors)
    assert said in why


@pytest.mark.parametrize(
    ("policy", "given", "authors"),
    [
        (Policy(), [approval(mode=Mode.PROMPT)], NOBODY),
        (Policy(Mode.SIGNED), [ADA], AUTHOR),
        (Policy(Mode.SIGNED, 2), [ADA, BOB], NOBODY),
        (Policy(Mode.SIGNED, 1, False), [ADA, BOB], AUTHOR),
        (Policy(Mode.SIGNED), [approval(statement([], INDEX), at="2027"), ADA], NOBODY),
    ],
)
def test_enough_is_enough(policy: Policy, given: list[Approval], authors: frozenset[str]) -> None:
    """With as many different people as are demanded nothing is missing, whatever else was approved before or since."""
    assert missing(policy, ACTUAL, given, authors) == ()


@given(
    st.lists(st.sampled_from(["demo", "other", "third"]), unique=True),
    st.lists(st.sampled_from(["demo", "other", "third"]), unique=True),
    st.sampled_from(["1.0", "1.1"]),
)
def test_only_the_same_plan_has_no_differences(one: list[str], other: list[str], version: str) -> None:
    """No difference is told exactly when both statements are the same bytes."""
    approved = statement([manifest(name) for name in one], INDEX)
    actual = statement([manifest(name, version) for name in other], INDEX)
    assert (list(differences(approved, actual)) == []) is (approved.content == actual.content)


def test_a_manifests_digest_tells_every_other_field() -> None:
    """The digest covers outcome, findings, facts and tools of each stage."""
    evidence = MANIFEST.evidence["test"]
    changed = [
        replace(evidence, outcome=Outcome.FAILED), replace(evidence, facts={"a": "b"}),
        replace(evidence, tools={"a": "1"}), replace(evidence, version="2"),
        replace(evidence, findings=(replace(FINDING, exempt="reason"),)),
    ]  # fmt: skip
    digests = {manifest_digest(replace(MANIFEST, evidence={"test": item})) for item in [evidence, *changed]}
    assert len(digests) == 1 + len(changed)
