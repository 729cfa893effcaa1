"""Which interpreters, with which versions of the dependencies: decided from what was found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from nox_release.check import Finding, Verdict

OLDEST = (3, 8)
"""Older interpreters are served by no current installer, so they cannot be looked at."""
_MINORS = ("2.7", *(f"3.{minor}" for minor in range(40)))


@dataclass(frozen=True)
class Interpreter:
    """A CPython of this machine."""

    version: str
    """In full: ``3.13.0``."""
    path: str

    @property
    def minor(self) -> str:
        """``3.13``."""
        return ".".join(self.version.split(".")[:2])


class Resolution(StrEnum):
    """Which of the versions that its requirements allow a package is installed with."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    """The lowest of what it requires itself; the highest of what that requires."""


@dataclass(frozen=True)
class Cell:
    """One place of the matrix."""

    interpreter: Interpreter
    resolution: Resolution

    def __str__(self) -> str:
        return f"{self.interpreter.minor}, {self.resolution}"


@dataclass(frozen=True)
class Matrix:
    """Where one package is tried, and what of that could not be had."""

    interpreters: tuple[Interpreter, ...]
    """The newest first."""
    resolutions: tuple[Resolution, ...]
    requires_python: str = ""
    floor: str = ""
    """The lowest minor version that requires-python allows; empty where it says nothing."""
    missing: tuple[str, ...] = ()
    """Minor versions that the configuration asks for and the machine does not have."""
    excluded: tuple[str, ...] = ()
    """Those that it asks for and requires-python does not allow."""
    impossible: tuple[Resolution, ...] = ()
    """Those that the installer cannot make."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every interpreter with every resolution.

        With the highest versions from the newest interpreter, as most users have it; with the lowest from the
        oldest, where what is that old should work.
        """
        steps = {Resolution.HIGHEST: 1, Resolution.LOWEST: -1}
        return tuple(
            Cell(python, resolution)
            for resolution in self.resolutions
            for python in self.interpreters[:: steps[resolution]]
        )

    @property
    def ends(self) -> tuple[Interpreter, ...]:
        """The newest and the oldest interpreter: what differs between interpreters mostly differs between these."""
        return tuple(dict.fromkeys((*self.interpreters[:1], *self.interpreters[-1:])))

    def at_floor(self, interpreter: Interpreter) -> bool:
        """Whether *interpreter* is the lowest that requires-python allows, or the lowest that is tried without it."""
        return interpreter.minor == (self.floor or self.interpreters[-1].minor)


def newest(found: Iterable[Interpreter]) -> tuple[Interpreter, ...]:
    """Return one interpreter for each minor version: a released one before a prerelease, else the newest."""
    best: dict[str, Interpreter] = {}
    for item in sorted(found, key=lambda item: (not _early(item), Version(item.version))):
        best[item.minor] = item
    return tuple(sorted(best.values(), key=lambda item: Version(item.version), reverse=True))


def _early(interpreter: Interpreter) -> bool:
    return Version(interpreter.version).is_prerelease


def choose(
    wanted: Sequence[str],
    resolutions: Sequence[Resolution],
    requires_python: str,
    machine: Sequence[Interpreter],
    *,
    lowest_possible: bool = True,
) -> Matrix:
    """Return where a package is tried.

    :param wanted: minor versions that the configuration asks for; none: all that *machine* has, prereleases less.
    :param machine: one interpreter for each minor version, see :func:`newest`.
    :param lowest_possible: whether the installer can install the lowest allowed versions.
    """
    allowed = _specifier(requires_python)
    by_minor = {item.minor: item for item in machine}
    minors = wanted or [minor for minor, item in by_minor.items() if not _early(item)]
    there = [by_minor[minor] for minor in dict.fromkeys(minors) if minor in by_minor]
    chosen = [item for item in there if allowed.contains(item.version, prereleases=True)]
    possible = tuple(item for item in dict.fromkeys(resolutions) if lowest_possible or item is Resolution.HIGHEST)
    minors_allowed = _minors(requires_python)
    tried = {item.minor for item in chosen}
    return Matrix(
        interpreters=tuple(sorted(chosen, key=lambda item: Version(item.version), reverse=True)),
        resolutions=possible,
        requires_python=requires_python,
        floor=minors_allowed[0] if requires_python and minors_allowed else "",
        missing=tuple(minor for minor in dict.fromkeys(wanted) if minor in minors_allowed and minor not in tried),
        excluded=tuple(minor for minor in dict.fromkeys(wanted) if minor not in minors_allowed),
        impossible=tuple(item for item in dict.fromkeys(resolutions) if item not in possible),
    )


@lru_cache(maxsize=1024)
def _minors(requires_python: str) -> tuple[str, ...]:
    """Minor versions of which at least one patch release is allowed, from the lowest."""
    allowed = _specifier(requires_python)
    # Between the numbers that it names, one patch release is like another.
    patches = {0, 999, *(int(number) + step for number in re.findall(r"\d+", requires_python) for step in (0, 1))}
    return tuple(minor for minor in _MINORS if any(allowed.contains(f"{minor}.{patch}") for patch in patches))


def _specifier(requires_python: str) -> SpecifierSet:
    try:
        return SpecifierSet(requires_python)
    except InvalidSpecifier:  # that is told by the checks of the metadata
        return SpecifierSet()


def merged(verdicts: Sequence[tuple[Cell, Verdict]]) -> Verdict:
    """Put the verdicts of cells together: what several found is told once, with the cells that found it."""
    every = list(dict.fromkeys(cell for cell, _ in verdicts))
    where: dict[tuple[object, ...], tuple[Finding, list[Cell]]] = {}
    seconds: Verdict = Verdict()
    for cell, verdict in verdicts:
        seconds += Verdict(seconds=verdict.seconds)
        for finding in verdict:
            same = (finding.code, finding.severity, finding.where, finding.message, finding.exempt)
            cells = where.setdefault(same, (finding, []))[1]
            if cell not in cells:
                cells.append(cell)
    findings = tuple(
        finding if len(cells) == len(every) else replace(finding, message=f"{finding.message} [{named(cells)}]".strip())
        for finding, cells in where.values()
    )
    return Verdict(findings, seconds.seconds)


def named(cells: Iterable[Cell]) -> str:
    """Name cells shortly: ``3.9, 3.10 with lowest; 3.13 with highest and lowest``."""
    by_minor: dict[Interpreter, list[str]] = {}
    for cell in cells:
        by_minor.setdefault(cell.interpreter, []).append(cell.resolution)
    by_resolutions: dict[str, list[str]] = {}
    for python in sorted(by_minor, key=lambda item: Version(item.version)):
        by_resolutions.setdefault(" and ".join(sorted(by_minor[python])), []).append(python.minor)
    return "; ".join(f"{', '.join(minors)} with {resolutions}" for resolutions, minors in by_resolutions.items())
