"""One run of nox: each session's part in it, what is printed, and how it ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import nox

from nox_release.arguments import parse
from nox_release.chain import Chain, Machine, Step
from nox_release.errors import Blocked, Misuse
from nox_release.model import Evidence, Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.candidate import candidate
from nox_release.report.table import Cell, Row, State, table
from nox_release.report.words import describe
from nox_release.session import machine_of, needs, queued, work

_STATES = {Outcome.PASSED: State.PASSED, Outcome.FAILED: State.FAILED, Outcome.BLOCKED: State.BLOCKED}


class Command:
    """What the sessions of one nox process share: the chain, and what became of each package so far."""

    def __init__(self, root: Path, started: float) -> None:
        self._root = root
        self._started = started
        self._chain: Chain | None = None
        self._cells: dict[tuple[str, Stage], Cell] = {}
        self._failed: set[Stage] = set()

    def run(self, stage: Stage, session: nox.Session) -> None:
        """Do one stage in its session."""
        with _told(), _closing(self):
            first = self._chain is None
            if self._chain is None:
                arguments = parse(session.posargs)
                if arguments.candidate:
                    raise Misuse(
                        "publishing to a real index is not part of this version; nothing was uploaded",
                        "without --candidate-for-release, publish rehearses on an index of its own",
                    )
                self._chain = Chain(self._root, arguments, self._started)
            chain = self._chain
            machine = machine_of(session, chain)
            plan = chain.plan(machine)
            if first:
                _say(_opening(plan))
            self._stage(stage, session, chain, machine, plan)

    def _stage(self, stage: Stage, session: nox.Session, chain: Chain, machine: Machine, plan: Plan) -> None:
        if stage is Stage.PUBLISH:
            _deliver(chain, plan, machine)
        step = chain.step(stage, machine, queued(session))
        if stage is Stage.BUILD_SDIST:
            here = {*step.reused, *step.held, *(step.order.inputs if step.order else ())}
            _say(_companions([planned for planned in plan.packages if planned.name in here]))
        _say(_held_or_reused(stage, step))
        for name, evidence in step.reused.items():
            self._cells[name, stage] = Cell(State.UNCHANGED, evidence.duration, _note(evidence))
        for name in step.held:
            self._cells[name, stage] = Cell(State.NOT_RUN)
        if step.order:
            began = time.time()
            if not work(session, step.order, chain):
                session.skip("the tools are installed; nothing was checked (--install-only)")
            for name, inputs in step.order.inputs.items():
                self._cells[name, stage] = _cell(chain.outcome(stage, name, inputs, began), name, stage)
        self._end(stage, session, chain, machine, plan)

    def _end(self, stage: Stage, session: nox.Session, chain: Chain, machine: Machine, plan: Plan) -> None:
        """Fail or go on: a stage that later ones need goes on with the packages that passed."""
        bad = [planned.name for planned in plan.packages if not self._good(planned.name, stage)]
        some_good = len(bad) < sum((planned.name, stage) in self._cells for planned in plan.packages)
        to_come = {later for later in queued(session) or () if not self._failed & needs(later)}
        needed_later = {later for later in to_come if stage in needs(later)}
        fails = (bad or plan.broken) and not (needed_later and some_good)
        if fails:
            self._failed.add(stage)
            to_come -= {later for later in to_come if stage in needs(later)}
        if not to_come:
            self._close(plan, chain, machine, stage)
        if fails:
            session.error(_verdict(bad, plan, stage))

    def _good(self, name: str, stage: Stage) -> bool:
        cell = self._cells.get((name, stage))
        return cell is None or cell.state in (State.PASSED, State.UNCHANGED)

    def _close(self, plan: Plan, chain: Chain, machine: Machine, last: Stage) -> None:
        """Print the closing table and what to do next."""
        if last is not Stage.PUBLISH:
            _deliver(chain, plan, machine)
        stages = [stage for stage in Stage if any(key[1] is stage for key in self._cells)]
        shown = {name for name, _ in self._cells}
        rows = [
            Row(planned.name, planned.version, not planned.target,
                {stage: cell for stage in stages if (cell := self._cells.get((planned.name, stage)))})
            for planned in plan.packages
            if planned.name in shown
        ]  # fmt: skip
        _say(["", *table(rows, stages), ""])
        for broken in plan.broken:
            _say([f"BLOCKED {broken.name}: {broken.message}", f"  next: {broken.hint}"])
        if any(cell.state not in (State.PASSED, State.UNCHANGED) for cell in self._cells.values()):
            _say(["next: mend what is told above, then type the same command again; what passed is not run again"])
        if last is Stage.PUBLISH:
            _say(candidate(plan, {p.name: chain.evidence(Stage.PUBLISH, p, machine) for p in plan.targets}, chain.tag))


def _deliver(chain: Chain, plan: Plan, machine: Machine) -> None:
    """Bring dist/ to what is built and proven: before publish reads it, and at the end of any other chain."""
    for planned in plan.targets:
        chain.deliver(planned, machine)


def _opening(plan: Plan) -> Iterator[str]:
    yield f"nox-release: {len(plan.targets)} {'package' if len(plan.targets) == 1 else 'packages'}"
    if plan.uncommitted:
        shown = ", ".join(plan.uncommitted[:3]) + (", …" if len(plan.uncommitted) > 3 else "")
        yield f"  uncommitted work counts in ({len(plan.uncommitted)}: {shown}); a candidate refuses it"
    for broken in plan.broken:
        yield f"  BLOCKED {broken.name}: {broken.message}"
        yield f"    next: {broken.hint}"


def _companions(packages: Iterable[Planned]) -> Iterator[str]:
    for planned in packages:
        if not planned.target:
            yield f"  with {planned.name} {planned.version}, built here as a companion: {planned.why}"


def _held_or_reused(stage: Stage, step: Step) -> Iterator[str]:
    if len(step.reused) > 3:
        yield f"unchanged {stage}: {len(step.reused)} packages, not run again (--fresh does)"
    for name, evidence in step.reused.items():
        if len(step.reused) <= 3:
            yield f"unchanged {stage} {name} {evidence.version}: not run again (--fresh does)"
        if any(finding.exempt for finding in evidence.findings) or "exempt" in evidence.facts:
            yield from (f"        {line}" for line in describe(evidence) if line.startswith(("exempt", "  because")))
    for name, why in step.held.items():
        yield f"not run {stage} {name}: {why}"


def _cell(evidence: Evidence | None, name: str, stage: Stage) -> Cell:
    if evidence is None:
        _say([f"BLOCKED {stage} {name}: the worker ended without an answer", "  next: run the command again"])
        return Cell(State.BLOCKED)
    return Cell(_STATES[evidence.outcome], evidence.duration, _note(evidence))


def _note(evidence: Evidence) -> str:
    return "exempt" if "exempt" in evidence.facts else ""


def _verdict(bad: Iterable[str], plan: Plan, stage: Stage) -> str:
    names = [*bad, *(broken.name for broken in plan.broken)]
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{stage} did not pass for {shown}"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn what stops a command into its message and its exit code."""
    try:
        yield
    except Blocked as error:
        print(f"nox-release: {error}", file=sys.stderr, flush=True)
        raise SystemExit(error.exit_code) from None


@contextlib.contextmanager
def _closing(command: Command) -> Iterator[None]:
    """Leave no process of ours behind a session."""
    try:
        yield
    finally:
        if command._chain is not None:
            command._chain.close()


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)
