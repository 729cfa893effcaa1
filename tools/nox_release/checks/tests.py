"""What a run of a package's tests must show."""

from __future__ import annotations

from collections.abc import Iterator

from nox_release.check import Family, Problem, Severity
from nox_release.testrun import TestRun

TESTS: Family[TestRun] = Family("TST", "a run of the tests")
EXEMPT = 'give the reason in [tool.nox-release] test-exempt = "…" (or in an override)'


@TESTS.check("TST101", "What the tests need can be installed beside the wheel")
def installable(run: TestRun) -> Iterator[Problem]:
    """The tests run on the wheel that will be published, in a virtualenv with nothing else that is ours."""
    if run.refused and not run.lowest:
        yield Problem(
            "test requirements", f"read the log; if they cannot run outside their home, {EXEMPT}", run.refused
        )


@TESTS.check("TST102", "The tests pass on the built wheel")
def passing(run: TestRun) -> Iterator[Problem]:
    """What passes in the source tree may fail as installed: missing data files, missing requirements."""
    if run.refused or run.exit_code == 0 or run.collected == 0:
        return
    for name in run.failed[:10]:
        yield Problem(name, "read the log", "it fails")
    if len(run.failed) > 10:
        yield Problem("tests", "read the log", f"{len(run.failed) - 10} more failed")
    if not run.failed:
        yield Problem(run.command, "read the log", run.last)


@TESTS.check("TST103", "At least one test ran")
def something_ran(run: TestRun) -> Iterator[Problem]:
    """A run that collects nothing, or skips everything, is green and proves nothing."""
    if run.refused:
        return
    if run.collected == 0:
        # What the wheel installs was taken out of the folder, and tests in the import package with it.
        inside = 'tests within the import package run as test-command = ["pytest", "--pyargs", "NAME.tests"]'
        yield Problem(run.command, f"commit tests ({inside}), or {EXEMPT}", "no test was collected")
    elif run.ran == 0 and run.exit_code == 0:
        yield Problem(
            run.command, f"give them what they need to run, or {EXEMPT}", f"all {run.collected} tests were skipped"
        )


@TESTS.check("TST104", "The tests can be run with the lowest versions that the package allows", Severity.WARNING)
def installable_at_lowest(run: TestRun) -> Iterator[Problem]:
    """Where the tests' own requirements ask for more than the package does, its lower bounds are never tested."""
    if run.refused and run.lowest:
        fix = "raise the package's lower bounds to what works here and what its tests need, or let the tests need less"
        yield Problem("test requirements", fix, f"not run: {run.refused}")
