"""What is asked of the index before a release, and how little."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import FakeTarget
from nox_release.errors import Blocked
from nox_release.history import LOOK_ALIKES, History, confusable, look, look_alikes, told
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Artifact, Kind

NOW = datetime(2026, 11, 25, tzinfo=UTC)
DOWN = Blocked("the index cannot be read", "mend the network")
DEMO = Published("demo", (PublishedFile("demo-1.0.tar.gz", "", version=Version("1.0")),))
CORE = Published("core")


def ask(
    target: FakeTarget, name: str, *requirements: str, **planned: str
) -> tuple[History | None, Blocked | None]:  # fmt: skip
    versions = {key: Version(text) if text else None for key, text in planned.items()}
    return look(target, name, Version("2.0"), index="i", now=NOW, requirements=requirements, planned=versions)


def test_one_page_is_read_for_the_package_and_each_sibling() -> None:
    """What is found stands beside what the plan has."""
    target = FakeTarget({"demo": DEMO, "core": CORE})
    history, unknown = ask(target, "demo", "core>=1", "Other[x]<2", core="1.5", other="")
    assert unknown is None
    assert history is not None
    assert (history.published, target.asked) == (DEMO, ["demo", "core", "other"])
    assert [(str(need.requirement), need.published, need.planned, need.version) for need in history.needs] == [
        ("core>=1", CORE, True, Version("1.5")),
        ("Other[x]<2", None, True, None),
    ]


def test_a_sibling_outside_the_plan_is_told_as_that() -> None:
    """It has to come from the index."""
    history, _ = ask(FakeTarget({"demo": DEMO, "core": CORE}), "demo", "core>=1")
    assert history is not None
    assert [(need.planned, need.version) for need in history.needs] == [(False, None)]


@pytest.mark.parametrize(("content", "begun"), [(b"ours", True), (b"another's", False)])
def test_an_index_without_digests_is_hashed(tmp_path: Path, content: bytes, begun: bool) -> None:
    """What it serves tells whether an upload is to be finished; only what is called like a file of ours is fetched."""
    names = ("demo-1.0.tar.gz", "demo-0.9.tar.gz")
    files = tuple(PublishedFile(name, name, version=Version(name[5:8])) for name in names)
    (tmp_path / names[0]).write_bytes(content)
    target = FakeTarget({"demo": Published("demo", files)}, {names[0]: tmp_path / names[0]})
    ours = (Artifact(names[0], Kind.SDIST, hashlib.sha256(b"ours").hexdigest(), 4),)
    history, unknown = look(
        target, "demo", Version("1.0"), index="index.test", now=datetime(2026, 1, 1, tzinfo=UTC), artifacts=ours
    )
    assert history is not None and unknown is None
    assert (history.begun, target.asked) == (begun, ["demo", names[0]])


def test_only_a_new_name_is_compared_with_others() -> None:
    """Those that are there are told; how many were asked about, too."""
    target = FakeTarget({"contosocore": CORE})
    history, unknown = ask(target, "contoso-core")
    assert (history and history.look_alikes, unknown) == (("contosocore",), None)
    assert target.asked == ["contoso-core", *look_alikes("contoso-core")]
    assert history is not None
    assert told(history).startswith(f"i knows no contoso-core; {len(target.asked) - 1} similar names were asked about")


@pytest.mark.parametrize(
    ("projects", "known", "asked"),
    [
        ({"demo": DOWN}, False, ["demo"]),
        ({"demo": DEMO, "core": DOWN}, True, ["demo", "core", "more"]),
        ({"d-emo": DOWN, "dem0": DOWN}, True, ["demo", "core", "more", "dem0"]),
    ],
)
def test_what_cannot_be_read_is_told(projects: dict[str, Published | Blocked], known: bool, asked: list[str]) -> None:
    """What is known nevertheless is kept, and the reason is handed back."""
    target = FakeTarget(projects)
    history, unknown = ask(target, "demo", "core", "more")
    assert (history is not None, unknown) == (known, DOWN)
    assert target.asked == asked
    assert history is None or "core" not in projects or [need.requirement.name for need in history.needs] == ["more"]


@pytest.mark.parametrize(
    ("published", "text"),
    [
        (DEMO, "i has 1 release, the last 1.0; file names that were deleted there are unknown"),
        (Published("demo"), "i has no release; file names that were deleted there are unknown"),
    ],
)
def test_what_was_learned_is_a_sentence(published: Published, text: str) -> None:
    """With what cannot be learned."""
    assert told(History("demo", Version("2.0"), "i", NOW, published)) == text


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("contoso-core", ["contosocore"]),
        ("a-b-c", ["abc", "ab-c", "a-bc"]),
        ("numpy2", ["numpy-2"]),
        ("pyfoo", ["py-foo", "pyf00"]),
        ("foopython", ["foo-python"]),
        ("will", ["wi11", "w1ll", "wiil"]),
        ("r0b1n", ["robin".replace("i", "1"), "r0bin"]),
        ("x", []),
    ],
)
def test_likely_names_are_among_those_asked_about(name: str, others: list[str]) -> None:
    """Other hyphens, and digits for letters."""
    assert set(others) <= set(look_alikes(name))
    assert others or list(look_alikes(name)) == []


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,40}[A-Za-z0-9])?", fullmatch=True))
def test_every_name_asked_about_would_be_confused(name: str) -> None:
    """PyPI takes it for the new one; it is another, asked about once, and they are few."""
    others = list(look_alikes(name))
    assert len(others) == len(set(others)) <= LOOK_ALIKES
    assert canonicalize_name(name) not in others
    assert {confusable(other) for other in others} <= {confusable(name)}
    assert all(canonicalize_name(other) == other for other in others)
