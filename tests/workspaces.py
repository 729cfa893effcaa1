"""Small workspaces in git, and real nox to run on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NOXFILE = "import nox_release\n\nnox_release.register()\n"
ONCE = f"""pythons = ["{sys.version_info.major}.{sys.version_info.minor}"]
resolutions = ["highest"]
"""
"""Packages are tried once: what is about the matrix of interpreters says so."""
CONFIG = f"""[tool.nox-release]
index-exempt = "made up for a test"
{ONCE}"""
"""No test asks a real index what it has of names that are made up."""
LIMIT = 600
"""Seconds that one command may take before the test gives up."""


@dataclass(frozen=True)
class Workspace:
    """A git checkout with a noxfile, and real nox to run on it."""

    root: Path
    envdir: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str]) -> None:
        """Write *files*, by path below the workspace."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, message: str = "change") -> str:
        """Commit everything and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Run git here."""
        identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        """The command line of nox with *arguments*."""
        return [sys.executable, "-m", "nox", "--envdir", str(self.envdir), *arguments]

    def nox(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run nox; standard error comes with standard output."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root,
            env={**os.environ, "CI": "true", **self.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT,
        )


def package(name: str, version: str = "1.0", *, body: str = "", tests: str = "", **tables: str) -> dict[str, str]:
    """The files of a small sound package in ``packages/NAME``, built by hatchling.

    :param body: of its one module.
    :param tests: of its test module; by default one that passes.
    :param tables: further lines of ``[project]``, and ``tool`` for what comes after it.
    """
    module = name.replace("-", "_")
    tool = tables.pop("tool", "")
    build = tables.pop("build", '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n')
    project = "\n".join(f"{key.replace('_', '-')} = {value}" for key, value in tables.items())
    folder = f"packages/{name}"
    return {
        f"{folder}/pyproject.toml": f"""{build}
[project]
name = "{name}"
version = "{version}"
description = "A package of a test"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
{project}
{tool}""",
        f"{folder}/README.md": f"# {name}\n",
        f"{folder}/LICENSE": "MIT\n",
        f"{folder}/CHANGELOG.md": f"# Changelog\n\n## {version} (2026-11-01)\n\n- It is there.\n",
        f"{folder}/src/{module}/__init__.py": f'"""A module."""\n{body}\n',
        f"{folder}/tests/test_it.py": tests or f"import {module}\n\n\ndef test_it():\n    assert {module}.__doc__\n",
    }
