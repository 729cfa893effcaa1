"""One run of nox: each session's part in it, what is printed, and how it ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import nox

from nox_release.arguments import Arguments, parse
from nox_release.candidate import Candidate
from nox_release.chain import Chain, Step
from nox_release.dist import deliver
from nox_release.errors import Blocked, Misuse
from nox_release.exemptions import look, stale, unselected
from nox_release.inquiry import Inquire, inquire
from nox_release.model import Evidence, Outcome, Stage
from nox_release.outputs import hand_on
from nox_release.plan import Plan, Planned
from nox_release.printing import put
from nox_release.proven import Machine
from nox_release.proving import prove
from nox_release.release import Release, candidate_of, locked
from nox_release.report.candidate import candidate, released
from nox_release.report.closing import closing
from nox_release.report.explain import explain
from nox_release.report.onward import again, onward
from nox_release.report.run import Entry, Run, State
from nox_release.report.words import one_line
from nox_release.reporting import clear, tell, write
from nox_release.repository import Wanted
from nox_release.saying import say, screen, told
from nox_release.session import asked_for, machine_of, needs, queued, work
from nox_release.wording import number, some
from nox_release.work import Order

_STATES = {Outcome.PASSED: State.PASSED, Outcome.FAILED: State.FAILED, Outcome.BLOCKED: State.BLOCKED}
_PROOF = "the proof of every state between two uploads"
_MORE = "sessions of this command have still to come, or were not run"


class Command:
    """What the sessions of one nox process share: the chain, and what became of each package so far."""

    def __init__(
        self,
        root: Path,
        started: float,
        environ: Mapping[str, str] = os.environ,
        inquire: Inquire = inquire,
        typed: Sequence[str] = (),
    ) -> None:
        self._root = root
        self._started = started
        self._typed = typed
        self._environ = environ
        self._inquire = inquire
        self._chain: Chain | None = None
        self._entries: dict[str, dict[Stage, Entry]] = {}
        self._failed: set[Stage] = set()
        self._closed = False

    def run(self, stage: Stage, session: nox.Session) -> None:
        """Do one stage in its session."""
        with told():
            first = self._chain is None
            if self._chain is None:
                arguments = parse(session.posargs)
                if arguments.explain:
                    say(explain(arguments.explain))
                    raise SystemExit(0)
                self._chain = Chain(
                    self._root, arguments, self._started, self._candidate(arguments, asked_for(session, "approve"))
                )
            with self._reported(self._chain):
                machine = machine_of(session, self._chain)
                plan = self._chain.plan(machine)
                if first:
                    say(_opening(plan))
                    if self._chain.arguments.candidate:
                        self._release(self._chain, plan).preflight()
                self._stage(stage, session, self._chain, machine, plan)

    def approve(self, session: nox.Session) -> None:
        """Show what would go out, and record that somebody answers for it."""
        with told():
            chain = self._chain
            if chain is None or chain.planned is None:
                raise Misuse("an approval needs the stages before it", "run nox without --no-dependencies")
            with self._reported(chain):
                release = self._release(chain, chain.planned)
                if built := release.manifests():
                    names = [manifest.name for manifest in built]
                    release.obey(prove(session, chain, chain.planned, names), _PROOF)
                say(release.take_approval())
                handed = {"digest": release.statement(release.manifests()).digest}
                for command in hand_on(handed, self._environ, chain.store):
                    put(command)

    def _candidate(self, arguments: Arguments, approving: bool) -> Candidate | None:
        """Where a candidate goes; None for a rehearsal."""
        if arguments.only and (arguments.candidate or approving):
            raise Misuse("--only is for the stages before publish", "approve and publish all targets of the plan")
        if arguments.candidate or approving:
            return candidate_of(arguments.wanted, self._environ)
        if arguments.wanted != Wanted():
            raise Misuse(
                "--repository, --repository-url, --index-url and --first-release are for a candidate",
                "add --candidate-for-release; without it publish rehearses on an index of its own",
            )
        return None

    def _release(self, chain: Chain, plan: Plan) -> Release:
        assert chain.candidate is not None
        return Release(chain, plan, chain.candidate, say, environ=self._environ, inquire=self._inquire)

    @contextlib.contextmanager
    def _reported(self, chain: Chain) -> Iterator[None]:
        """Leave the reports as far as a session came, however it ends, and no process of ours behind."""
        stopped, self._closed = _MORE, False
        if not self._entries:
            clear(chain.reports)
        try:
            yield
        except KeyboardInterrupt:
            stopped = "it was interrupted"
            raise
        except Blocked as error:
            stopped = str(error)
            raise
        finally:
            if not self._closed and chain.planned is not None:
                write(self._run(chain, chain.planned, stopped), chain.reports)
            chain.close()

    def _run(self, chain: Chain, plan: Plan, stopped: str = "") -> Run:
        """What the command came to so far."""
        looks = {
            name: look(entry.evidence for entry in entries.values() if entry.evidence)
            for name, entries in self._entries.items()
        }
        return Run(
            plan,
            self._entries,
            version=metadata.version("nox-release"),
            started=self._started,
            duration=time.time() - self._started,
            files=chain.snapshot.files,
            prefix=chain.snapshot.prefix,
            stopped=stopped,
            stale=tuple(stale(chain.config, plan.workspace, looks)),
            unselected=tuple(unselected(chain.config, self._entries)),
        )

    def _stage(self, stage: Stage, session: nox.Session, chain: Chain, machine: Machine, plan: Plan) -> None:
        if stage is Stage.PUBLISH:
            _deliver(chain, plan, machine)
        step = chain.step(stage, machine, queued(session))
        if stage is Stage.BUILD_SDIST:
            here = {*step.reused, *step.held, *(step.order.inputs if step.order else ())}
            say(_companions([planned for planned in plan.packages if planned.name in here]))
        say(_held_or_reused(stage, step))
        for name, evidence in step.reused.items():
            self._enter(name, stage, Entry(State.UNCHANGED, evidence))
        for name, why in step.held.items():
            self._enter(name, stage, Entry(State.NOT_RUN, why=why))
        if step.order:
            began = time.time()
            with self._approved(step.order, session, chain, plan) as order:
                try:
                    worked = work(session, order, chain)
                except BaseException:
                    self._enter_ended(order, chain, began)
                    raise
                if not worked:
                    session.skip("the tools are installed; nothing was checked (--install-only)")
            for name, inputs in step.order.inputs.items():
                self._enter(name, stage, _entry(chain.outcome(stage, name, inputs, began), name, stage))
        self._end(stage, session, chain, machine, plan)

    @contextlib.contextmanager
    def _approved(self, order: Order, session: nox.Session, chain: Chain, plan: Plan) -> Iterator[Order]:
        """Before a candidate's first byte: keep others out, see that exactly this is approved, and look again."""
        if order.candidate is None:
            yield order
            return
        with locked(chain, order.inputs):
            release = self._release(chain, plan)
            release.obey(prove(session, chain, plan, order.inputs), _PROOF)
            approved = release.approve(order.inputs)
            release.preflight()
            by = tuple(f"{item.mode}: {item.by}, {item.at}" for item in approved)
            yield replace(order, candidate=replace(order.candidate, approved=approved[0].statement, approved_by=by))

    def _enter_ended(self, order: Order, chain: Chain, began: float) -> None:
        """What became of the packages of a stage that was itself ended."""
        for name, inputs in order.inputs.items():
            evidence = chain.outcome(order.stage, name, inputs, began)
            ended = Entry(State.NOT_RUN, why="the command was ended before")
            self._enter(name, order.stage, Entry(_STATES[evidence.outcome], evidence) if evidence else ended)

    def _enter(self, name: str, stage: Stage, entry: Entry) -> None:
        self._entries.setdefault(name, {})[stage] = entry

    def _end(self, stage: Stage, session: nox.Session, chain: Chain, machine: Machine, plan: Plan) -> None:
        """Fail or go on: a stage that later ones need goes on with the packages that passed."""
        here = {name: entries[stage] for name, entries in self._entries.items() if stage in entries}
        bad = [planned.name for planned in plan.packages if planned.name in here and not here[planned.name].state.good]
        to_come = {later for later in queued(session) or () if not self._failed & needs(later)}
        needed_later = {later for later in to_come if stage in needs(later)}
        fails = (bad or plan.broken) and not (needed_later and len(bad) < len(here))
        if fails:
            self._failed.add(stage)
            to_come -= {later for later in to_come if stage in needs(later)}
        if not to_come:
            self._close(plan, chain, machine, stage, approving=asked_for(session, "approve"))
        if fails:
            session.error(_verdict(bad, plan, stage))

    def _close(self, plan: Plan, chain: Chain, machine: Machine, last: Stage, approving: bool) -> None:
        """Write the reports and print what they say.

        :param approving: the session that approves follows, and says itself what comes after it.
        """
        if last is not Stage.PUBLISH:
            _deliver(chain, plan, machine)
        run = self._run(chain, plan)
        write(run, chain.reports)
        self._closed = True
        width, height = screen()
        say(closing(run, again(self._typed), width, height))
        if last is Stage.PUBLISH:
            entries = {planned.name: self._entries.get(planned.name, {}).get(last) for planned in plan.targets}
            say(released(plan, entries) if chain.arguments.candidate else candidate(plan, entries, chain.config.tag))
        if not approving:
            asked = chain.arguments
            say(onward(run, asked.targets, asked.candidate, chain.config.approval, asked.wanted.typed))
        for command in tell(run, chain.reports, self._environ):
            put(command)


def _deliver(chain: Chain, plan: Plan, machine: Machine) -> None:
    """Bring dist/ to what is built and proven: before publish reads it, and at the end of any other chain."""
    for planned in plan.targets:
        deliver(chain, planned, machine)


def _opening(plan: Plan) -> Iterator[str]:
    yield f"nox-release: {number(len(plan.targets), 'package')}"
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
    for name, why in step.held.items():
        yield f"not run {stage} {name}: {why}"


def _entry(evidence: Evidence | None, name: str, stage: Stage) -> Entry:
    if evidence is None:
        why = "the worker ended without an answer"
        say([f"BLOCKED {stage} {name}: {why}"])
        return Entry(State.BLOCKED, why=why)
    return Entry(_STATES[evidence.outcome], evidence)


def _verdict(bad: Iterable[str], plan: Plan, stage: Stage) -> str:
    names = [*bad, *(broken.name for broken in plan.broken)]
    return one_line(f"{stage} did not pass for {some(names, 5)}")
