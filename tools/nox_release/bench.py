"""The worker's main: one stage over its packages, side by side, each with its log and its evidence."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import FrameType, ModuleType

from packaging.utils import parse_wheel_filename

from nox_release.environment import (
    Installer,
    for_installer,
    for_package_code,
    scratch,
    sweep_scratch,
    without_credentials,
)
from nox_release.errors import Blocked, Exit
from nox_release.evidence import FOLDER, Store, write_atomically
from nox_release.export import export, export_with_history
from nox_release.index.target import Target, TargetIndex
from nox_release.index.witness import Witness
from nox_release.model import Evidence, Outcome
from nox_release.plan import Planned
from nox_release.process import Heard, Log, Processes, in_parallel
from nox_release.record import from_json, to_json
from nox_release.report.progress import progress
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.work import (
    GateAnswer,
    GateOrder,
    Job,
    MetadataOrder,
    Order,
    PrefixOrder,
    PreflightAnswer,
    PreflightOrder,
    Result,
    SurveyOrder,
)


def main(arguments: Sequence[str]) -> int:
    """Carry out the order in the file that *arguments* name; 0 when all that was asked has been recorded."""
    kind, path = arguments
    content = Path(path).read_bytes()
    os.umask(0o022)  # modes of files end up in archives
    signal.signal(signal.SIGTERM, _interrupt)
    warnings.simplefilter("ignore")  # those of build backends; what matters is a finding, the rest is noise here
    sweep_scratch()
    processes = Processes()
    try:
        if kind == "metadata":
            _tell_metadata(from_json(MetadataOrder, content), processes)
        elif kind == "preflight":
            _look_before(from_json(PreflightOrder, content))
        elif kind == "prefixes":
            _prove(from_json(PrefixOrder, content), processes)
        elif kind == "survey":
            _survey(from_json(SurveyOrder, content))
        elif kind == "gate":
            _look_at_gate(from_json(GateOrder, content))
        else:
            _work(from_json(Order, content), processes)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    finally:
        processes.stop()
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _work(order: Order, processes: Processes) -> None:
    stage = importlib.import_module(f"nox_release.stages.{order.stage.replace('-', '_')}")
    store = Store(order.root)
    git = Git(order.root, order.root / FOLDER / "objects")
    snapshot = _snapshot(git, order)
    target = TargetIndex(order.config.index_url, store.root / "downloads", ca=order.ca)
    tools = {tool: metadata.version(tool) for tool in stage.TOOLS} | {"python": sys.version.split()[0]}

    def work(planned: Planned) -> Evidence:
        with show.running(planned.name):
            heard = partial(show.said, planned.name)
            return _one(planned, order, snapshot, git, store, processes, heard, do, tools, target)

    with progress(order, sys.stdout) as show, _doing(stage, order) as do:
        try:
            for planned, evidence in in_parallel(work, order.queue, order.places, processes.stop):
                store.save(evidence)
                show.done(planned, evidence)
        finally:
            git.close()
            target.close()


@contextlib.contextmanager
def _doing(stage: ModuleType, order: Order) -> Iterator[Callable[[Job], Result]]:
    """What a stage does for one package; publish has an index open for all of them."""
    if hasattr(stage, "index"):
        with stage.index(order) as index:
            yield lambda job: stage.run(job, index)
    else:
        yield stage.run


def _snapshot(git: Git, order: Order | PreflightOrder | MetadataOrder) -> Snapshot:
    plan = order if isinstance(order, MetadataOrder) else order.plan
    files, folders = git.contents(plan.tree, order.prefix)
    return Snapshot(
        root=order.root,
        toplevel=order.toplevel,
        prefix=order.prefix,
        git_dir=order.git_dir,
        commit=plan.commit,
        epoch=plan.epoch,
        tree=plan.tree,
        uncommitted=(),
        files=files,
        folders=folders,
    )


def _one(
    planned: Planned,
    order: Order,
    snapshot: Snapshot,
    git: Git,
    store: Store,
    processes: Processes,
    heard: Heard,
    do: Callable[[Job], Result],
    tools: Mapping[str, str],
    target: Target,
) -> Evidence:
    """Work on one package and turn whatever comes of it into evidence."""
    started, witness = time.time(), Witness(target)
    log = Path(order.logs, order.stage, f"{planned.name}.log")
    (order.root / log).parent.mkdir(parents=True, exist_ok=True)
    evidence = Evidence(
        planned.name, planned.version, order.stage, order.inputs[planned.name], Outcome.BLOCKED, tools=tools,
        log=log.as_posix(), started=started,
    )  # fmt: skip
    with (order.root / log).open("w", encoding="utf-8") as stream, scratch(f"{order.stage}-") as folder:
        run = Log(stream, partial(processes, heard=heard), heard)
        try:
            result = do(_job(planned, order, snapshot, git, store, run, folder, witness))
            outcome = Outcome.BLOCKED if result.problem else Outcome.PASSED
            evidence = replace(
                evidence,
                version=_version(planned, result),
                outcome=Outcome.FAILED if result.verdict.fails else outcome,
                findings=result.findings,
                artifacts=result.artifacts,
                facts=result.facts,
                problem=result.problem,
                hint=result.hint,
                seconds=result.verdict.seconds,
            )
            for finding in result.findings:
                run.note(f"{finding.severity} {finding.code} {finding.where}: {finding.title}: {finding.message}")
        except Blocked as error:
            evidence = replace(evidence, problem=error.message, hint=error.hint)
            run.note(f"blocked: {error}")
        except InterruptedError:  # the command is being ended
            raise
        except Exception as error:  # one package's trouble is not the others': a full disk, a fault of our own
            why = f"something that was not expected: {type(error).__name__}: {error}"
            evidence = replace(evidence, problem=why, hint="the log says where; run the command again")
            run.note(traceback.format_exc())
    return replace(evidence, duration=time.time() - started, asked=witness.asked)


def _version(planned: Planned, result: Result) -> str:
    """The version: the source's, else that of the wheel that was built."""
    wheels = [item for item in result.artifacts if item.filename.endswith(".whl")]
    if planned.package.version is None and wheels:
        return str(parse_wheel_filename(wheels[0].filename)[1])
    return planned.version


