"""Whether this machine and the configuration are fit for a release: more of what `nox -s doctor` looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nox_release.check import Family, Problem, Severity
from nox_release.exemptions import Stale
from nox_release.matrix import Matrix
from nox_release.wording import some

GIB = 2**30
_ENOUGH = GIB
"""Bytes free on the disk: the virtualenvs and artifacts of a release of some dozen packages."""


@dataclass(frozen=True)
class Pythons:
    """The interpreters of this machine, and what they are needed for."""

    matrices: Mapping[str, Matrix] = field(default_factory=dict)
    """Package → where it is tried."""


@dataclass(frozen=True)
class Machine:
    """What packages are built with, and where."""

    uv: str = ""
    """Version of uv."""
    installer: str = "uv"
    free: int = 100 * GIB
    """Bytes free where the workspace is."""
    cache: str = ""
    """Where virtualenvs of pinned tools are kept."""
    cache_problem: str = ""
    """Why nothing can be kept there."""


@dataclass(frozen=True)
class Table:
    """The configuration beside what it is about."""

    unmatched: tuple[tuple[str, str], ...] = ()
    """Key and pattern of each that matches nothing."""
    stale: tuple[Stale, ...] = ()


PYTHONS: Family[Pythons] = Family("DOC4", "the interpreters that packages are tried on")
MACHINE: Family[Machine] = Family("DOC5", "the machine that packages are built on")
TABLE: Family[Table] = Family("DOC6", "the configuration beside the workspace")


@PYTHONS.check("DOC401", "Every Python that packages have to be tried on is here")
def pythons(found: Pythons) -> Iterator[Problem]:
    """``pythons`` is a demand; verify-artifacts and test fail for each that is not on the machine."""
    wanted: dict[str, list[str]] = {}
    for name, matrix in found.matrices.items():
        for minor in matrix.missing:
            wanted.setdefault(minor, []).append(name)
    for minor, names in sorted(wanted.items(), key=_order):
        yield Problem(f"Python {minor}", f"uv python install {minor}", f"pythons asks for it, for {some(names)}")
    unserved = [name for name, matrix in found.matrices.items() if not matrix.interpreters and not matrix.missing]
    if unserved:
        said = found.matrices[unserved[0]].requires_python
        fix = f"uv python install {found.matrices[unserved[0]].floor or '3'}"
        yield Problem("requires-python", fix, f"no Python here is one that {some(unserved)} allows ({said})")


@PYTHONS.check("DOC402", "The lowest Python that each package allows is here", Severity.WARNING)
def floors(found: Pythons) -> Iterator[Problem]:
    """requires-python is what installers obey (PEP 345): its floor is a claim that only that Python proves."""
    wanted: dict[str, list[str]] = {}
    for name, matrix in found.matrices.items():
        here = {interpreter.minor for interpreter in matrix.interpreters}
        if matrix.floor and matrix.interpreters and matrix.floor not in {*here, *matrix.missing}:
            wanted.setdefault(matrix.floor, []).append(name)
    for minor, names in sorted(wanted.items(), key=_order):
        yield Problem(
            f"Python {minor}", f"uv python install {minor}, or raise requires-python", f"{some(names)} allow it"
        )


@MACHINE.check("DOC501", "The installer is here")
def installer(machine: Machine) -> Iterator[Problem]:
    """Virtualenvs are made with uv unless the configuration says pip."""
    if machine.installer == "uv" and not machine.uv:
        yield Problem("uv", 'pip install uv, or set installer = "pip" in [tool.nox-release]', "it was not found")


@MACHINE.check("DOC502", "There is room on the disk", Severity.WARNING)
def room(machine: Machine) -> Iterator[Problem]:
    """A full disk ends a release in the middle of a stage."""
    if machine.free < _ENOUGH:
        fix = "make room; .nox-release/downloads and .nox-release/logs can be deleted at any time"
        yield Problem(".nox-release", fix, f"{machine.free / GIB:.1f} GiB are free on its disk")


@MACHINE.check("DOC503", "The cache of pinned tools can be written")
def cache(machine: Machine) -> Iterator[Problem]:
    """What reads an index and uploads lives in a virtualenv of its own, in the user's cache."""
    if machine.cache_problem:
        yield Problem(machine.cache, "set XDG_CACHE_HOME to a folder that can be written", machine.cache_problem)


@TABLE.check("DOC601", "Every pattern of the configuration matches something", Severity.WARNING)
def patterns(table: Table) -> Iterator[Problem]:
    """A pattern that matches nothing is a slip, or outlived what it was written for; its settings do not count."""
    for key, glob in table.unmatched:
        yield Problem(key, "mend it, or take it out", f'"{glob}" matches nothing')


@TABLE.check("DOC602", "Every exemption is still needed", Severity.WARNING)
def exemptions(table: Table) -> Iterator[Problem]:
    """What lets nothing pass any more would let the next defect pass unseen."""
    for entry in table.stale:
        yield Problem(entry.place, f"take {entry.entry} out of {entry.key}", str(entry))


def _order(entry: tuple[str, list[str]]) -> tuple[int, ...]:
    return tuple(int(part) for part in entry[0].split("."))
