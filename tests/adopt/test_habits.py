"""What a repository does differently from the defaults, as far as it can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import package
from nox_release.adopt.habits import (
    Folder,
    Habit,
    exclude,
    release_branches,
    released,
    remote,
    tag_format,
)
from nox_release.adopt.habits import (
    test_needs as needs_of,
)
from nox_release.plan import released_versions

NAMES = ("acme-core", "acme-client")


def said(habit: Habit | None) -> tuple[object, bool] | None:
    return (habit.value, habit.certain) if habit else None


@pytest.mark.parametrize(
    ("tags", "form"),
    [
        ([], None),
        (["acme-core_1.0", "acme-client_2.0"], None),  # the default
        (["acme-core-v1.0"], "{name}-v{version}"),
        (["acme-core-1.0"], "{name}-{version}"),
        (["acme_core@1.0b1"], "{name}@{version}"),
        (["acme-core@v1.0"], "{name}@v{version}"),
        (["acme-core==1.0"], "{name}=={version}"),
        (["libs/acme-core/v1.0"], "libs/{name}/v{version}"),
        (["Acme.Core/1.0.post1"], "{name}/{version}"),
        # The habit, not an exception to it; and the newest habit where there were two.
        (["acme-core-v3", "acme-core-v2", "acme-core_1.0"], "{name}-v{version}"),
        (["lib{s}/acme-core/v1.0"], None),  # a format could not say it
        (["other-v1.0", "acme-core-next", "nightly-2024-01-01", "acme-core-vv1"], None),
    ],
)
def test_tags_tell_how_releases_are_tagged(tags: list[str], form: str | None) -> None:
    """A tag counts where it names a package and a version."""
    assert said(tag_format(tags, NAMES)) == (form and (form, True))


@pytest.mark.parametrize(
    ("tags", "form"),
    [
        (["v1.0", "v0.9"], "v{version}"),
        (["1.0"], "{version}"),
        (["release/1.0"], "release/{version}"),
        (["main"], None),
    ],
)
def test_a_tag_without_a_name_is_certain_of_one_package_alone(tags: list[str], form: str | None) -> None:
    """With several packages it may be the tag of all at once, or of the repository: that is asked, not decided."""
    assert said(tag_format(tags, ["acme"])) == (form and (form, True))
    assert said(tag_format(tags, NAMES)) == (form and (form, False))


@given(
    st.sampled_from(["{name}-v{version}", "{name}@{version}", "libs/{name}/v{version}", "{name}=={version}"]),
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 99), st.integers(0, 99)), min_size=1),
)
def test_the_format_reads_the_tags_that_it_was_read_from(form: str, releases: list[tuple[str, int, int]]) -> None:
    """What init writes is what the plan later finds released versions by."""
    tags = [form.format(name=name, version=f"{major}.{minor}") for name, major, minor in releases]
    habit = tag_format(tags, NAMES)
    assert habit is not None and habit.value == form
    assert released_versions(tags, form).keys() == {name for name, _, _ in releases} == released(tags, NAMES)


@pytest.mark.parametrize(
    ("branch", "value"),
    [("", None), ("main", None), ("release/2", None), ("develop", ("develop", "release/*", "hotfix/*"))],
)
def test_the_remotes_default_branch_is_released_from(branch: str, value: Sequence[str] | None) -> None:
    """Where the default does not cover it."""
    assert said(release_branches(branch)) == (value and (value, True))


@pytest.mark.parametrize(
    ("names", "value"),
    [([], None), (["fork", "origin"], None), (["upstream"], ("upstream", True)), (["a", "b"], ("a", False))],
)
def test_a_remote_of_another_name(names: list[str], value: object) -> None:
    """One is certain; among several somebody has to choose."""
    assert said(remote(names)) == value


@pytest.mark.parametrize(
    ("folders", "certain", "doubted"),
    [
        ([Folder("a"), Folder("b")], None, None),
        ([Folder("."), Folder("a")], None, None),  # a root is not what others lie in
        ([Folder("."), Folder("a"), Folder("a/src/new")], ("a/src/new",), None),
        ([Folder("a"), Folder("a/plugin", released=True)], None, None),
        ([Folder("a"), Folder("ab")], None, None),
        ([Folder(".", virtual=True), Folder("a")], (".",), None),
        ([Folder("examples/a", shown=True), Folder("b")], ("examples/a",), None),
        ([Folder("new/{{cookiecutter.name}}"), Folder("b")], ("new/{{cookiecutter.name}}",), None),
        ([Folder("demo-app"), Folder("b")], None, ("demo-app",)),
        ([Folder("a"), Folder("a/x"), Folder("testdata/y")], ("a/x",), ("a/x", "testdata/y")),
        ([Folder("a"), Folder("a/\udcff")], None, None),  # no file of text can name it
        ([Folder("demo-app", released=True), Folder("b")], None, None),
        ([*(Folder(f"x/{name}", virtual=True) for name in "abc"), Folder("y/a")], ("x/*",), None),
        ([*(Folder(f"x/{name}", virtual=True) for name in "abc"), Folder("x/d")], ("x/a", "x/b", "x/c"), None),
    ],
)
def test_what_is_not_there_to_be_released(
    folders: list[Folder], certain: Sequence[str] | None, doubted: Sequence[str] | None
) -> None:
    """What can be seen is left out; what only its name tells is asked; what a tag names was released."""
    found = {habit.certain: habit.value for habit in exclude(folders)}
    assert found == {key: value for key, value in ((True, certain), (False, doubted)) if value}


USUAL = ("test", "tests", "testing")


@pytest.mark.parametrize(
    ("groups", "extras", "files", "expected"),
    [
        ({}, {}, {}, {}),
        ({"dev": ["pytest>=8", "ruff"]}, {}, {}, {"test-groups": (*USUAL, "dev")}),
        ({"test": ["pytest"], "dev": ["pytest"]}, {}, {}, {}),
        ({}, {"dev": ["PyTest"], "all": ["pytest"]}, {}, {"test-extras": (*USUAL, "dev")}),
        ({"dev": ["pytest-cov"]}, {"docs": ["sphinx"]}, {"requirements.txt": ["requests"]}, {}),
        ({"dev": ["pytest"]}, {}, {"dev_requirements.txt": ["pytest"]}, {}),
    ],
)
def test_tests_have_what_they_need_from_where_pytest_stands(
    groups: Mapping[str, Sequence[str]],
    extras: Mapping[str, Sequence[str]],
    files: Mapping[str, Sequence[str]],
    expected: object,
) -> None:
    """A place that the defaults do not look at is added, where theirs name no pytest."""
    one = package("one", groups=groups, extras=extras)
    assert {habit.key: habit.value for habit in needs_of([one], {one.directory: files})} == expected


def test_a_requirements_file_of_another_name_is_added() -> None:
    """It comes behind those that are looked for anyway."""
    one = package("one")
    (habit,) = needs_of([one], {one.directory: {"requirements-ci.txt": ["pytest"]}})
    assert habit.key == "test-requirements"
    assert habit.value[0] == "dev_requirements.txt" and habit.value[-1] == "requirements-ci.txt"
