"""build-sdist: a clean export of git's tree → a source distribution, compared with git."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import check_manifest

from nox_release.archive import Unsound, read_sdist, repack_sdist
from nox_release.backend import DETERMINISTIC, Backend, BuildFailed
from nox_release.check import Verdict
from nox_release.checks.build import BUILD, Build
from nox_release.checks.sdist import SDIST, Comparison
from nox_release.model import Package
from nox_release.provenance.builder import builder
from nox_release.work import Job, Result

TOOLS = ("build", "check-manifest")


def run(job: Job) -> Result:
    """Build the sdist and compare its files with git's."""
    package, rules = job.planned.package, job.settings.rules
    source = job.export()
    backend = Backend(source, job.installer, job.store, job.environ, job.run, job.order.plan.epoch, job.order.since)
    try:
        path = backend.build("sdist", job.folder / "dist")
    except BuildFailed as error:
        return Result(BUILD.run(Build(package.name, package.version, "", failure=str(error)), rules))
    unsound, verdict = "", Verdict()
    try:
        sdist = read_sdist(path)
        if package.backend.split(".")[0] not in DETERMINISTIC:
            # setuptools packs the same files differently every time, SOURCE_DATE_EPOCH or not.
            repack_sdist(path, job.order.plan.epoch)
    except Unsound as error:
        unsound = str(error)
    else:
        tracked = job.snapshot.below(package.directory)
        excluded, generated = by_check_manifest(source, tracked, job.run.note)
        comparison = Comparison(frozenset(sdist.files), frozenset(tracked), _by_manifest(package), excluded, generated)
        verdict = SDIST.run(comparison, rules)
    verdict = BUILD.run(Build(package.name, package.version, path.name, unsound=unsound), rules) + verdict
    if verdict.fails:
        return Result(verdict)
    facts = {
        "commit": job.order.plan.commit,
        "commit time": datetime.fromtimestamp(job.order.plan.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": job.planned.source,
        "build requirements": " ".join(backend.used),
        **builder(os.environ),
    }
    return Result(verdict, (job.store.add(path),), facts)


def _by_manifest(package: Package) -> bool:
    return package.backend.split(":")[0].split(".")[0] == "setuptools"


# check-manifest reads the configuration of the current folder, of which a process has but one. All other
# paths in a worker are absolute.
_CURRENT_FOLDER = threading.Lock()


class _Quiet(check_manifest.UI):  # type: ignore[misc]  # it has no types
    """Where check-manifest says what it makes of a MANIFEST.in."""

    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__(verbosity=0)
        self.warning = self.error = note


def by_check_manifest(
    source: Path, tracked: Sequence[str], note: Callable[[str], None]
) -> tuple[Callable[[str], bool], tuple[str, ...]]:
    """Apply check-manifest's rules and configuration.

    :returns: whether a path is left out of the sdist on purpose, and which files of *tracked* should not be in git.
    """
    with _CURRENT_FOLDER, check_manifest.cd(source):
        ignore, bad_ideas = check_manifest.read_config()
        ignore += check_manifest.read_manifest(_Quiet(note))
    generated = bad_ideas.filter(check_manifest.find_bad_ideas(tracked))
    return lambda path: not ignore.filter([path.replace("/", os.sep)]), tuple(generated)
