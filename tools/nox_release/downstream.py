"""Runs the tests of packages that need a wheel, as last released: on the last release of its package, and on it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from nox_release.checks.dependents import Dependence
from nox_release.complaints import refusal
from nox_release.environment import Venv
from nox_release.export import export
from nox_release.model import Kind
from nox_release.plan import Dependent
from nox_release.testing import needs, run_tests, without_sources
from nox_release.testrun import TestRun
from nox_release.work import Job


def try_dependents(job: Job) -> list[Dependence]:
    """Run the tests of each dependent twice, on the newest interpreter with the highest versions."""
    with ThreadPoolExecutor(max_workers=job.side_by_side) as pool:
        return list(pool.map(lambda dependent: _try(job, dependent), job.planned.dependents))


def _try(job: Job, dependent: Dependent) -> Dependence:
    found = Dependence(job.planned.name, dependent.name, dependent.version, dependent.problem)
    if dependent.problem:
        return found
    folder = job.folder / f"dependent-{dependent.name}"
    files, folders = job.git.contents(dependent.tree, job.order.prefix)
    then = replace(job.snapshot, tree=dependent.tree, files=files, folders=folders)
    export(job.git, then, dependent.directory, folder / "source")
    try:
        before = _run(job, dependent, folder, "baseline", [job.planned.name])
        if before.refused or before.collected == 0:
            return replace(found, baseline=before)
        siblings = [str(job.path(Kind.WHEEL, name)) for name in job.planned.siblings]
        after = _run(job, dependent, folder, "candidate", [str(job.path(Kind.WHEEL)), *siblings])
        return replace(found, baseline=before, candidate=after)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(job: Job, dependent: Dependent, folder: Path, which: str, package: Sequence[str]) -> TestRun:
    """Run the tests of the dependent's tag on its released wheel, beside *package*."""
    command = job.order.config.for_package(dependent.name).test_command
    here = folder / which
    here.mkdir()
    venv = job.installer.create(here / "venv", job.run, job.matrix.interpreters[0].path)
    wanted = [f"{dependent.name}=={dependent.version}", *package]
    wanted += needs(command, dependent.requires, dependent.constraints, here / "constraints.txt")
    done = job.installer.install(venv, wanted, job.run)
    if done.code:
        return TestRun(" ".join(command), refused=refusal(done.output))
    shutil.copytree(folder / "source", here / "source", symlinks=True)
    inside = here / "source" / dependent.directory
    return run_tests(job, command, venv, without_sources(inside, installed_roots(venv, dependent.name)))


def installed_roots(venv: Venv, name: str) -> tuple[str, ...]:
    """Top-level files and folders that the distribution *name* has in *venv*."""
    roots = set()
    for info in venv.root.glob("lib/python*/site-packages/*.dist-info"):
        if canonicalize_name(info.name.rpartition("-")[0]) == name:
            lines = (info / "RECORD").read_text(encoding="utf-8").splitlines()
            roots |= {line.split(",")[0].split("/")[0] for line in lines if line and not line.startswith("../")}
    return tuple(sorted(root for root in roots if not root.endswith(".dist-info")))
