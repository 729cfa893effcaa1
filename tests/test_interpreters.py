"""Which CPythons a machine has."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from nox_release.evidence import Store
from nox_release.interpreters import find
from nox_release.process import Completed, Processes


class Answers:
    """Stands at the door to processes: a program answers with what is written in it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        stdin: Path | None = None,
    ) -> Completed:
        """Answer, or fail where nothing is written."""
        self.asked.append(str(command[0]))
        text = Path(command[0]).read_text()
        return Completed(0 if text else 1, text)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "workspace")


def program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(says)
    return path


def cpython(path: Path, version: str) -> Path:
    return program(path, f"CPython {version} 0\n")


def test_every_place_is_looked_at(tmp_path: Path, store: Store) -> None:
    """The PATH, pyenv's versions, uv's, and the interpreter that runs this; the newest patch of each minor."""
    own = cpython(tmp_path / "own/python", "3.12.4")
    cpython(tmp_path / "bin/python3.11", "3.11.2")
    cpython(tmp_path / "home/.pyenv/versions/3.11.7/bin/python", "3.11.7")
    cpython(tmp_path / "home/.local/share/uv/python/cpython-3.13.1-linux/bin/python3.13", "3.13.1+")
    environ = {"PATH": f"{tmp_path / 'bin'}::/absent", "HOME": str(tmp_path / "home")}
    found = find(environ, own, store, Answers())
    assert [item.version for item in found] == ["3.13.1", "3.12.4", "3.11.7"]
    assert found[-1].path == str(tmp_path / "home/.pyenv/versions/3.11.7/bin/python")


def test_places_may_be_elsewhere(tmp_path: Path, store: Store) -> None:
    """The variables of pyenv and uv say where."""
    own = cpython(tmp_path / "own/python", "3.12.4")
    cpython(tmp_path / "pyenv/versions/x/bin/python", "3.9.1")
    cpython(tmp_path / "uv/cpython-3.8/bin/python3.8", "3.8.20")
    environ = {"PATH": "", "PYENV_ROOT": str(tmp_path / "pyenv"), "UV_PYTHON_INSTALL_DIR": str(tmp_path / "uv")}
    assert [item.minor for item in find(environ, own, store, Answers())] == ["3.12", "3.9", "3.8"]


@pytest.mark.parametrize(
    "says",
    ["", "PyPy 3.10.14 0", "CPython 3.13.0 1", "CPython 3.7.16 None", "pyenv: command not found", "CPython"],
    ids=["it fails", "another implementation", "free-threaded", "too old", "something else", "half of it"],
)
def test_what_is_no_interpreter_for_packages_is_left_out(tmp_path: Path, store: Store, says: str) -> None:
    """Whatever a program of that name is, it does not stop the others."""
    own = cpython(tmp_path / "own/python", "3.12.4")
    program(tmp_path / "bin/python3.10", says)
    found = find({"PATH": str(tmp_path / "bin")}, own, store, Answers())
    assert [item.minor for item in found] == ["3.12"]


def test_shims_of_pyenv_are_no_interpreters(tmp_path: Path, store: Store) -> None:
    """They start whatever is chosen at the moment."""
    own = cpython(tmp_path / "own/python", "3.12.4")
    cpython(tmp_path / "pyenv/shims/python3.9", "3.9.1")
    environ = {"PATH": str(tmp_path / "pyenv/shims"), "PYENV_ROOT": str(tmp_path / "pyenv")}
    assert [item.minor for item in find(environ, own, store, Answers())] == ["3.12"]


def test_each_is_asked_once(tmp_path: Path, store: Store) -> None:
    """However many links lead to it; again only when the file has changed."""
    own = cpython(tmp_path / "real/python3.12", "3.12.4")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3.12").symlink_to(own)
    door, environ = Answers(), {"PATH": str(tmp_path / "bin")}
    for _ in range(2):
        assert [item.version for item in find(environ, own, store, door)] == ["3.12.4"]
    assert door.asked == [str(own)]
    cpython(own, "3.12.10")
    assert [item.version for item in find(environ, own, store, door)] == ["3.12.10"]
    assert len(door.asked) == 2


def test_damaged_answers_are_asked_for_again(tmp_path: Path, store: Store) -> None:
    """They are only kept to save time."""
    own = cpython(tmp_path / "own/python", "3.12.4")
    program(store.folder("interpreters") / "known.json", "{")
    assert [item.minor for item in find({"PATH": ""}, own, store, Answers())] == ["3.12"]
    assert len(json.loads((store.folder("interpreters") / "known.json").read_text())) == 1


def test_the_running_interpreter_is_found(store: Store) -> None:
    """By asking it, as it is."""
    found = find({"PATH": os.defpath, "HOME": "/nonexistent"}, Path(sys.executable), store, Processes())
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in [item.minor for item in found]
