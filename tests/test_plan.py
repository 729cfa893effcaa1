"""Targets → an ordered plan: who comes along, in which order, and what cannot be worked on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from fakes import package
from nox_release.config import Config, Override, Settings
from nox_release.model import Package
from nox_release.plan import Plan, asks_git, digest_of, make_plan, released_versions
from nox_release.requirements import Requirements
from nox_release.workspace import Broken, Workspace

Needs = Callable[[Package, Settings], Requirements]


def nothing(package: Package, settings: Settings) -> Requirements:
    return Requirements()


def needed_by_tests(
    *requires: str, folders: Sequence[str] = (), constraints: Sequence[str] = (), problem: str = "", of: str = "app"
) -> Needs:
    """Say what the tests of one package need."""
    return lambda package, settings: (
        Requirements(requires, tuple(folders), tuple(constraints), problem) if package.name == of else Requirements()
    )  # fmt: skip


def workspace(requires: Mapping[str, Sequence[str]], **changes: Mapping[str, object]) -> Workspace:
    return Workspace(
        {name: package(name, requires=tuple(needs), **changes.get(name, {})) for name, needs in requires.items()}
    )


def plan(
    names: str, space: Workspace, tags: str = "", needs: Needs = nothing, config: Config | None = None
) -> Plan:  # fmt: skip
    return make_plan(
        names.split(), space, config or Config(), lambda package: f"digest of {package.name}",
        dict.fromkeys(tags.split(), "commit"), needs,
    )  # fmt: skip


def names(found: Plan) -> list[str]:
    return [planned.name for planned in found.packages]


APP = {"app": ["core>=1"], "core": ["base"], "base": [], "other": []}


def test_a_target_alone() -> None:
    """A package that needs no sibling is the whole plan, with its digest and settings."""
    found = plan("other", workspace(APP))
    (planned,) = found.packages
    assert (planned.name, planned.version, planned.target, planned.why) == ("other", "1.0", True, "asked for")
    assert (planned.source, planned.history, planned.siblings) == ("digest of other", False, ())
    assert found["other"] is planned
    assert found.targets == found.packages
    assert found.broken == ()


def test_what_is_not_released_comes_along() -> None:
    """A sibling without a released version that suits is built first, and so is what it needs in turn."""
    found = plan("app", workspace(APP))
    assert names(found) == ["base", "core", "app"]
    assert [planned.name for planned in found.targets] == ["app"]
    assert found["core"].why == "app needs core>=1, and no released version suits"
    assert found["base"].why == "core needs base, and no released version suits"
    assert found["app"].siblings == ("base", "core")
    assert found["core"].siblings == ("base",)
    assert not any(planned.for_tests for planned in found.packages)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("core_1.0", ["app"]),
        ("core_1.5b1", ["app"]),
        ("Core_2.0", ["app"]),
        ("core_0.9", ["base", "core", "app"]),
        ("core_new", ["base", "core", "app"]),
        ("core-1.0 other_1.0", ["base", "core", "app"]),
        ("base_1.0", ["core", "app"]),
    ],
)
def test_what_is_released_comes_from_the_index(tags: str, expected: list[str]) -> None:
    """A sibling stays out of the plan where a tag says that a version that suits is released."""
    assert names(plan("app", workspace(APP), tags)) == expected


def test_packages_of_the_workspace_are_known_as_such() -> None:
    """Whoever requires one is told so, released or not, built here or not."""
    (app,) = plan("app", workspace({**APP, "app": ["core>=1", "six"]}), "core_1.0").packages
    assert (app.sibling_requires, app.siblings) == (("core>=1",), ())


def test_what_does_not_suit_does_not_come_along() -> None:
    """A sibling whose source has another version than is required cannot stand in."""
    assert names(plan("app", workspace({"app": ["core>=2"], "core": []}))) == ["app"]


def test_what_does_not_suit_is_no_sibling() -> None:
    """Who requires another version than is built here gets it from the index, also where both are targets."""
    space = workspace({"app": ["core<1", "base"], "core": ["base"], "base": []})
    found = plan("app core base", space, needs=needed_by_tests("core<1"))
    assert set(names(found)) == {"app", "base", "core"}
    assert (found["app"].siblings, found["app"].test_siblings) == (("base",), ())
    assert found["core"].siblings == ("base",)


def test_older_versions_make_no_circle() -> None:
    """Two packages of which one requires an older version of the other can be uploaded one after the other."""
    found = plan("app core", workspace({"app": ["core"], "core": ["app<1"]}))
    assert names(found) == ["core", "app"]
    assert found.broken == ()


def test_a_version_that_is_not_known_yet_may_suit() -> None:
    """A sibling whose version only its backend can tell is taken along."""
    assert names(plan("app", workspace(APP, core={"version": None}))) == ["base", "core", "app"]
    assert plan("app", workspace(APP, core={"version": None}))["core"].version == "?"


def test_targets_stay_targets() -> None:
    """A sibling that is asked for as well is a target, released or not, and comes first."""
    found = plan("app core", workspace(APP), "core_1.0 base_1.0")
    assert names(found) == ["core", "app"]
    assert [planned.target for planned in found.packages] == [True, True]
    assert found["app"].siblings == ("core",)


def test_the_tests_bring_their_own_companions() -> None:
    """A sibling that only the tests need is a companion for tests, beside what the package itself needs."""
    found = plan("app", workspace(APP), "core_1.0", needed_by_tests("other[cli]>=1", "pytest", "pytest"))
    assert set(names(found)) == {"other", "app"}
    assert found["other"].why == "the tests of app needs other[cli]>=1, and no released version suits"
    assert (found["app"].siblings, found["app"].test_siblings) == ((), ("other",))
    # The wheel is installed with it; extras and versions are still asked for.
    assert found["app"].test_requires == ("other[cli]>=1", "pytest")
    assert found["other"].for_tests
    assert not found["app"].for_tests


def test_a_released_sibling_of_the_tests_is_installed_from_the_index() -> None:
    """What the tests require and is released stays a requirement."""
    found = plan("app", workspace(APP), "core_1.0 other_1.0", needed_by_tests("other>=1"))
    assert names(found) == ["app"]
    assert found["app"].test_requires == ("other>=1",)


def test_only_what_no_release_has_is_unreleased() -> None:
    """A released sibling that the tests install from its folder helps them, and does not hold a candidate back."""
    space = workspace({"core": (), "base": (), "app": ("core>=1", "base>=1")})
    found = plan("app", space, "core_1.0", needed_by_tests(folders=("packages/core",)))
    assert {item.name: (item.target, item.unreleased) for item in found.packages} == {
        "base": (False, True),
        "core": (False, False),
        "app": (True, False),
    }


def test_a_folder_that_the_tests_name_is_built() -> None:
    """A path in a requirements file means the source beside it, although a version of it is released."""
    found = plan(
        "app", workspace(APP), "core_1.0 other_1.0", needed_by_tests(folders=("packages/other", "packages/app"))
    )
    assert names(found) == ["app", "other"]
    assert found["other"].why == "the tests of app install it from its folder"
    assert found["app"].test_siblings == ("other",)
    assert (found["app"].test_requires, found["app"].test_problem) == ((), "")
    assert found["other"].for_tests


def test_extras_of_a_folder_are_required() -> None:
    """Extras of a folder that the tests install are required of the package in it, the package itself included."""
    wanted = needed_by_tests("pytest", folders=("packages/other[a,b]", "packages/app[cli]", "packages/core"))
    found = plan("app", workspace(APP), "core_1.0 other_1.0", wanted)
    assert found["app"].test_requires == ("pytest", "other[a,b]", "app[cli]")
    assert found["other"].for_tests
    assert (found["app"].siblings, found["app"].test_siblings) == (("base", "core"), ("other",))


@pytest.mark.parametrize("folder", ["x", "packages", "../elsewhere", "x[cli]"])
def test_a_folder_that_is_no_package_keeps_the_tests_from_running(folder: str) -> None:
    """A folder without a package is the test stage's problem, named; the package is planned all the same."""
    wanted = needed_by_tests("pytest", folders=("packages/other", folder), constraints=("six<2",))
    found = plan("app", workspace(APP), "core_1.0 other_1.0", wanted)
    assert names(found) == ["app"]
    assert found["app"].test_problem == f"the tests install {folder}, which is no package of this workspace"
    assert (found["app"].test_requires, found["app"].test_constraints) == (("pytest",), ("six<2",))
    assert found.broken == ()


