"""Frozen dataclasses ↔ JSON: what is written is what is read, and damage is told."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.check import Finding, Severity
from nox_release.manifest import Manifest
from nox_release.model import Artifact, Evidence, Kind, Outcome, Package, Stage
from nox_release.record import from_json, to_json

# Text as Python has it, with names of files that are not UTF-8 (as os.fsdecode tells them).
TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from([chr(code) for code in range(0xDC80, 0xDD00)]))
FACTS = st.dictionaries(TEXTS, TEXTS, max_size=4)
ARTIFACTS = st.builds(Artifact, TEXTS, st.sampled_from(Kind), TEXTS, st.integers())
FINDINGS = st.builds(Finding, TEXTS, TEXTS, st.sampled_from(Severity), TEXTS, TEXTS, TEXTS, TEXTS)
SECONDS = st.floats(allow_nan=False, allow_infinity=False)
EVIDENCE = st.builds(
    Evidence,
    package=TEXTS,
    version=TEXTS,
    stage=st.sampled_from(Stage),
    inputs=TEXTS,
    outcome=st.sampled_from(Outcome),
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    artifacts=st.lists(ARTIFACTS, max_size=3).map(tuple),
    facts=FACTS,
    tools=FACTS,
    problem=TEXTS,
    hint=TEXTS,
    log=TEXTS,
    started=SECONDS,
    duration=SECONDS,
)
MANIFESTS = st.builds(
    Manifest,
    schema=st.integers(),
    name=TEXTS,
    version=TEXTS,
    commit=TEXTS,
    source=TEXTS,
    committed=st.booleans(),
    artifacts=st.lists(ARTIFACTS, max_size=2).map(tuple),
    evidence=st.dictionaries(TEXTS, EVIDENCE, max_size=2),
)


class Colour(enum.Enum):
    RED = "red"


@dataclass(frozen=True)
class Everything:
    """One field of each kind that a record may have."""

    path: Path = Path("a/b")
    colour: Colour = Colour.RED
    pair: tuple[str, int] = ("a", 1)
    many: tuple[int, ...] = (1, 2)
    chosen: frozenset[str] = frozenset({"b", "a"})
    maybe: str | None = None
    perhaps: Optional[Path] = Path("c")  # noqa: UP045  # the other spelling of the same hint
    nested: Mapping[str, Mapping[str, Colour]] = field(default_factory=lambda: {"x": {"y": Colour.RED}})
    anything: Any = None
    number: float = 2
    yes: bool = True


@settings(deadline=None)
@given(EVIDENCE)
def test_evidence_is_read_as_it_was_written(evidence: Evidence) -> None:
    """Evidence survives the way through a file, whatever text is in it."""
    assert from_json(Evidence, to_json(evidence).encode()) == evidence


@settings(deadline=None, max_examples=50)
@given(MANIFESTS)
def test_a_manifest_is_read_as_it_was_written(manifest: Manifest) -> None:
    """A manifest survives the way through a file."""
    assert from_json(Manifest, to_json(manifest).encode()) == manifest


@given(FACTS)
def test_the_same_value_is_the_same_text(facts: dict[str, str]) -> None:
    """The order of a mapping does not show."""
    turned = dict(reversed(facts.items()))
    one, other = (Evidence("a", "1", Stage.TEST, "0", Outcome.PASSED, facts=each) for each in (facts, turned))
    assert to_json(one) == to_json(other)


def test_every_kind_of_field_is_read_back() -> None:
    """Paths, enums, tuples, sets, mappings and values that may be None come back as what they were."""
    assert from_json(Everything, to_json(Everything())) == Everything()
    changed = Everything(maybe="x", perhaps=None, chosen=frozenset(), many=(), anything={"a": [1, None]})
    assert from_json(Everything, to_json(changed)) == changed


def test_sets_are_written_in_order() -> None:
    """A set is a sorted list, so that its text is always the same."""
    assert json.loads(to_json(Everything()))["chosen"] == ["a", "b"]


def test_text_is_written_as_people_read_it() -> None:
    """Letters beyond ASCII are not escaped."""
    assert "Größe" in to_json({"word": "Größe"})


@pytest.mark.parametrize("name", ["caf\udce9.txt", "\\\udcff", "\udcff\\udcff", "ü\udcc3"])
def test_names_that_are_not_utf_8_are_kept(name: str) -> None:
    """A file name that is no UTF-8, as Python has it, survives the way through a file of UTF-8."""
    finding = Finding("A1", "title", Severity.ERROR, name, "rename it")
    assert from_json(Finding, to_json(finding).encode()) == finding


def test_lists_inside_values_are_written() -> None:
    """A list is written as a tuple is."""
    assert json.loads(to_json([1, (2, [3])])) == [1, [2, [3]]]


def test_fields_that_are_not_written_have_their_default() -> None:
    """A record of an earlier version, which lacks a field, is read."""
    assert from_json(Everything, "{}") == Everything()


def whole() -> dict[str, Any]:
    artifact = Artifact("demo-1.0.tar.gz", Kind.SDIST, "a" * 64, 1)
    evidence = Evidence("demo", "1.0", Stage.TEST, "0", Outcome.PASSED, artifacts=(artifact,))
    plain: dict[str, Any] = json.loads(to_json(evidence))
    return plain


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("package", 1),
        ("package", None),
        ("stage", "build"),
        ("outcome", "PASSED"),
        ("findings", 1),
        ("findings", ["x"]),
        ("artifacts", [{"filename": "a"}]),
        ("artifacts", "demo"),
        ("facts", ["a"]),
        ("facts", {"a": 1}),
        ("started", "now"),
        ("started", float("nan")),
        ("duration", float("inf")),
        ("duration", float("-inf")),
        ("duration", 10**400),
        ("surprise", 1),
    ],
)
def test_a_value_of_another_kind_is_told(key: str, value: object) -> None:
    """What does not describe the record is a ValueError, whichever field is wrong."""
    with pytest.raises(ValueError, match=r".+"):
        from_json(Evidence, json.dumps({**whole(), key: value}))


@pytest.mark.parametrize("key", ["package", "version", "stage", "inputs", "outcome"])
def test_a_field_without_default_has_to_be_there(key: str) -> None:
    """A record that lacks what has no default is a ValueError that names the kind."""
    lacking = whole()
    del lacking[key]
    with pytest.raises(ValueError, match="not a Evidence"):
        from_json(Evidence, json.dumps(lacking))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"3", b'"text"', b"\xff\xfe\xff", b"[[]]", b"{} {}", b"[" * 100_000]
)
def test_damage_is_told(content: bytes) -> None:
    """What is no JSON, or JSON of something else, is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        from_json(Evidence, content)


@settings(deadline=None)
@given(st.data())
def test_half_of_a_record_is_never_a_record(data: st.DataObject) -> None:
    """A record cut off anywhere is a ValueError."""
    content = to_json(data.draw(EVIDENCE)).encode()
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(ValueError, match=r".+"):
        from_json(Evidence, cut)


def test_a_pair_has_two_items() -> None:
    """A tuple of fixed length is not read from a longer or shorter list."""
    for wrong in ([], ["a"], ["a", 1, 2]):
        with pytest.raises(ValueError, match=r".+"):
            from_json(Everything, json.dumps({"pair": wrong}))


def test_a_package_is_read_as_it_was_written() -> None:
    """Packages travel to the worker with their sets and mappings of tuples."""
    package = Package(
        "demo", None, ".", "setup.py", "b", extras={"x": ("y",)}, groups={"g": ()}, unknown=frozenset({"version"})
    )
    assert from_json(Package, to_json(package)) == package
