"""lint-metadata: what can be said of a package from its committed source alone."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from nox_release.check import Verdict
from nox_release.checks.changelog import CHANGELOG
from nox_release.checks.classifiers import CLASSIFIERS
from nox_release.checks.licence import LICENCE
from nox_release.checks.pyproject import PYPROJECT
from nox_release.checks.readme import README
from nox_release.checks.requirements import REQUIREMENTS
from nox_release.checks.version import VERSION
from nox_release.project import Circumstances, ReleasedTag, project
from nox_release.work import Job, Result

TOOLS = ("packaging", "readme-renderer", "docutils", "trove-classifiers", "validate-pyproject")
_FIRST = timezone(timedelta(hours=14))  # where on earth a day begins
FAMILIES = (PYPROJECT, README, CLASSIFIERS, CHANGELOG, VERSION, LICENCE, REQUIREMENTS)


def run(job: Job, now: Callable[[], float] = time.time) -> Result:
    """Run the checks over the package's source.

    :param now: tells the seconds since 1970.
    """
    package = job.planned.package

    def read(path: str) -> bytes | None:
        entry = job.snapshot.files.get(posixpath.normpath(posixpath.join(package.directory, path)))
        return None if entry is None else job.git.blob(entry.oid)

    circumstances = Circumstances(
        today=datetime.fromtimestamp(now(), _FIRST).date(),
        tag=_tag(job),
        siblings=frozenset(job.planned.workspace),
        git_decides=job.planned.history,
        classifier_policy=job.settings.classifier_policy,
    )
    subject = project(package, job.snapshot.below(package.directory), read, circumstances)
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