def test_the_first_problem_of_the_tests_is_told() -> None:
    """What was wrong in a requirements file is told before what follows from the rest of it."""
    found = plan("other", workspace(APP), needs=needed_by_tests(folders=("x",), problem="line 1", of="other"))
    assert found["other"].test_problem == "line 1"


def test_limits_of_the_tests_are_in_the_plan_once() -> None:
    """Constraints are handed on without duplicates, and bring no sibling along."""
    found = plan("app", workspace(APP), "core_1.0", needed_by_tests(constraints=("six<2", "other", "six<2")))
    assert names(found) == ["app"]
    assert found["app"].test_constraints == ("six<2", "other")


def test_what_tests_install_brings_what_it_needs() -> None:
    """The siblings of a test's companion are installed with it, less those that are there anyway."""
    found = plan("app", workspace({**APP, "other": ["base", "extra"], "extra": []}), needs=needed_by_tests("other"))
    assert found["app"].siblings == ("base", "core")
    assert found["app"].test_siblings == ("extra", "other")
    assert [planned.name for planned in found.packages if planned.for_tests] == ["extra", "other"]


def test_the_tests_of_companions_do_not_count() -> None:
    """Only the tests of targets are run, so only they bring anything along."""
    assert names(plan("app", workspace(APP), "base_1.0", needed_by_tests("other", of="core"))) == ["core", "app"]


