"""The vocabulary of a workspace in the user's cache: where it is, whether it is old, and who makes it anew."""

from __future__ import annotations

import json
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than all else
    from collections.abc import Callable, Mapping
    from typing import Any

_AGE = 60.0
"""Seconds after which the vocabulary is renewed in any case: what is not in git's index may have changed, too."""
_FIRST = 20.0
"""Seconds that making it for the first time may take."""
_OURS = ("arguments.py", "catalogue.json", "cli.py", "sessions.py")
"""Files of ours that it is made from."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  # pathlib is slow to import


def read(place: str, environ: Mapping[str, str], renew: Callable[[str, bool], None]) -> Mapping[str, Any]:
    """Return the vocabulary of the workspace at *place*; made now where there is none, and renewed where it is old."""
    path = cached(place, environ)
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            found: dict[str, Any] = json.load(file)
    except (OSError, ValueError):
        renew(place, True)
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return dict(json.load(file))
    if found["stamp"] != stamp(place) or abs(time.time() - os.stat(path).st_mtime) > _AGE:  # noqa: PTH116
        renew(place, False)
    return found


def cached(place: str, environ: Mapping[str, str]) -> str:
    """Where the vocabulary of the workspace at *place* is kept: beside the toolboxes.

    Each version of what makes it has its own, so none reads what another one means.
    """
    folder = environ.get("XDG_CACHE_HOME", "")
    if not folder.startswith("/"):  # the specification has relative ones ignored
        folder = f"{environ.get('HOME', '')}/.cache"
    known, mine = os.stat(place), os.stat(f"{_PACKAGE}/vocabulary.py")  # noqa: PTH116
    return f"{folder}/nox-release/vocabulary/{known.st_dev:x}-{known.st_ino:x}-{mine.st_ino:x}.json"


def stamp(place: str) -> list[int]:
    """Return what differs when the vocabulary may have: times of git's index and of what it is made from."""
    git = _git_dir(place)
    paths = [f"{git}/index", f"{git}/HEAD", f"{place}/pyproject.toml", *(f"{_PACKAGE}/{name}" for name in _OURS)]
    return [_time(path) for path in paths]


def _git_dir(place: str) -> str:
    while not os.path.exists(f"{place}/.git"):  # noqa: PTH110
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place:
            return place
        place = above
    if os.path.isdir(f"{place}/.git"):  # noqa: PTH112
        return f"{place}/.git"
    with open(f"{place}/.git", encoding="utf-8") as file:  # noqa: PTH123  # a worktree
        return os.path.join(place, file.read().strip().removeprefix("gitdir: "))  # noqa: PTH118


def _time(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def have_made(place: str, wait: bool) -> None:
    """Have the vocabulary made; it goes on without us unless we *wait*."""
    import subprocess  # most answers do without

    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "nox_release.vocabulary", place],
        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    if wait:
        process.wait(_FIRST)
