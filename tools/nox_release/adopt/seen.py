"""Sees what a repository does: the doors behind the pure :mod:`nox_release.adopt.habits`."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence

from nox_release.adopt.habits import (
    Folder,
    Habit,
    exclude,
    release_branches,
    released,
    remote,
    tag_format,
    test_needs,
)
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.model import Package
from nox_release.project.tables import subtable
from nox_release.requirements import read_requirements
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.workspace import Workspace, shown_only, translate, uv_members


def habits_of(git: Git, here: Snapshot, config: Config, found: Workspace, pyproject: bytes | None) -> Iterator[Habit]:
    """Yield what this repository does differently from the defaults."""
    newest = git("for-each-ref", "refs/tags", "--sort=-creatordate", "--format=%(refname:strip=2)").splitlines()
    left_out = list(exclude(tuple(_folders(git, here, found, released(newest, found.packages), pyproject))))
    yield from left_out
    globs = [translate(glob) for habit in left_out if habit.certain for glob in habit.value]
    public = [
        package
        for package in found.packages.values()
        if not package.private and not any(glob.fullmatch(package.directory) for glob in globs)
    ]
    tags = tag_format(newest, {package.name for package in public})
    yield from (habit for habit in (tags, _remote(git), _branch(git, config)) if habit)
    yield from test_needs(public, {package.directory: _requirements(git, here, package) for package in public})


def _remote(git: Git) -> Habit | None:
    return remote(git("remote").split())


def _branch(git: Git, config: Config) -> Habit | None:
    names = git("remote").split()
    name = config.remote if config.remote in names else names[0] if len(names) == 1 else ""
    try:
        head = git("symbolic-ref", "--short", f"refs/remotes/{name}/HEAD").strip()
    except Blocked:  # there is no remote, or a clone that does not know its default branch
        return None
    return release_branches(head.removeprefix(f"{name}/"))


def _folders(
    git: Git, here: Snapshot, found: Workspace, tagged: Collection[str], pyproject: bytes | None
) -> Iterator[Folder]:
    members, _ = uv_members(pyproject)
    needed = {sibling.name for package in found.packages.values() for sibling, _ in found.siblings(package)}
    for name, package in found.packages.items():
        yield Folder(
            package.directory,
            virtual=bool(members) and name not in needed and _virtual(package, here, git),
            shown=bool(members) and shown_only(package.directory),
            released=name in tagged,
        )
    for broken in found.broken:
        yield from (Folder(path, shown=bool(members) and shown_only(path)) for path in broken.directories)


def _virtual(package: Package, here: Snapshot, git: Git) -> bool:
    """Whether uv takes it for a project that is never built: nothing says how."""
    scripts = (posixpath.normpath(f"{package.directory}/{name}") for name in ("setup.py", "setup.cfg"))
    if "legacy" not in package.backend or any(path in here.files for path in scripts):
        return False
    document = tomllib.loads(git.blob(here.files[package.described_by].oid).decode("utf-8-sig"))
    uv = subtable(subtable(document, "tool"), "uv")
    return "build-system" not in document and uv.get("package") is not True


def _requirements(git: Git, here: Snapshot, package: Package) -> Mapping[str, Sequence[str]]:
    """Return the requirements files of a package with what each requires; what cannot be read is passed over."""

    def read(path: str) -> bytes | None:
        entry = here.files.get(path)
        return None if entry is None else git.blob(entry.oid)

    found = {}
    for path in here.below(package.directory):
        folder, _, name = path.rpartition("/")
        listed = name.endswith(".txt") and ("requirements" in name or folder == "requirements")
        if listed and folder in ("", "requirements", "tests", "test"):
            try:
                found[path] = read_requirements(posixpath.normpath(f"{package.directory}/{path}"), read).requires
            except Blocked:
                continue
    return found
