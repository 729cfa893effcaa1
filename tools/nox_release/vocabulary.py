"""Makes the words that :mod:`nox_release.completing` answers with: ``python -I -m nox_release.vocabulary ROOT``.

They are read from files alone: the noxfile, build backends and whatever else is the workspace's are not run.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from nox_release import cli
from nox_release.arguments import parser
from nox_release.codes import known
from nox_release.completing import kept
from nox_release.config import Config, read_config
from nox_release.errors import Blocked
from nox_release.evidence import write_atomically
from nox_release.metadata import read_package
from nox_release.model import Package
from nox_release.prepare.bumping import Bump
from nox_release.requirements import parsed
from nox_release.sessions import described
from nox_release.workspace import package_folders

_FOR = re.compile(r"(?:^|; )([a-z-]+(?:, [a-z-]+)*): ")
"""How the help of an option tells which sessions know it."""

_CHOICES = {"--bump": tuple(Bump)}
"""Values of options that take others, too."""


def vocabulary(root: Path) -> Mapping[str, Any]:
    """Return all that can be completed in the workspace at *root*."""
    stamp = kept.stamp(str(root))  # first: what changes meanwhile makes it old
    packages = _packages(root)
    names = {package.name for package in packages}
    required = {canonicalize_name(parsed(text).name) for package in packages for text in package.requires}
    return {
        "stamp": stamp,
        "root": str(root),
        "sessions": described(),  # the workspace's own are nox's affair, which runs the noxfile to know them
        "commands": {name: _command(made) for name, made in cli.commands(cli.parser()).items()},
        "options": options(parser()),
        "codes": {code: check.title for code, check in known().items()},
        "packages": sorted(names),
        "needed": sorted(names & required),
        "folders": sorted({package.directory for package in packages} - {"."}),
    }


def options(made: argparse.ArgumentParser) -> list[dict[str, Any]]:
    """Return the options of a parser, with the sessions that their help says they are for."""
    found = []
    for action in made._actions:  # argparse has no other way to ask
        said = _FOR.findall(action.help or "")
        for name in action.option_strings:
            if name.startswith("--"):
                value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
                sessions = [session for some in said for session in some.split(", ")]
                choices = [str(choice) for choice in action.choices or _CHOICES.get(name, ())]
                meaning = action.help or ""
                found.append({"name": name, "value": value, "choices": choices, "sessions": sessions, "help": meaning})
    return found


def _command(made: argparse.ArgumentParser) -> Mapping[str, Any]:
    """What is completed behind a command of ``nox-release``."""
    plain = [action for action in made._actions if not action.option_strings]
    words = [str(choice) for action in plain for choice in action.choices or ()]
    return {"help": made.description, "options": options(made), "words": words, "files": not words and bool(plain)}


def _packages(root: Path) -> list[Package]:
    """The packages whose files tell their name; none that only a build backend knows."""
    files = dict.fromkeys(_files(root))

    def read(path: str) -> bytes | None:
        with contextlib.suppress(OSError):
            return (root / path).read_bytes() if path in files else None
        return None

    config, pyproject = Config(), read("pyproject.toml")
    with contextlib.suppress(Blocked):  # a session tells what is wrong with it
        config = read_config(pyproject)
    found = []
    for folder in package_folders(files, config, pyproject):
        with contextlib.suppress(Blocked):
            package = read_package(folder, read)
            if package is not None and package.name:
                found.append(package)
    return found


def _files(root: Path) -> Iterable[str]:
    done = subprocess.run(
        # What the repository's own configuration names is not run.
        ["git", "-c", "core.fsmonitor=false", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, check=False, env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    )  # fmt: skip
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]


def main(root: Path) -> None:
    """Write it into the user's cache, unless another process is about to."""
    path = Path(kept.cached(str(root), os.environ))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock, contextlib.suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write_atomically(path, json.dumps(vocabulary(root)).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
