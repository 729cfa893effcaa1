"""Which version comes next, by PEP 440."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from nox_release.errors import Misuse
from nox_release.policy import Policy
from nox_release.prepare.bumping import Bump, bumped, demanded, opened, unreleased, wanted

NUMBERS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(lambda numbers: ".".join(map(str, numbers)))
VERSIONS = st.builds(
    lambda epoch, numbers, pre, post, dev, local: Version(f"{epoch}{numbers}{pre}{post}{dev}{local}"),
    st.sampled_from(["", "", "1!"]),
    NUMBERS,
    st.sampled_from(["", "", "a1", "b2", "rc0"]),
    st.sampled_from(["", "", ".post3"]),
    st.sampled_from(["", "", ".dev4"]),
    st.sampled_from(["", "", "+local"]),
)


@pytest.mark.parametrize(
    ("current", "patch", "minor", "major", "pre"),
    [
        ("1.2.0", "1.2.1", "1.3.0", "2.0.0", "1.3.0b1"),
        ("1.3.0b1", "1.3.0", "1.3.0", "2.0.0", "1.3.0b2"),
        ("1.2.1b1", "1.2.1", "1.3.0", "2.0.0", "1.2.1b2"),
        ("2.0.0rc1", "2.0.0", "2.0.0", "2.0.0", "2.0.0rc2"),
        ("1.2.1.dev0", "1.2.1", "1.3.0", "2.0.0", "1.2.1b1"),
        ("1.3.0b2.dev1", "1.3.0", "1.3.0", "2.0.0", "1.3.0b2"),
        ("1.2.0.post1", "1.2.1", "1.3.0", "2.0.0", "1.3.0b1"),
        ("1.2.0.post1.dev2", "1.2.1", "1.3.0", "2.0.0", "1.3.0b1"),
        ("1.2.3.4", "1.2.3.5", "1.3.0.0", "2.0.0.0", "1.3.0.0b1"),
        ("1.2", "1.2.1", "1.3", "2.0", "1.3b1"),
        ("5", "5.0.1", "5.1", "6", "5.1b1"),
        ("2!1.2.0", "2!1.2.1", "2!1.3.0", "2!2.0.0", "2!1.3.0b1"),
        ("1.2.0+local", "1.2.1", "1.3.0", "2.0.0", "1.3.0b1"),
        ("0.4.0", "0.4.1", "0.5.0", "1.0.0", "0.5.0b1"),
        ("2026.11.3", "2026.11.4", "2026.12.0", "2027.0.0", "2026.12.0b1"),
    ],
)
def test_steps(current: str, patch: str, minor: str, major: str, pre: str) -> None:
    """A step raises its number and clears those behind it; a prerelease of the step's target is finished instead."""
    made = [str(bumped(Version(current), bump)) for bump in (Bump.PATCH, Bump.MINOR, Bump.MAJOR, Bump.PRE)]
    assert made == [patch, minor, major, pre]


@given(VERSIONS, st.sampled_from(Bump))
def test_a_step_leads_on(current: Version, bump: Bump) -> None:
    """Whatever the version, each step makes a later one that an index takes."""
    new = bumped(current, bump)
    assert new > Version(current.public)
    assert new.local is None
    assert new.dev is None
    assert new.is_prerelease is (bump is Bump.PRE)


@given(VERSIONS, st.sampled_from(Policy))
def test_what_follows_a_release_leads_to_every_step(released: Version, policy: Policy) -> None:
    """What is opened comes after the release, and each step from there as well."""
    following = opened(released, policy)
    assert following > Version(released.public)
    assert all(
        bumped(following, bump) > following for bump in Bump if bump is not Bump.PRE or following.dev is not None
    )


@pytest.mark.parametrize(
    ("released", "policy", "following"),
    [
        ("1.2.0", Policy.SEMVER, "1.2.1.dev0"),
        ("1.3.0b1", Policy.SEMVER, "1.3.0b2.dev0"),
        ("2026.11.0", Policy.NONE, "2026.11.1.dev0"),
        ("1.2.0", Policy.AZURE_PREVIEW, "1.2.1"),
        ("1.2.0b1", Policy.AZURE_PREVIEW, "1.2.0b2"),
    ],
)
def test_what_is_opened_after_a_release(released: str, policy: Policy, following: str) -> None:
    """A development version that nobody can release by mistake; in Azure's process the next patch or beta."""
    assert str(opened(Version(released), policy)) == following


@pytest.mark.parametrize(
    ("current", "text", "new"),
    [("1.2.0", "1.2.0", "1.2.0"), ("1.2.0", "v1.2.1", "1.2.1"), ("1.2.0", "2!0.1", "2!0.1"), ("1.0+l", "1.0", "1.0")],
)
def test_a_version_may_be_written(current: str, text: str, new: str) -> None:
    """What is written counts, the present version as well: then there is nothing left to be set."""
    assert str(bumped(Version(current), wanted(text))) == new


@pytest.mark.parametrize("text", ["minr", "1.x", "1.2+local", "9" * 5000])
def test_what_is_no_step_and_no_version(text: str) -> None:
    """It is refused before anything is looked at."""
    with pytest.raises(Misuse):
        wanted(text)


@pytest.mark.parametrize(("current", "text"), [("1.2.0", "1.1.9"), ("1.2.0", "1.2.0rc1"), ("1!1.0", "2.0")])
def test_versions_do_not_go_back(current: str, text: str) -> None:
    """An installer would never offer what is before the last one."""
    with pytest.raises(Misuse, match="comes before"):
        bumped(Version(current), wanted(text))


def test_a_tagged_version_is_taken() -> None:
    """What is released is told with the version to go beyond; what is not tagged passes."""
    released = [Version("1.2.0"), Version("1.3.0")]
    unreleased(Version("1.2.1"), released, "demo_1.2.1")
    with pytest.raises(Misuse, match=r"git has the tag demo_1\.2\.0") as caught:
        unreleased(Version("1.2"), released, "demo_1.2.0")
    assert caught.value.hint == "write a version after 1.3.0"


@pytest.mark.parametrize(
    ("last", "current", "breaks", "adds", "bump"),
    [
        ("1.2.0", "1.2.0", 1, 5, Bump.MAJOR),
        ("1.2.0", "1.2.0", 0, 5, Bump.MINOR),
        ("1.2.0", "1.2.0", 0, 0, Bump.PATCH),
        ("0.2.0", "0.2.0", 1, 0, Bump.MINOR),
        ("0.2.0", "0.2.0", 0, 5, Bump.PATCH),
        ("1.2.0", "1.3.0", 0, 1, Version("1.3.0")),
        ("1.2.0", "1.3.0", 1, 1, Bump.MAJOR),
        ("1.2.0", "1.2.1.dev0", 0, 0, Version("1.2.1")),
        ("1.2.0", "1.2.1.dev0", 0, 1, Bump.MINOR),
        ("1.2.0", "2.0.0b1", 1, 1, Version("2.0.0")),
    ],
)
def test_the_step_that_a_difference_demands(
    last: str, current: str, breaks: int, adds: int, bump: Bump | Version
) -> None:
    """What breaks takes a major step, what is added a minor one; a version that takes it already is kept."""
    assert demanded(Version(last), Version(current), breaks, adds) == bump
