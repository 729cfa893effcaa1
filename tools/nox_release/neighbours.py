"""Which packages may be installed beside one, and what their wheels install."""

from __future__ import annotations

import base64
import binascii
import csv
import functools
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nox_release.archive import Unsound
from nox_release.checks.namespaces import Neighbourhood
from nox_release.errors import Blocked
from nox_release.model import Kind, Stage
from nox_release.namespaces import Installed, Style, quarrels, style
from nox_release.work import Job

_SMALL = 1 << 14
"""Bytes; no ``__init__.py`` of a namespace is longer."""


@functools.lru_cache(maxsize=1024)
def read_installed(path: Path, owner: str) -> Installed:
    """Return what the wheel at *path* installs, from its RECORD; files in the store and the cache do not change.

    :raises Unsound: where it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            names = {item.filename: item for item in wheel.infolist()}
            (record,) = (name for name in names if name.endswith(".dist-info/RECORD") and name.count("/") == 1)
            info = record.removesuffix("/RECORD")
            rows = list(csv.reader(wheel.read(record).decode().splitlines()))
            files = {_place(row[0]): _digest(row[1]) for row in rows if len(row) == 3 and not row[0].startswith(info)}
            inits = [name for name, item in names.items() if name.endswith("/__init__.py") and item.file_size <= _SMALL]
            styles = {_place(name): style(wheel.read(name).decode(errors="replace")) for name in inits}
            named = f"{info}/namespace_packages.txt"
            declared = wheel.read(named).decode().split() if named in names else []
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, csv.Error) as error:
        raise Unsound(f"{path.name} cannot be read: {error}") from None
    styles = {name: styles.get(name, Style.REGULAR) for name in files if name.endswith("/__init__.py")}
    return Installed(owner, files, styles, frozenset(declared))


_SCHEME = re.compile(r"^[^/]+\.data/(?:(?:purelib|platlib)/)?")


def _place(path: str) -> str:
    """Where a file of a wheel comes to lie, relative to site-packages, or below the name of its scheme."""
    return _SCHEME.sub("", path)


def _digest(text: str) -> str:
    name, _, encoded = text.partition("=")
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex() if name == "sha256" else text
    except binascii.Error:
        return text


def beside(job: Job) -> tuple[tuple[Installed, ...], Blocked | None]:
    """Return what may be installed beside the package, as far as it can be looked at, and why the rest cannot.

    Siblings that it needs, as they are built here; and the last release that the target index has of every other
    package of the workspace that shares a top-level folder with it.

    :raises Unsound: where a wheel cannot be read.
    """
    needed = sorted(job.planned.siblings)
    found = [read_installed(job.path(Kind.WHEEL, name), f"{name}, built here") for name in needed]
    if job.settings.index_exempt:
        return tuple(found), None
    mine = roots(job.snapshot.below(job.planned.package.directory))
    for name, directory in sorted(job.order.plan.workspace.items()):
        asked = not job.order.config.for_package(name).index_exempt and name not in {job.planned.name, *needed}
        if not asked or mine.isdisjoint(roots(job.snapshot.below(directory))):
            continue
        try:
            found += _last_release(job, name)
        except Blocked as error:
            return tuple(found), error
    return tuple(found), None


def roots(files: Iterable[str]) -> frozenset[str]:
    """Return the top-level folders that a package installs modules into, by where they usually lie in its source."""
    found = set()
    for path in files:
        parts = path.split("/")
        parts = parts[1:] if parts[0] in _SOURCES else parts
        if len(parts) > 1 and parts[-1].endswith((".py", ".pyi", ".pyx")) and parts[0] not in _ASIDE:
            found.add(parts[0])
    return frozenset(found)


_SOURCES = frozenset({"src", "lib", "python"})
_ASIDE = frozenset("tests test docs doc examples samples benchmarks scripts tools build".split())


def _last_release(job: Job, name: str) -> Iterator[Installed]:
    """Yield what a wheel of the last release installs; nothing where none is released."""
    published = job.target.project(name)
    last = None if published is None else published.last()
    if published is None or last is None:
        return
    wheels = [file for file in published.releases[last] if file.filename.endswith(".whl") and not file.yanked]
    if wheels:  # those of one release differ in what is compiled, not in where it lies: the smallest tells
        smallest = min(wheels, key=lambda file: (file.size or 0, file.filename))
        yield read_installed(job.target.fetch(smallest), f"{name} {last}")


def in_plan(job: Job) -> Neighbourhood:
    """Return the package beside those of the plan with which it shares what it should not, all of them as built here.

    :raises Unsound: where a wheel cannot be read.
    """
    wheels = []
    for name, stages in sorted(job.order.upstream.items()):
        if (evidence := stages.get(Stage.BUILD_WHEEL)) is not None:
            wheels.append((job.path(Kind.WHEEL, name), f"{name} {evidence.version}"))
    installed, others = _quarrels(tuple(wheels))
    mine = f"{job.planned.name} {job.order.upstream[job.planned.name][Stage.BUILD_WHEEL].version}"
    return Neighbourhood(installed[mine], tuple(installed[owner] for owner in sorted(others.get(mine, ()))))


@functools.lru_cache(maxsize=1)  # the same for every package of a plan, and of one order in a worker
def _quarrels(wheels: tuple[tuple[Path, str], ...]) -> tuple[Mapping[str, Installed], Mapping[str, frozenset[str]]]:
    installed = {owner: read_installed(path, owner) for path, owner in wheels}
    return installed, quarrels(installed.values())
