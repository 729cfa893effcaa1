"""From a repository that has never heard of nox-release to a rehearsed release, with everything real."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from layouts import LAYOUTS
from workspaces import CONFIG, Workspace

pytestmark = pytest.mark.end_to_end


@pytest.mark.parametrize(
    "habit", [pytest.param(habit, marks=() if habit == "poetry" else pytest.mark.slow) for habit in LAYOUTS]
)
def test_what_init_writes_works_at_once(habit: str, tmp_path: Path, envdir: Path) -> None:
    """Two commands after the installation, all packages are built, verified, tested and rehearsed."""
    layout = LAYOUTS[habit]()
    made = Workspace(layout.checkout(tmp_path / "repository").root, envdir)
    init = "import sys; from nox_release.cli import main; sys.exit(main(['init', '--yes']))"
    subprocess.run([sys.executable, "-c", init], cwd=made.root, check=True, capture_output=True)
    table = made.root / "pyproject.toml"
    table.write_text(table.read_text().replace("[tool.nox-release]\n", CONFIG))
    done = made.nox("-s", "publish", "--", "all")
    assert done.returncode == 0, done.stdout
    assert f"Rehearsed: {len(layout.packages)} of {len(layout.packages)}" in done.stdout
    for name in layout.packages:
        assert (made.root / "dist" / name / "release-manifest.json").exists()
    changed = {line[3:] for line in made.git("status", "--porcelain").splitlines()}
    assert changed <= {"noxfile.py", "pyproject.toml", ".gitignore"}
