"""lint-metadata: what can be said of a package from its committed source, and from what the index has already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.checks.history import HISTORY
from nox_release.checks.project import PROJECT
from nox_release.history import look, told
from nox_release.project import ReleasedTag, project
from nox_release.requirements import parsed
from nox_release.work import Job, Result

TOOLS = ("packaging", "readme-renderer", "docutils", "trove-classifiers", "validate-pyproject", "requests")


def run(job: Job) -> Result:
    """Run the checks over the package's source and its history."""
    package = job.planned.package
    start = "" if package.directory == "." else f"{package.directory}/"

    def read(path: str) -> bytes | None:
        entry = job.snapshot.files.get(start + path)
        return None if entry is None else job.git.blob(entry.oid)

    subject = project(package, job.snapshot.below(package.directory), read, _tag(job))
    return _with_history(job, Result(PROJECT.run(subject, job.settings.rules)))


def _with_history(job: Job, result: Result) -> Result:
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
        now=datetime.now(UTC),
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
    )
    if history is not None:
        result = replace(
            result, verdict=result.verdict + HISTORY.run(history, settings.rules), facts={"index": told(history)}
        )
    return replace(result, problem=unknown.message, hint=unknown.hint) if unknown else result


def _tag(job: Job) -> ReleasedTag | None:
    """The tag of this version, if there is one, and whether it holds the same source."""
    name = job.order.config.tag_format.format(name=job.planned.name, version=job.planned.version)
    commit = job.order.plan.tags.get(name)
    if commit is None:
        return None
    directory = job.planned.package.directory
    same = job.git.folder_at(commit, directory, job.order.prefix) == job.snapshot.folders[directory]
    return ReleasedTag(name, commit, same)
