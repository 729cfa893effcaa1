"""Targets → an ordered plan, with the digest of every package's source. Pure: looks at nothing but its arguments."""

from __future__ import annotations

import graphlib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.config import Config, Settings
from nox_release.model import Package
from nox_release.requirements import Requirements, parsed
from nox_release.selection import reachable
from nox_release.workspace import Broken, Workspace

HISTORIANS = frozenset(
    "setuptools-scm setuptools-scm-git-archive hatch-vcs versioningit uv-dynamic-versioning poetry-dynamic-versioning "
    "setuptools-git-versioning setuptools-git dunamai vcs-versioning pbr versioneer miniver maturin".split()
)
"""Build requirements that ask git for the version or for the files."""


@dataclass(frozen=True)
class Dependent:
    """A package of the workspace that needs another one, as it was last released."""

    name: str
    version: str
    """Of its last release; empty where there is none."""
    tag: str = ""
    """The git tag of that release."""
    tree: str = ""
    """Tree id of the whole checkout at the tag."""
    directory: str = ""
    requires: tuple[str, ...] = ()
    """What its tests require."""
    constraints: tuple[str, ...] = ()
    problem: str = ""
    """Why its tests cannot be run."""


@dataclass(frozen=True)
class Planned:
    """One package of the plan."""

    package: Package
    target: bool
    """Asked for; else a companion: built here because a target needs it and it is not released yet."""
    why: str
    """What asked for it."""
    source: str
    """Digest of its source."""
    history: bool
    """Its build asks git."""
    siblings: tuple[str, ...] = ()
    """Packages of the plan that are installed with it from their built wheels."""
    test_siblings: tuple[str, ...] = ()
    """The same for its tests, beyond ``siblings``."""
    test_requires: tuple[str, ...] = ()
    """What its tests require, siblings with their extras among it."""
    test_constraints: tuple[str, ...] = ()
    """What limits the versions of that."""
    test_problem: str = ""
    """Why it is not known what its tests require."""
    unreleased: bool = False
    """A companion that something needs at a version that no release has: a candidate cannot go without it."""
    for_tests: bool = False
    """A companion that only tests install."""
    sibling_requires: tuple[str, ...] = ()
    """Its requirements on packages of the workspace, in the plan or not."""
    dependents: tuple[Dependent, ...] = ()
    """Whose tests are run on its wheel too."""

    @property
    def name(self) -> str:
        """The package's name."""
        return self.package.name

    @property
    def version(self) -> str:
        """The package's version, or a question mark before its backend has told it."""
        return self.package.version or "?"


@dataclass(frozen=True)
class Plan:
    """What is done, in which order: a package comes after all that it needs."""

    packages: tuple[Planned, ...]
    broken: tuple[Broken, ...] = ()
    """Asked for, and cannot be worked on."""
    commit: str = ""
    epoch: int = 0
    tree: str = ""
    uncommitted: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tag of each target's version that is there already → the commit that it names."""
    all_tags: str = ""
    """Digest of every tag of the repository."""
    workspace: Mapping[str, str] = field(default_factory=dict)
    """Every package of the workspace that may be published → its folder."""

    def __getitem__(self, name: str) -> Planned:
        return next(planned for planned in self.packages if planned.name == name)

    @property
    def targets(self) -> tuple[Planned, ...]:
        """The packages that were asked for, in order."""
        return tuple(planned for planned in self.packages if planned.target)


