"""lint-metadata: what can be said of a package from its committed source, and from what the index has already."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.check import Verdict
from nox_release.checks.changelog import CHANGELOG
from nox_release.checks.classifiers import CLASSIFIERS
from nox_release.checks.history import HISTORY
from nox_release.checks.licence import LICENCE
from nox_release.checks.pyproject import PYPROJECT
from nox_release.checks.readme import README
from nox_release.checks.requirements import REQUIREMENTS
from nox_release.checks.version import VERSION
from nox_release.history import look, told
from nox_release.project import Circumstances, ReleasedTag, project
from nox_release.requirements import parsed
from nox_release.work import Job, Result

TOOLS = ("packaging", "readme-renderer", "docutils", "trove-classifiers", "validate-pyproject", "requests")
_FIRST = timezone(timedelta(hours=14))  # where on earth a day begins
FAMILIES = (PYPROJECT, README, CLASSIFIERS, CHANGELOG, VERSION, LICENCE, REQUIREMENTS)


def run(job: Job, now: Callable[[], float] = time.time) -> Result:
    """Run the checks over the package's source and its history.

    :param now: tells the seconds since 1970.
    """
    package = job.planned.package

    def read(path: str) -> bytes | None:
        entry = job.snapshot.files.get(posixpath.normpath(posixpath.join(package.directory, path)))
        return None if entry is None else job.git.blob(entry.oid)

    circumstances = Circumstances(
        today=datetime.fromtimestamp(now(), _FIRST).date(),
        tag=_tag(job),
        siblings=frozenset(canonicalize_name(parsed(text).name) for text in job.planned.sibling_requires),
        git_decides=job.planned.history,
        classifier_policy=job.settings.classifier_policy,
    )
    subject = project(package, job.snapshot.below(package.directory), read, circumstances)
    verdict = sum((family.run(subject, job.settings.rules) for family in FAMILIES), Verdict())
    return _with_history(job, Result(verdict), now)


def _with_history(job: Job, result: Result, now: Callable[[], float]) -> Result:
    """Add what the index says; where it cannot be asked, what was found stays and the rest is told as unknown."""
    package, settings = job.planned.package, job.settings
    if settings.index_exempt:
        return replace(result, facts={"index exempt": settings.index_exempt})
    if package.private:  # it is never uploaded, and an index need not hear its name
        return result
    if package.version is None:
        why = "the version is not known before it is built, so nobody knows whether the index has it"
        return replace(result, problem=why, hint="declare it where it can be read")
    config, plan = job.order.config, job.order.plan
    history, unknown = look(
        job.target,
        package.name,
        Version(package.version),
        index=urlsplit(job.target.url).netloc,
        now=datetime.fromtimestamp(now(), UTC),
        requirements=[
            text
            for text in job.planned.sibling_requires
            if not config.for_package(canonicalize_name(parsed(text).name)).index_exempt
        ],
        planned={item.name: Version(item.package.version) if item.package.version else None for item in plan.packages},
        artifacts=tuple(
            artifact
            for evidence in job.order.upstream.get(package.name, {}).values()
            for artifact in evidence.artifacts
        ),
        finishes=job.order.finishes,
    )
    if history is not None:
        result = replace(
            result, verdict=result.verdict + HISTORY.run(history, settings.rules), facts={"index": told(history)}
        )
    return replace(result, problem=unknown.message, hint=unknown.hint) if unknown else result


def _tag(job: Job) -> ReleasedTag | None:
    """The tag of this version, if there is one, and whether it holds the same source."""
    name = job.order.config.tag(job.planned.name, job.planned.version)
    commit = job.order.plan.tags.get(name)
    if commit is None:
        return None
    directory = job.planned.package.directory
    same = job.git.folder_at(commit, directory, job.order.prefix) == job.snapshot.folders[directory]
    return ReleasedTag(name, commit, same)