def test_tests_may_need_one_another() -> None:
    """Packages whose tests need one another are no circle: each is built without its tests."""
    space = workspace({"app": ["core"], "core": []})
    found = plan("app core", space, needs=needed_by_tests("app", of="core"))
    assert names(found) == ["core", "app"]
    assert found["core"].test_siblings == ("app",)
    assert found.broken == ()


def test_broken_targets_are_told_and_the_others_are_planned() -> None:
    """A target that cannot be read is broken in the plan; what is broken elsewhere is not its business."""
    bad, elsewhere = Broken("bad", ("bad",), "m", "h"), Broken("elsewhere", ("e",), "m", "h")
    found = plan("bad other", replace(workspace(APP), broken=(bad, elsewhere)))
    assert names(found) == ["other"]
    assert found.broken == (bad,)


def test_a_circle_is_told_with_its_members() -> None:
    """Packages that need one another are broken, each with all of its circle and the files that say so."""
    found = plan("a other", workspace({"a": ["b"], "b": ["c"], "c": ["a"], "other": []}))
    assert names(found) == ["other"]
    assert {broken.name for broken in found.broken} == {"a", "b", "c"}
    for broken in found.broken:
        assert broken.message == (
            "packages need one another in a circle: a, b, c "
            "(packages/a/pyproject.toml, packages/b/pyproject.toml, packages/c/pyproject.toml)"
        )
        assert "take one requirement out" in broken.hint
        assert broken.directories == (f"packages/{broken.name}",)


def test_several_circles_are_all_told() -> None:
    """One circle does not hide another."""
    found = plan("a x other", workspace({"a": ["b"], "b": ["a"], "x": ["y"], "y": ["x"], "other": []}))
    assert names(found) == ["other"]
    assert {broken.name for broken in found.broken} == {"a", "b", "x", "y"}


def test_overlapping_circles_are_told_at_once() -> None:
    """Circles that share a package are one knot: every package of it is broken, and names all of them."""
    requires = {"a": ["b", "c"], "b": ["a"], "c": ["d"], "d": ["a"], "x": ["a", "y"], "y": ["x"], "z": ["a"]}
    found = plan("x z", workspace(requires))
    assert names(found) == ["z"]
    told = {broken.name: broken.message.partition(": ")[2].partition(" (")[0] for broken in found.broken}
    assert told == {**dict.fromkeys("abcd", "a, b, c, d"), "x": "x, y", "y": "x, y"}


def test_who_needs_a_circle_is_not_installed_with_it() -> None:
    """A package beyond a circle stays in the plan, and names no sibling that the plan does not have."""
    found = plan("app", workspace({"app": ["a"], "a": ["b"], "b": ["a"]}), needs=needed_by_tests("b"))
    assert names(found) == ["app"]
    assert (found["app"].siblings, found["app"].test_siblings) == ((), ())


@pytest.mark.parametrize(
    ("requires", "expected"),
    [(("setuptools",), False), (("setuptools", "Setuptools_SCM[toml]>=8"), True), (("hatch-vcs",), True), ((), False)],
)
def test_known_historians_ask_git(requires: tuple[str, ...], expected: bool) -> None:
    """A build that requires one of the known plug-ins asks git, however its name is written."""
    assert asks_git(package(build_requires=requires)) is expected


