"""Which trials a plan needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from nox_release.matrix import Resolution
from nox_release.prefixes import Release, Trial, affected, baselines, sibling_requirements, trials


def release(text: str, *requires: str) -> Release:
    """``core 1.0``, with what it requires."""
    name, version = text.split()
    return Release(name, version, requires)


def world(*releases: Release) -> dict[str, Release]:
    """Releases by name."""
    return {item.name: item for item in releases}


CORE = release("core 2.0")
OLD = release("core 1.0")


@pytest.mark.parametrize(
    ("public", "upload", "found"),
    [
        ((OLD, release("user 1.0", "core")), CORE, {"user"}),
        ((OLD, release("user 1.0", "Core >= 1")), CORE, {"user"}),
        ((OLD, release("user 1.0", "core<2")), CORE, set()),
        ((OLD, release("user 1.0", "other")), CORE, set()),
        ((release("user 1.0", "core"),), CORE, {"user"}),
        # on some platform, with some extra, and what only a build tells
        (
            (OLD, release("user 1.0", "core<2; sys_platform == 'win32'", "core; sys_platform != 'win32'")),
            CORE,
            {"user"},
        ),
        ((OLD, release("user 1.0", "core; extra == 'fast'")), CORE, {"user"}),
        ((OLD, Release("user", "1.0", None)), CORE, {"user"}),
        # by way of others
        ((OLD, release("middle 1.0", "core"), release("top 1.0", "middle")), CORE, {"middle", "top"}),
        ((OLD, release("middle 1.0", "core<2"), release("top 1.0", "middle")), CORE, set()),
        ((OLD, release("middle 1.0", "core"), release("top 1.0", "middle", "core==1.*")), CORE, {"middle"}),
        ((release("core 1.0", "user"), release("user 1.0", "core")), release("core 2.0", "user"), {"user"}),
        # a prerelease goes to those who ask for one; trying is what tells
        ((OLD, release("user 1.0", "core>=1")), release("core 2.0b1"), {"user"}),
    ],
)
def test_who_may_get_an_upload(public: tuple[Release, ...], upload: Release, found: set[str]) -> None:
    """Whoever requires it, directly or by way of others, unless it rules that version out."""
    assert affected(upload, {**world(*public), upload.name: upload}) == found


def steps(found: tuple[Trial, ...]) -> list[str]:
    """Each trial in one line, the lowest and the highest together."""
    return list(dict.fromkeys(f"{trial.step}: {trial.release}" for trial in found))


@pytest.mark.parametrize(
    ("uploads", "public", "found"),
    [
        ((CORE,), (OLD,), []),
        ((), (OLD, release("user 1.0", "core")), []),
        ((CORE,), (OLD, release("user 1.0", "core<2")), []),
        ((CORE,), (OLD, release("user 1.0", "core")), ["1: core 2.0", "1: user 1.0"]),
        # the public user is tried until its successor is there
        (
            (CORE, release("user 2.0", "core>=2"), release("core-x 1.0")),
            (OLD, release("user 1.0", "core")),
            ["1: core 2.0", "1: user 1.0", "2: user 2.0", "3: core-x 1.0"],
        ),
        # what was uploaded is tried again when something that it gets comes after it
        (
            (release("user 2.0", "core"), CORE),
            (OLD, release("user 1.0", "core")),
            ["1: user 2.0", "2: core 2.0", "2: user 2.0"],
        ),
        # a fix of an older line is not the last release
        (
            (release("user 1.0.1", "core<2"), CORE),
            (OLD, release("user 2.0", "core")),
            ["1: user 1.0.1", "2: core 2.0", "2: user 2.0"],
        ),
        (
            (release("user 3.0b1", "core"), CORE),
            (OLD, release("user 2.0", "core")),
            ["1: user 3.0b1", "2: core 2.0", "2: user 2.0"],
        ),
        # no public dependents: each package of its own
        ((CORE, release("user 1.0", "core")), (OLD,), ["1: core 2.0", "2: user 1.0"]),
    ],
)
def test_the_trials_of_a_plan(uploads: tuple[Release, ...], public: tuple[Release, ...], found: list[str]) -> None:
    """After each upload: what was uploaded, and what may get it."""
    wanted = trials(uploads, world(*public))
    assert steps(wanted) == found
    assert Counter(trial.resolution for trial in wanted) == Counter(
        dict.fromkeys(Resolution, len(found)) if found else {}
    )


def test_only_what_is_public_is_tried_before() -> None:
    """Each public release once for each resolution, however many uploads reach it."""
    user = release("user 1.0", "core", "other")
    public = world(OLD, user)
    wanted = trials((CORE, release("other 1.0")), public)
    assert steps(wanted) == ["1: core 2.0", "1: user 1.0", "2: other 1.0", "2: user 1.0"]
    assert baselines(wanted, public) == tuple(Trial(0, user, resolution) for resolution in Resolution)


@pytest.mark.parametrize(
    ("requires", "found"),
    [
        (("core>=1", "requests"), ("core>=1",)),
        (("Core[fast]>=1; python_version > '3'",), ("Core[fast]>=1; python_version > '3'",)),
        (("core; extra == 'fast'",), ()),
        (("user[fast]",), ()),
    ],
)
def test_the_siblings_that_come_at_their_lowest(requires: tuple[str, ...], found: tuple[str, ...]) -> None:
    """What it requires of the workspace outside its extras, itself less."""
    assert sibling_requirements(release("user 1.0", *requires), ["core", "user"]) == found


NAMES = [f"p{number}" for number in range(6)]


@st.composite
def releases(draw: st.DrawFn, names: list[str], major: int) -> dict[str, Release]:
    """Releases that require one another at will, circles included."""
    found = {}
    for name in names:
        needs = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
        bounds = draw(st.lists(st.sampled_from(["", ">=1", "<2", ">=2"]), min_size=3, max_size=3))
        found[name] = Release(name, f"{major}.0", tuple(map("".join, zip(needs, bounds, strict=False))))
    return found


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Release], Mapping[str, Release]]:
    """A plan, and what is public."""
    public = draw(releases(draw(st.lists(st.sampled_from(NAMES), unique=True)), 1))
    planned = draw(releases(draw(st.lists(st.sampled_from(NAMES), unique=True)), 2))
    return list(planned.values()), public


def may_get(name: str, upload: Release, state: Mapping[str, Release], seen: frozenset[str] = frozenset()) -> bool:
    """The definition, word for word: it requires it, or what requires it, and does not rule it out."""
    if name in seen or name not in state:
        return False
    wanted = [Requirement(text) for text in state[name].requires or ()]
    if any(item.name == upload.name and not item.specifier.contains(Version(upload.version)) for item in wanted):
        return False
    return any(item.name == upload.name or may_get(item.name, upload, state, seen | {name}) for item in wanted)


@given(situations())
def test_every_pair_is_covered_exactly_once(situation: tuple[list[Release], Mapping[str, Release]]) -> None:
    """Each state with each release that may be affected in it, at either end, and nothing else."""
    uploads, public = situation
    expected = []
    state = dict(public)
    for step, upload in enumerate(uploads, 1):
        state[upload.name] = upload
        names = [upload.name, *(name for name in state if name != upload.name and may_get(name, upload, state))]
        expected += [Trial(step, state[name], resolution) for name in names for resolution in Resolution]
    if len(expected) == 2:
        expected = []
    assert Counter(trials(uploads, public)) == Counter(expected)


@given(situations())
def test_a_plan_that_nothing_public_needs_tries_its_own_packages(
    situation: tuple[list[Release], Mapping[str, Release]],
) -> None:
    """Without dependents among what is public, nothing that is public is tried."""
    uploads, public = situation
    planned = {item.name for item in uploads}
    needy = {name for name, item in public.items() if any(text[:2] in planned for text in item.requires or ())}
    public = {name: item for name, item in public.items() if name not in needy}
    assert {trial.release for trial in trials(uploads, public)} <= set(uploads)
    assert baselines(trials(uploads, public), public) == ()
