"""test: the package's tests on the wheel that will be published, in every cell of its matrix."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nox_release.archive import Wheel, read_wheel
from nox_release.check import Verdict
from nox_release.checks.dependents import DEPENDENTS
from nox_release.checks.matrix import MATRIX
from nox_release.checks.tests import TESTS
from nox_release.downstream import try_dependents
from nox_release.matrix import Cell, Resolution, merged
from nox_release.model import Kind
from nox_release.placing import cells, place
from nox_release.probe import broken_dependency
from nox_release.testing import needs, run_tests, without_sources
from nox_release.testrun import TestRun
from nox_release.work import Job, Result

TOOLS = ("packaging",)


def run(job: Job) -> Result:
    """Run the tests in every cell, and then those of the packages that need this one, where that is asked for."""
    if reason := job.settings.test_exempt:
        return Result(facts={"tests": "exempt", "exempt": reason})
    rules, command = job.settings.rules, " ".join(job.settings.test_command)
    if job.planned.test_problem:
        return Result(TESTS.run(TestRun(command, refused=job.planned.test_problem), rules))
    # What is only a warning here is told by verify-artifacts.
    verdict = MATRIX.run(job.matrix, rules) if job.matrix.missing else Verdict()
    runs = _tests(job, read_wheel(job.path(Kind.WHEEL)))
    verdict += merged([(cell, TESTS.run(tests, rules)) for cell, tests in runs])
    facts = _facts([tests for _, tests in runs])
    for dependence in try_dependents(job):
        verdict += DEPENDENTS.run(dependence, rules)
    if job.planned.dependents:
        facts["dependents"] = ", ".join(f"{item.name} {item.version}".strip() for item in job.planned.dependents)
    return Result(verdict, (), facts)


def _tests(job: Job, wheel: Wheel) -> list[tuple[Cell, TestRun]]:
    package = without_sources(job.export(), wheel.roots)
    inside = package.relative_to(job.folder / "source")
    unbuildable: set[str] = set()
    with ThreadPoolExecutor(max_workers=job.side_by_side) as pool:
        todo = cells(job, wheel)
        return list(zip(todo, pool.map(lambda cell: _cell(job, cell, wheel, inside, unbuildable), todo), strict=True))


def _cell(job: Job, cell: Cell, wheel: Wheel, inside: Path, unbuildable: set[str]) -> TestRun:
    """Run the tests once, in a virtualenv and a folder of their own."""
    settings, planned, lowest = job.settings, job.planned, cell.resolution is Resolution.LOWEST
    folder = job.folder / f"tests-{cell.interpreter.minor}-{cell.resolution}"
    folder.mkdir()
    wanted = needs(settings.test_command, planned.test_requires, planned.test_constraints, folder / "constraints.txt")
    placed = place(job, cell, folder / "venv", job.path(Kind.WHEEL), wheel, unbuildable, wanted, tests=True)
    if placed.venv is None:
        return TestRun(" ".join(settings.test_command), refused=placed.refused, lowest=lowest)
    # Tests that cannot even import what is older than the interpreter say nothing of the package.
    newer = lowest and not job.matrix.at_floor(cell.interpreter)
    if newer and (outdated := broken_dependency(job, placed.venv, wheel)):
        return TestRun(" ".join(settings.test_command), refused=outdated, lowest=lowest)
    shutil.copytree(job.folder / "source", folder / "source", symlinks=True)  # tests may write beside themselves
    try:
        return run_tests(job, settings.test_command, placed.venv, folder / "source" / inside, lowest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _facts(runs: list[TestRun]) -> dict[str, str]:
    """How many tests ran, for people: in the first cell, and in how many of the others too."""
    counted = [tests for tests in runs if tests.collected is not None]
    if not counted:
        return {}
    first = counted[0]
    places = len(runs) if len(counted) == len(runs) else f"{len(counted)} of {len(runs)}"
    where = f", {places} cells" if len(runs) > 1 else ""
    return {"tests": f"{first.ran} ran of {first.collected} collected{where}"}
