"""Tries installations: an artifact alone with its requirements, and what a user would meet there."""

from __future__ import annotations

import hashlib
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from nox_release.archive import Wheel
from nox_release.checks.installation import Installation, Script
from nox_release.complaints import last_line
from nox_release.environment import Venv
from nox_release.imports import installed
from nox_release.matrix import Cell, Resolution
from nox_release.model import Kind
from nox_release.placing import Placed, cells, place
from nox_release.probe import look_inside
from nox_release.work import Job

HELP_TIMEOUT = 30.0
"""Seconds that a console script has for its help."""


@dataclass(frozen=True)
class Trial:
    """One artifact in one cell of the matrix."""

    job: Job
    wheel: Wheel
    kind: Kind
    cell: Cell
    unbuildable: set[str]
    """Shared by the trials of a package: what could not be built in one cell."""

    @property
    def path(self) -> Path:
        """The artifact."""
        return self.job.path(self.kind)

    @property
    def root(self) -> Path:
        """Where its virtualenv is."""
        return self.job.folder / f"{self.kind}-{self.cell.interpreter.minor}-{self.cell.resolution}"

    @property
    def thorough(self) -> bool:
        """Whether extras and scripts are tried too: on the newest and the oldest interpreter."""
        return self.cell.resolution is Resolution.HIGHEST and self.cell.interpreter in self.job.matrix.ends


def try_all(job: Job, wheel: Wheel) -> list[tuple[Cell, Installation]]:
    """Try the wheel in every cell that it is made for, and the sdist where that may differ.

    An sdist makes the same wheel on every interpreter where that wheel is for all of them; then it is installed
    on the newest and the oldest alone. Where it installs the same files as the wheel, that is known to work.
    """
    pythons = job.matrix.ends if wheel.filename.endswith("-none-any.whl") else job.matrix.interpreters
    unbuildable: set[str] = set()
    trials = [Trial(job, wheel, Kind.SDIST, Cell(python, Resolution.HIGHEST), unbuildable) for python in pythons]
    with ThreadPoolExecutor(max_workers=job.side_by_side) as pool:
        sdists = [(trial, pool.submit(_install, trial)) for trial in trials]  # what is built takes longest
        wheels = {
            cell: pool.submit(_try, Trial(job, wheel, Kind.WHEEL, cell, unbuildable)) for cell in cells(job, wheel)
        }
        installed = {cell: future.result() for cell, future in wheels.items()}
        second = []
        for trial, future in sdists:
            placed, contents = future.result()
            like = installed.get(trial.cell)
            if placed.venv and like and contents == like.contents:
                job.run.note(f"{trial.cell}: the sdist installs the same files as {like.filename}")
            else:
                second.append((trial.cell, pool.submit(_look, trial, placed, contents)))
        return [*installed.items(), *((cell, future.result()) for cell, future in second)]


def _install(trial: Trial) -> tuple[Placed, str]:
    """Install the artifact alone; with it comes the digest of all that is installed then."""
    placed = place(trial.job, trial.cell, trial.root, trial.path, trial.wheel, trial.unbuildable)
    return placed, site_contents(placed.venv) if placed.venv else ""


def _try(trial: Trial) -> Installation:
    try:
        return _look(trial, *_install(trial))
    finally:
        shutil.rmtree(trial.root, ignore_errors=True)  # many cells would fill the disk


def _look(trial: Trial, placed: Placed, contents: str) -> Installation:
    """Look at an installation from inside."""
    job, venv = trial.job, placed.venv
    name = job.planned.name
    seen = Installation(
        trial.path.name,
        name,
        str(trial.wheel.metadata["Version"]),
        refused=placed.refused,
        contents=contents,
        lowest=trial.cell.resolution is Resolution.LOWEST,
        at_floor=job.matrix.at_floor(trial.cell.interpreter),
        suggestion=placed.suggestion,
    )
    if venv is None:
        return seen
    checked = job.installer.check(venv, job.run)
    conflicts = [line for line in checked.output.splitlines() if name in line] if checked.code else []
    if checked.code and not conflicts:
        conflicts = [last_line(checked.output)]
    seen = replace(seen, conflicts=tuple(conflicts), provided=installed(venv.site))
    scripts = trial.wheel.entry_points.get("console_scripts", {}) if trial.thorough else {}
    return look_inside(
        job, venv, seen, trial.wheel, trial.path, placed.beside, every_extra=trial.thorough,
        before_extras=lambda failed: tuple(
            answer for script in scripts if script not in failed if (answer := ask_for_help(job, venv, script))
        ),
    )  # fmt: skip


def ask_for_help(job: Job, venv: Venv, name: str) -> Script | None:
    """Run one console script with ``--help``, in an empty folder; None where it answers as it should."""
    empty = job.folder / f"help-{venv.root.name}-{name}"
    empty.mkdir()
    done = job.run([venv.bin / name, "--help"], cwd=empty, env=venv.activate(job.environ), timeout=HELP_TIMEOUT)
    traceback = "Traceback (most recent call last)" in done.output
    if done.code == 0 and not traceback:
        return None
    return Script(
        name, done.code, last_line(done.output), traceback or (done.code < 0 and done.code != -signal.SIGKILL)
    )


_INSTALLER_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})


def site_contents(venv: Venv) -> str:
    """Digest of all that is installed in *venv*: every distribution's RECORD, less what installers add."""
    lines = []
    for record in venv.root.glob("lib/python*/site-packages/*.dist-info/RECORD"):
        for line in record.read_text(encoding="utf-8").splitlines():
            path = line.split(",")[0]
            # Scripts name the virtualenv in their first line.
            if path.rpartition("/")[2] not in _INSTALLER_FILES and not path.startswith("../"):
                lines.append(f"{record.parent.name} {line}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
