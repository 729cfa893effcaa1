"""Prepares a release in the source: version, changelog, siblings' requirements, lock files; all of it, or nothing."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from packaging.version import Version

from nox_release import dating, stating
from nox_release.bumping import Bump, bumped, opened, unreleased
from nox_release.chain import Chain
from nox_release.collecting import Changes, Collector, collector, kept, locks, run_on_copy
from nox_release.environment import find_uv, for_installer, for_package_code, without_credentials
from nox_release.errors import Blocked, Misuse
from nox_release.floors import admits
from nox_release.model import Package
from nox_release.plan import asks_git, released_versions
from nox_release.policy import Policy
from nox_release.process import Processes, Run
from nox_release.project import Source, changelog_of
from nox_release.selection import select
from nox_release.stating import Draft
from nox_release.toolbox import toolbox
from nox_release.workspace import Workspace, discover


@dataclass(frozen=True)
class Target:
    """One package that is to be prepared."""

    package: Package
    current: Version
    version: Version
    from_git: bool = False
    """Its version follows from git's tags, so no file states it."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.package.name


@dataclass(frozen=True)
class Prepared:
    """What is to be written, and what is to be told."""

    targets: tuple[Target, ...]
    changes: Changes
    notes: tuple[str, ...]
    """What a person has to know or to do."""
    idle: tuple[str, ...] = ()
    """Why packages have nothing to be done."""


