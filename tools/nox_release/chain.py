"""One command's way through the stages: what each has to do, and what is proven already."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_name

from nox_release import interpreters, toolchain
from nox_release.approvals import Approvals
from nox_release.arguments import Arguments
from nox_release.candidate import Candidate
from nox_release.config import Config, read_config
from nox_release.environment import uv_version
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import FOLDER, Store
from nox_release.holding import holds
from nox_release.matrix import Interpreter, Matrix, Resolution, choose
from nox_release.model import REQUIRES, Evidence, Stage
from nox_release.plan import Plan, Planned, digest_of
from nox_release.planning import Planning
from nox_release.process import Processes
from nox_release.report.run import FOLDER as REPORTS
from nox_release.requirements import parsed
from nox_release.shards import part
from nox_release.source import Git, Snapshot
from nox_release.work import Order

BUILDS = (Stage.BUILD_SDIST, Stage.BUILD_WHEEL)
# Which settings have a part in a stage's outcome, beside the exemptions of its checks.
_SETTINGS: Mapping[Stage, tuple[str, ...]] = {
    Stage.LINT_METADATA: ("index_exempt", "classifier_policy"),
    Stage.BUILD_SDIST: ("build_inputs", "git_history"),
    Stage.VERIFY_ARTIFACTS: ("version_policy", "allow_changes", "index_exempt"),
    Stage.TEST: ("test_command", "test_groups", "test_extras", "test_requirements", "test_exempt"),
}
_TRYING = (Stage.VERIFY_ARTIFACTS, Stage.TEST)
"""The stages whose outcome depends on interpreters and dependencies."""


@dataclass(frozen=True)
class Machine:
    """What the work is done with."""

    uv: str
    """Path of uv; empty: virtualenv and pip."""
    interpreter: str
    """Implementation, version and platform of the interpreter in the session's virtualenv."""
    pythons: tuple[Interpreter, ...] = ()
    """Every CPython that packages can be tried on, one for each minor version."""


@dataclass(frozen=True)
class Step:
    """What one stage has to do."""

    reused: Mapping[str, Evidence]
    """Proven already, for exactly these inputs."""
    order: Order | None
    """Work for the worker; None where there is none."""
    held: Mapping[str, str]
    """Packages that cannot come this far → why."""


