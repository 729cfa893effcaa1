"""What a release does to those who need the package: their tests, as last released, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nox_release.check import Family, Problem, Severity
from nox_release.testrun import TestRun
from nox_release.wording import some


@dataclass(frozen=True)
class Dependence:
    """The tests of one dependent's last release, run twice."""

    package: str
    """What is about to be released."""
    dependent: str
    version: str
    """Of the dependent's last release; empty where there is none."""
    problem: str = ""
    """Why its tests could not be run at all."""
    baseline: TestRun | None = None
    """On the last release of the package."""
    candidate: TestRun | None = None
    """On the new wheel."""

    @property
    def where(self) -> str:
        """The dependent, with its version."""
        return f"{self.dependent} {self.version}".strip()


DEPENDENTS: Family[Dependence] = Family("DEP", "a package that needs this one, as last released")


@DEPENDENTS.check("DEP101", "What passes for its dependents on the last release passes on this one")
def not_broken(dependence: Dependence) -> Iterator[Problem]:
    """Whoever has the dependent installed gets this release with the next upgrade, and did not ask for it."""
    before, after = dependence.baseline, dependence.candidate
    if before is None or after is None or after.refused or not after.exit_code:
        return
    fix = f"keep what {dependence.dependent} relies on, or release a version of it first that does not allow this one"
    broken = [name for name in after.failed if name in before.passed]
    for name in broken[:10]:
        yield Problem(dependence.where, fix, f"{name} passed on the last release of {dependence.package}")
    if len(broken) > 10:
        yield Problem(dependence.where, fix, f"{len(broken) - 10} more tests passed on the last release")
    if not broken and not before.exit_code:
        yield Problem(dependence.where, fix, f"its tests passed on the last release, now: {after.last}")


@DEPENDENTS.check("DEP102", "The tests of its dependents pass on the last release", Severity.WARNING)
def sound_before(dependence: Dependence) -> Iterator[Problem]:
    """What was broken before says nothing about this release; it is told, so that nobody blames the release for it."""
    before = dependence.baseline
    if before is None or before.refused or before.collected == 0 or not before.exit_code:
        return
    shown = some(before.failed)
    fix = f"nothing here: mend {dependence.dependent}"
    yield Problem(dependence.where, fix, f"broken before this release: {shown or before.last}")


@DEPENDENTS.check("DEP103", "The tests of its dependents can be run", Severity.WARNING)
def runs(dependence: Dependence) -> Iterator[Problem]:
    """What could not be looked at is not known to work."""
    before = dependence.baseline
    why = dependence.problem or (before.refused if before else "")
    if before and before.collected == 0:
        why = "no test was collected"
    if why:
        yield Problem(dependence.where, "look at it by hand, or give its tests what they need", f"not run: {why}")


@DEPENDENTS.check("DEP104", "Its dependents' last releases allow this one", Severity.WARNING)
def allowed(dependence: Dependence) -> Iterator[Problem]:
    """An upper bound keeps users of the dependent on the old version until it is released anew."""
    before, after = dependence.baseline, dependence.candidate
    if before and after and not before.refused and after.refused:
        fix = f"release {dependence.dependent} with a requirement that allows this version, if it works with it"
        yield Problem(dependence.where, fix, f"it cannot be installed beside the new wheel: {after.refused}")
