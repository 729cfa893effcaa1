"""Where a package stands: one position for every combination of facts, and the next command for what is half done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.standing import Shelf, Shelved, Standing
from nox_release.status import DONE, Position, Trouble, how_to_add, judge

HEAD, OLD = "a" * 40, "b" * 40
SDIST, WHEEL = "demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"
BUILT = {SDIST: "1" * 64, WHEEL: "2" * 64}


def shelf(files: Mapping[str, str] = BUILT, yanked: tuple[str, ...] = (), **changes: object) -> Shelf:
    """A project that has an older release, and *files* of this one."""
    shelved = tuple(Shelved(name, digest, yanked=name in yanked) for name, digest in files.items())
    has = Shelf(exists=True, last="1.0" if files else "0.9", highest="1.0" if files else "0.9", files=shelved)
    return replace(has, **changes)  # type: ignore[arg-type]  # the fields are the caller's


NEW = Standing("demo", "1.0", HEAD, "2026-11-01", "demo_1.0")
PROVEN = replace(NEW, built=BUILT, proven=True, built_commit=HEAD)
DONE_HERE = replace(PROVEN, shelf=shelf(), local=HEAD, remote=HEAD)
SENT = replace(PROVEN, shelf=shelf())
PUBLISH = "nox -s publish -- demo --candidate-for-release"
PAGES = "https://pypi.org/"


@pytest.mark.parametrize(
    ("standing", "state", "following"),
    [
        (NEW, Position.UNRELEASED, ""),
        (replace(NEW, shelf=shelf({})), Position.UNRELEASED, ""),
        (replace(NEW, built=BUILT), Position.BUILT, "nox -s publish -- demo rehearses"),
        (PROVEN, Position.PROVEN, "nox -s approve -- demo --repository corp"),
        (replace(PROVEN, approved=("demo",)), Position.APPROVED, f"{PUBLISH} --first-release --repository corp"),
        (replace(PROVEN, approved=("core", "demo"), shelf=shelf({})), Position.APPROVED, "publish -- core demo --cand"),
        (SENT, Position.UNTAGGED, f"{PUBLISH} --repository corp"),
        (replace(SENT, built_commit=OLD), Position.UNTAGGED, f"demo_1.0 {OLD}, then git push origin demo_1.0"),
        (replace(NEW, shelf=shelf()), Position.UNTAGGED, "find the commit"),
        (replace(SENT, local=HEAD), Position.UNPUSHED, "git push origin demo_1.0"),
        (DONE_HERE, Position.RELEASED, ""),
        (replace(NEW, shelf=shelf(), local=HEAD, remote=HEAD), Position.RELEASED, ""),
        (replace(SENT, shelf=shelf({SDIST: "1" * 64})), Position.HALF, PUBLISH),
        (replace(SENT, shelf=shelf({WHEEL: "2" * 64})), Position.HALF, PUBLISH),
        (replace(SENT, shelf=shelf({SDIST: "1" * 64}, alone=True)), Position.HALF, f"{PUBLISH} --first-release"),
        (replace(NEW, shelf=shelf({SDIST: "1" * 64})), Position.HALF, PUBLISH),
        (replace(NEW, shelf=shelf({WHEEL: "2" * 64})), Position.HALF, PUBLISH),
        (replace(SENT, shelf=shelf({SDIST: "1" * 64}), local=OLD), Position.HALF, f"git checkout {OLD[:12]}, and"),
        (replace(PROVEN, local=HEAD, shelf=shelf({})), Position.TAGGED, PUBLISH),
        (replace(NEW, remote=HEAD), Position.TAGGED, f"{PUBLISH} --first-release"),
        (replace(NEW, local=OLD), Position.TAGGED, f"git checkout {OLD[:12]}, and there: {PUBLISH}"),
        (replace(PROVEN, shelf=shelf({**BUILT, SDIST: "9" * 64})), Position.CONFLICT, "set a higher version"),
        (replace(PROVEN, shelf=shelf({"demo-1.0-cp311-x.whl": "9" * 64})), Position.CONFLICT, "set a higher version"),
        (replace(PROVEN, shelf=shelf({}, deleted=True)), Position.DELETED, "set a higher version"),
        (replace(DONE_HERE, shelf=Shelf(problem="no answer")), Position.UNKNOWN, "run it again"),
        (replace(SENT, remote_unknown="no route"), Position.UNKNOWN, "run it again"),
        (replace(SENT, local=HEAD, remote_unknown="no route"), Position.RELEASED, ""),
    ],
)  # fmt: skip
def test_every_half_done_state_has_its_name_and_the_next_command(
    standing: Standing, state: Position, following: str
) -> None:
    """What is half done is recognised, and told with the command that finishes it for the same index."""
    told = judge(standing, " --repository corp")[0]
    assert told.state is state
    assert told.why
    assert following in told.next
    assert bool(told.next) is (state not in DONE)


@pytest.mark.parametrize(
    ("standing", "trouble", "following"),
    [
        (replace(NEW, shelf=shelf({}, highest="2.0")), Trouble.BEHIND, "set a version above 2.0"),
        (replace(NEW, remote_unknown="no route"), Trouble.REMOTE, "git ls-remote origin"),
        (replace(DONE_HERE, remote=OLD), Trouble.MISTAGGED, "git tag --delete demo_1.0"),
        (replace(DONE_HERE, local=""), Trouble.UNFETCHED, "git fetch origin tag demo_1.0"),
        (replace(DONE_HERE, changed=True), Trouble.CHANGED, "set a higher version"),
        (replace(DONE_HERE, built_commit=OLD), Trouble.ELSEWHERE, f"git checkout {HEAD[:12]}"),
        (replace(PROVEN, local=OLD, remote=OLD), Trouble.ELSEWHERE, f"git checkout {OLD[:12]}"),
        (replace(DONE_HERE, shelf=shelf(yanked=(SDIST, WHEEL))), Trouble.YANKED, "release a higher version"),
        (replace(DONE_HERE, shelf=shelf(yanked=(SDIST,))), Trouble.YANKED, "release a higher version"),
        (replace(DONE_HERE, changelog="Unreleased"), Trouble.UNDATED, "write the date"),
        (replace(DONE_HERE, changelog=""), Trouble.UNDATED, "write the date"),
        (
            replace(DONE_HERE, required_owners=("Microsoft",), shelf=shelf(owners=("ada",), alone=True)),
            Trouble.OWNERS,
            "add Microsoft as Owner of demo at https://pypi.org/manage/project/demo/collaboration/",
        ),
        (
            replace(DONE_HERE, required_owners=("microsoft",), shelf=shelf(owners_unknown="404")),
            Trouble.OWNERS_UNKNOWN,
            "owners-unknown",
        ),
    ],
)  # fmt: skip
def test_troubles_stand_beside_the_position(standing: Standing, trouble: Trouble, following: str) -> None:
    """Each is told alone, with its mend."""
    _, *troubles = judge(standing, pages=PAGES)
    assert [item.state for item in troubles] == [trouble]
    assert following in troubles[0].next


@pytest.mark.parametrize(
    "standing",
    [
        DONE_HERE,
        NEW,
        PROVEN,
        replace(NEW, changelog="Unreleased"),
        replace(NEW, version="?", shelf=shelf({}, highest="2.0")),
        replace(DONE_HERE, required_owners=("Microsoft",), shelf=shelf(owners=("microsoft",))),
        replace(DONE_HERE, required_owners=("x",), owners_accepted=True, shelf=shelf(owners_unknown="404")),
        replace(NEW, required_owners=("microsoft",)),
    ],
)
def test_what_is_sound_has_no_trouble(standing: Standing) -> None:
    """A release that is whole, or not begun, is told without any."""
    assert len(judge(standing)) == 1


def test_an_administrator_is_asked_where_there_are_no_pages() -> None:
    """What an unknown index calls its pages is not guessed."""
    assert "ask the administrator" in how_to_add("demo", ("ada",), "")


COMMITS = st.sampled_from(["", HEAD, OLD])
DIGESTS = st.sampled_from(["", "1" * 64, "2" * 64])
NAMES = st.sampled_from([SDIST, WHEEL, "demo-1.0-cp311-cp311-win_amd64.whl"])
FILES = st.dictionaries(NAMES, DIGESTS, max_size=3)
SHELVES = st.builds(
    lambda files, yanked, exists, **told: Shelf(
        exists=exists or bool(files),
        files=tuple(Shelved(name, digest, yanked=yanked) for name, digest in files.items()),
        **told,
    ),
    FILES,
    st.booleans(),
    st.booleans(),
    last=st.sampled_from(["", "0.9", "1.0", "2.0"]),
    highest=st.sampled_from(["", "0.9", "1.0", "2.0"]),
    deleted=st.booleans(),
    alone=st.booleans(),
    owners=st.sampled_from([(), ("microsoft",), ("ada",)]),
    owners_unknown=st.sampled_from(["", "404"]),
    problem=st.sampled_from(["", "", "", "no answer"]),
)
STANDINGS = st.builds(
    Standing,
    name=st.just("demo"),
    version=st.sampled_from(["1.0", "?", "1.0.dev1"]),
    commit=st.sampled_from([HEAD, OLD]),
    changelog=st.sampled_from(["", "Unreleased", "2026-11-01"]),
    tag=st.just("demo_1.0"),
    local=COMMITS,
    remote=COMMITS,
    remote_unknown=st.sampled_from(["", "no route"]),
    changed=st.booleans(),
    built=FILES,
    proven=st.booleans(),
    built_commit=COMMITS,
    approved=st.sampled_from([(), ("demo",), ("core", "demo")]),
    required_owners=st.sampled_from([(), ("microsoft",)]),
    owners_accepted=st.booleans(),
    shelf=SHELVES,
)


@given(STANDINGS)
def test_every_combination_has_one_position_and_no_contradiction(standing: Standing) -> None:
    """There is exactly one position; a release is called one only if nothing of it is missing or different."""
    first, *troubles = judge(standing, " --repository corp", PAGES)
    assert isinstance(first.state, Position)
    states = [item.state for item in troubles]
    assert len(set(states)) == len(states)
    assert all(isinstance(state, Trouble) for state in states)
    assert not {Trouble.MISTAGGED, Trouble.UNFETCHED} <= set(states)
    assert not {Trouble.CHANGED, Trouble.ELSEWHERE} <= set(states)
    assert not {Trouble.OWNERS, Trouble.OWNERS_UNKNOWN} <= set(states)
    assert all(item.why for item in (first, *troubles))
    assert all(item.next for item in (first, *troubles) if item.state not in DONE)
    listed = {file.filename: file.sha256 for file in standing.shelf.files}
    if first.state is Position.RELEASED:
        assert standing.tagged and listed and not standing.shelf.problem
        assert all(name in listed and listed[name] in ("", digest) for name, digest in standing.built.items())
    if first.state is Position.UNRELEASED:
        assert not listed and not standing.tagged and not standing.built
    if standing.shelf.problem:
        assert first.state is Position.UNKNOWN
        assert not {Trouble.BEHIND, Trouble.YANKED, Trouble.OWNERS, Trouble.UNDATED} & set(states)


@given(STANDINGS)
def test_nothing_is_uploaded_over_other_bytes(standing: Standing) -> None:
    """Where the index has other bytes, no command that uploads is proposed."""
    if standing.differing and not standing.shelf.problem:
        first = judge(standing)[0]
        assert first.state is Position.CONFLICT
        assert "publish" not in first.next
