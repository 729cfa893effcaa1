"""Withdrawing a release: who is left with what, and what comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from nox_release.yank import Dependent, Withdrawal, effects, reason, steps

RELEASES = {"1.0": False, "1.1": False, "1.2": False, "1.3": True, "2.0b1": False}


def withdrawal(*requires: str, version: str = "1.2", releases: dict[str, bool] = RELEASES) -> Withdrawal:
    return Withdrawal("core", version, releases, (Dependent("user", "3.0", requires),))


@pytest.mark.parametrize(
    ("requires", "then", "pinned"),
    [
        ("core", "1.1", False),
        ("core>=1.1", "1.1", False),
        ("core>=1.2,<2", None, False),
        ("core~=1.2", None, False),
        ("core==1.2.*", None, False),
        ("core==1.2", None, True),
        ("core===1.2", None, True),
    ],
)
def test_what_a_dependent_gets_instead(requires: str, then: str | None, pinned: bool) -> None:
    """The next best of what is not yanked, or nothing; an exact pin keeps what is yanked (PEP 592)."""
    (effect,) = effects(withdrawal(requires))
    assert (effect.then and str(effect.then), effect.pinned) == (then, pinned)


@pytest.mark.parametrize("requires", ["core<1.2", "core!=1.2", "core==1.1", "core>=2.0b1"])
def test_who_never_gets_it_is_not_touched(requires: str) -> None:
    """What resolves to another release before resolves to the same afterwards."""
    assert effects(withdrawal(requires)) == ()


@pytest.mark.parametrize(
    ("version", "higher", "lower"),
    [("1.1", "1.2", "1.0"), ("1.2", None, "1.1"), ("1.0", "1.1", None), ("2.0b1", None, "1.2")],
)
def test_the_replacement_is_the_next_that_suits(version: str, higher: str | None, lower: str | None) -> None:
    """Neither yanked ones nor, for a final release, prereleases are proposed."""
    found = withdrawal(version=version)
    assert (found.higher and str(found.higher), found.lower and str(found.lower)) == (higher, lower)


def test_the_order_is_fix_then_dependents_then_yank() -> None:
    """What would break is mended before the release goes; the page, the reason and the check come last."""
    *before, yank, check = steps(withdrawal("core>=1.2,<2"), "https://pypi.org/", "https://pypi.org/simple/")
    assert "release a fix above 1.2" in before[0]
    assert "user 3.0 requires core>=1.2,<2, which nothing else satisfies" in before[1]
    assert "https://pypi.org/manage/project/core/release/1.2/" in yank
    assert reason(withdrawal()) in yank
    assert "nox -s status -- core" in check


def test_a_release_with_a_successor_needs_nothing_first() -> None:
    """Where users get a higher release, the yank is the first step."""
    first, *_ = steps(withdrawal("core>=1.0", version="1.1"))
    assert first.startswith("yank 1.1 at the index's own pages")
    assert "use 1.2" in first


def test_the_only_release_has_no_replacement() -> None:
    """Without another release a fix comes first, and the reason says that there is none."""
    alone = withdrawal("core", releases={"1.2": False})
    assert steps(alone)[0].startswith("release a fix: without 1.2")
    assert "no replacement yet" in reason(alone)


@pytest.mark.parametrize("version", ["1.3", "9.9"])
def test_what_is_yanked_or_absent_is_not_yanked(version: str) -> None:
    """There are no steps where nothing is to be done."""
    found = withdrawal("core", version=version)
    assert steps(found) == ()
    assert found.done is found.known is (version == "1.3")


VERSIONS = st.sampled_from(["0.9", "1.0", "1.0rc1", "1.1", "2.0", "2.0b1"])
SPECIFIERS = st.sampled_from(["", ">=1.0", "<2", "~=1.0", "==1.0", "!=1.0", "==1.*", ">=1.0rc1", "===1.0"])


@given(st.dictionaries(VERSIONS, st.booleans()), VERSIONS, SPECIFIERS)
def test_an_effect_is_a_change(releases: dict[str, bool], version: str, specifier: str) -> None:
    """No combination breaks it; what is told to change did resolve to the release, and does not afterwards."""
    found = withdrawal(f"core{specifier}", version=version, releases=releases)
    steps(found)
    for effect in effects(found):
        assert Requirement(effect.requirement).specifier.contains(effect.now, prereleases=True)
        assert effect.now == Version(version)
        assert effect.then != effect.now
