"""Builds the same source again, in other folders at another time, and compares byte by byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nox_release.archive import Unsound, repack_sdist, unpack_sdist
from nox_release.backend import DETERMINISTIC, Backend, BuildFailed, Distribution
from nox_release.checks.reproducibility import Rebuilt
from nox_release.differences import Difference, differences
from nox_release.model import Kind
from nox_release.work import Job

_OLDER = 86_400 * 400
"""Seconds before the commit: how old the files are that the second build sees."""


def rebuild(job: Job) -> Rebuilt:
    """Build the sdist again, the wheel from the tree, and where that is another one the wheel again from the sdist.

    :raises Blocked: where the build requirements cannot be installed.
    """
    sdist, wheel = job.path(Kind.SDIST), job.path(Kind.WHEEL)
    try:
        again: tuple[Difference, ...] | str = differences(
            sdist, _build(job, "sdist", "again/sdist", _tree), "the first", "the second"
        )
    except (BuildFailed, Unsound) as error:
        again = str(error)
    try:
        from_tree = _build(job, "wheel", "again/from-the-tree", _tree)
        if from_tree.name != wheel.name:
            return Rebuilt(sdist.name, wheel.name, again, tree=f"it builds {from_tree.name}")
        apart = differences(wheel, from_tree, "the wheel from the sdist", "the wheel from the tree")
    except (BuildFailed, Unsound) as error:
        return Rebuilt(sdist.name, wheel.name, again, tree=str(error))
    if not any(difference.contents for difference in apart):
        return Rebuilt(sdist.name, wheel.name, again, wheel=apart)
    # Either the sdist lacks something, or no two builds are the same: a third tells which.
    try:
        unsteady = differences(wheel, _build(job, "wheel", "once-more/from-the-sdist", _unpacked))
    except (BuildFailed, Unsound) as error:
        return Rebuilt(sdist.name, wheel.name, again, wheel=str(error))
    names = {difference.member for difference in unsteady}
    steady = [difference for difference in apart if difference.member not in names]
    made = tuple(difference for difference in steady if difference.common and not _tracked(job, difference.member))
    tree = tuple(difference for difference in steady if difference not in made)
    return Rebuilt(sdist.name, wheel.name, again, unsteady, tree, made)


def _tracked(job: Job, member: str) -> bool:
    """Whether git has a file of the wheel; its metadata counts, for they follow from what git has."""
    files = job.snapshot.below(job.planned.package.directory)
    return ".dist-info/" in member or any(f"/{path}".endswith(f"/{member}") for path in files)


def _build(job: Job, distribution: Distribution, folder: str, source: Callable[[Job, str], Path]) -> Path:
    backend = Backend(source(job, folder), job.installer, job.store, job.environ, job.run, job.epoch, job.order.since)
    path = backend.build(distribution, job.folder / folder / "dist")
    if distribution == "sdist" and job.planned.package.backend.split(".")[0] not in DETERMINISTIC:
        repack_sdist(path, job.epoch)  # as the first one was
    return path


def _tree(job: Job, folder: str) -> Path:
    """Write the package's files once more, older than those of the first build."""
    root = job.export(f"{folder}/source")
    if not job.planned.history:  # git would take them for changed
        time = job.epoch - _OLDER
        for path in root.rglob("*"):
            os.utime(path, (time, time), follow_symlinks=False)
    return root


def _unpacked(job: Job, folder: str) -> Path:
    return unpack_sdist(job.path(Kind.SDIST), job.folder / folder / "source")