def test_history_may_be_configured() -> None:
    """A package whose configuration says so asks git, whatever its build requires."""
    config = Config(overrides=(Override(("core",), {"git_history": True}),))
    found = plan("app", workspace(APP), config=config)
    assert [planned.name for planned in found.packages if planned.history] == ["core"]


@pytest.mark.parametrize(
    ("tag_format", "tags", "expected"),
    [
        ("{name}_{version}", "my_pkg_1.0 my-pkg_1.1 other_2", {"my-pkg": ["1.0", "1.1"], "other": ["2"]}),
        ("{name}_{version}", "v1.0 my_pkg_ _1.0 my_pkg_x 1.0", {}),
        ("{name}-{version}", "a-b-1.0 a-2.0rc1", {"a-b": ["1.0"], "a": ["2.0rc1"]}),
        ("release/{name}@{version}", "release/a@1.0 a@2.0", {"a": ["1.0"]}),
        ("{name}=={version}+(x)", "a==1.0+(x) a==1.0xx", {"a": ["1.0"]}),
        ("v{version}", "v1.0 a_2.0", {"": ["1.0"]}),
        ("{name}", "a b", {}),
    ],
)
def test_tags_tell_what_is_released(tag_format: str, tags: str, expected: dict[str, list[str]]) -> None:
    """A tag of the configured form says that a version of a package is released; other tags say nothing."""
    found = released_versions(tags.split(), tag_format)
    assert {name: [str(version) for version in versions] for name, versions in found.items()} == expected


@settings(deadline=None)
@given(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda name: "--" not in name),
    st.tuples(st.integers(0, 30), st.integers(0, 30)),
    st.sampled_from(["{name}_{version}", "{name}-{version}", "{name}@v{version}", "r/{name}/{version}"]),
)
def test_a_tag_that_was_written_is_read(name: str, numbers: tuple[int, int], tag_format: str) -> None:
    """What the tag of a release is called tells its name and version again."""
    version = f"{numbers[0]}.{numbers[1]}"
    tag = tag_format.format(name=name, version=version)
    assert released_versions([tag], tag_format) == {name: [Version(version)]}


NAMES = [f"p{number}" for number in range(7)]


@settings(deadline=None, max_examples=200)
@given(
    st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=2) for name in NAMES}),
    st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=1) for name in NAMES}),
    st.lists(st.sampled_from(NAMES), min_size=1, unique=True),
    st.lists(st.sampled_from([f"{name}_1.0" for name in NAMES]), unique=True),
)
def test_any_plan_can_be_worked_through(
    requires: dict[str, list[str]], of_tests: dict[str, list[str]], targets: list[str], tags: list[str]
) -> None:
    """Each package comes after its siblings, siblings are in the plan, and every target is there or broken."""

    def needs(package: Package, settings: Settings) -> Requirements:
        return Requirements(tuple(of_tests[package.name]))

    space = workspace(requires)
    found = plan(" ".join(sorted(targets)), space, " ".join(tags), needs)
    order = names(found)
    lost = {broken.name for broken in found.broken}
    assert len(set(order)) == len(order)
    assert set(targets) == {planned.name for planned in found.targets} | (set(targets) & lost)
    assert not lost & set(order)
    for place, planned in enumerate(found.packages):
        assert set(planned.siblings) <= set(order[:place])
        assert set(planned.test_siblings) <= set(order) - {planned.name} - set(planned.siblings)
        assert planned.target or planned.test_siblings == ()
        assert planned.target is (planned.name in targets)
        assert planned.why
    for name in lost:  # each of them needs itself, by some way
        seen, todo = set[str](), [need for need in requires[name] if need != name]
        while todo:
            if (need := todo.pop()) not in seen:
                seen.add(need)
                todo += requires[need]
        assert name in seen
    assert plan(" ".join(sorted(targets)), space, " ".join(reversed(tags)), needs) == found


def test_a_digest_tells_values_apart() -> None:
    """The same values have the same digest, in whatever order a mapping came; others have another."""
    assert digest_of("a", {"x": 1, "y": 2}) == digest_of("a", {"y": 2, "x": 1})
    assert len({digest_of(*parts) for parts in (("a",), ("a", ""), (["a"],), ("b",), (), (None,))}) == 6