def make_plan(
    names: Sequence[str],
    workspace: Workspace,
    config: Config,
    digest: Callable[[Package], str],
    tags: Mapping[str, str],
    test_needs: Callable[[Package, Settings], Requirements],
) -> Plan:
    """Return the plan for the packages called *names*.

    A sibling that a target requires comes from the index where a version that suits is released (a tag says
    so); where none is, it is built here as a companion and stands in.

    :param digest: the digest of a package's source.
    :param tags: every tag of the repository.
    :param test_needs: what the tests of a package require.
    """
    broken = [item for item in workspace.broken if item.name in names]
    released = released_versions(tags, config.tag_format)
    chosen: dict[str, str] = {name: "asked for" for name in names if name in workspace.packages}
    folders = {package.directory: package.name for package in workspace.packages.values()}
    tests: dict[str, Requirements] = {}
    unreleased: set[str] = set()
    todo = list(chosen)
    targets = frozenset(chosen)
    while todo:
        package = workspace.packages[todo.pop()]
        needs = [(sibling, requirement, "") for sibling, requirement in workspace.siblings(package)]
        if package.name in targets:
            wanted = _with_folders(test_needs(package, config.for_package(package.name)), folders)
            tests[package.name] = wanted
            needs += [
                (sibling, requirement, "the tests of ")
                for sibling, requirement in workspace.siblings(package, wanted.requires)
            ]
            # A path in a requirements file means the source beside it, whatever is released.
            for name in {folders[_folder(text)] for text in wanted.folders} - chosen.keys():
                chosen[name] = f"the tests of {package.name} install it from its folder"
                todo.append(name)
        for sibling, requirement, whose in needs:
            suits = _suits(requirement, released.get(sibling.name, released.get("", ())))
            if suits or sibling.name in targets or not _fits(sibling, requirement):
                continue
            if not whose:
                unreleased.add(sibling.name)
            if sibling.name not in chosen:
                chosen[sibling.name] = f"{whose}{package.name} needs {requirement}, and no released version suits"
                todo.append(sibling.name)
    edges = {
        name: {
            sibling.name
            for sibling, requirement in workspace.siblings(workspace.packages[name])
            # What wants an older sibling than the one here gets it from the index, as its users do.
            if sibling.name in chosen and _fits(sibling, requirement)
        }
        for name in chosen
    }
    circular = _circular(edges, workspace)
    lost = {item.name for item in circular}
    edges = {name: needs - lost for name, needs in edges.items() if name not in lost}
    planned = []
    for name in _order(edges):
        package = workspace.packages[name]
        siblings = reachable(name, edges) - {name}
        wanted = tests.get(name, Requirements())
        beside = {folders[_folder(text)] for text in wanted.folders}
        beside |= {
            sibling.name
            for sibling, requirement in workspace.siblings(package, wanted.requires)
            if _fits(sibling, requirement)
        }
        beside = set().union(*(reachable(item, edges) for item in beside & edges.keys())) - siblings - {name}
        planned.append(
            Planned(
                package,
                name in targets,
                chosen[name],
                digest(package),
                config.for_package(name).git_history or asks_git(package),
                tuple(sorted(siblings)),
                tuple(sorted(beside)),
                tuple(dict.fromkeys(wanted.requires)),
                tuple(dict.fromkeys(wanted.constraints)),
                wanted.problem,
                name in unreleased,
                sibling_requires=workspace.sibling_requires(package),
            )
        )
    installed = {name for item in planned if item.target for name in item.siblings}
    return Plan(
        tuple(replace(item, for_tests=not item.target and item.name not in installed) for item in planned),
        (*broken, *circular),
        workspace={
            **{name: package.directory for name, package in workspace.packages.items() if not package.private},
            **{item.name: item.directories[0] for item in workspace.broken},
        },
    )


def _folder(text: str) -> str:
    return text.partition("[")[0]


def _with_folders(wanted: Requirements, folders: Mapping[str, str]) -> Requirements:
    """Turn extras of folders into requirements, and folders that hold no package into a problem."""
    if strange := [text for text in wanted.folders if _folder(text) not in folders]:
        why = f"the tests install {strange[0]}, which is no package of this workspace"
        return Requirements(wanted.requires, (), wanted.constraints, wanted.problem or why)
    extras = [f"{folders[_folder(text)]}{text[len(_folder(text)) :]}" for text in wanted.folders if "[" in text]
    return wanted + Requirements(tuple(extras))


def asks_git(package: Package) -> bool:
    """Whether one of the known historians takes part in the package's build."""
    return any(canonicalize_name(parsed(text).name) in HISTORIANS for text in package.build_requires)


def released_versions(tags: Iterable[str], tag_format: str) -> dict[str, list[Version]]:
    """Return the versions that tags say are released, by normalized name."""
    pattern = (
        re.escape(tag_format)
        .replace(r"\{name\}", "(?P<name>.+)", 1)
        .replace(r"\{version\}", "(?P<version>[^_/@=]+)", 1)
    )
    released: dict[str, list[Version]] = {}
    for tag in tags:
        if found := re.fullmatch(pattern, tag):
            parts = found.groupdict()
            try:
                version = Version(parts["version"])
            except (InvalidVersion, KeyError):
                continue
            released.setdefault(canonicalize_name(parts.get("name", "")), []).append(version)
    return released


def _suits(requirement: Requirement, versions: Iterable[Version]) -> bool:
    return any(requirement.specifier.contains(version, prereleases=True) for version in versions)


def _fits(sibling: Package, requirement: Requirement) -> bool:
    return sibling.version is None or requirement.specifier.contains(sibling.version, prereleases=True)


def _order(edges: Mapping[str, set[str]]) -> list[str]:
    """Return the names so that each comes after what it needs, and otherwise in the alphabet's order."""
    sorter = graphlib.TopologicalSorter({name: sorted(edges[name]) for name in sorted(edges)})
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _circular(edges: Mapping[str, set[str]], workspace: Workspace) -> list[Broken]:
    """Return the packages that need one another in a circle."""
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError:
        pass
    else:
        return []
    below = {name: set().union(*(reachable(needed, edges) for needed in edges[name])) for name in edges}
    broken = []
    for name in sorted(name for name in edges if name in below[name]):
        circle = sorted(other for other in below[name] if name in below[other])
        files = ", ".join(workspace.packages[other].described_by for other in circle)
        broken.append(
            Broken(
                name,
                (workspace.packages[name].directory,),
                f"packages need one another in a circle: {', '.join(circle)} ({files})",
                "no order of uploads is safe for them: take one requirement out",
            )
        )
    return broken


def digest_of(*parts: object) -> str:
    """Digest of values that JSON can write."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
