"""One run of nox: each session's part in it, what is printed, and how it ends."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import nox
import nox.command

from nox_release import toolchain, worker
from nox_release.arguments import parse
from nox_release.chain import Chain, Machine, Step
from nox_release.environment import without_credentials
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import write_atomically
from nox_release.model import REQUIRES, Evidence, Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.record import to_json
from nox_release.report.candidate import candidate
from nox_release.report.table import Cell, Row, State, table
from nox_release.report.words import describe
from nox_release.work import Order

PATIENCE = 20.0
"""Seconds that a worker has to end its children after Ctrl-C, before nox ends it."""
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
            machine = _machine(session, chain)
            plan = chain.plan(machine)
            if first:
                _say(_opening(plan))
            self._stage(stage, session, chain, machine, plan)

    def _stage(self, stage: Stage, session: nox.Session, chain: Chain, machine: Machine, plan: Plan) -> None:
        if stage is Stage.PUBLISH:
            _deliver(chain, plan, machine)
        queued = _queued(session)
        step = chain.step(stage, machine, queued)
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
            if not _work(session, step.order, chain):
                session.skip("the tools are installed; nothing was checked (--install-only)")
            for name, inputs in step.order.inputs.items():
                self._cells[name, stage] = _cell(chain.outcome(stage, name, inputs, began), name, stage)
        self._end(stage, session, chain, machine, plan)

    def _end(self, stage: Stage, session: nox.Session, chain: Chain, machine: Machine, plan: Plan) -> None:
        """Fail or go on: a stage that later ones need goes on with the packages that passed."""
        bad = [planned.name for planned in plan.packages if not self._good(planned.name, stage)]
        some_good = len(bad) < sum((planned.name, stage) in self._cells for planned in plan.packages)
        to_come = {later for later in _queued(session) or () if not self._failed & _needs(later)}
        needed_later = {later for later in to_come if stage in _needs(later)}
        fails = (bad or plan.broken) and not (needed_later and some_good)
        if fails:
            self._failed.add(stage)
            to_come -= {later for later in to_come if stage in _needs(later)}
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
    many = len(step.reused) > 3
    if many:
        yield f"unchanged {stage}: {len(step.reused)} packages, not run again (--fresh does)"
    exempt: Counter[str] = Counter()
    for name, evidence in step.reused.items():
        if not many:
            yield f"unchanged {stage} {name} {evidence.version}: not run again (--fresh does)"
        lines = [f"        {line}" for line in describe(evidence) if line.startswith(("exempt", "  because"))]
        if many:
            exempt["\n".join(lines)] += bool(lines)
        else:
            yield from lines
    for text, count in (+exempt).items():
        yield f"{text} ({count} packages)" if count > 1 else text
    for name, why in step.held.items():
        yield f"not run {stage} {name}: {why}"


def _work(session: nox.Session, order: Order, chain: Chain) -> bool:
    """Install the stage's tools and run its worker; False where nox was told only to install."""
    _install_tools(session, order)
    path = chain.store.folder("tmp") / f"order-{uuid.uuid4().hex}.json"
    write_atomically(path, to_json(order).encode())
    environ = without_credentials(os.environ, order.config.credentials, order.config.pass_environment)
    for name in ("PYTHONPATH", "PYTHONHOME"):
        environ.pop(name, None)
    try:
        with contextlib.suppress(nox.command.CommandFailed):  # what has no evidence is blocked, and told as that
            return session.run(
                "python", "-I", worker.__file__, "stage", str(path),
                env=environ, include_outer_env=False, log=False,
                interrupt_timeout=PATIENCE, terminate_timeout=PATIENCE,
            ) is not None  # fmt: skip
    finally:
        path.unlink(missing_ok=True)
    return True


def _install_tools(session: nox.Session, order: Order) -> None:
    """Bring the session's virtualenv to exactly the pinned tools.

    nox reuses it, with ``-R`` without installing anything; so what is there is looked at.
    """
    locks = toolchain.files(order.stage, order.config.installer)
    pins = toolchain.pins(locks)
    (packages,) = [*Path(session.virtualenv.location).glob("lib/python*/site-packages")][:1] or [Path("absent")]
    if not toolchain.missing(pins, packages):
        return
    session.log(f"installing the {len(pins)} pinned tools of {order.stage}")
    with contextlib.suppress(nox.command.CommandFailed):
        session.install("--quiet", "--no-deps", *pins, silent=True, log=False)
    if absent := toolchain.missing(pins, packages):
        raise Blocked(
            f"the tools of {order.stage} could not be installed: {', '.join(absent[:3])}",
            "look at the output above; with -R or --no-install nox installs nothing",
        )


def _cell(evidence: Evidence | None, name: str, stage: Stage) -> Cell:
    if evidence is None:
        _say([f"BLOCKED {stage} {name}: the worker ended without an answer", "  next: run the command again"])
        return Cell(State.BLOCKED)
    return Cell(_STATES[evidence.outcome], evidence.duration, _note(evidence))


def _note(evidence: Evidence) -> str:
    return "exempt" if "exempt" in evidence.facts else ""


def _machine(session: nox.Session, chain: Chain) -> Machine:
    """What this session works with."""
    if not hasattr(session.virtualenv, "location"):
        raise Misuse("the stages' tools need virtualenvs of their own", "run nox without --no-venv")
    settings = {}
    with contextlib.suppress(FileNotFoundError):
        lines = Path(session.virtualenv.location, "pyvenv.cfg").read_text().splitlines()
        settings = dict(line.partition(" = ")[::2] for line in lines)
    version = ".".join((settings.get("version_info") or settings.get("version", "")).split(".")[:3])
    interpreter = f"{settings.get('implementation', '')} {version} {sys.platform} {platform.machine()}"
    return Machine("" if chain.config.installer == "pip" else _uv(), interpreter)


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise Blocked("uv is not installed", 'pip install uv, or set installer = "pip" in [tool.nox-release]')
    return found


def _needs(stage: Stage) -> set[Stage]:
    """The stages that *stage* requires, and those that they require."""
    return set(REQUIRES[stage]).union(*(_needs(needed) for needed in REQUIRES[stage]))


def _queued(session: nox.Session) -> frozenset[Stage] | None:
    """The stages that nox has still to run; None where that cannot be known.

    nox tells no session which others were asked for, so this looks at its queue. With ``-j`` and
    ``--no-dependencies`` others may run in other processes; then every failure fails its own session.
    """
    try:
        if session._runner.global_config.no_dependencies:
            return None
        names = [runner.name for runner, queued in session._runner.manifest.list_all_sessions() if queued]
    except AttributeError:
        return None
    return frozenset(Stage(name) for name in names if name in set(Stage))


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
