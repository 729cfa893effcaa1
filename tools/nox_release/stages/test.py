"""test: the package's tests, on the wheel that will be published."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

from packaging.requirements import Requirement

from nox_release.archive import read_wheel
from nox_release.checks.tests import TESTS, TestRun
from nox_release.environment import last_line
from nox_release.model import Kind
from nox_release.work import Job, Result

TOOLS = ("packaging",)
PYTEST = "pytest==9.2.0"
"""What runs the tests of a package that does not say which pytest it wants."""
NONE_COLLECTED = 5
"""pytest's exit code for that."""


def run(job: Job) -> Result:
    """Install the wheel with what its tests need, and run them where the source cannot be imported."""
    if reason := job.settings.test_exempt:
        return Result(facts={"tests": "exempt", "exempt": reason})
    tests = _tests(job)
    facts = {} if tests.collected is None else {"tests": f"{tests.ran} ran of {tests.collected} collected"}
    return Result(TESTS.run(tests, job.settings.rules), (), facts)


def _tests(job: Job) -> TestRun:
    command = list(job.settings.test_command)
    shown = " ".join(command)
    if job.planned.test_problem:
        return TestRun(shown, refused=job.planned.test_problem)
    venv = job.installer.create(job.folder / "venv", job.run)
    wheels = [job.path(Kind.WHEEL, name) for name in (*job.planned.siblings, *job.planned.test_siblings)]
    requires = list(job.planned.test_requires)
    uses_pytest = Path(command[0]).name == "pytest"
    if uses_pytest and not any(Requirement(text).name == "pytest" for text in requires):
        requires.append(PYTEST)
    if job.planned.test_constraints:
        limits = job.folder / "constraints.txt"
        limits.write_text("\n".join(job.planned.test_constraints))
        requires += ["--constraint", str(limits)]
    done = job.installer.install(venv, [str(job.path(Kind.WHEEL)), *map(str, wheels), *requires], job.run)
    if done.code:
        return TestRun(shown, refused=last_line(done.output))
    folder = without_sources(job.export(), read_wheel(job.path(Kind.WHEEL)).roots)
    report = job.folder / "tests.xml"
    if uses_pytest:
        command[1:1] = [f"--junit-xml={report}", "-p", "no:cacheprovider"]
    done = job.run(command, cwd=folder, env=venv.activate(job.environ), timeout=4 * 3600)
    if not uses_pytest:
        return TestRun(shown, done.code, last=last_line(done.output))
    return _read(
        report,
        TestRun(shown, done.code, collected=0 if done.code == NONE_COLLECTED else None, last=last_line(done.output)),
    )


def without_sources(package: Path, roots: tuple[str, ...]) -> Path:
    """Take out of an exported package what its wheel installs, so that only the wheel can be imported.

    pytest puts the folder above a package of tests on the path: with the source still there, the tests
    would pass on it, whatever the wheel holds.
    """
    for folder in (package, package / "src", package / "lib", package / "python"):
        for root in set(roots) - {"tests", "test"}:
            source = folder / root
            if source.is_dir() and not source.is_symlink():
                shutil.rmtree(source)
            elif folder.is_dir():
                source.unlink(missing_ok=True)
    return package


def _read(report: Path, run: TestRun) -> TestRun:
    """Add what pytest's report says of each test."""
    if not report.exists():
        return run
    try:
        cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314  # written by the command just run
    except ET.ParseError:  # the command was ended while it wrote
        return run
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = sum(case.find("skipped") is not None for case in cases)
    names = tuple(f"{case.get('classname', '')}::{case.get('name', '')}".strip(":") for case in failed)
    return TestRun(
        run.command, run.exit_code, collected=len(cases), ran=len(cases) - skipped, failed=names, last=run.last
    )
