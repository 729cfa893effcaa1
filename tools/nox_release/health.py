"""Looks at everything that a release of this workspace needs: the doors behind :mod:`nox_release.checks.doctor`."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from nox_release import toolbox
from nox_release.chain import Chain
from nox_release.check import Rules, matches
from nox_release.checks.doctor import CHECKOUT, INDEX, KEYS, OWNERS, Area, Checkout, Index, Unlooked
from nox_release.checks.machine import MACHINE, PYTHONS, TABLE, Machine, Pythons, Table
from nox_release.config import Config
from nox_release.environment import find_uv
from nox_release.errors import Blocked, Misuse
from nox_release.exemptions import look, stale
from nox_release.inquiry import Inquire, inquire
from nox_release.manifest import read_manifest
from nox_release.matrix import Resolution, choose
from nox_release.overview import Overview, RemoteTags, remote_tags
from nox_release.plan import Plan
from nox_release.process import Completed, Processes, Run
from nox_release.report.words import one_line
from nox_release.session import outside
from nox_release.signing import Signing
from nox_release.wording import number
from nox_release.workspace import discover, package_folders, translate

_LIMIT = 30.0
"""Seconds that one program may take."""
_ABOVE = "it needs what could not be looked at above"


@dataclass(frozen=True)
class Checkup:
    """One look at everything; nothing is built, sent or changed."""

    chain: Chain
    unclear: Misuse | None = None
    """Why it is not known which index is meant."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    inquire: Inquire = inquire
    """Has a worker look at what is outside of this machine."""
    run: Run = field(default_factory=Processes)

    def areas(self) -> Iterator[Area]:
        """Yield what became of each look; one that cannot be taken stops no other."""
        told: set[str] = set()
        for title, take in self._looks():
            try:
                yield take(title)
            except (Blocked, OSError) as error:
                message = error.message if isinstance(error, Blocked) else str(error)
                hint = error.hint if isinstance(error, Blocked) else ""
                if message in told:  # what several looks need is told once
                    message, hint = _ABOVE, ""
                told.add(message)
                yield Area(title, blocked=(Unlooked(message, hint, isinstance(error, Misuse)),))

    def _looks(self) -> Iterator[tuple[str, Callable[[str], Area]]]:
        yield "configuration", self._configuration
        yield "packages", self._packages
        yield "pythons", self._pythons
        yield "machine", self._machine
        yield "git", self._git
        if self._config_or_default.approval == "signed":
            yield "keys", self._keys
        yield "index", self._index

    @property
    def _config_or_default(self) -> Config:
        """The configuration; one that cannot be read is told by the first look, and others go on without it."""
        try:
            return self.chain.config
        except Blocked:
            return Config()

    @property
    def _rules(self) -> Rules:
        return self._config_or_default.settings.rules

    def _plan(self) -> Plan:
        return self.chain.plan(outside(self.chain))

    def _configuration(self, title: str) -> Area:
        chain, config = self.chain, self.chain.config
        found = discover(chain.snapshot, chain.git, config)
        names = {*found.packages, *(broken.name for broken in found.broken)}
        folders = package_folders(chain.snapshot.files, replace(config, packages=("**",), exclude=()), None)
        public = [name for name, package in found.packages.items() if not package.private]
        looks = {}
        for name in public:
            manifest = read_manifest(chain.store.dist / name)
            package = found.packages[name]
            if manifest and manifest.source == chain.snapshot.digest(package.directory, package.outside):
                looks[name] = look(manifest.evidence.values())
        table = Table(tuple(unmatched(config, folders, names)), tuple(stale(config, public, looks)))
        facts = (f"approval {config.approval}", number(len(config.overrides), "override"))
        return Area(title, facts, TABLE.run(table, self._rules))

    def _packages(self, title: str) -> Area:
        plan = self._plan()
        blocked = tuple(Unlooked(f"{item.name}: {item.message}", item.hint) for item in plan.broken)
        uncommitted = f"{number(len(plan.uncommitted), 'file')} not committed" if plan.uncommitted else "all committed"
        return Area(title, (f"{len(plan.targets)} looked at", uncommitted), blocked=blocked)

    def _pythons(self, title: str) -> Area:
        config, pythons = self.chain.config, self.chain.pythons
        matrices = {}
        for planned in self._plan().targets:
            settings = config.for_package(planned.name)
            resolutions = [Resolution(name) for name in settings.resolutions]
            matrices[planned.name] = choose(settings.pythons, resolutions, planned.package.requires_python, pythons)
        return Area(title, tuple(python.version for python in pythons), PYTHONS.run(Pythons(matrices), self._rules))

    def _machine(self, title: str) -> Area:
        config = self._config_or_default
        cache = toolbox.cache(self.environ)
        uv = self._version(find_uv()) if config.installer == "uv" else ""
        free = shutil.disk_usage(self.chain.root).free
        problem = "" if _writable(cache) else "nothing can be written there"
        machine = Machine(uv, config.installer, free, str(cache), problem)
        ready = [name for name in ("publish", "accept") if toolbox.ready(name, self.environ)]
        facts = (
            f"uv {uv}" if uv else f"installer {config.installer}",
            f"{free >> 30} GiB free",
            f"pinned tools made for {' and '.join(ready)}" if ready else "pinned tools made when they are needed",
        )
        return Area(title, facts, MACHINE.run(machine, self._rules))

    def _version(self, uv: str) -> str:
        """What uv says its version is; empty where there is none that says it."""
        if not uv:
            return ""
        done = self._run(uv, "--version")
        words = done.output.split()
        return words[1] if not done.code and len(words) > 1 else ""

    def _run(self, *command: str) -> Completed:
        return self.run(list(command), cwd=self.chain.root, env=self.environ, timeout=_LIMIT)

    def _git(self, title: str) -> Area:
        git, remote = self.chain.git, self._config_or_default.remote
        facts = [git("version").strip().removeprefix("git version ")]
        committer_problem = ""
        try:
            who = git("var", "GIT_COMMITTER_IDENT").rpartition(">")[0]
            facts.append(f"{who}>")
        except Blocked as error:
            committer_problem = error.message.splitlines()[-1]
        began, (_, problem) = time.monotonic(), self._remote_tags
        if not problem:
            facts.append(f"{remote} answers in {time.monotonic() - began:.1f}s")
        checkout = Checkout(committer_problem, remote, problem, self._signing.problem())
        return Area(title, tuple(map(one_line, facts)), CHECKOUT.run(checkout, self._rules))

    @property
    def _signing(self) -> Signing:
        return Signing(self.chain.git, self._run, self.environ)

    def _keys(self, title: str) -> Area:
        chain, config = self.chain, self.chain.config
        entry = chain.git.committed(chain.snapshot, config.allowed_signers)
        text = chain.git.blob(entry.oid).decode(errors="replace") if entry else None
        keys, mine = self._signing.keys(config.allowed_signers, text, config.approvals)
        facts = (f"{number(len(keys.signers), 'signer')}, {config.approvals} needed", f"{number(mine, 'key')} of yours")
        return Area(title, facts, KEYS.run(keys, self._rules))

    @cached_property
    def _remote_tags(self) -> RemoteTags:
        return remote_tags(self.chain.git, self._config_or_default.remote)

    def _index(self, title: str) -> Area:
        candidate = self.chain.candidate
        if candidate is None:
            raise self.unclear or Misuse("no index is named")
        repository, began = candidate.repository, time.monotonic()
        overview = Overview(self.chain, self._plan(), repository, self.environ, self.inquire, self._remote_tags)
        standings, answer = overview.surveyed(credentials=True)
        took = time.monotonic() - began
        index = Index(repository.upload_url, repository.pages, standings, answer.credentials)
        read = [item for item in standings if not item.shelf.problem]
        facts = [f"{repository.simple_url} tells of {number(len(read), 'package')} in {took:.1f}s"] if read else []
        if answer.source:
            facts.append(f"credentials: {answer.source}")
        return Area(title, tuple(facts), INDEX.run(index, self._rules) + OWNERS.run(index, self._rules))


def unmatched(config: Config, folders: Sequence[str], names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the key and the pattern of each that matches nothing.

    :param folders: every folder that may hold a package.
    :param names: every package.
    """
    for key, globs in (("packages", config.packages), ("exclude", config.exclude)):
        for glob in globs:
            if not any(translate(glob).fullmatch(folder) for folder in folders):
                yield key, glob
    for number_, override in enumerate(config.overrides, 1):
        for glob in override.packages:
            if not any(matches(name, [glob]) for name in names):
                yield f"[[tool.nox-release.overrides]] number {number_}", glob


def _writable(folder: Path) -> bool:
    """Whether something can be written to *folder*, or it can be made."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return os.access(there, os.W_OK | os.X_OK)
