"""One command's way through the stages: what each has to do."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from nox_release import interpreters
from nox_release.approvals import Approvals
from nox_release.arguments import Arguments
from nox_release.candidate import Candidate
from nox_release.config import Config, read_config
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import FOLDER, Store
from nox_release.matrix import Interpreter
from nox_release.model import Evidence, Stage
from nox_release.plan import Plan, Planned
from nox_release.planning import Planning
from nox_release.process import Processes
from nox_release.proven import BUILDS, TRYING, Held, Machine, Proven
from nox_release.report.run import FOLDER as REPORTS
from nox_release.shards import part
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.work import Order


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

    @cached_property
    def proven(self) -> Proven:
        """What is proven already; there is a plan by then."""
        assert self._plan is not None
        arguments = self.arguments
        return Proven(
            self.store,
            self.config,
            self._plan,
            self.snapshot,
            self.candidate,
            arguments.candidate,
            self.since,
            self.started,
        )

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
            inputs = self.proven.inputs(stage, planned, machine)
            absent = [name for name in planned.siblings if name in held] if stage is Stage.PUBLISH else []
            if isinstance(inputs, Held):
                held[planned.name] = inputs.why
            elif absent:
                held[planned.name] = f"it needs {absent[0]}, which is not published: {held[absent[0]]}"
            elif evidence := self.proven.find(stage, planned, inputs):
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
                    if isinstance(found := self.proven.evidence(needed, plan[other], machine), Evidence)
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
            matrices={name: self.proven.matrix(plan[name], machine) for name in todo if stage in TRYING},
            to_come=tuple(later for later in Stage if later in to_come),
        )

    def _expected(self, stage: Stage, names: Iterable[str]) -> dict[str, float]:
        """Seconds that each package took in its newest evidence of *stage*."""
        found = {}
        for name in names:
            if (seconds := self.store.newest(stage, name)) is not None:
                found[name] = seconds
        return found

    def outcome(self, stage: Stage, name: str, inputs: str, since: float) -> Evidence | None:
        """Return what the worker recorded after *since*, passed or not."""
        evidence = self.store.read(stage, name, inputs)
        return evidence if evidence and evidence.started >= since else None

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