class Chain:
    """One command: its plan is made once, so every stage works on the same snapshot of the source."""

    def __init__(self, root: Path, arguments: Arguments, started: float, candidate: Candidate | None = None) -> None:
        self.root = root
        self.arguments = arguments
        self.candidate = candidate
        self.started = started
        self.since = started if arguments.fresh else 0.0
        self.store = Store(root)
        self.git = Git(root, root / FOLDER / "objects")
        self.logs = f"{FOLDER}/logs/{time.strftime('%Y%m%d-%H%M%S', time.localtime(started))}-{os.getpid()}"
        self._plan: Plan | None = None
        self._found: dict[tuple[Stage, str, str], Evidence] = {}
        self._uvs: dict[str, str] = {}

    @cached_property
    def snapshot(self) -> Snapshot:
        """The source, looked at once."""
        self.store.prepare()
        self.store.sweep_logs()
        return self.git.snapshot()

    @cached_property
    def config(self) -> Config:
        """The configuration as it stands in the snapshot."""
        entry = self.snapshot.files.get("pyproject.toml")
        config = read_config(None if entry is None else self.git.blob(entry.oid))
        # What counts for a candidate is what its own index has.
        return replace(config, index_url=self.candidate.repository.simple_url) if self.candidate else config

    @property
    def approvals(self) -> Approvals:
        """The door to approvals."""
        return Approvals(self.store, self.git, self.snapshot, self.config, Processes())

    @cached_property
    def pythons(self) -> tuple[Interpreter, ...]:
        """The interpreters of this machine, looked for once."""
        return interpreters.find(os.environ, Path(sys.executable), self.store, Processes())

    def plan(self, machine: Machine) -> Plan:
        """Return the plan; the first call makes it.

        :raises Misuse: for targets, configuration or a checkout that cannot be worked with.
        """
        if self._plan is None:
            planning = Planning(
                self.snapshot, self.git, self.store, self.config, machine.uv, self.jobs, self.arguments.with_dependents
            )
            plan = planning.plan(self.arguments.targets)
            self._plan = part(plan, self._only(plan)) if self.arguments.only else plan
        return self._plan

    def _only(self, plan: Plan) -> tuple[str, ...]:
        """The targets that this command works on.

        :raises Misuse: for what is no target of the plan.
        """
        targets = {planned.name for planned in plan.targets}
        if strange := [name for name in self.arguments.only if name not in targets]:
            raise Misuse(f"--only {strange[0]}: that is no target of this plan", "name some of the targets")
        return self.arguments.only

    @property
    def planned(self) -> Plan | None:
        """The plan, once it is made."""
        return self._plan

    @property
    def reports(self) -> Path:
        """Folder of the reports."""
        return self.store.root / REPORTS

    @property
    def jobs(self) -> int:
        """Targets at a time."""
        return self.arguments.jobs or self.config.jobs or os.cpu_count() or 1

    def step(self, stage: Stage, machine: Machine, to_come: frozenset[Stage] | None = None) -> Step:
        """Return what *stage* has to do.

        :param to_come: the stages that follow in this command; None where that is not known. Companions are
            only built for stages that install them.
        """
        plan = self.plan(machine)
        todo, reused, held = {}, {}, {}
        for planned in plan.packages:
            if not planned.target and not _takes_part(planned, stage, to_come):
                continue
            if stage is Stage.PUBLISH and self.arguments.candidate and not planned.target:
                continue  # a companion stands in at a rehearsal; nobody has approved it
            inputs = self._inputs(stage, planned, machine)
            absent = [name for name in planned.siblings if name in held] if stage is Stage.PUBLISH else []
            if isinstance(inputs, Held):
                held[planned.name] = inputs.why
            elif absent:
                held[planned.name] = f"it needs {absent[0]}, which is not published: {held[absent[0]]}"
            elif evidence := self._proven(stage, planned, inputs):
                reused[planned.name] = evidence
            else:
                todo[planned.name] = inputs
        if stage is Stage.PUBLISH:  # a rehearsal's index is empty at first, and has to hold what is needed from it
            needed = {name for other in todo for name in plan[other].siblings}
            todo.update({name: reused.pop(name).inputs for name in sorted(needed & reused.keys())})
        if stage is Stage.PUBLISH and (held or plan.broken) and not self.arguments.keep_going:
            waits = "other targets of the plan are not whole; --keep-going publishes without them"
            held.update({name: waits for name in (*todo, *reused) if name not in held})
            todo, reused = {}, {}
        return Step(reused, self._order(stage, todo, machine, to_come or frozenset()) if todo else None, held)

    def _order(self, stage: Stage, todo: Mapping[str, str], machine: Machine, to_come: frozenset[Stage]) -> Order:
        plan = self.plan(machine)
        upstream: dict[str, dict[str, Evidence]] = {}
        # All that is published together is compared.
        names = [planned.name for planned in plan.packages] if stage is Stage.PUBLISH else todo
        for name in names:
            for other in (name, *plan[name].siblings, *plan[name].test_siblings):
                upstream[other] = {
                    needed: found
                    for needed in (BUILDS if stage is not Stage.BUILD_SDIST else ())
                    if isinstance(found := self.evidence(needed, plan[other], machine), Evidence)
                }
        return Order(
            stage=stage,
            root=self.root,
            plan=plan,
            prefix=self.snapshot.prefix,
            toplevel=self.snapshot.toplevel,
            git_dir=self.snapshot.git_dir,
            config=self.config,
            inputs=todo,
            upstream=upstream,
            uv=machine.uv,
            jobs=self.jobs,
            since=self.since,
            logs=self.logs,
            expected=self._expected(stage, todo),
            candidate=self.candidate if stage is Stage.PUBLISH and self.arguments.candidate else None,
            ca=self.candidate.repository.ca if self.candidate else "",
            finishes=self.candidate is not None,
            matrices={name: self._matrix(plan[name], machine) for name in todo if stage in _TRYING},
            to_come=tuple(later for later in Stage if later in to_come),
        )

    def _matrix(self, planned: Planned, machine: Machine) -> Matrix:
        """Where a package that is built already is tried."""
        settings, requires_python = self.config.for_package(planned.name), planned.package.requires_python
        if "requires-python" in planned.package.unknown:  # what its backend wrote into the wheel is what holds
            found = self.evidence(Stage.BUILD_WHEEL, planned, machine)
            if isinstance(found, Evidence):
                from nox_release.archive import read_wheel  # what asks no backend does without

                wheel = read_wheel(self.store.path(found.artifacts[0]))
                requires_python = wheel.metadata.get("Requires-Python", "")
        resolutions = [Resolution(name) for name in settings.resolutions]
        possible = self.config.installer == "uv"
        return choose(settings.pythons, resolutions, requires_python, machine.pythons, lowest_possible=possible)

    def _expected(self, stage: Stage, names: Iterable[str]) -> dict[str, float]:
        """Seconds that each package took in its newest evidence of *stage*."""
        found = {}
        for name in names:
            if (seconds := self.store.newest(stage, name)) is not None:
                found[name] = seconds
        return found

    def evidence(self, stage: Stage, planned: Planned, machine: Machine) -> Evidence | str:
        """Return the passed evidence of *stage* for the present inputs, or why there is none."""
        inputs = self._inputs(stage, planned, machine)
        if isinstance(inputs, Held):
            return inputs.why
        if found := self._proven(stage, planned, inputs):
            return found
        old = self.store.read(stage, planned.name, inputs)
        if old and old.passed and not holds(old, self.started):
            return f"what {stage} of {planned.name} heard from the index is too old, run it again"
        return f"{stage} of {planned.name} has not passed"

    def recorded(self, stage: Stage, planned: Planned, machine: Machine) -> tuple[Evidence | None, str]:
        """Return what *stage* recorded for the present inputs, passed or not, and why it proves nothing.

        That is empty where it does. None is recorded for these inputs where there is no evidence.
        """
        proven = self.evidence(stage, planned, machine)
        if isinstance(proven, Evidence):
            return proven, ""
        inputs = self._inputs(stage, planned, machine)
        return (None if isinstance(inputs, Held) else self.store.read(stage, planned.name, inputs)), proven

    def _proven(self, stage: Stage, planned: Planned, inputs: str) -> Evidence | None:
        if stage is Stage.PUBLISH and self.arguments.candidate:
            return None  # the index is the truth, whatever was recorded
        if known := self._found.get((stage, planned.name, inputs)):
            return known  # its artifacts were hashed in this command
        evidence = self.store.find(stage, planned.name, inputs)
        if evidence is None or evidence.started < self.since or not holds(evidence, self.started):
            return None
        if stage is Stage.BUILD_SDIST and not self._rebuildable(evidence):
            return None
        self._found[stage, planned.name, inputs] = evidence
        return evidence

    def _rebuildable(self, sdist: Evidence) -> bool:
        """Whether who builds the commit that a candidate is tagged at gets the same bytes: its time is in them.

        The same source at an earlier commit does for everything else.
        """
        return self.candidate is None or self._plan is None or sdist.facts.get("commit") == self._plan.commit

    def outcome(self, stage: Stage, name: str, inputs: str, since: float) -> Evidence | None:
        """Return what the worker recorded after *since*, passed or not."""
        evidence = self.store.read(stage, name, inputs)
        return evidence if evidence and evidence.started >= since else None

    def _inputs(self, stage: Stage, planned: Planned, machine: Machine) -> str | Held:
        """Digest of all that the outcome depends on, or what has to pass first."""
        upstream: list[object] = []
        for needed in REQUIRES[stage]:
            if stage is Stage.PUBLISH and not planned.target:
                needed = Stage.BUILD_WHEEL  # a companion only stands in
            found = self.evidence(needed, planned, machine)
            if isinstance(found, str):
                return Held(found)
            upstream += [found.inputs, [item.sha256 for item in found.artifacts]]
        beside = {
            Stage.VERIFY_ARTIFACTS: planned.siblings,
            Stage.TEST: (*planned.siblings, *planned.test_siblings),
            Stage.PUBLISH: planned.siblings,
        }.get(stage, ())
        for name in beside:
            found = self.evidence(Stage.BUILD_WHEEL, self.plan(machine)[name], machine)
            if isinstance(found, str):
                return Held(f"it is installed with {name}, and {found}")
            upstream += [item.sha256 for item in found.artifacts]
        settings = self.config.for_package(planned.name)
        plan = self.plan(machine)
        if stage is Stage.BUILD_SDIST:  # what was built from uncommitted work is built again from the commit
            upstream.append(not self.committed(planned))
        parts: list[object] = [self.code, stage, self._locks(stage), machine.interpreter, self.config.installer]
        parts += [machine.uv and self._uv(machine.uv), planned.name, planned.version, planned.source, upstream]
        parts += [settings.ignore, settings.select, settings.severity]
        parts += [[asdict(settings)[key] for key in _SETTINGS.get(stage, ())]]
        parts += [self.config.credentials, self.config.pass_environment, planned.siblings]
        if stage in _TRYING:
            parts.append(asdict(self._matrix(planned, machine)))
        if stage is Stage.VERIFY_ARTIFACTS:
            parts.append(self.config.index_url)
        if stage is Stage.TEST:
            parts += [planned.test_siblings, planned.test_requires, planned.test_constraints, planned.test_problem]
            parts.append([asdict(dependent) for dependent in planned.dependents])
        if stage is Stage.LINT_METADATA:
            named = {canonicalize_name(parsed(text).name) for text in planned.sibling_requires}
            beside_it = {item.name: item.version for item in plan.packages if item.name in named}
            unasked = sorted(name for name in named if self.config.for_package(name).index_exempt)
            parts += [self.config.index_url, planned.sibling_requires, beside_it, unasked, self.candidate is not None]
        if stage in (Stage.LINT_METADATA, Stage.PUBLISH):
            # A tag at this commit is the one that this release sets: what was approved before it stays approved.
            tagged = plan.tags.get(self.tag(planned))
            parts += [self.config.tag_format, None if tagged == plan.commit else tagged]
        if stage is Stage.PUBLISH:
            parts += [plan.uncommitted, plan.commit, self.candidate]
        if planned.history:  # the version or the list of files may follow from it
            parts += [plan.commit, plan.all_tags, plan.tree]
        return digest_of(*parts)

    def committed(self, planned: Planned) -> bool:
        """Whether the package's source is that of a commit."""
        package, prefix = planned.package, self.snapshot.prefix
        below = prefix if package.directory == "." else f"{prefix}{package.directory}/"
        outside = {f"{prefix}{path}" for path in package.outside}
        return not any(path.startswith(below) or path in outside for path in self.snapshot.uncommitted)

    def tag(self, planned: Planned) -> str:
        """Name of the git tag of this release."""
        return self.config.tag(planned.name, planned.version)

    @cached_property
    def code(self) -> str:
        """Digest of our own code: another version of a check is another verdict."""
        here = Path(__file__).parent
        digest = hashlib.sha256()
        for path in sorted([*here.rglob("*.py"), *here.rglob("*.txt")]):
            digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def _locks(self, stage: Stage) -> list[str]:
        return [path.read_text() for path in toolchain.files(stage, self.config.installer)]

    def _uv(self, path: str) -> str:
        """Which uv it is, by what it says: jobs of one CI share evidence, each with a uv just installed."""
        if path not in self._uvs:
            self._uvs[path] = uv_version(path, Processes())
        return self._uvs[path]

    @cached_property
    def remote_url(self) -> str:
        """URL of the git remote; empty where there is none."""
        try:
            return self.git("remote", "get-url", self.config.remote).strip()
        except Blocked:
            return ""

    def close(self) -> None:
        """End the processes that this started."""
        self.git.close()


def _takes_part(companion: Planned, stage: Stage, to_come: frozenset[Stage] | None) -> bool:
    if stage is Stage.PUBLISH:
        return not companion.for_tests
    users = {Stage.TEST} if companion.for_tests else {Stage.TEST, Stage.VERIFY_ARTIFACTS, Stage.PUBLISH}
    return stage in BUILDS and (to_come is None or bool(users & to_come))


@dataclass(frozen=True)
class Held:
    """A package that cannot come to a stage yet."""

    why: str
