"""Runs a package's tests, where the source cannot be imported."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement

from nox_release.complaints import last_line
from nox_release.environment import Venv
from nox_release.testrun import TestRun
from nox_release.work import Job

PYTEST = "pytest==9.2.0"
"""What runs the tests of a package that does not say which pytest it wants."""
_PYTESTS = (
    f"{PYTEST}; python_version >= '3.10'",
    "pytest==8.4.2; python_version == '3.9'",  # the last ones that run there
    "pytest==8.3.5; python_version == '3.8'",
)
NONE_COLLECTED = 5
"""pytest's exit code for that."""


def uses_pytest(command: Sequence[str]) -> bool:
    """Whether *command* is pytest, which can be asked for a report."""
    return Path(command[0]).name == "pytest"


def needs(command: Sequence[str], requires: Sequence[str], constraints: Sequence[str], limits: Path) -> list[str]:
    """What is installed for tests, as an installer's arguments; constraints are written to *limits*."""
    wanted = list(requires)
    if uses_pytest(command) and not any(Requirement(text).name == "pytest" for text in requires):
        wanted += _PYTESTS
    if constraints:
        limits.write_text("\n".join(constraints))
        wanted += ["--constraint", str(limits)]
    return wanted


def run_tests(job: Job, command: Sequence[str], venv: Venv, folder: Path, lowest: bool = False) -> TestRun:
    """Run *command* in *folder* with what *venv* holds."""
    words, shown, report = list(command), " ".join(command), venv.root.with_name(f"{venv.root.name}.xml")
    if uses_pytest(command):
        words[1:1] = [f"--junit-xml={report}", "-p", "no:cacheprovider"]
    done = job.run(words, cwd=folder, env=venv.activate(job.environ), timeout=4 * 3600)
    run = TestRun(shown, done.code, last=last_line(done.output), lowest=lowest)
    if not uses_pytest(command):
        return run
    return _read(report, replace(run, collected=0 if done.code == NONE_COLLECTED else None))


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
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    failed = {_name(case) for case in bad}  # a test that passes and fails in its teardown has two entries
    return replace(
        run,
        collected=len(cases),
        ran=len(cases) - len(skipped),
        failed=tuple(map(_name, bad)),
        passed=tuple(_name(case) for case in cases if case not in skipped and _name(case) not in failed),
    )


def _name(case: ET.Element) -> str:
    return f"{case.get('classname', '')}::{case.get('name', '')}".strip(":")
