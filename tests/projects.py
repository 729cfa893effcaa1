"""Sources of tiny packages, by path in a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FLIT = """\
[build-system]
requires = ["flit_core>=3.12"]
build-backend = "flit_core.buildapi"

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.9"
description = "It does things"
"""
SETUPTOOLS = """\
[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.9"

[tool.setuptools]
packages = ["demo"]
"""
OWN = """\
[build-system]
requires = []
build-backend = "mine"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.9"
"""


def below(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    """The same files in a folder."""
    return {f"{folder}/{path}": text for path, text in files.items()}


def demo(pyproject: str = FLIT, files: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The package ``demo`` at ``packages/demo``, with *files* besides."""
    return below("packages/demo", {"pyproject.toml": pyproject, "demo/__init__.py": "", **files})
