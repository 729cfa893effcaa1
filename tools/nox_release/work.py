"""What passes between a session and its worker, and what a stage is given for one package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nox_release.candidate import Candidate
from nox_release.check import Finding, Verdict
from nox_release.config import Config, Settings
from nox_release.environment import Installer
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.export import export, export_with_history
from nox_release.gate import Gate
from nox_release.index.target import Target
from nox_release.matrix import Interpreter, Matrix
from nox_release.model import Artifact, Evidence, Kind, Package, Stage
from nox_release.plan import Plan, Planned
from nox_release.process import Log
from nox_release.repository import Repository
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.standing import Shelf
from nox_release.yank import Dependent


@dataclass(frozen=True)
class Order:
    """What a session asks of its worker; travels as a file of JSON."""

    stage: Stage
    root: Path
    plan: Plan
    prefix: str
    """Path of the workspace in its git checkout, see :class:`nox_release.source.Snapshot`."""
    toplevel: Path
    git_dir: Path
    config: Config
    inputs: Mapping[str, str]
    """Name of each package to work on → digest of the stage's inputs."""
    upstream: Mapping[str, Mapping[str, Evidence]]
    """Package → stage → evidence: of the packages to work on and of the siblings that they are installed with."""
    uv: str
    """Path of uv; empty: virtualenv and pip."""
    jobs: int
    since: float = 0.0
    """Caches made before this time (seconds since 1970) do not count: ``--fresh``."""
    logs: str = ""
    """Folder of the logs, relative to the workspace."""
    expected: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each package took the last time, where that is known."""
    candidate: Candidate | None = None
    """Where a candidate goes; None: a rehearsal."""
    ca: str = ""
    """A file of certificate authorities for the target index; empty: those of the machine."""
    finishes: bool = False
    """The command ends in a candidate: of what is on its index already, the bytes are compared before any is sent."""
    matrices: Mapping[str, Matrix] = field(default_factory=dict)
    """Where each package is tried, in the stages that try it."""
    to_come: tuple[Stage, ...] = ()
    """The stages that follow in this command, as far as that is known."""

    @property
    def queue(self) -> tuple[Planned, ...]:
        """The packages to work on, in the order in which they are begun."""
        todo = [planned for planned in self.plan.packages if planned.name in self.inputs]
        if self.stage is not Stage.PUBLISH:
            # What took longest goes first, so that nothing long is left alone at the end.
            todo.sort(key=lambda planned: -self.expected.get(planned.name, 0.0))
        return tuple(todo)

    @property
    def places(self) -> int:
        """Packages that are worked on at a time."""
        return 1 if self.stage is Stage.PUBLISH else self.jobs


@dataclass(frozen=True)
class PreflightOrder:
    """What is asked of the worker that looks whether a candidate may go."""

    root: Path
    plan: Plan
    prefix: str
    toplevel: Path
    git_dir: Path
    config: Config
    candidate: Candidate
    answer: Path
    """File for the :class:`PreflightAnswer`."""
    unapproved: Mapping[str, tuple[str, ...]]
    """Package → why it is not approved, as far as that is known already."""


@dataclass(frozen=True)
class PreflightAnswer:
    """What was found before a candidate, by the preflight or by the proof of the states between two uploads."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """By package; what is wrong with the command as a whole stands with each."""
    problem: str = ""
    """Why nothing could be looked at."""
    hint: str = ""


@dataclass(frozen=True)
class PrefixOrder:
    """What is asked of the worker that proves the states between two uploads."""

    root: Path
    plan: Plan
    config: Config
    names: tuple[str, ...]
    """What is to be uploaded, in order."""
    uv: str
    python: str
    """The interpreter that has virtualenv, where there is no uv."""
    pythons: tuple[Interpreter, ...]
    jobs: int
    logs: str
    code: str
    """Digest of our own code: another way of looking is another proof."""
    since: float
    """Proofs made before this time (seconds since 1970) do not count."""
    answer: Path
    """File for the :class:`PreflightAnswer`."""
    ca: str = ""
    """A file of certificate authorities for the index; empty: those of the machine."""


@dataclass(frozen=True)
class SurveyOrder:
    """What is asked of the worker that reads an index for `status` and `doctor`."""

    root: Path
    repository: Repository
    names: Mapping[str, str]
    """Package → version of the workspace; a question mark where only its build tells it."""
    answer: Path
    """File for the :class:`SurveyAnswer`."""
    owned: tuple[str, ...] = ()
    """Packages whose owners are asked for."""
    withdrawn: str = ""
    """The package of which a release is to be yanked; empty: none."""
    dependents: tuple[str, ...] = ()
    """Packages of the workspace whose last release may need that."""
    credentials: bool = False
    """Whether it is to be seen that there are credentials."""


@dataclass(frozen=True)
class SurveyAnswer:
    """What an index has."""

    shelves: Mapping[str, Shelf] = field(default_factory=dict)
    releases: Mapping[str, bool] = field(default_factory=dict)
    """Each version of the package that is to be withdrawn → whether it is yanked as a whole."""
    dependents: tuple[Dependent, ...] = ()
    credentials: str = ""
    """Why there are none, with what to do in the next line; empty: they are there, or were not asked for."""
    source: str = ""
    """Where they come from; never what they are."""


@dataclass(frozen=True)
class GateOrder:
    """What is asked of the worker that looks at the CI's identity."""

    answer: Path
    """File for the :class:`GateAnswer`."""


