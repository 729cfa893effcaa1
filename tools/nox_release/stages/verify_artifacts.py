"""verify-artifacts: the files agree with one another and the source, and both install, import and run."""

from __future__ import annotations

from nox_release.archive import Unsound, read_sdist, read_wheel
from nox_release.checks.artifacts import ARTIFACTS, Release
from nox_release.checks.installation import INSTALLATION
from nox_release.errors import Blocked
from nox_release.model import Kind
from nox_release.trial import try_both
from nox_release.work import Job, Result

TOOLS = ("packaging",)


def run(job: Job) -> Result:
    """Compare the artifacts, then install each alone and look at what a user would meet."""
    try:
        sdist, wheel = read_sdist(job.path(Kind.SDIST)), read_wheel(job.path(Kind.WHEEL))
    except Unsound as error:  # they were sound when they were built
        raise Blocked(f"an artifact in the store changed: {error}", "run again with --fresh") from None
    rules = job.settings.rules
    verdict = ARTIFACTS.run(Release(job.planned.package, sdist, wheel), rules)
    from_wheel, from_sdist = try_both(job, wheel)
    for installation in (from_wheel, from_sdist):
        verdict += INSTALLATION.run(installation, rules)  # what is wrong with both is told once
    facts = {"modules imported": str(from_wheel.modules)}
    return Result(verdict, (), facts)
