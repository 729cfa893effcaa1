"""Looks at a repository and proposes what it needs to release with nox-release; writes nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from nox_release.adopt import noxfile, table
from nox_release.adopt.attention import Notice, attention
from nox_release.adopt.changes import Change, content
from nox_release.adopt.habits import Habit
from nox_release.adopt.seen import habits_of
from nox_release.config import Config, read_config
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import Store
from nox_release.plan import make_plan
from nox_release.planning import Planning
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.workspace import Workspace, discover, uv_members

IGNORED = ("/.nox/", "/.nox-release/", "/dist/", "__pycache__/")
"""What nox and nox-release leave beside the noxfile; some of it also carries a .gitignore of its own."""


@dataclass(frozen=True)
class Proposal:
    """What is to be written, and what else is to be said."""

    changes: tuple[Change, ...]
    workspace: Workspace
    notices: tuple[Notice, ...]
    unset: tuple[Habit, ...] = ()
    """What a table that is there already does not say."""


def propose(root: Path, objects: Path, today: date, taken: Collection[str]) -> Proposal:
    """Return what the workspace at *root* needs.

    :param objects: a folder that may hold the objects of uncommitted work.
    :param taken: the names of our sessions.
    :raises Misuse: where nox-release cannot be taken in here.
    """
    git = Git(root, objects)
    try:
        return _propose(git, root, today, taken)
    finally:
        git.close()


def _propose(git: Git, root: Path, today: date, taken: Collection[str]) -> Proposal:
    _refuse_bare(git)
    environments = git.virtualenvs()  # a new user makes one here, and it holds thousands of files
    here = git.snapshot(without=environments)
    pyproject = content(root, table.NAME)
    config = read_config(pyproject)
    written = table.table_of(pyproject)
    found = discover(here, git, config)
    if here.prefix and written is None:
        _refuse_part(git, here, found)
    if not found.packages and not found.broken:
        raise Misuse(
            f"git has no Python package in {root}",
            "commit a pyproject.toml with [project], or a setup.py; see packages in [tool.nox-release]"
            if written is None or not (config.packages or config.exclude)
            else "packages and exclude in [tool.nox-release] leave none",
        )
    habits = tuple(habits_of(git, here, config, found, pyproject))
    after = pyproject if written is not None else table.with_table(pyproject, table.rendered(habits))
    wanted = read_config(after)
    workspace = discover(here, git, wanted)
    ignore = content(root, ".gitignore")
    planned = {
        ".gitignore": (ignore, _with_lines(ignore, [*_open(git, here), *_inside(here, environments)])),
        table.NAME: (pyproject, after),
        noxfile.NAME: (old := content(root, noxfile.NAME), noxfile.registering(old, taken)),
    }
    return Proposal(
        tuple(
            Change(root / name, name, before, new)
            for name, (before, new) in planned.items()
            if new is not None and new != before
        ),
        workspace,
        tuple(_notices(git, here, wanted, workspace, pyproject, today)),
        tuple(habit for habit in habits if habit.certain and habit.key not in written) if written is not None else (),
    )


def _refuse_bare(git: Git) -> None:
    try:
        git("rev-parse", "--show-toplevel")
    except Blocked as error:
        if "work tree" in error.message:
            raise Misuse(
                f"{git.root} is a git repository without files", "run the command in a checkout: git clone it first"
            ) from None
        if "not a git repository" in error.message:
            raise Misuse(
                f"{git.root} is not in a git checkout", "releases are built from commits: git init, git add, git commit"
            ) from None
        raise


def _refuse_part(git: Git, here: Snapshot, found: Workspace) -> None:
    """Refuse a folder that is only part of a workspace: its noxfile would see some of the packages."""
    if not found.packages and not found.broken:
        raise _elsewhere(here, "no package lies in this folder")
    everything, folders = git.contents(here.tree, "")
    top = replace(here, prefix="", root=here.toplevel, files=everything, folders=folders)
    for path in Path(here.prefix).parents:
        if (above := posixpath.normpath(f"{path.as_posix()}/{noxfile.NAME}")) in everything:
            raise _elsewhere(here, f"{above} stands above this folder")
    if "." in {package.directory for package in found.packages.values()}:
        raise _elsewhere(here, f"{here.prefix.rstrip('/')} is the folder of one package")
    entry = everything.get(table.NAME)
    all_found = discover(top, git, read_config(None if entry is None else git.blob(entry.oid)))
    outside = [
        package.described_by
        for package in all_found.packages.values()
        if not f"{package.directory}/".startswith(here.prefix)
    ]
    if outside:
        raise _elsewhere(here, f"packages lie outside of this folder: {outside[0]}")


def _elsewhere(here: Snapshot, why: str) -> Misuse:
    return Misuse(f"this is not the top of the workspace: {why}", f"cd {here.toplevel} && nox-release init")


def _inside(here: Snapshot, folders: Iterable[str]) -> Iterator[str]:
    """Yield the lines for those of *folders* that lie in the workspace."""
    for folder in folders:
        if folder.startswith(here.prefix):
            yield f"/{folder.removeprefix(here.prefix)}/"


def _open(git: Git, here: Snapshot) -> Iterator[str]:
    """Yield the lines that no .gitignore of the repository has yet."""
    for line in IGNORED:
        folder = line.strip("/")
        if folder == "dist" and here.below("dist"):
            continue  # what git has is somebody's on purpose
        try:
            said = git("check-ignore", "--verbose", "--no-index", f"{folder}/")
        except Blocked:  # not ignored
            yield line
            continue
        # What only this user's or this clone's own settings ignore is not ignored for others.
        if posixpath.basename(said.partition("\t")[0].split(":")[0]) != ".gitignore":
            yield line


def _with_lines(ignore: bytes | None, lines: Sequence[str]) -> bytes | None:
    if not lines:
        return ignore
    before = ignore or b""
    end = "\r\n" if before.partition(b"\n")[0].endswith(b"\r") else "\n"
    gap = "" if before.endswith(b"\n") or not before else end
    return before + (gap + "".join(f"{line}{end}" for line in lines)).encode()


def _notices(
    git: Git, here: Snapshot, config: Config, workspace: Workspace, pyproject: bytes | None, today: date
) -> Iterator[Notice]:
    public = sorted(name for name, package in workspace.packages.items() if not package.private)
    planning = Planning(here, git, Store(here.root), config, "", 0)
    plan = make_plan(
        public, workspace, config, lambda item: here.digest(item.directory), git.tags(), planning.test_needs
    )
    yield from attention(workspace, plan, here, git, config, today)
    if uv_members(pyproject)[0] and not config.packages:
        beside = discover(replace(here, files={k: v for k, v in here.files.items() if k != table.NAME}), git, config)
        known = {package.directory for package in workspace.packages.values()}
        if strange := sorted(
            package.directory for package in beside.packages.values() if package.directory not in known
        ):
            mend = "nothing, or list all folders of packages as packages = […] in [tool.nox-release]"
            yield Notice(tuple(strange), "not a member of the uv workspace, so never released", mend)
