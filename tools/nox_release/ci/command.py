"""``nox-release init-ci``: shows what it would write, asks, and writes it; or tells what has drifted."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

from nox_release.adopt import noxfile, table
from nox_release.adopt.asking import Ask, agreed, show
from nox_release.adopt.changes import Change, content, write
from nox_release.ci.workflows import workflows
from nox_release.config import Config, read_config
from nox_release.errors import Misuse
from nox_release.saying import say, told

_USERS = ".gitlab-ci.yml"
"""A file that is written where it is not there, and otherwise belongs to the user."""


def init_ci(ci: str, root: Path, *, check: bool, yes: bool, ask: Ask | None = None) -> int:
    """Write the workflows for *ci* into the repository at *root*, or compare them.

    :param check: only tell what has drifted.
    :param yes: do not ask.
    :param ask: how a person is asked; None where nobody is there.
    :return: 1 where something would be written and is not, else 0.
    :raises SystemExit: with the exit code of what stops it, which is told.
    """
    with told():
        if not (root / ".git").exists():
            raise Misuse(f"{root} is not the top of a git checkout", "go there: a CI reads its files from nowhere else")
        if content(root, noxfile.NAME) is None:
            why = f"there is no {noxfile.NAME} in {root}, and workflows call its sessions"
            raise Misuse(why, "nox-release init, in this folder: the jobs of a CI start in no other")
        config = read_config(content(root, table.NAME))
        wanted = workflows(ci, config, importlib.metadata.version("nox-release"))
        if content(root, _USERS) is not None:
            wanted.pop(_USERS, None)
        compared = [Change(root / name, name, content(root, name), text.encode()) for name, text in wanted.items()]
        changes = [change for change in compared if change.before != change.after]
        if not changes:
            say([f"as init-ci writes them: {', '.join(wanted)}", *_unincluded(ci, root)])
            return 0
        names = ", ".join(change.name for change in changes)
        if check:
            show(changes)
            say(["", f"drifted: {names}", f"  next: nox-release init-ci {ci}, and look at what it changes"])
            return 1
        if not agreed(changes, f"init-ci {ci}", yes=yes, ask=ask):
            return 1
        write(changes)
        say([f"Wrote {names}. Look at it, and commit it.", *_next(ci, root, config)])
    return 0


def _next(ci: str, root: Path, config: Config) -> Iterator[str]:
    """What the files cannot do."""
    where = {"github": "repository settings", "azure": "project", "gitlab": "project settings"}[ci]
    yield "next:"
    yield f"  set up the environment {config.release_environment} in the {where}, with the people who have to approve"
    if config.approval != "environment":
        yield f'  set approval = "environment" in [tool.nox-release]: at "{config.approval}" a CI cannot publish'
    if ci == "azure":
        yield "  make a variable group nox-release with PYPI_TOKEN in it, and a pipeline for each of the two files"
    else:
        yield "  tell the index of the trusted publisher: nox -s status -- all --first-releases has its form"
    if ci == "gitlab":
        yield "  allow the project's job token to push, for the tags of releases"
    yield from _unincluded(ci, root)


def _unincluded(ci: str, root: Path) -> Iterator[str]:
    """What has to be added to the user's own file, where it does not name ours."""
    if ci == "gitlab" and b"nox-release.yml" not in (content(root, _USERS) or b""):
        yield f"  add to {_USERS}:  include: [{{ local: .gitlab/nox-release.yml }}]"
