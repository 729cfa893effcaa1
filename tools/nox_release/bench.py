"""One stage over its packages, side by side, each with its log and its evidence."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType

from packaging.utils import parse_wheel_filename

from nox_release.environment import Installer, for_installer, for_package_code, scratch, without_credentials
from nox_release.errors import Blocked
from nox_release.evidence import FOLDER, Store
from nox_release.index.target import Target, TargetIndex
from nox_release.index.witness import Witness
from nox_release.model import Evidence, Outcome
from nox_release.plan import Planned
from nox_release.process import Heard, Log, Processes, in_parallel
from nox_release.report.progress import progress
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.work import Job, MetadataOrder, Order, PreflightOrder, Result


def work(order: Order, processes: Processes) -> None:
    """Carry out a stage; whatever becomes of a package is saved as its evidence."""
    stage = importlib.import_module(f"nox_release.stages.{order.stage.replace('-', '_')}")
    store = Store(order.root)
    git = Git(order.root, order.root / FOLDER / "objects")
    snapshot = snapshot_of(git, order)
    target = TargetIndex(order.config.index_url, store.root / "downloads", ca=order.ca)
    tools = {tool: metadata.version(tool) for tool in stage.TOOLS} | {"python": sys.version.split()[0]}

    def one(planned: Planned) -> Evidence:
        with show.running(planned.name):
            heard = partial(show.said, planned.name)
            return _one(planned, order, snapshot, git, store, processes, heard, do, tools, target)

    with progress(order, sys.stdout) as show, _doing(stage, order) as do:
        try:
            for planned, evidence in in_parallel(one, order.queue, order.places, processes.stop):
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


def snapshot_of(git: Git, order: Order | PreflightOrder | MetadataOrder) -> Snapshot:
    """Return the source as the session saw it."""
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