def _job(
    planned: Planned,
    order: Order,
    snapshot: Snapshot,
    git: Git,
    store: Store,
    run: Log,
    folder: Path,
    target: Target,
) -> Job:
    home = folder / "home"
    home.mkdir()
    # The worker of a candidate has credentials in its environment; what it starts has not.
    environ = without_credentials(os.environ, order.config.credentials, order.config.pass_environment)
    return Job(
        planned,
        order,
        order.config.for_package(planned.name),
        snapshot,
        git,
        store,
        Installer(order.uv, for_installer(environ, home)),
        for_package_code(environ, home, order.config.pass_environment),
        run,
        folder,
        target,
    )


def _look_before(order: PreflightOrder) -> None:
    """Look whether a candidate may go, and write the answer."""
    from nox_release.preflight import preflight  # needs what only publish has installed

    git = Git(order.root, order.root / FOLDER / "objects")
    try:
        answer = preflight(order, git, _snapshot(git, order))
    finally:
        git.close()
    write_atomically(order.answer, to_json(answer).encode())


def _prove(order: PrefixOrder, processes: Processes) -> None:
    """Prove the states between two uploads, and write the answer; this process was started without credentials."""
    from nox_release.ground import Ground  # these need what only publish has installed
    from nox_release.index.session import for_programs
    from nox_release.proof import prove

    store = Store(order.root)
    target = TargetIndex(order.config.index_url, store.root / "downloads", ca=order.ca)
    log = order.root / order.logs / "prefixes.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as stream, scratch("prefixes-") as folder:
        home = folder / "home"
        home.mkdir()
        trusting = for_programs(os.environ, order.ca, folder)
        installer = Installer(order.uv, for_installer(os.environ, home) | trusting, order.python or sys.executable)
        environ = for_package_code(os.environ, home, order.config.pass_environment)
        siblings = frozenset(order.plan.workspace)

        def lay(indexes: tuple[str, ...]) -> Ground:
            return Ground(installer, environ, Log(stream, processes), folder, indexes, siblings)

        try:
            answer = prove(order, store, target, lay, lambda line: print(line, flush=True), os.environ, time.time())
        except Blocked as error:
            answer = PreflightAnswer(problem=error.message, hint=error.hint)
        finally:
            target.close()
    write_atomically(order.answer, to_json(answer).encode())


def _survey(order: SurveyOrder) -> None:
    """Look at the index for `status` and `doctor`, and write the answer."""
    from nox_release.survey import survey  # needs what only publish has installed

    write_atomically(order.answer, to_json(survey(order)).encode())


def _look_at_gate(order: GateOrder) -> None:
    """Ask the CI what this job is, and write the answer."""
    from nox_release.index.gatekeeper import gate  # needs what only publish has installed

    try:
        answer = GateAnswer(gate())
    except Blocked as error:
        answer = GateAnswer(None, error.message, error.hint)
    write_atomically(order.answer, to_json(answer).encode())


def _tell_metadata(order: MetadataOrder, processes: Processes) -> None:
    """Have each package's backend write its metadata into the folder of answers."""
    from nox_release.backend import Backend, BuildFailed  # needs build, which the other stages do not have

    store = Store(order.root)
    git = Git(order.root, order.root / FOLDER / "objects")
    snapshot = _snapshot(git, order)

    def tell(name: str) -> None:
        package = next(package for package in order.packages if (package.name or package.directory) == name)
        with scratch("metadata-") as folder:
            home = folder / "home"
            home.mkdir()
            log = store.folder("logs", "metadata") / f"{name.replace('/', '_')}.log"
            with log.open("w", encoding="utf-8") as stream:
                run = Log(stream, processes)
                backend = Backend(
                    export_with_history(git, snapshot, package.directory, folder / "source")
                    if name in order.history
                    else export(git, snapshot, package.directory, folder / "source", package.outside),
                    Installer(order.uv, for_installer(os.environ, home)),
                    store,
                    for_package_code(os.environ, home, order.config.pass_environment),
                    run,
                    order.epoch,
                )
                answer = order.answers / f"{name.replace('/', '_')}"
                try:
                    write_atomically(
                        answer.with_name(f"{answer.name}.metadata"), backend.metadata(folder / "out").read_bytes()
                    )
                except (BuildFailed, Blocked) as error:
                    write_atomically(answer.with_name(f"{answer.name}.error"), str(error).encode())

    for _ in in_parallel(
        tell, [package.name or package.directory for package in order.packages], order.jobs, processes.stop
    ):
        pass
    git.close()
