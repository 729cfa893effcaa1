"""Real nox on small workspaces; the sessions' virtualenvs are made once and shared."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workspaces import CONFIG, NOXFILE, ONCE, Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def envdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all tests keep their sessions' virtualenvs."""
    return tmp_path_factory.mktemp("nox")


@pytest.fixture
def workspace(tmp_path: Path, envdir: Path) -> Callable[[Mapping[str, str]], Workspace]:
    """Make a workspace of the given files, committed."""

    def make(files: Mapping[str, str]) -> Workspace:
        made = Workspace(tmp_path / "workspace", envdir)
        made.root.mkdir()
        made.git("init", "-q", "-b", "main")
        made.write({"noxfile.py": NOXFILE, ".gitignore": "__pycache__/\n", "pyproject.toml": CONFIG, **files})
        made.commit("first")
        return made

    return make


@pytest.fixture
def example(tmp_path: Path, envdir: Path) -> Workspace:
    """The example monorepo, in a checkout of its own."""
    root = tmp_path / "sdk"
    ignore = shutil.ignore_patterns(".nox", ".nox-release", "dist", "__pycache__", "*.egg-info", "build")
    shutil.copytree(ROOT / "examples/sdk", root, ignore=ignore)
    made = Workspace(root, envdir)
    made.write({".gitignore": "__pycache__/\n"})
    config = root / "pyproject.toml"
    config.write_text(config.read_text().replace("[tool.nox-release]\n", f"[tool.nox-release]\n{ONCE}"))
    made.git("init", "-q", "-b", "main")
    made.commit("first")
    return made
