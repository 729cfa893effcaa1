"""Sources of tiny packages, by path in a workspace."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType

HERE = f">=3.{sys.version_info.minor}"
"""requires-python of the packages: they are tried on the interpreter that runs the tests, and that is their floor."""
FLIT = f"""\
[build-system]
requires = ["flit_core>=3.12"]
build-backend = "flit_core.buildapi"

[project]
name = "demo"
version = "1.0"
requires-python = "{HERE}"
description = "It does things"
"""
SETUPTOOLS = f"""\
[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"
requires-python = "{HERE}"

[tool.setuptools]
packages = ["demo"]
"""
OWN = f"""\
[build-system]
requires = []
build-backend = "mine"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"
requires-python = "{HERE}"
"""


def below(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    """The same files in a folder."""
    return {f"{folder}/{path}": text for path, text in files.items()}


def demo(pyproject: str = FLIT, files: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The package ``demo`` at ``packages/demo``, with *files* besides."""
    return below("packages/demo", {"pyproject.toml": pyproject, "demo/__init__.py": "", **files})
