"""Targets shared out over jobs, and each job's part of the plan."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import package
from nox_release.config import Config
from nox_release.plan import Plan, make_plan
from nox_release.requirements import Requirements
from nox_release.shards import part, shards
from nox_release.workspace import Workspace

NAMES = st.text("abcdefgh-", min_size=1, max_size=8)
SECONDS = st.one_of(st.none(), st.floats(0, 10_000))
DURATIONS = st.dictionaries(NAMES, SECONDS, max_size=30)


@given(DURATIONS, st.integers(1, 12))
def test_every_target_is_in_exactly_one_shard(durations: Mapping[str, float | None], count: int) -> None:
    """None is lost, none is done twice, no shard is empty, and there are no more than were asked for."""
    found = shards(durations, count)
    assert sorted(name for shard in found for name in shard.names) == sorted(durations)
    assert len(found) == min(count, len(durations))
    assert all(shard.names for shard in found)
    assert [shard.number for shard in found] == list(range(1, len(found) + 1))


@given(DURATIONS, st.integers(1, 12), st.randoms())
def test_the_same_durations_are_shared_out_in_the_same_way(
    durations: dict[str, float | None], count: int, random: object
) -> None:
    """The order in which they are told has no part in it."""
    items = list(durations.items())
    getattr(random, "shuffle")(items)  # noqa: B009  # hypothesis types it as an object
    assert shards(dict(items), count) == shards(durations, count)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6), st.integers(1, 3))
def test_the_longest_job_is_at_most_a_third_longer_than_it_has_to_be(seconds: list[int], count: int) -> None:
    """The bound of the longest-first rule (Graham 1969), beside the best of all ways."""
    found = shards({f"p{number}": float(value) for number, value in enumerate(seconds)}, count)
    ways = itertools.product(range(count), repeat=len(seconds))
    best = min(
        max(sum(value for value, job in zip(seconds, way, strict=True) if job == number) for number in range(count))
        for way in ways
    )
    assert max(shard.seconds for shard in found) <= best * (4 / 3 - 1 / (3 * count)) + 1e-6


def test_what_was_never_timed_counts_as_the_mean() -> None:
    """Two that are unknown weigh as much as the known ones, and are told as unknown."""
    one, two = shards({"a": 10.0, "b": 30.0, "c": None, "d": None}, 2)
    assert (one.names, one.seconds, one.unknown) == (("a", "b"), 40.0, 0)
    assert (two.names, two.seconds, two.unknown) == (("c", "d"), 0.0, 2)


def test_without_a_number_of_jobs_there_are_no_shards() -> None:
    """A plan that nobody shares out is not shared out."""
    assert shards({"a": 1.0}, 0) == ()
    assert shards({}, 3) == ()


def planned(names: str, requires: Mapping[str, str], tests: Mapping[str, str] | None = None) -> Plan:
    space = Workspace({name: package(name, requires=tuple(needs.split())) for name, needs in requires.items()})
    return make_plan(
        names.split(), space, Config(), lambda item: f"digest of {item.name}", {},
        lambda item, settings: Requirements(tuple((tests or {}).get(item.name, "").split())),
    )  # fmt: skip


ALL = {"base": "", "core": "base", "app": "core>=1", "web": "core", "lone": ""}


@pytest.mark.parametrize(
    ("only", "targets", "companions"),
    [
        ("app", "app", "base core"),
        ("app web", "app web", "base core"),
        ("core", "core", "base"),
        ("lone", "lone", ""),
        ("base core app web lone", "base core app web lone", ""),
    ],
)
def test_a_part_has_what_its_targets_need(only: str, targets: str, companions: str) -> None:
    """Siblings from other shards are built here, too; what nobody here needs is left out."""
    found = part(planned(" ".join(ALL), ALL), only.split())
    assert {item.name for item in found.targets} == set(targets.split())
    assert {item.name for item in found.packages if not item.target} == set(companions.split())


@given(st.sets(st.sampled_from(sorted(ALL)), min_size=1))
def test_a_part_leaves_the_packages_as_they_were_planned(only: set[str]) -> None:
    """Whatever has a part in evidence is that of the whole plan: so it holds there."""
    whole = planned(" ".join(ALL), ALL, {"lone": "web"})
    for item in part(whole, only).packages:
        before = whole[item.name]
        assert (item.package, item.source, item.siblings, item.test_siblings, item.test_requires) == (
            before.package, before.source, before.siblings, before.test_siblings, before.test_requires,
        )  # fmt: skip
        assert item.target == (item.name in only)


def test_what_only_tests_install_is_built_for_tests_alone() -> None:
    """A companion that no target itself installs takes part in no other stage."""
    found = part(planned("app lone", ALL, {"lone": "web"}), ["lone"])
    assert {item.name: item.for_tests for item in found.packages if not item.target} == {
        "base": True, "core": True, "web": True
    }  # fmt: skip