@dataclass(frozen=True)
class Preparation:
    """Makes the changes of one command, without writing any."""

    chain: Chain
    day: date
    run: Run = field(default_factory=Processes)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def workspace(self) -> Workspace:
        """The packages as they stand."""
        return discover(self.chain.snapshot, self.chain.git, self.chain.config)

    @cached_property
    def released(self) -> Mapping[str, list[Version]]:
        """Versions that tags say are released, by name."""
        return released_versions(self.chain.git.tags(), self.chain.config.tag_format)

    def packages(self) -> tuple[Package, ...]:
        """Return the packages that the command names.

        :raises Blocked: for one that cannot be read.
        """
        chain = self.chain
        names = select(
            chain.arguments.targets, self.workspace, lambda ref: chain.git.changed_since(ref, chain.snapshot)
        )
        for broken in self.workspace.broken:
            if broken.name in names:
                raise Blocked(f"{broken.name}: {broken.message}", broken.hint)
        return tuple(self.workspace.packages[name] for name in names)

    def current(self, package: Package) -> tuple[Version, bool]:
        """Return the version of *package*, and whether it follows from git's tags.

        :raises Blocked: where nobody can tell.
        """
        if package.version is not None:
            return Version(package.version), False
        if not (asks_git(package) or self.chain.config.for_package(package.name).git_history):
            raise Blocked(
                f"{package.name}: its version is computed, so it cannot be set",
                "write it as a literal into the metadata, or set git-history if it follows from tags",
            )
        return max(self.released.get(package.name, []), default=Version("0")), True

    def prepare(self, bump: Bump | Version | None, *, following: bool) -> Prepared:
        """Return what makes every package of the command ready.

        :param bump: the step or the version; None with *following* alone.
        :param following: open the version after a release rather than prepare one.
        :raises Blocked: where anything stands against it; nothing has been written then.
        """
        targets, idle, notes = [], [], []
        for package in self.packages():
            current, from_git = self.current(package)
            tags = self.released.get(package.name, [])
            if bump is None and current not in tags:
                tag = self._tag(package.name, current)
                idle.append(f"{package.name} {current} is what is open: there is no tag {tag}, so it is not released")
                continue
            policy = Policy(self.chain.config.for_package(package.name).version_policy)
            version = opened(current, policy) if bump is None else bumped(current, bump)
            unreleased(version, tags, self._tag(package.name, version))
            targets.append(Target(package, current, version, from_git))
        draft = Draft(self._read)
        for target in targets:
            draft, said = self._stated(draft, target)
            notes += said
        draft, said = self._followed(draft, targets)
        notes += said
        changes: dict[str, bytes | None] = dict(draft.changed)
        for target in targets:
            made, told = self._changelog(replace(draft, changed=_files(changes)), target, following=following)
            changes.update(made)
            notes += [f"{target.name}: {note}" for note in told]
        made, said = self._locked(changes, [target.name for target in targets])
        changes.update(made)
        notes += said
        changes = {path: data for path, data in sorted(changes.items()) if data != self._read(path)}
        self._clean(changes)
        return Prepared(tuple(targets), changes, tuple(notes), tuple(idle))

    def _tag(self, name: str, version: Version) -> str:
        return self.chain.config.tag_format.format(name=name, version=version)

    def _read(self, path: str) -> bytes | None:
        """Return the bytes on disk: git's may have other line ends. A link is what it is, and is not followed."""
        entry = self.chain.snapshot.files.get(path)
        if entry is None:
            return None
        if entry.mode == "120000":
            return self.chain.git.blob(entry.oid)
        try:
            return (self.chain.root / path).read_bytes()
        except OSError as error:
            raise Blocked(f"{path} cannot be read: {error.strerror}", "mend that, and run the command again") from None

    def _stated(self, draft: Draft, target: Target) -> tuple[Draft, list[str]]:
        if target.from_git:
            tag = self._tag(target.name, target.version)
            return draft, [f"{target.name}: its version follows from git's tags; nothing states it but {tag}"]
        files = self.chain.snapshot.below(target.package.directory)
        draft = stating.set_version(draft, target.package, files, target.version)
        left = stating.unstated(draft, target.package, files, target.version)
        return draft, [
            f"{target.name}: {each.where} says {each.version} and could not be changed; write {target.version}"
            for each in left
        ]

    def _followed(self, draft: Draft, targets: Iterable[Target]) -> tuple[Draft, list[str]]:
        """Let the dependents in the command admit the new versions, and name those outside of it that do not."""
        versions, notes = {target.name: target.version for target in targets}, []
        for package in self.workspace.packages.values():
            needed = [name for name, _ in self._needs(package) if name in versions]
            for name in dict.fromkeys(needed):
                if package.name in versions:
                    draft, left = stating.let_in(draft, package, name, versions[name])
                    mend = "write it by hand"
                else:
                    texts = [text for other, text in self._needs(package) if other == name]
                    left = tuple(text for text in texts if not admits(text, versions[name]))
                    mend = f"name {package.name} in the same command to have it changed"
                notes += [
                    f"{package.name} needs {text}, which does not admit {name} {versions[name]}; {mend}"
                    for text in left
                ]
        return draft, notes

    def _needs(self, package: Package) -> list[tuple[str, str]]:
        """Name and requirement of each sibling."""
        from packaging.requirements import Requirement
        from packaging.utils import canonicalize_name

        texts = self.workspace.sibling_requires(package)
        return [(canonicalize_name(Requirement(text).name), text) for text in texts]

    def _changelog(self, draft: Draft, target: Target, *, following: bool) -> tuple[Changes, tuple[str, ...]]:
        directory = target.package.directory
        source = Source(directory, lambda path: draft(posixpath.normpath(posixpath.join(directory, path))))
        found = collector(source)
        if found:
            return ({}, ()) if following else self._collected(draft, target, found, source)
        document = changelog_of(source, self.chain.snapshot.below(directory))
        if document is None:
            return {}, ("it has no changelog",)
        path = posixpath.normpath(posixpath.join(directory, document.path))
        text = (draft(path) or b"").decode()
        edited = (
            dating.opened(text, target.version)
            if following
            else dating.dated(text, target.version, self.day, self.released.get(target.name, []))
        )
        return {path: edited.text.encode()}, tuple(f"{path}: {note}" for note in edited.notes)

    def _collected(
        self, draft: Draft, target: Target, found: Collector, source: Source
    ) -> tuple[Changes, tuple[str, ...]]:
        """Have the package's own tool write its changelog, unless it has the entry."""
        from nox_release.changelog import entry_for, parse

        directory = target.package.directory
        if (text := source.text(found.changelog)) and entry_for(parse(text), str(target.version)):
            return {}, ()
        python = toolbox("prepare", self.environ)
        files = self._files(draft, directory)
        made = run_on_copy(
            files,
            directory,
            [found.command(python, target.version, self.day)],
            self.run,
            lambda home: for_package_code(self._environ, home),
        )
        for path, data in made.items():
            if data is not None and (lost := kept(files.get(path, b""), data)):
                raise Blocked(f"{found.tool} would lose a line of {path}: {lost!r}; nothing was written", "")
        return made, ()

    @property
    def _environ(self) -> dict[str, str]:
        config = self.chain.config
        return without_credentials(self.environ, config.credentials, config.pass_environment)

    def _files(self, draft: Draft, directory: str) -> dict[str, bytes]:
        start = "" if directory == "." else f"{directory}/"
        paths = [f"{start}{path}" for path in self.chain.snapshot.below(directory)]
        read = {path: data for path in paths if (data := draft(path)) is not None}
        return {**read, **{path: data for path, data in draft.changed.items() if path.startswith(start)}}

    def _locked(self, changes: Changes, names: list[str]) -> tuple[Changes, list[str]]:
        """Refresh the lock files that speak of what was changed."""
        snapshot, notes = self.chain.snapshot, []
        if not changes:
            return {}, []
        draft = Draft(lambda path: None if path in changes else self._read(path), _files(changes))
        named = [path for path in snapshot.files if posixpath.basename(path) in ("uv.lock", "poetry.lock")]
        there = {path: data for path in named if (data := self._read(path))}
        made: dict[str, bytes | None] = {}
        for path in locks(there, names, there):
            if not (uv := find_uv()):
                raise Blocked(f"{path} cannot be refreshed: uv is not installed", "pip install uv")
            folder = posixpath.dirname(path) or "."
            lock = [uv, "lock", "--no-progress"]
            made.update(
                run_on_copy(
                    self._files(draft, folder),
                    folder,
                    [[*lock, "--offline"], lock],
                    self.run,
                    lambda home: for_installer(self._environ, home),
                )
            )
        for path in there:
            manifest = posixpath.join(posixpath.dirname(path), "pyproject.toml")
            if posixpath.basename(path) == "poetry.lock" and manifest in changes:
                notes.append(f"{path} is not refreshed: run `poetry lock` in {posixpath.dirname(path) or 'its folder'}")
        return {path: data for path, data in made.items() if posixpath.basename(path) == "uv.lock"}, notes

    def _clean(self, changes: Changes) -> None:
        """See that nobody's work is in the files that are to change.

        :raises Misuse: where some is.
        """
        prefix = self.chain.snapshot.prefix
        if dirty := [path for path in changes if f"{prefix}{path}" in self.chain.snapshot.uncommitted]:
            raise Misuse(
                f"there is uncommitted work in what is to change: {', '.join(dirty)}",
                "commit it, or git stash it first",
            )


def _files(changes: Changes) -> dict[str, bytes]:
    return {path: data for path, data in changes.items() if data is not None}
