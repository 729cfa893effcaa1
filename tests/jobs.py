"""Stages on tiny packages: a workspace in git, its plan, and the job of one package in one stage, doors and all."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from uv import find_uv_bin

from checkouts import Checkout
from fakes import FakeTarget
from nox_release.config import Config
from nox_release.environment import Installer, for_installer, for_package_code, without_credentials
from nox_release.evidence import FOLDER, Store
from nox_release.index.target import Target
from nox_release.matrix import Interpreter, Matrix, Resolution, choose
from nox_release.model import Evidence, Outcome, Stage
from nox_release.plan import Plan, make_plan
from nox_release.process import Log, Processes
from nox_release.requirements import Requirements
from nox_release.source import Git
from nox_release.work import Job, Order, Result
from nox_release.workspace import discover


@dataclass
class Bench:
    """Runs stages on the packages of one workspace, in the order that the test says."""

    folder: Path
    """A temporary folder; the workspace is ``workspace`` in it."""
    files: Mapping[str, str | bytes]
    config: Config = field(default_factory=Config)
    targets: tuple[str, ...] = ("demo",)
    tests: Mapping[str, Requirements] = field(default_factory=dict)
    """Package → what its tests require."""
    uv: str = field(default_factory=find_uv_bin)
    target: Target = field(default_factory=FakeTarget)
    """What the index has already: nothing, where a test does not say."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Beside that of this process."""
    pythons: tuple[Interpreter, ...] = (Interpreter(platform.python_version(), sys.executable),)
    resolutions: tuple[Resolution, ...] = (Resolution.HIGHEST,)

    def __post_init__(self) -> None:
        self.checkout = Checkout.new(self.folder / "workspace", self.files)
        self.root = self.checkout.root
        self.store = Store(self.root)
        self.store.prepare()
        self.built: dict[str, dict[str, Evidence]] = {}
        self.git = Git(self.root, self.root / FOLDER / "objects")
        self.look()

    def look(self) -> None:
        """Take the snapshot and make the plan; again after a commit."""
        self.snapshot = self.git.snapshot()
        workspace = discover(self.snapshot, self.git, self.config)
        tags = self.git.tags()
        plan = make_plan(
            self.targets,
            workspace,
            self.config,
            lambda package: self.snapshot.digest(package.directory, package.outside),
            tags,
            lambda package, _: self.tests.get(package.name, Requirements()),
        )
        self.plan: Plan = replace(
            plan,
            commit=self.snapshot.commit,
            epoch=self.snapshot.epoch,
            tree=self.snapshot.tree,
            uncommitted=self.snapshot.uncommitted,
            tags=tags,
        )

    def path(self, stage: Stage, name: str = "demo") -> Path:
        """Where the file is that *stage* built."""
        (artifact,) = self.built[name][stage].artifacts
        return self.store.path(artifact)

    def matrix(self, name: str) -> Matrix:
        """Where the package *name* is tried."""
        wanted = self.config.for_package(name).pythons
        return choose(wanted, self.resolutions, self.plan[name].package.requires_python, self.pythons)

    @contextmanager
    def working(self, stage: Stage, name: str = "demo") -> Iterator[Job]:
        """The job of the package *name* in *stage*; what it writes is at :attr:`log` afterwards."""
        folder = self.folder / f"{stage}-{name}-{len(list(self.folder.iterdir()))}"
        home = folder / "home"
        home.mkdir(parents=True)
        self._log = folder.with_suffix(".log")
        environ = without_credentials({**os.environ, **self.environ})
        order = Order(
            stage, self.root, self.plan, self.snapshot.prefix, self.snapshot.toplevel, self.snapshot.git_dir,
            self.config, {name: ""}, dict(self.built), self.uv, 1, matrices={name: self.matrix(name)},
        )  # fmt: skip
        with self._log.open("w", encoding="utf-8") as stream:
            yield Job(
                self.plan[name],
                order,
                self.config.for_package(name),
                self.snapshot,
                self.git,
                self.store,
                Installer(self.uv, for_installer(environ, home)),
                for_package_code(environ, home),
                Log(stream, Processes()),
                folder,
                self.target,
            )

    @property
    def log(self) -> str:
        """What the last job wrote."""
        return self._log.read_text()

    def run(self, stage: Stage, name: str = "demo") -> Result:
        """Carry out *stage* and keep what it builds for later ones."""
        module = importlib.import_module(f"nox_release.stages.{stage.replace('-', '_')}")
        with self.working(stage, name) as job:
            result: Result = module.run(job)
        if result.artifacts:
            self._keep(stage, name, result)
        return result

    def _keep(self, stage: Stage, name: str, result: Result) -> None:
        version = self.plan[name].version
        evidence = Evidence(name, version, stage, "", Outcome.PASSED, artifacts=result.artifacts, facts=result.facts)
        self.built.setdefault(name, {})[stage] = evidence

    def build(self, *names: str) -> None:
        """Build both artifacts of *names*; nothing may be amiss."""
        for name in names or ("demo",):
            for stage in (Stage.BUILD_SDIST, Stage.BUILD_WHEEL):
                result = self.run(stage, name)
                assert [finding for finding in result.findings if finding.fails] == []

    def put(self, stage: Stage, path: Path, name: str = "demo") -> None:
        """Have a file made by hand stand for what *stage* builds."""
        self._keep(stage, name, Result(artifacts=(self.store.add(path),)))

    def close(self) -> None:
        """End the process that reads blobs."""
        self.git.close()


def codes(result: Result) -> list[str]:
    """Codes of what was found, in order."""
    return [finding.code for finding in result.findings]


def told(result: Result) -> list[tuple[str, str, str]]:
    """What was found: code, where, message."""
    return [(finding.code, finding.where, finding.message) for finding in result.findings]