@dataclass(frozen=True)
class GateAnswer:
    """What the CI says of this job."""

    gate: Gate | None = None
    problem: str = ""
    """Why it says nothing that counts."""
    hint: str = ""


@dataclass(frozen=True)
class MetadataOrder:
    """What is asked of the worker that has backends tell metadata."""

    root: Path
    packages: tuple[Package, ...]
    answers: Path
    """Folder for one file of METADATA, or of the reason why there is none, for each package."""
    history: tuple[str, ...]
    """Those whose backend asks git."""
    prefix: str
    toplevel: Path
    git_dir: Path
    commit: str
    epoch: int
    tree: str
    config: Config
    uv: str
    jobs: int


@dataclass(frozen=True)
class Job:
    """One package in one stage: what a stage's ``run`` is given, doors included."""

    planned: Planned
    order: Order
    settings: Settings
    snapshot: Snapshot
    git: Git
    store: Store
    installer: Installer
    environ: Mapping[str, str]
    """For code of the package: no credentials, an empty home."""
    run: Log
    folder: Path
    """An empty folder of its own, outside the workspace, gone afterwards."""
    target: Target
    """What the index has already; not to be asked about a package with ``index_exempt``."""

    def artifacts(self, kind: Kind, name: str = "") -> tuple[Artifact, ...]:
        """Return the built files of this package, or of the sibling *name*."""
        stage = Stage.BUILD_SDIST if kind is Kind.SDIST else Stage.BUILD_WHEEL
        return self.order.upstream[name or self.planned.name][stage].artifacts

    def path(self, kind: Kind, name: str = "") -> Path:
        """Where the one built file of *kind* is."""
        (artifact,) = self.artifacts(kind, name)
        return self.store.path(artifact)

    @property
    def epoch(self) -> int:
        """SOURCE_DATE_EPOCH of the package's files: the commit of its sdist, which may be an earlier one.

        A package that did not change since is not built again for a later commit.
        """
        built = self.order.upstream.get(self.planned.name, {}).get(Stage.BUILD_SDIST)
        said = built.facts.get("commit time", "") if built else ""
        return int(datetime.fromisoformat(said).timestamp()) if said else self.order.plan.epoch

    @property
    def matrix(self) -> Matrix:
        """Where this package is tried.

        :raises Blocked: where that is nowhere.
        """
        matrix = self.order.matrices[self.planned.name]
        if not matrix.interpreters and not matrix.missing:
            why = f"no interpreter of this machine suits requires-python {matrix.requires_python or '(none)'}"
            raise Blocked(why, f"uv python install {matrix.floor or '3'}, and look at pythons in [tool.nox-release]")
        return matrix

    @property
    def side_by_side(self) -> int:
        """How many things may be done at once for this package: one, where others are worked on beside it."""
        return max(1, self.order.jobs // max(1, len(self.order.inputs)))

    def export(self, folder: str = "source") -> Path:
        """Write the package's committed files and return its folder; with history where its build asks git."""
        package = self.planned.package
        if self.planned.history:
            return export_with_history(self.git, self.snapshot, package.directory, self.folder / folder)
        return export(self.git, self.snapshot, package.directory, self.folder / folder, package.outside)


@dataclass(frozen=True)
class Result:
    """What a stage's ``run`` returns."""

    verdict: Verdict = field(default_factory=Verdict)
    artifacts: tuple[Artifact, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    """What could not be looked at, beside what was found; it blocks, for nothing may be concluded from it."""
    hint: str = ""
    """What to do about the problem."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks found."""
        return self.verdict.findings
