"""The stages as nox sessions: thin, because every ``nox -l`` imports this."""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nox

from nox_release.model import REQUIRES, Stage

if TYPE_CHECKING:
    from nox_release.command import Command
    from nox_release.views import Views

APPROVE = "approve"
DESCRIPTIONS = {
    Stage.LINT_METADATA: "Check what the committed source says of a package: metadata, README, changelog, version.",
    Stage.BUILD_SDIST: "Build the sdist from a clean export of git, and compare the two.",
    Stage.BUILD_WHEEL: "Build the wheel from that sdist.",
    Stage.VERIFY_ARTIFACTS: "Install sdist and wheel, each alone, and import all that they ship.",
    Stage.TEST: "Run the package's tests on the built wheel.",
    Stage.PUBLISH: "Publish what is proven; a rehearsal on an index of its own unless told otherwise. -- --help",
}


def register_sessions() -> None:
    """Register one nox session for each stage, chained by ``requires=``."""
    root = Path.cwd()  # nox goes to the noxfile's folder before it reads the noxfile
    started = time.time()
    command = _once(root, started)
    # Outside CI nox skips a session whose interpreter is missing, and a skipped session counts as success.
    nox.options.error_on_missing_interpreters = True
    for stage in Stage:
        nox.session(
            name=stage.value,
            requires=[needed.value for needed in REQUIRES[stage]],
            venv_backend=_venv_backend(root),
            reuse_venv=True,
            default=False,
        )(_session(stage, command))
    nox.session(
        name=APPROVE,
        requires=[needed.value for needed in REQUIRES[Stage.PUBLISH]],
        venv_backend="none",  # it shows and asks; the stages before it have done the work
        default=False,
    )(_approve(command))
    for view in _views(root, started):
        nox.session(venv_backend="none", default=False)(view)


def described() -> dict[str, str]:
    """Return every session that :func:`register_sessions` takes, with what it does, without registering any."""
    others = (_approve(_once(Path(), 0.0)), *_views(Path(), 0.0))
    stages = {stage.value: text for stage, text in DESCRIPTIONS.items()}
    return {**stages, **{session.__name__: session.__doc__ or "" for session in others}}


def session_names() -> tuple[str, ...]:
    """Return the names of them all."""
    return tuple(described())


def _once(root: Path, started: float) -> Callable[[], Command]:
    """Return what makes the command when the first session runs, and hands the same one to the others."""
    made: list[Command] = []

    def command() -> Command:
        if not made:
            from nox_release.command import Command  # not for nox -l

            made.append(Command(root, started, typed=sys.argv))
        return made[0]

    return command


def _session(stage: Stage, command: Callable[[], Command]) -> Callable[[nox.Session], None]:
    def run(session: nox.Session) -> None:
        command().run(stage, session)

    run.__doc__ = DESCRIPTIONS[stage]
    run.__name__ = stage.value.replace("-", "_")
    return run


def _approve(command: Callable[[], Command]) -> Callable[[nox.Session], None]:
    def approve(session: nox.Session) -> None:
        """Show exactly what a candidate would upload, and record that you answer for it."""
        command().approve(session)

    return approve


def _views(root: Path, started: float) -> Iterator[Callable[[nox.Session], None]]:
    """The sessions that need no stage, each named as its function."""

    def views() -> Views:
        from nox_release.views import Views  # not for nox -l

        return Views(root, started)

    def status(session: nox.Session) -> None:
        """Show what the workspace, the tags, dist/ and the index say of packages, and what to type next."""
        views().status(session)

    def review(session: nox.Session) -> None:
        """Write one page for the approver: verdict, files, README, findings, changes, stages, approvals."""
        views().review(session)

    def doctor(session: nox.Session) -> None:
        """Tell what keeps this workspace and this machine from releasing, each with its mend."""
        views().doctor(session)

    def plan(session: nox.Session) -> None:
        """Show what would be released, in which order, why, and how long that takes; nothing is run."""
        from nox_release import planview  # not for nox -l

        planview.plan(session, root, started)

    def prepare(session: nox.Session) -> None:
        """Set version and changelog for a release (--bump), or open what comes after it (--next)."""
        views().prepare(session)

    def explain(session: nox.Session) -> None:
        """Tell what a check is about, or all whose codes begin so: -- CODE."""
        views().explain(session)

    yield from (status, review, doctor, plan, prepare, explain)


def _venv_backend(root: Path) -> str:
    """What makes the sessions' virtualenvs; a configuration that cannot be read is told when a session runs."""
    try:
        document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8-sig"))
        installer = document["tool"]["nox-release"]["installer"]
    except (OSError, ValueError, KeyError, TypeError):
        return "uv"
    return "virtualenv" if installer == "pip" else "uv"
