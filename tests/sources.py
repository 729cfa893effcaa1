"""Committed sources of one package, and what the checks of lint-metadata find in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from nox_release.check import Verdict
from nox_release.model import Package
from nox_release.project import Circumstances, Project, project
from nox_release.stages.lint_metadata import FAMILIES

PACKAGE = Package(
    "contoso-core",
    "1.2.0",
    "sdk/core/contoso-core",
    "sdk/core/contoso-core/pyproject.toml",
    "hatchling",
    requires_python=">=3.10",
)
CIRCUMSTANCES = Circumstances(today=date(2026, 11, 25))

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "contoso-core"
version = "1.2.0"
readme = "README.md"
classifiers = ["Programming Language :: Python :: 3"]

[tool.contoso]
anything = true
"""
SOUND = {
    "pyproject.toml": PYPROJECT,
    "README.md": "# Contoso\n\nIt does things.\n",
    "LICENSE": "MIT License\n",
    "CHANGELOG.md": "# Changes\n\n## 1.2.0 (2026-11-20)\n\n- it does things\n",
}

Files = Mapping[str, str | bytes | None]


def read(files: Files, package: Package = PACKAGE, circumstances: Circumstances = CIRCUMSTANCES) -> Project:
    raw = {path: text.encode() if isinstance(text, str) else text for path, text in files.items() if text is not None}
    return project(package, sorted(path for path in raw if not path.startswith("..")), raw.get, circumstances)


def judged(subject: Project) -> Verdict:
    """Every family of lint-metadata."""
    return sum((family.run(subject) for family in FAMILIES), Verdict())


def found(subject: Project) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in judged(subject)]


def told(subject: Project, code: str) -> str:
    return "\n".join(f"{each.message} | {each.fix}" for each in judged(subject) if each.code == code)


def declared(*lines: str, without: str = "") -> dict[str, str | bytes | None]:
    """Return a sound package whose [project] table has *lines* as well, and not the line that starts so."""
    kept = [line for line in PYPROJECT.split("\n") if not (without and line.startswith(without))]
    at = kept.index("[project]") + 1
    return {**SOUND, "pyproject.toml": "\n".join([*kept[:at], *lines, *kept[at:]])}


def setup(arguments: str, **files: str | bytes | None) -> dict[str, str | bytes | None]:
    script = f"from setuptools import setup\n\nsetup(name='contoso-core', {arguments})\n"
    return {"CHANGELOG.md": SOUND["CHANGELOG.md"], "LICENSE": SOUND["LICENSE"], "setup.py": script, **files}


MARKDOWN = {"README.md": SOUND["README.md"]}
RST = {"README.rst": "Contoso\n=======\n\nIt does things.\n"}
TYPED = "long_description=a, long_description_content_type='text/markdown'"
BROKEN = "Contoso\n=======\n\nSee :func:`contoso.run`.\n"
