"""Looks at the workspace and makes the plan: the doors behind the pure :mod:`nox_release.plan`."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.version import Version

from nox_release.config import Config, Settings
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import Store
from nox_release.metadata import read_package
from nox_release.model import Package
from nox_release.plan import Dependent, Plan, Planned, digest_of, make_plan, released_versions
from nox_release.requirements import Requirements, read_requirements
from nox_release.selection import select
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.workspace import Workspace, discover

if TYPE_CHECKING:
    from nox_release.completion import Completion


@dataclass(frozen=True)
class Planning:
    """What a plan is made from."""

    snapshot: Snapshot
    git: Git
    store: Store
    config: Config
    uv: str
    """Path of uv; empty: virtualenv and pip."""
    jobs: int
    with_dependents: bool = False
    """Also look for the last releases of the packages that need a target."""

    def plan(self, targets: Sequence[str]) -> Plan:
        """Return the plan for *targets*.

        :raises Misuse: for targets or a configuration that cannot be worked with.
        """
        config = self.config
        workspace = self._with_settings(discover(self.snapshot, self.git, config))
        tags = self.git.tags()
        completion = self._completion(workspace, tags)
        if completion:
            workspace = completion.names(workspace)
        names = select(targets, workspace, lambda reference: self.git.changed_since(reference, self.snapshot))
        if completion:
            workspace = completion.closure(workspace, names)
        plan = make_plan(names, workspace, config, self._digest, tags, self.test_needs)
        if self.with_dependents:
            found = [self._dependents(item, workspace, tags) if item.target else () for item in plan.packages]
            packages = zip(plan.packages, found, strict=True)
            plan = replace(plan, packages=tuple(replace(item, dependents=needy) for item, needy in packages))
        formatted = {config.tag(item.name, item.version) for item in plan.packages}
        return replace(
            plan,
            commit=self.snapshot.commit,
            epoch=self.snapshot.epoch,
            tree=self.snapshot.tree,
            uncommitted=self.snapshot.uncommitted,
            tags={name: commit for name, commit in tags.items() if name in formatted},
            all_tags=digest_of(sorted(tags.items())),
        )

    def _completion(self, workspace: Workspace, tags: Mapping[str, str]) -> Completion | None:
        """What asks build backends; None where the files tell everything, as they mostly do."""
        if not any(package.unknown for package in workspace.packages.values()):
            return None
        from nox_release import completion  # loads much that a plan mostly does without

        return completion.Completion(
            self.snapshot.root, self.snapshot, self.store, self.config, tags, self.uv, self.jobs
        )

    def _with_settings(self, workspace: Workspace) -> Workspace:
        """Add the files outside a package's folder that the configuration says its build reads."""
        packages = {}
        for name, package in workspace.packages.items():
            inputs = self.config.for_package(name).build_inputs
            if absent := [path for path in inputs if path not in self.snapshot.files]:
                raise Misuse(
                    f"build-inputs of {name}: {absent[0]} is not committed", "name files relative to the workspace"
                )
            packages[name] = replace(package, outside=tuple(sorted({*package.outside, *inputs}))) if inputs else package
        return replace(workspace, packages=packages)

    def _digest(self, package: Package) -> str:
        return self.snapshot.digest(package.directory, package.outside)

    def test_needs(self, package: Package, settings: Settings) -> Requirements:
        """Return what the tests of *package* require, from all the places that *settings* name."""
        if settings.test_exempt:
            return Requirements()
        found = Requirements()
        for group in settings.test_groups:
            found += Requirements(package.groups.get(group, ()))
        for extra in settings.test_extras:
            found += Requirements(package.extras.get(extra, ()))
        for name in settings.test_requirements:
            path = posixpath.normpath(f"{package.directory}/{name}")
            if path in self.snapshot.files:
                try:
                    found += read_requirements(path, self._read)
                except Blocked as error:  # a broken file keeps this package's tests from running, and nothing else
                    found += Requirements(problem=str(error))
        return found

    def _dependents(self, planned: Planned, workspace: Workspace, tags: Mapping[str, str]) -> tuple[Dependent, ...]:
        """Return the packages that require *planned* themselves, as last released, with what their tests need."""
        needy = sorted(
            package.name
            for package in workspace.packages.values()
            if not package.private and any(sibling.name == planned.name for sibling, _ in workspace.siblings(package))
        )
        released = released_versions(tags, self.config.tag_format)
        return tuple(self._dependent(workspace.packages[name], released.get(name, []), workspace) for name in needy)

    def _dependent(self, package: Package, released: Sequence[Version], workspace: Workspace) -> Dependent:
        settings = self.config.for_package(package.name)
        name, directory = package.name, package.directory
        if not released:
            return Dependent(name, "", problem="no git tag names a release of it")
        if settings.test_exempt:
            return Dependent(name, str(max(released)), problem=f"its tests are exempt: {settings.test_exempt}")
        version = max([item for item in released if not item.is_prerelease] or released)
        tag = self.config.tag(name, version)
        tree = self.git("rev-parse", f"{tag}^{{tree}}").strip()
        files, folders = self.git.contents(tree, self.snapshot.prefix)
        then = replace(self, snapshot=replace(self.snapshot, tree=tree, files=files, folders=folders))
        found = Dependent(name, str(version), tag, tree, directory)
        try:
            package_then = read_package(directory, then._read)
        except Blocked as error:
            return replace(found, problem=f"at {tag}: {error.message}")
        if package_then is None or package_then.name != name:
            return replace(found, problem=f"at {tag} it did not lie in {directory}")
        wanted = then.test_needs(package_then, settings)
        names = {item.directory: item.name for item in workspace.packages.values()}
        paths = [text.partition("[") for text in wanted.folders]
        if strange := [folder for folder, _, _ in paths if folder not in names]:
            return replace(found, problem=f"its tests install {strange[0]}, which is no package of this workspace")
        siblings = [f"{names[folder]}{bracket}{extras}" for folder, bracket, extras in paths if names[folder] != name]
        requires = tuple(dict.fromkeys((*wanted.requires, *siblings)))
        return replace(found, requires=requires, constraints=wanted.constraints, problem=wanted.problem)

    def _read(self, path: str) -> bytes | None:
        entry = self.snapshot.files.get(path)
        return None if entry is None else self.git.blob(entry.oid)
