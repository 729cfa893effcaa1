"""The words that are completed, made from a real checkout."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from checkouts import Checkout
from nox_release.codes import known
from nox_release.completing import kept
from nox_release.model import Stage
from nox_release.vocabulary import main, options
from workspaces import package

FILES = {
    "pyproject.toml": '[tool.nox-release]\nexclude = ["packages/left-out"]\n',
    "noxfile.py": "import nox_release\nraise SystemExit('the noxfile was run')\n",
    **package("core"),
    **package("user", dependencies='["core>=1"]'),
    **package("left-out"),
    "packages/broken/pyproject.toml": "[project",
    "packages/dynamic/setup.py": "raise SystemExit('a build was run')\n",
}


def made(root: Path, folder: Path) -> dict[str, Any]:
    """What a process of its own leaves in the cache: it registers sessions, which cannot be taken back."""
    environ = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    subprocess.run([sys.executable, "-I", "-m", "nox_release.vocabulary", root], env=environ, check=True)
    found: dict[str, Any] = json.loads(Path(kept.cached(str(root), environ)).read_text())
    return found


def test_what_a_workspace_has(tmp_path: Path) -> None:
    """Packages whose files tell their name, those that others need, our sessions; nothing of the workspace is run."""
    checkout = Checkout.new(tmp_path / "workspace", FILES)
    checkout.write(package("new"))  # not known to git yet, and it counts
    found = made(checkout.root, tmp_path)
    assert found["packages"] == ["core", "new", "user"]
    assert found["needed"] == ["core"]
    assert found["folders"] == ["packages/core", "packages/new", "packages/user"]
    assert found["stamp"] == kept.stamp(str(checkout.root))
    assert isinstance(found["sessions"], dict) and {*Stage, "status", "doctor", "explain"} <= {*found["sessions"]}
    assert isinstance(found["commands"], dict) and found["commands"]["accept"]["files"]
    assert found["commands"]["completion"]["words"] == ["bash", "fish", "zsh"]
    (bump,) = [item for item in found["options"] if item["name"] == "--bump"]
    assert bump["choices"] == ["patch", "minor", "major", "pre"] and bump["sessions"] == ["prepare"]
    assert isinstance(found["codes"], dict) and found["codes"].keys() == known().keys()


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    """Then the defaults count: a session tells what is wrong."""
    checkout = Checkout.new(tmp_path / "workspace", {**FILES, "pyproject.toml": "[tool.nox-release]\nexclud = []\n"})
    assert made(checkout.root, tmp_path)["packages"] == ["core", "left-out", "user"]


def test_two_at_once_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second leaves it to the first."""
    import fcntl

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = Path(kept.cached(str(tmp_path), {"XDG_CACHE_HOME": str(tmp_path)}))
    path.parent.mkdir(parents=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        main(tmp_path)
    assert not path.exists()


def test_options_with_their_sessions() -> None:
    """The help of an option tells which sessions know it; short forms are not completed."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("-n", "--number", metavar="N", help="how many: at most ten")
    parser.add_argument("--fast", action="store_true", help="status, doctor: at once; plan: too")
    parser.add_argument("--form", choices=(1, 2))
    assert options(parser) == [
        {"name": "--number", "value": "N", "choices": [], "sessions": [], "help": "how many: at most ten"},
        {"name": "--fast", "value": "", "choices": [], "sessions": ["status", "doctor", "plan"],
         "help": "status, doctor: at once; plan: too"},
        {"name": "--form", "value": "FORM", "choices": ["1", "2"], "sessions": [], "help": ""},
    ]  # fmt: skip
