"""lint-metadata: what can be said of a package from its committed source alone."""

from __future__ import annotations

from nox_release.check import Verdict
from nox_release.checks.changelog import CHANGELOG
from nox_release.checks.classifiers import CLASSIFIERS
from nox_release.checks.pyproject import PYPROJECT
from nox_release.checks.readme import README
from nox_release.checks.version import VERSION
from nox_release.project import ReleasedTag, project
from nox_release.work import Job, Result

TOOLS = ("packaging", "readme-renderer", "docutils", "trove-classifiers", "validate-pyproject")
FAMILIES = (PYPROJECT, README, CLASSIFIERS, CHANGELOG, VERSION)


def run(job: Job) -> Result:
    """Run the checks over the package's source."""
    package = job.planned.package
    start = "" if package.directory == "." else f"{package.directory}/"

    def read(path: str) -> bytes | None:
        entry = job.snapshot.files.get(start + path)
        return None if entry is None else job.git.blob(entry.oid)

    subject = project(package, job.snapshot.below(package.directory), read, _tag(job))
    return Result(sum((family.run(subject, job.settings.rules) for family in FAMILIES), Verdict()))


def _tag(job: Job) -> ReleasedTag | None:
    """The tag of this version, if there is one, and whether it holds the same source."""
    name = job.order.config.tag_format.format(name=job.planned.name, version=job.planned.version)
    commit = job.order.plan.tags.get(name)
    if commit is None:
        return None
    directory = job.planned.package.directory
    same = job.git.folder_at(commit, directory, job.order.prefix) == job.snapshot.folders[directory]
    return ReleasedTag(name, commit, same)
