"""Installs what is tried into virtualenvs, one for each cell of the matrix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from nox_release.archive import Wheel
from nox_release.complaints import refusal
from nox_release.environment import Venv
from nox_release.errors import Blocked
from nox_release.matrix import Cell, Interpreter, Resolution
from nox_release.model import Kind
from nox_release.work import Job


@dataclass(frozen=True)
class Placed:
    """How an installation for one cell ended."""

    venv: Venv | None
    """None where nothing could be installed."""
    refused: str = ""
    """Why what was asked for could not be installed; the virtualenv may hold the *suggestion* instead."""
    suggestion: str = ""
    """Of the lowest versions that could not be installed: the lowest that have wheels, and could be."""
    beside: tuple[str, ...] = field(default=())
    """What has to stand in the command line again for a further installation into the virtualenv."""


def runtime(wheel: Wheel) -> tuple[str, ...]:
    """What a wheel requires outside its extras; whether a marker holds is for each interpreter to say."""
    found = []
    for text in wheel.metadata.get_all("Requires-Dist", []):
        try:
            requirement = Requirement(str(text))
        except InvalidRequirement:  # told by the checks of the metadata, and by the installer
            continue
        if requirement.marker is None or not re.search(r"\bextra\b", str(requirement.marker)):
            found.append(str(requirement))
    return tuple(found)


def suits(wheel: Wheel, interpreter: Interpreter) -> bool:
    """Whether *wheel* is made for *interpreter*, on this machine."""
    major, minor = map(int, interpreter.minor.split("."))
    supported = {*cpython_tags((major, minor)), *compatible_tags((major, minor), f"cp{major}{minor}")}
    made_for: frozenset[Tag] = parse_wheel_filename(wheel.filename)[3]
    return not made_for.isdisjoint(supported)


def cells(job: Job, wheel: Wheel) -> tuple[Cell, ...]:
    """The cells of a package's matrix in which its wheel is tried: on the interpreters that it is made for.

    Where nothing is required, the lowest versions are the highest, and are not tried again.

    :raises Blocked: where there are none.
    """
    resolutions = job.matrix.resolutions if runtime(wheel) else job.matrix.resolutions[:1]
    found = tuple(
        cell for cell in job.matrix.cells if cell.resolution in resolutions and suits(wheel, cell.interpreter)
    )
    if not found and job.matrix.interpreters:
        tried = ", ".join(python.minor for python in job.matrix.interpreters)
        raise Blocked(f"{wheel.filename} is made for none of Python {tried}", "look at pythons in [tool.nox-release]")
    return found


def place(
    job: Job,
    cell: Cell,
    root: Path,
    artifact: Path,
    wheel: Wheel,
    unbuildable: set[str],
    more: Sequence[str] = (),
    *,
    tests: bool = False,
) -> Placed:
    """Install *artifact* for *cell* into a new virtualenv at *root*, with its requirements.

    Siblings of the plan come from their built wheels: at the highest if they run on the interpreter, at the lowest
    where the index has no lower one that is allowed. Where the lowest versions cannot be installed, the lowest that
    have wheels are taken in their place, so that the rest is looked at all the same.

    :param wheel: the package's wheel, which says what it requires.
    :param unbuildable: requirements that could not be built for another cell. Those that cannot be built here are
        added: nobody waits for each interpreter to fail at the same.
    :param more: what else is installed with it.
    :param tests: with the siblings that only its tests need.
    """
    venv = job.installer.create(root, job.run, cell.interpreter.path)
    siblings = [
        job.path(Kind.WHEEL, name)
        for name in (*job.planned.siblings, *(job.planned.test_siblings * tests))
        if _runs_on(job, name, cell.interpreter)
    ]
    if cell.resolution is Resolution.HIGHEST:
        beside: list[str] = [*map(str, siblings), *more]
        done = job.installer.install(venv, [str(artifact), *beside], job.run)
        return Placed(None, refusal(done.output)) if done.code else Placed(venv, beside=tuple(beside))
    links = [part for path in siblings for part in ("--find-links", str(path.parent))]
    refused, first = "", tuple[str, ...]()
    for options in ((), ("--only-binary", ":all:")):
        pins, problem = _lowest(job, cell, root, wheel, [*links, *options])
        if not options and (known := unbuildable.intersection(pins)):
            problem = f"Failed to build `{min(known)}`"
        if not problem and (pins != first or not refused):
            limits = root.with_name(f"{root.name}-lowest.txt")
            limits.write_text("\n".join(pins))
            beside = ["--constraint", str(limits), *links, *more]
            done = job.installer.install(venv, [str(artifact), *beside], job.run)
            if not done.code:
                changed = [pin for pin in pins if pin not in first] if refused else []
                return Placed(venv, refused, ", ".join(changed), tuple(beside))
            problem = refusal(done.output)
        unbuildable.update(re.findall("Failed to build `([^`]+)`", problem))
        refused, first = refused or problem, first or pins
    return Placed(None, refused)


def _runs_on(job: Job, name: str, interpreter: Interpreter) -> bool:
    """Whether the sibling *name*, as it is in the plan, allows an interpreter.

    Where it has dropped one that the package still allows, users there get its last release that ran on it.
    """
    allowed = SpecifierSet(job.order.plan[name].package.requires_python)
    return allowed.contains(interpreter.version, prereleases=True)


def _lowest(job: Job, cell: Cell, root: Path, wheel: Wheel, options: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the lowest versions that the package's own requirements allow, or why there are none."""
    wanted = root.with_name(f"{root.name}-wanted.txt")
    wanted.write_text("\n".join(runtime(wheel)))
    done = job.installer.lowest(wanted, cell.interpreter.path, job.run, *options)
    if done.code:
        return (), refusal(done.output)
    direct = {canonicalize_name(Requirement(text).name) for text in runtime(wheel)}
    pins = [line for line in done.output.splitlines() if re.match(r"[A-Za-z0-9][\w.-]*( @ |==)", line)]
    return tuple(pin for pin in pins if canonicalize_name(re.split(r" @ |==", pin)[0]) in direct), ""
