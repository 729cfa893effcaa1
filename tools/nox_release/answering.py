"""What a worker looks at for a session beside the stages; the answer to each order is a file that it names."""

from __future__ import annotations

import os
import sys
import time

from nox_release.bench import snapshot_of
from nox_release.environment import Installer, for_installer, for_package_code, scratch
from nox_release.errors import Blocked
from nox_release.evidence import FOLDER, Store, write_atomically
from nox_release.export import export, export_with_history
from nox_release.index.target import TargetIndex
from nox_release.printing import put
from nox_release.process import Log, Processes, in_parallel
from nox_release.record import to_json
from nox_release.source import Git
from nox_release.work import (
    GateAnswer,
    GateOrder,
    MetadataOrder,
    PrefixOrder,
    PreflightAnswer,
    PreflightOrder,
    SurveyOrder,
)


def look_before(order: PreflightOrder) -> None:
    """Look whether a candidate may go, and write the answer."""
    from nox_release.preflight import preflight  # needs what only publish has installed

    git = Git(order.root, order.root / FOLDER / "objects")
    try:
        answer = preflight(order, git, snapshot_of(git, order))
    finally:
        git.close()
    write_atomically(order.answer, to_json(answer).encode())


def prove_prefixes(order: PrefixOrder, processes: Processes) -> None:
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
            answer = prove(order, store, target, lay, put, os.environ, time.time())
        except Blocked as error:
            answer = PreflightAnswer(problem=error.message, hint=error.hint)
        finally:
            target.close()
    write_atomically(order.answer, to_json(answer).encode())


def look_at_index(order: SurveyOrder) -> None:
    """Look at the index for `status` and `doctor`, and write the answer."""
    from nox_release.survey import survey  # needs what only publish has installed

    write_atomically(order.answer, to_json(survey(order)).encode())


def look_at_gate(order: GateOrder) -> None:
    """Ask the CI what this job is, and write the answer."""
    from nox_release.index.gatekeeper import gate  # needs what only publish has installed

    try:
        answer = GateAnswer(gate())
    except Blocked as error:
        answer = GateAnswer(None, error.message, error.hint)
    write_atomically(order.answer, to_json(answer).encode())


def tell_metadata(order: MetadataOrder, processes: Processes) -> None:
    """Have each package's backend write its metadata into the folder of answers."""
    from nox_release.backend import Backend, BuildFailed  # needs build, which the other stages do not have

    store = Store(order.root)
    git = Git(order.root, order.root / FOLDER / "objects")
    snapshot = snapshot_of(git, order)

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
