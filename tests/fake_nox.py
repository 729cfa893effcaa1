"""Stands in for nox: runs sessions one after the other, as nox does, with a worker that the test writes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from nox.command import CommandFailed

from archives import make_wheel
from nox_release.command import Command
from nox_release.evidence import Store
from nox_release.model import REQUIRES, Artifact, Evidence, Outcome, Stage
from nox_release.record import from_json
from nox_release.work import Order

Worker = Callable[[Order], None]


class Quit(Exception):
    """A session was ended with an error."""


class Skip(Exception):
    """A session was skipped."""


def leave(
    order: Order, outcome: Callable[[str], Outcome | None] = lambda name: Outcome.PASSED, **facts: str
) -> None:  # fmt: skip
    """Leave the evidence that a worker would, with bytes that follow from the source; None leaves nothing."""
    store = Store(order.root)
    for name, inputs in order.inputs.items():
        if verdict := outcome(name):
            store.save(
                Evidence(
                    name, order.plan[name].version, order.stage, inputs, verdict,
                    artifacts=_built(store, order, name) if verdict is Outcome.PASSED else (),
                    facts={"commit": order.plan.commit, **facts}, started=time.time(), duration=3.0,
                )
            )  # fmt: skip


def _built(store: Store, order: Order, name: str) -> tuple[Artifact, ...]:
    folder = store.folder("made")
    if order.stage is Stage.BUILD_WHEEL:
        return (store.add(make_wheel(folder, {f"{name}/source.py": f"# {order.plan[name].source}"}, name)),)
    if order.stage is not Stage.BUILD_SDIST:
        return ()
    path = folder / f"{name}-1.0.tar.gz"
    path.write_text(f"{name} {order.plan[name].source}")
    return (store.add(path),)


@dataclass
class FakeNox:
    """One command of nox over the sessions of one workspace."""

    root: Path
    posargs: Sequence[str]
    worker: Worker = leave
    installs: Callable[[str], bool] = lambda pin: True
    """Whether a pinned tool can be installed."""
    install_only: bool = False
    no_dependencies: bool = False
    blind: bool = False
    """The queue cannot be looked at."""
    approving: bool = False
    """The session that approves was asked for."""
    venvs: bool = True
    """Sessions have virtualenvs of their own."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """What tells that a CI system runs it."""
    told: dict[Stage, str] = field(default_factory=dict)
    """What became of each session."""
    orders: list[Order] = field(default_factory=list)
    environs: list[dict[str, str]] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    installed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.command = Command(self.root, time.time(), self.environ)

    def run(self, *stages: Stage) -> dict[Stage, str]:
        """Run the sessions of *stages* in that order and return what became of each; a failed one fails its users."""
        failed: set[Stage] = set()
        for place, stage in enumerate(stages):
            if failed & set(REQUIRES[stage]) and not self.no_dependencies:
                failed.add(stage)
                self.told[stage] = "not run"
                continue
            try:
                self.command.run(stage, FakeSession(self, stage, frozenset(stages[place + 1 :])))  # type: ignore[arg-type]  # as much of a session as is used
                self.told[stage] = "success"
            except Skip as reason:
                self.told[stage] = f"skipped: {reason}"
            except Quit as reason:
                failed.add(stage)
                self.told[stage] = f"failed: {reason}"
        return self.told


class FakeSession:
    """As much of :class:`nox.Session` as the stages use."""

    def __init__(self, nox: FakeNox, stage: Stage, to_come: frozenset[Stage]) -> None:
        self._nox = nox
        self.posargs = list(nox.posargs)
        self.virtualenv = SimpleNamespace()
        if nox.venvs:
            self.virtualenv.location = str(nox.root.parent / "nox" / stage)
            self._site = Path(self.virtualenv.location, "lib/python3.11/site-packages")
            self._site.mkdir(parents=True, exist_ok=True)
        sessions = [(SimpleNamespace(name=other.value), other in to_come) for other in Stage]
        sessions.append((SimpleNamespace(name="approve"), nox.approving))
        if not nox.blind:
            self._runner = SimpleNamespace(
                global_config=SimpleNamespace(no_dependencies=nox.no_dependencies),
                manifest=SimpleNamespace(
                    list_all_sessions=lambda: [*sessions, (SimpleNamespace(name="somebody-elses"), True)]
                ),
            )

    def run(self, *command: str, env: dict[str, str], **options: Any) -> bool | None:
        """Let the worker do what the order in the last argument says."""
        if self._nox.install_only:
            return None
        self._nox.commands.append(list(command))
        self._nox.environs.append(env)
        assert options["include_outer_env"] is False
        order = from_json(Order, Path(command[-1]).read_bytes())
        self._nox.orders.append(order)
        self._nox.worker(order)
        return True

    def install(self, *arguments: str, **options: Any) -> None:
        """Put a trace of each pin into the virtualenv; fail as nox does where one cannot be had."""
        for pin in (argument for argument in arguments if "==" in argument):
            if not self._nox.installs(pin):
                raise CommandFailed(f"no {pin}")
            (self._site / f"{re.sub('[-_.]+', '_', pin.partition('==')[0])}-{pin.partition('==')[2]}.dist-info").mkdir()
            self._nox.installed.append(pin)

    def log(self, message: str) -> None:
        """Print it, as nox does."""
        print(f"nox > {message}")

    def error(self, message: str) -> NoReturn:
        """End the session as failed."""
        raise Quit(message)

    def skip(self, message: str) -> NoReturn:
        """End the session as skipped."""
        raise Skip(message)
