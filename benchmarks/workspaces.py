"""The repositories that are measured: copies in a temporary folder, and generated ones."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOXFILE = "import nox_release\nnox_release.register()\n"


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="nox-release-benchmark-") as folder:
        yield Path(folder)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Measure this")


def copy_bed(bed: Path, into: Path) -> Path:
    """Clone what is committed in *bed*, with its tags, and add noxfile and configuration."""
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(bed.resolve()), str(into)], check=True)
    (into / "noxfile.py").write_text(NOXFILE)
    shutil.copyfile(HERE / "bed.toml", into / "pyproject.toml")
    commit(into)
    return into


def copy_example(into: Path) -> Path:
    """Copy examples/sdk into a repository of its own."""
    mess = shutil.ignore_patterns(".nox", ".nox-release", "dist", "__pycache__")
    shutil.copytree(HERE.parent / "examples/sdk", into, ignore=mess)
    git(into, "init", "-q")
    commit(into)
    return into


def forget(workspace: Path) -> None:
    """Take away evidence, artifacts and build environments; the sessions' virtualenvs and download caches stay."""
    for folder in (".nox-release", "dist"):
        shutil.rmtree(workspace / folder, ignore_errors=True)


def generate(count: int, into: Path) -> Path:
    """Write a repository of *count* small packages, built by four backends in turn, that need one another."""
    for number in range(count):
        name = f"generated-{number:04}"
        folder = into / "sdk" / f"service{number // 10:03}" / name
        module = folder / name.replace("-", "_")
        module.mkdir(parents=True)
        (module / "__init__.py").write_text(f'"""Package number {number}."""\n\n__version__ = "1.0.0"\n')
        needs = sorted({f"generated-{needed:04}>=1.0" for needed in ((number - 1) // 2, 0) if 0 <= needed < number})
        (folder / "README.md").write_text(f"# {name}\n\nA package to measure with.\n")
        (folder / "CHANGELOG.md").write_text("# Changes\n\n## 1.0.0 (2026-01-01)\n\n- the first release\n")
        (folder / "LICENSE").write_text("Public domain.\n")
        if number % 4 == 3:
            (folder / "setup.py").write_text(_SETUP_PY.format(name=name, module=module.name, needs=needs))
        else:
            backend, requires = _BACKENDS[number % 4]
            (folder / "pyproject.toml").write_text(
                _PYPROJECT.format(name=name, needs=str(needs).replace("'", '"'), backend=backend, requires=requires)
            )
    (into / "noxfile.py").write_text(NOXFILE)
    (into / "pyproject.toml").write_text(CONFIG)
    git(into, "init", "-q")
    commit(into)
    return into


CONFIG = """\
[tool.nox-release]
packages = ["sdk/*/*"]
index-exempt = "made up to measure with"
"""
_BACKENDS = (("hatchling.build", "hatchling"), ("setuptools.build_meta", "setuptools>=77"),
             ("flit_core.buildapi", "flit_core>=3.11"))  # fmt: skip
_PYPROJECT = """\
[build-system]
requires = ["{requires}"]
build-backend = "{backend}"

[project]
name = "{name}"
version = "1.0.0"
description = "A package to measure with"
readme = "README.md"
requires-python = ">=3.11"
dependencies = {needs}
classifiers = ["Programming Language :: Python :: 3"]
"""
_SETUP_PY = """\
from setuptools import setup

with open("README.md") as file:
    readme = file.read()

setup(
    name="{name}",
    version="1.0.0",
    description="A package to measure with",
    long_description=readme,
    long_description_content_type="text/markdown",
    packages=["{module}"],
    python_requires=">=3.11",
    install_requires={needs},
)
"""
