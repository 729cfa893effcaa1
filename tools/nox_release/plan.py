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
from nox_release.requirements import Requirements
from nox_release.selection import reachable
from nox_release.workspace import Broken, Workspace

HISTORIANS = frozenset(
    "setuptools-scm setuptools-scm-git-archive hatch-vcs versioningit uv-dynamic-versioning poetry-dynamic-versioning "
    "setuptools-git-versioning setuptools-git dunamai vcs-versioning pbr versioneer miniver maturin".split()
)
"""Build requirements that ask git for the version or for the files."""


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
    """What its tests require besides."""
    for_tests: bool = False
    """A companion that only tests install."""

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
    todo = list(chosen)
    targets = frozenset(chosen)
    while todo:
        package = workspace.packages[todo.pop()]
        needs = [(sibling, requirement, "") for sibling, requirement in workspace.siblings(package)]
        if package.name in targets:
            tests[package.name] = wanted = test_needs(package, config.for_package(package.name))
            needs += [
                (sibling, requirement, "the tests of ")
                for sibling, requirement in workspace.siblings(package, wanted.requires)
            ]
            # A path in a requirements file means the source beside it, whatever is released.
            for name in (folders[folder] for folder in wanted.folders if folder in folders):
                if name not in chosen:
                    chosen[name] = f"the tests of {package.name} install it from its folder"
                    todo.append(name)
        for sibling, requirement, whose in needs:
            if (
                sibling.name not in chosen
                and not _suits(requirement, released.get(sibling.name, ()))
                and _fits(sibling, requirement)
            ):
                chosen[sibling.name] = f"{whose}{package.name} needs {requirement}, and no released version suits"
                todo.append(sibling.name)
    edges = {
        name: {sibling.name for sibling, _ in workspace.siblings(workspace.packages[name])} & chosen.keys()
        for name in chosen
    }
    order, circular = _order(edges, workspace)
    broken += circular
    lost = {item.name for item in circular}
    edges = {name: needs - lost for name, needs in edges.items()}
    planned = []
    for name in order:
        package = workspace.packages[name]
        settings = config.for_package(name)
        siblings = reachable(name, edges) - {name}
        wanted = tests.get(name, Requirements())
        beside = {folders[folder] for folder in wanted.folders if folder in folders}
        beside |= {canonicalize_name(Requirement(text).name) for text in wanted.requires} & chosen.keys()
        beside = set().union(*(reachable(item, edges) for item in beside - lost)) - siblings - {name}
        planned.append(
            Planned(
                package,
                name in targets,
                chosen[name],
                digest(package),
                settings.git_history or asks_git(package),
                tuple(sorted(siblings)),
                tuple(sorted(beside)),
                tuple(
                    dict.fromkeys(
                        text for text in wanted.requires if canonicalize_name(Requirement(text).name) not in chosen
                    )
                ),
            )
        )
    installed = {name for item in planned if item.target for name in item.siblings}
    return Plan(
        tuple(replace(item, for_tests=not item.target and item.name not in installed) for item in planned),
        tuple(broken),
    )


def asks_git(package: Package) -> bool:
    """Whether one of the known historians takes part in the package's build."""
    return any(canonicalize_name(Requirement(text).name) in HISTORIANS for text in package.build_requires)


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


def _order(edges: Mapping[str, set[str]], workspace: Workspace) -> tuple[list[str], list[Broken]]:
    """Return the names so that each comes after what it needs, and the packages that need one another in a circle."""
    edges = {name: set(needs) for name, needs in sorted(edges.items())}
    circular: list[Broken] = []
    while True:
        try:
            sorter = graphlib.TopologicalSorter({name: sorted(needs) for name, needs in edges.items()})
            sorter.prepare()
        except graphlib.CycleError as error:
            circle = error.args[1][:-1]
            files = ", ".join(sorted(workspace.packages[name].described_by for name in circle))
            way = " needs ".join(reversed(error.args[1]))
            circular += [
                Broken(
                    name,
                    (workspace.packages[name].directory,),
                    f"packages need one another in a circle: {way} ({files})",
                    "no order of uploads is safe for them: take one requirement out",
                )
                for name in circle
            ]
            edges = {name: needs - set(circle) for name, needs in edges.items() if name not in circle}
            continue
        order: list[str] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready())
            order += ready
            sorter.done(*ready)
        return order, circular


def digest_of(*parts: object) -> str:
    """Digest of values that JSON can write."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
