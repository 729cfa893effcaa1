"""Repositories with the workflows of init-ci, and programs on the PATH that stand for a runner's."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nox_release.ci.command import init_ci
from nox_release.ci.workflows import ACTIONS, CIS
from servers.programs import program
from workspaces import LIMIT, NOXFILE, ONCE, package

HERE = Path(__file__).parent
CORE, APP = "contoso-core", "contoso-app"
CONFIG = f"""[tool.nox-release]
index-exempt = "made up for a test"
approval = "environment"
remote = "upstream"
{ONCE}"""
FILES = {
    "noxfile.py": NOXFILE,
    ".gitignore": "__pycache__/\n/.nox*/\n/dist/\n/.gitlab-ci-local*/\n",
    "pyproject.toml": CONFIG,
    **package(CORE),
    **package(APP, "2.0", dependencies='["contoso-core>=1.0"]'),
}


@dataclass(frozen=True)
class Repository:
    """A checkout with workflows, the remote that it came from, and a runner's programs."""

    root: Path
    remote: Path
    bin: Path
    handover: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def git(self, *arguments: str) -> str:
        """Run git here."""
        identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files and commit them."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")

    def pull_request(self, files: Mapping[str, str]) -> None:
        """Change files on a branch, and check out what a CI does: the branch as merged into main."""
        self.git("checkout", "-q", "-b", "change")
        self.write(files)
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", "change")

    def replace(self, name: str, *pairs: tuple[str, str]) -> None:
        """Change a file, and commit it."""
        text = (self.root / name).read_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        self.write({name: text})

    def run(self, command: list[str | Path], **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a program that runs workflows; standard error comes with standard output."""
        return subprocess.run(
            command,
            cwd=self.root,
            env={
                **os.environ,
                "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.handover.with_name("home")),
                "XDG_CACHE_HOME": str(self.handover.with_name("cache")),
                "ACTIONS": str(HERE / "actions"),
                "HANDOVER": str(self.handover),
                **self.environ,
                **environ,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT,
        )

    def act(self, workflow: str, event: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a workflow of GitHub Actions on this machine."""
        options = ["--platform", "ubuntu-latest=-self-hosted"]
        for name, pin in ACTIONS.items():
            action = name.lower().replace("_", "-")
            commit = pin.partition(" ")[0]
            options += ["--local-repository", f"actions/{action}@{commit}={HERE / 'actions' / action}"]
        for name in ("ACTIONS", "HANDOVER"):
            value = HERE / "actions" if name == "ACTIONS" else self.handover
            options += ["--env", f"{name}={value}"]
        for name, text in inputs.items():
            options += ["--input", f"{name.replace('_', '-')}={text}"]
        return self.run([program("act", "ci"), event, "--workflows", f".github/workflows/{workflow}", *options])


def said(done: subprocess.CompletedProcess[str], job: str = "") -> str:
    """What was printed, without colours, of a job or of all."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    return "\n".join(line for line in text.splitlines() if job in line)


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of programs: nox-release is installed already, and nox keeps its virtualenvs for all jobs."""
    folder = tmp_path_factory.mktemp("runner")
    python, envdir = shlex.quote(sys.executable), shlex.quote(str(folder / "nox"))
    scripts = {
        "python": f'case "$*" in "-m pip install --quiet nox-release=="*) exit 0;; esac\nexec {python} "$@"\n',
        # Jobs run side by side, and on one machine they would make the same virtualenvs at once.
        "nox": f'exec flock {envdir}.lock {python} -m nox --envdir {envdir} "$@"\n',
        "nox-release": f'exec {python} -c "import sys, nox_release.cli; sys.exit(nox_release.cli.main())" "$@"\n',
    }
    (folder / "bin").mkdir()
    for name, script in scripts.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}")
        (folder / "bin" / name).chmod(0o755)
    return folder / "bin"


@pytest.fixture
def repository(tmp_path: Path, runner: Path) -> Repository:
    """Two packages of which one needs the other, and the workflows of all CIs."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    subprocess.run(["git", "clone", "-q", remote, tmp_path / "workspace"], check=True, capture_output=True)
    made = Repository(tmp_path / "workspace", remote, runner, tmp_path / "handover")
    (tmp_path / "home").mkdir()
    made.git("remote", "rename", "origin", "upstream")
    made.git("remote", "add", "origin", "https://git.example/contoso/sdk.git")  # what runs workflows only reads that
    made.git("checkout", "-q", "-b", "main")
    for name, text in FILES.items():
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        (made.root / name).write_text(text)
    with contextlib.redirect_stdout(io.StringIO()):
        for ci in CIS:
            assert init_ci(ci, made.root, check=False, yes=True) == 0
    made.write({})
    made.git("push", "-q", "upstream", "main")
    return made
