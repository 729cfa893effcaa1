"""What a session asks of nox: a virtualenv with pinned tools, the worker in it, and which sessions are to come."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import nox
import nox.command

from nox_release import toolchain, worker
from nox_release.chain import Chain
from nox_release.environment import find_uv, without_credentials
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import write_atomically
from nox_release.model import REQUIRES, Stage
from nox_release.proven import Machine
from nox_release.record import to_json
from nox_release.work import Order

PATIENCE = 20.0
"""Seconds that a worker has to end its children after Ctrl-C, before nox ends it."""


def work(session: nox.Session, order: Order, chain: Chain) -> bool:
    """Install the stage's tools and run its worker; False where nox was told only to install."""
    _install_tools(session, order)
    path = chain.store.folder("tmp") / f"order-{uuid.uuid4().hex}.json"
    write_atomically(path, to_json(order).encode())
    # Only what uploads has credentials; it gives none to what it starts.
    environ = (
        dict(os.environ)
        if order.candidate
        else without_credentials(os.environ, order.config.credentials, order.config.pass_environment)
    )
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


def machine_of(session: nox.Session, chain: Chain) -> Machine:
    """What this session works with."""
    if not hasattr(session.virtualenv, "location"):
        raise Misuse("the stages' tools need virtualenvs of their own", "run nox without --no-venv")
    interpreter = _interpreter(Path(session.virtualenv.location))
    return Machine("" if chain.config.installer == "pip" else _uv(), interpreter, chain.pythons)


def _interpreter(virtualenv: Path) -> str:
    """Implementation, version and platform of the interpreter in a virtualenv."""
    settings = {}
    with contextlib.suppress(FileNotFoundError):
        lines = (virtualenv / "pyvenv.cfg").read_text().splitlines()
        settings = dict(line.partition(" = ")[::2] for line in lines)
    version = ".".join((settings.get("version_info") or settings.get("version", "")).split(".")[:3])
    return f"{settings.get('implementation', '')} {version} {sys.platform} {platform.machine()}"


def looking_back(session: nox.Session, chain: Chain) -> Machine:
    """What the stages worked with, for a session that runs none of them: the evidence of another is not of ours."""
    try:
        folder = Path(session._runner.global_config.envdir)
    except AttributeError:
        folder = chain.root / ".nox"
    made = [folder / stage.value for stage in Stage if (folder / stage.value / "pyvenv.cfg").is_file()]
    return replace(outside(chain), interpreter=_interpreter(made[0]) if made else "", pythons=chain.pythons)


def outside(chain: Chain) -> Machine:
    """What is worked with where no stage is run; uv is only needed if a build backend has to be asked."""
    return Machine("" if chain.config.installer == "pip" else find_uv(), "")


def _uv() -> str:
    if not (found := find_uv()):
        raise Blocked("uv is not installed", 'pip install uv, or set installer = "pip" in [tool.nox-release]')
    return found


def needs(stage: Stage) -> set[Stage]:
    """The stages that *stage* requires, and those that they require."""
    return set(REQUIRES[stage]).union(*(needs(needed) for needed in REQUIRES[stage]))


def asked_for(session: nox.Session, name: str) -> bool:
    """Whether the session called *name* has still to run; False where that cannot be known."""
    try:
        return any(runner.name == name and waits for runner, waits in session._runner.manifest.list_all_sessions())
    except AttributeError:
        return False


def queued(session: nox.Session) -> frozenset[Stage] | None:
    """The stages that nox has still to run; None where that cannot be known.

    nox tells no session which others were asked for, so this looks at its queue. With ``-j`` and
    ``--no-dependencies`` others may run in other processes; then every failure fails its own session.
    """
    try:
        if session._runner.global_config.no_dependencies:
            return None
        names = [runner.name for runner, waits in session._runner.manifest.list_all_sessions() if waits]
    except AttributeError:
        return None
    return frozenset(Stage(name) for name in names if name in set(Stage))
