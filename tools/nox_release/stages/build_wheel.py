"""build-wheel: that very sdist → the wheel."""

from __future__ import annotations

from nox_release.archive import Unsound, read_wheel, unpack_sdist
from nox_release.backend import Backend, BuildFailed
from nox_release.checks.build import BUILD, Build
from nox_release.model import Kind
from nox_release.work import Job, Result

TOOLS = ("build",)


def run(job: Job) -> Result:
    """Build the wheel from the sdist of the stage before."""
    package, rules = job.planned.package, job.settings.rules
    source = unpack_sdist(job.path(Kind.SDIST), job.folder / "sdist")
    backend = Backend(source, job.installer, job.store, job.environ, job.run, job.epoch, job.order.since)
    try:
        path = backend.build("wheel", job.folder / "dist")
    except BuildFailed as error:
        return Result(BUILD.run(Build(package.name, package.version, "", failure=str(error)), rules))
    unsound = ""
    try:
        read_wheel(path)
    except Unsound as error:
        unsound = str(error)
    verdict = BUILD.run(Build(package.name, package.version, path.name, unsound=unsound), rules)
    if verdict.fails:
        return Result(verdict)
    facts = {"build requirements": " ".join(backend.used)}
    return Result(verdict, (job.store.add(path),), facts)
