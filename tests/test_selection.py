"""Targets → names: each kind of target, what takes out, and what is said where nothing matches."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import package
from nox_release.errors import Misuse
from nox_release.selection import dependents, reachable, select
from nox_release.workspace import Broken, Workspace

WORKSPACE = Workspace(
    {
        each.name: each
        for each in (
            package("azure-core", directory="sdk/core/azure-core"),
            package("azure-mgmt-compute", directory="sdk/compute/azure-mgmt-compute", requires=("azure-core",)),
            package("azure-mgmt-disks", directory="sdk/compute/disks", requires=("azure-mgmt-compute>=1",)),
            package("azure-tool", directory="tools/azure-tool", private=True, requires=("azure-core",)),
            package("root", directory=".", outside=("shared/VERSION",)),
        )
    },
    (
        Broken("azure-broken", ("sdk/broken/one", "sdk/broken/two"), "it is broken", "mend it"),
        Broken("sdk/My_Folder", ("sdk/My_Folder",), "nobody knows its name", "mend it"),
    ),
)
PUBLIC = ("azure-broken", "azure-core", "azure-mgmt-compute", "azure-mgmt-disks", "root", "sdk/My_Folder")
SDK = ("azure-broken", "azure-core", "azure-mgmt-compute", "azure-mgmt-disks", "sdk/My_Folder")


def changed(reference: str) -> Iterable[str]:
    """Answer as git would: a reference is the list of paths that differ from it."""
    return tuple(path for path in reference.split(",") if path)


def chosen(*targets: str) -> tuple[str, ...]:
    return select(targets, WORKSPACE, changed)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ("azure-core", ("azure-core",)),
        ("Azure.Core", ("azure-core",)),
        ("azure__core", ("azure-core",)),
        ("azure-tool", ("azure-tool",)),
        ("azure-broken", ("azure-broken",)),
        ("sdk/My_Folder", ("sdk/My_Folder",)),
        ("My_Folder", ("sdk/My_Folder",)),
        ("all !My_Folder !azure-*", ("root",)),
        ("root azure-core root", ("azure-core", "root")),
        ("azure-mgmt-*", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("Azure_Mgmt_*", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("azure.mgmt.*", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("*.core", ("azure-core",)),
        ("azure-[bc]*", ("azure-broken", "azure-core")),
        ("roo?", ("root",)),
        ("azure-*", ("azure-broken", "azure-core", "azure-mgmt-compute", "azure-mgmt-disks")),
        ("all", PUBLIC),
        ("path:sdk/compute", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("path:sdk/compute/", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("path:sdk/compute/disks", ("azure-mgmt-disks",)),
        ("path:./sdk/compute", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("path:./sdk/core/../compute/disks/.", ("azure-mgmt-disks",)),
        ("path:./", PUBLIC),
        ("path:sdk/broken/two", ("azure-broken",)),
        ("path:.", PUBLIC),
        ("path:", PUBLIC),
        ("changed-since:sdk/core/azure-core/setup.py", ("azure-core", "root")),
        ("changed-since:shared/VERSION", ("root",)),
        ("changed-since:sdk/compute/disks/a,sdk/broken/one/b", ("azure-broken", "azure-mgmt-disks", "root")),
        ("changed-since:tools/azure-tool/setup.py", ("root",)),
        ("dependents-of:azure-core", ("azure-mgmt-compute", "azure-mgmt-disks")),
        ("dependents-of:Azure_Mgmt_Compute", ("azure-mgmt-disks",)),
        ("all !azure-*", ("root", "sdk/My_Folder")),
        ("!azure-* all", ("root", "sdk/My_Folder")),
        ("all !path:sdk", ("root",)),
        ("azure-tool all !path:sdk", ("azure-tool", "root")),
        ("all !dependents-of:azure-core !azure-broken !sdk/My_Folder", ("azure-core", "root")),
        ("azure-core azure-mgmt-* !azure-mgmt-disks", ("azure-core", "azure-mgmt-compute")),
    ],
)
def test_what_targets_mean(targets: str, expected: tuple[str, ...]) -> None:
    """Each kind of target means its packages; private ones by their own name alone."""
    assert chosen(*targets.split()) == expected


@pytest.mark.parametrize(
    ("targets", "message", "hint"),
    [
        (
            "azure-cor",
            "azure-cor matches nothing: no package of this workspace has that name",
            "did you mean azure-core",
        ),
        ("xyz", "xyz matches nothing: no package of this workspace has that name", "azure-core"),
        ("azure-mgnt-*", "azure-mgnt-* matches nothing: the glob matches no package", "azure-mgmt-"),
        ("azure-tool*", "azure-tool* matches nothing: the glob matches no package", "did you mean azure-tool"),
        ("path:docs", "path:docs matches nothing: no package lies in docs", ""),
        ("path:tools", "path:tools matches nothing: no package lies in tools", ""),
        ("path:sdk/comp", "path:sdk/comp matches nothing: no package lies in sdk/comp", ""),
        ("changed-since:", "changed-since: matches nothing: no package's files differ between", ""),
        ("dependents-of:root", "dependents-of:root matches nothing: no package needs root", ""),
        ("dependents-of:rot", "rot matches nothing: no package of this workspace has that name", "did you mean root?"),
        ("dependents-of:azure-tool", "no package needs azure-tool", ""),
        ("since:main", "unknown selector since: in since:main", "path:, changed-since:, dependents-of:"),
        ("!azure-core", "only exclusions are given", "all, or a glob"),
        ("azure-core !azure-*", "the exclusions leave no package", "without them it would be azure-core"),
        ("all !azure-cor", "azure-cor matches nothing", "did you mean azure-core"),
    ],
)
def test_what_matches_nothing_is_said(targets: str, message: str, hint: str) -> None:
    """A target without a package is an error that names it, says why and suggests what is near."""
    with pytest.raises(Misuse) as caught:
        chosen(*targets.split())
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint


@pytest.mark.parametrize("target", ["all", "core", "core*", "path:core"])
def test_a_workspace_without_packages(target: str) -> None:
    """There is none to be named, so what is suggested is where to say where they are."""
    with pytest.raises(Misuse) as caught:
        select([target], Workspace({}), changed)
    assert caught.value.hint.startswith("packages in [tool.nox-release] says where they lie")


def test_a_workspace_of_private_packages_has_nothing_for_all() -> None:
    """``all`` without any public package says that there is none."""
    private = Workspace({"tool": package("tool", private=True)})
    with pytest.raises(Misuse, match="no package that may be published"):
        select(["all"], private, changed)
    assert select(["tool"], private, changed) == ("tool",)


def test_a_suggested_name_can_be_used() -> None:
    """Whatever a hint proposes instead of a slip is itself a target, also where a folder stands for a name."""
    with pytest.raises(Misuse) as caught:
        chosen("sdk/My_Foldr")
    suggested = caught.value.hint.removeprefix("did you mean ").removesuffix("?").split(" or ")[0]
    assert suggested == "sdk/My_Folder"
    assert chosen(suggested) == (suggested,)


def test_a_folders_last_part_counts_where_it_is_nobodys_name() -> None:
    """A package of that name comes before an unreadable one in a folder of that name; two such folders are neither."""
    unread = tuple(Broken(folder, (folder,), "m", "h") for folder in ("one/core", "one/app", "two/app"))
    space = Workspace({"core": package("core")}, unread)
    assert select(["core"], space, changed) == ("core",)
    assert select(["one/core"], space, changed) == ("one/core",)
    with pytest.raises(Misuse, match="app matches nothing"):
        select(["app"], space, changed)
    assert select(["two/app"], space, changed) == ("two/app",)


NAMES = ["a", "b", "c", "a-b", "a-c", "b-c"]
WORKSPACES = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(st.booleans(), st.lists(st.sampled_from(NAMES), max_size=3), st.sampled_from([".", "x", "x/y", "z"])),
    min_size=1,
).map(
    lambda found: Workspace(
        {
            name: package(name, private=private, requires=tuple(requires), directory=f"{folder}/{name}")
            for name, (private, requires, folder) in found.items()
        }
    )
)
TARGETS = st.lists(
    st.builds(
        "{}{}".format,
        st.sampled_from(["", "", "!"]),
        st.sampled_from(["all", "a*", "*-*", "path:x", "path:.", "dependents-of:a", "changed-since:x/a/f", *NAMES]),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=200)
@given(WORKSPACES, TARGETS, st.randoms())
def test_a_selection_is_a_set(workspace: Workspace, targets: list[str], random: object) -> None:
    """The result is part of the workspace, sorted, the same in any order of targets, and less what is taken out."""

    def outcome(words: list[str]) -> tuple[str, ...] | None:
        try:
            return select(words, workspace, changed)
        except Misuse:
            return None

    found = outcome(targets)
    assert outcome(targets[::-1]) == found
    assert outcome(sorted(targets)) == found
    assert outcome(targets + targets) == found
    if found is None:
        return
    assert found and set(found) <= set(workspace.packages)
    assert list(found) == sorted(set(found))
    for target in targets:
        meant = set(outcome([target.removeprefix("!")]) or ())
        if target.startswith("!"):
            assert not meant & set(found)
    for name in found:
        assert outcome([*targets, f"!{name}"]) in (None, tuple(other for other in found if other != name))
        assert name in targets or not workspace.packages[name].private


def test_dependents_are_followed_to_the_end() -> None:
    """Who needs a package through others needs it too; in a circle everybody else does."""
    circle = Workspace({n: package(n, requires=(m,)) for n, m in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))})
    assert dependents("a", circle) == {"b", "c", "d"}
    assert dependents("d", circle) == set()


def test_reachable_ends_in_circles() -> None:
    """All nodes on any way are found once, the start included."""
    assert reachable("a", {"a": ["b"], "b": ["a", "c"], "x": ["y"]}) == {"a", "b", "c"}
