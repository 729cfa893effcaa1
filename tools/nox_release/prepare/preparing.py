"""Prepares a release in the source: version, changelog, siblings' requirements, lock files; all of it, or nothing."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.chain import Chain
from nox_release.changelog import entry_for, parse
from nox_release.environment import without_credentials
from nox_release.errors import Blocked, Misuse
from nox_release.model import Package
from nox_release.plan import asks_git, released_versions
from nox_release.policy import Policy
from nox_release.prepare import bumping, stating
from nox_release.prepare.bumping import Bump
from nox_release.prepare.collecting import Changes, Tools, collector
from nox_release.prepare.dating import dated, opened
from nox_release.prepare.floors import admits
from nox_release.prepare.stating import Draft
from nox_release.process import Processes, Run
from nox_release.project import Source, changelog_of
from nox_release.requirements import parsed
from nox_release.selection import select
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
    toolbox: Callable[[str, Mapping[str, str]], Path] = toolbox

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
        targets, idle = self._targets(bump)
        notes: list[str] = []
        draft = Draft(self._read)
        for target in targets:
            draft, said = self._stated(draft, target, following=following)
            notes += said
        draft, outdated = self._followed(draft, targets)
        for target in targets:
            draft, told = self._changelog(draft, target, following=following)
            notes += [f"{target.name}: {note}" for note in told]
        try:
            draft, told = self._tools.lock(draft, [target.name for target in targets]) if draft.changed else (draft, ())
        except Blocked as error:  # mostly for what was left as it is
            raise Blocked(error.message, "; ".join(outdated) or error.hint) from None
        changes = {path: data for path, data in sorted(draft.changed.items()) if data != self._read(path)}
        self._clean(changes)
        return Prepared(tuple(targets), changes, (*notes, *outdated, *told), tuple(idle))

    def _targets(self, bump: Bump | Version | None) -> tuple[list[Target], list[str]]:
        """Return the packages with their next versions, and why others have none."""
        targets, idle = [], []
        for package in self.packages():
            current, from_git = self.current(package)
            tags = self.released.get(package.name, [])
            if bump is None and current not in tags:
                tag = self.chain.config.tag(package.name, current)
                idle.append(f"{package.name} {current} counts as open: git has no tag {tag} (else: git fetch --tags)")
                continue
            policy = Policy(self.chain.config.for_package(package.name).version_policy)
            if from_git and not tags and not isinstance(bump, Version):
                raise Misuse(
                    f"{package.name}: no tag tells its version yet",
                    "git fetch --tags, or write the first one: --bump VERSION",
                )
            version = bumping.opened(current, policy) if bump is None else bumping.bumped(current, bump)
            bumping.unreleased(version, tags, self.chain.config.tag(package.name, version))
            targets.append(Target(package, current, version, from_git))
        return targets, idle

    @property
    def _tools(self) -> Tools:
        config = self.chain.config
        environ = without_credentials(self.environ, config.credentials, config.pass_environment)
        return Tools(self.chain.snapshot, environ, self.run, self.toolbox)

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

    def _stated(self, draft: Draft, target: Target, *, following: bool) -> tuple[Draft, list[str]]:
        if target.from_git:
            if following:
                return draft, []
            tag = self.chain.config.tag(target.name, target.version)
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
        texts = self.workspace.sibling_requires(package)
        return [(canonicalize_name(parsed(text).name), text) for text in texts]

    def _changelog(self, draft: Draft, target: Target, *, following: bool) -> tuple[Draft, tuple[str, ...]]:
        directory = target.package.directory
        source = Source(directory, lambda path: draft(posixpath.normpath(posixpath.join(directory, path))))
        if found := collector(source):
            text = source.text(found.changelog)
            if following or (text and entry_for(parse(text), str(target.version))):
                return draft, ()  # fragments wait for the release, or are in it
            return self._tools.collect(draft, directory, found, target.version, self.day), ()
        document = changelog_of(source, self.chain.snapshot.below(directory))
        if document is None:
            return draft, ("it has no changelog",)
        path = posixpath.normpath(posixpath.join(directory, document.path))
        text, tags = (draft(path) or b"").decode(), self.released.get(target.name, [])
        edited = opened(text, target.version) if following else dated(text, target.version, self.day, tags)
        return draft.with_file(path, edited.text), tuple(f"{path}: {note}" for note in edited.notes)

    def _clean(self, changes: Changes) -> None:
        """See that nobody's work is in the files that are to change.

        :raises Misuse: where some is.
        """
        snapshot, root = self.chain.snapshot, self.chain.root
        if dirty := [path for path in changes if f"{snapshot.prefix}{path}" in snapshot.uncommitted]:
            raise Misuse(
                f"there is uncommitted work in what is to change: {', '.join(dirty)}",
                "commit it, or git stash it first",
            )
        if hidden := [path for path in changes if path not in snapshot.files and os.path.lexists(root / path)]:
            raise Misuse(f"git ignores {', '.join(hidden)}, which is to be written", "commit it, or move it away")
        if links := [path for path in changes if path in snapshot.files and snapshot.files[path].mode == "120000"]:
            raise Misuse(f"{', '.join(links)} is to change, and is a symbolic link", "put a file in its place")
