"""nox-release works the same however it was installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workspaces import Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]
ROOT = Path(__file__).parents[2]
UV = str(Path(sys.executable).with_name("uv"))


@pytest.mark.parametrize("how", ["wheel", "git", "editable"])
def test_installed_in_each_way(workspace: Make, tmp_path: Path, how: str) -> None:
    """From a wheel, from git and editable: a package is linted, built, verified and tested."""
    made = workspace(package("demo"))
    venv = tmp_path / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
    if how == "wheel":
        subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(ROOT)], check=True)
        (what,) = (str(path) for path in tmp_path.glob("*.whl"))
    else:
        what = f"git+file://{ROOT}" if how == "git" else str(ROOT)
    editable = ["--editable"] if how == "editable" else []
    subprocess.run([UV, "pip", "install", "--quiet", "--python", str(venv), *editable, what], check=True)
    done = subprocess.run(
        [
            str(venv / "bin/nox"),
            "--envdir",
            str(made.envdir),
            "-s",
            "lint-metadata",
            "verify-artifacts",
            "test",
            "--",
            "demo",
        ],
        cwd=made.root,
        env={**os.environ, "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok      test demo 1.0" in done.stdout
