"""The virtualenv of pinned tools: made once, whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from nox_release.errors import Blocked
from nox_release.toolbox import cache, toolbox


class Fill:
    """Makes something like a virtualenv, and counts."""

    def __init__(self, error: Blocked | None = None) -> None:
        self.made: list[Path] = []
        self.error = error

    def __call__(self, root: Path, lock: Path, environ: Mapping[str, str]) -> None:
        assert not root.exists()
        (root / "bin").mkdir(parents=True)
        self.made.append(root)
        if self.error:
            raise self.error
        (root / "bin/python").touch()


def test_it_is_made_once(tmp_path: Path) -> None:
    """The second command finds what the first made."""
    environ, fill = {"XDG_CACHE_HOME": str(tmp_path)}, Fill()
    assert toolbox("accept", environ, fill) == toolbox("accept", environ, fill)
    assert len(fill.made) == 1


def test_two_commands_at_once_make_one(tmp_path: Path) -> None:
    """The later waits for the earlier."""
    environ, fill = {"XDG_CACHE_HOME": str(tmp_path)}, Fill()
    threads = [threading.Thread(target=toolbox, args=("accept", environ, fill)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fill.made) == 1


def test_what_is_not_whole_does_not_count(tmp_path: Path) -> None:
    """After a failure, and when its interpreter is gone, it is made anew."""
    environ, fill = {"XDG_CACHE_HOME": str(tmp_path)}, Fill()
    with pytest.raises(Blocked):
        toolbox("accept", environ, Fill(Blocked("offline")))
    python = toolbox("accept", environ, fill)
    python.unlink()
    toolbox("accept", environ, fill)
    assert len(fill.made) == 2


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "nox-release").touch()
    with pytest.raises(Blocked, match="XDG_CACHE_HOME"):
        toolbox("accept", {"XDG_CACHE_HOME": str(tmp_path)}, Fill())


def test_a_relative_cache_is_ignored() -> None:
    """As its specification says."""
    assert cache({"XDG_CACHE_HOME": "here"}) == cache({}) == Path.home() / ".cache/nox-release"
