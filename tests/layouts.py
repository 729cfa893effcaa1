"""Monorepos of four habits, as they are before anybody has heard of nox-release: files, tags and remotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checkouts import Checkout


@dataclass(frozen=True)
class Layout:
    """A monorepo."""

    files: Mapping[str, str]
    packages: tuple[str, ...]
    """The packages that are released, by name."""
    table: Mapping[str, object]
    """What differs from the defaults."""
    tags: tuple[str, ...] = ()
    remote: str = "origin"
    branch: str = "main"
    """The default branch of the remote."""

    def checkout(self, root: Path) -> Checkout:
        """Make it at *root*, committed."""
        made = Checkout.new(root, self.files)
        made.git("branch", "--move", self.branch)
        for tag in self.tags:
            made.git("tag", tag)
        made.git("remote", "add", self.remote, "https://git.example.org/monorepo.git")
        made.git("update-ref", f"refs/remotes/{self.remote}/{self.branch}", "HEAD")
        made.git("symbolic-ref", f"refs/remotes/{self.remote}/HEAD", f"refs/remotes/{self.remote}/{self.branch}")
        return made


def _package(folder: str, name: str, version: str, pyproject: str, **more: str) -> dict[str, str]:
    """The files that every package has; *more* by their path, with ``__`` for a slash and ``_dot_`` for a dot."""
    module = name.replace("-", "_")
    return {
        f"{folder}/pyproject.toml": pyproject,
        f"{folder}/README.md": f"# {name}\n\nWhat it is for, and how it is used.\n",
        f"{folder}/LICENSE": "MIT License\n\nPermission is hereby granted, free of charge, ...\n",
        f"{folder}/CHANGELOG.md": f"# Changelog\n\n## {version} (2023-11-01)\n\n- It can do more.\n",
        f"{folder}/src/{module}/__init__.py": f'"""{name}."""\n',
        f"{folder}/tests/test_it.py": f"import {module}\n\n\ndef test_it():\n    assert {module}.__doc__\n",
    }


def _uv() -> Layout:
    build = '\n[build-system]\nrequires = ["uv_build>=0.9,<1"]\nbuild-backend = "uv_build"\n'

    def project(name: str, version: str, requires: str = "") -> str:
        return f"""[project]
name = "{name}"
version = "{version}"
description = "A member of a uv workspace"
readme = "README.md"
license = "MIT"
license-files = ["LICEN[CS]E*"]
requires-python = ">=3.11"
dependencies = [{requires}]
"""

    sources = "\n[tool.uv.sources]\nnorthwind-models = { workspace = true }\n"
    return Layout(
        {
            "pyproject.toml": """[project]
name = "northwind"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []

[dependency-groups]
dev = ["pytest>=8", "ruff"]   # of the whole workspace

[tool.uv.workspace]
members = ["packages/*", "examples/*"]

[tool.ruff]
line-length = 100
""",
            "noxfile.py": '''"""Chores."""

import nox

nox.options.default_venv_backend = "uv"


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests."""
    session.run("uv", "run", "pytest", external=True)
''',
            ".gitignore": "__pycache__/\n.venv/\n",
            **_package(
                "packages/northwind-models", "northwind-models", "0.2.0", project("northwind-models", "0.2.0") + build
            ),
            **_package(
                "packages/northwind-client",
                "northwind-client",
                "0.2.0",
                project("northwind-client", "0.2.0", '"northwind-models>=0.2"')
                + '\n[dependency-groups]\ndev = ["pytest>=8", "pluggy"]\n'
                + build
                + sources,
            ),
            "examples/tour/pyproject.toml": project("tour", "0.1.0", '"northwind-client"').replace(
                'readme = "README.md"\n', ""
            ),
            "examples/tour/main.py": "import northwind_client\n",
        },
        ("northwind-client", "northwind-models"),
        {
            "exclude": [".", "examples/tour"],
            "tag-format": "{name}-v{version}",
            "test-groups": ["test", "tests", "testing", "dev"],
        },
        ("northwind-models-v0.1.0", "northwind-client-v0.1.0", "northwind-models-v0.1.1"),
    )


def _azure() -> Layout:
    def script(name: str, requires: str) -> str:
        return f'''#!/usr/bin/env python

import os
import re

from setuptools import find_packages, setup

PACKAGE_NAME = "{name}"
package_folder_path = PACKAGE_NAME.replace("-", "/")

with open(os.path.join(package_folder_path, "_version.py"), "r") as fd:
    version = re.search(r'^VERSION\\s*=\\s*[\\'"]([^\\'"]*)[\\'"]', fd.read(), re.MULTILINE).group(1)

setup(
    name=PACKAGE_NAME,
    version=version,
    description="A client library",
    long_description=open("README.md", "r").read(),
    long_description_content_type="text/markdown",
    license="MIT License",
    author="Fabrikam",
    author_email="sdk@example.org",
    url="https://example.org/sdk",
    classifiers=[
        "Development Status :: 5 - Production/Stable",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "License :: OSI Approved :: MIT License",
    ],
    packages=find_packages(exclude=["tests", "samples", "fabrikam"]),
    python_requires=">=3.11",
    install_requires=[{requires}],
)
'''

    def package(folder: str, name: str, version: str, requires: str = "", needs: str = "") -> dict[str, str]:
        module = name.replace("-", "/")
        files = _package(folder, name, version, "[tool.azure-sdk-build]\npyright = false\n")
        del files[f"{folder}/src/{name.replace('-', '_')}/__init__.py"]
        dotted = module.replace("/", ".")
        return {
            **files,
            f"{folder}/setup.py": script(name, requires),
            f"{folder}/MANIFEST.in": "include *.md\ninclude LICENSE\nrecursive-include tests *.py\n"
            "include fabrikam/__init__.py\n",
            f"{folder}/fabrikam/__init__.py": '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n',
            f"{folder}/{module}/__init__.py": "from ._version import VERSION\n\n__version__ = VERSION\n",
            f"{folder}/{module}/_version.py": f'VERSION = "{version}"\n',
            f"{folder}/dev_requirements.txt": f"-e ../../../eng/tools/fabrikam-sdk-tools\n{needs}pytest\n",
            f"{folder}/tests/test_it.py": f"import {dotted}\n\n\ndef test_it():\n    assert {dotted}.__version__\n",
        }

    tools = """[project]
name = "fabrikam-sdk-tools"
version = "0.0.0"
requires-python = ">=3.11"
classifiers = ["Private :: Do Not Upload"]

[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = ["devtools"]
"""
    return Layout(
        {
            "README.md": "# The SDK\n",
            ".gitignore": "# Python\n__pycache__/\nbuild/\ndist/\n*.egg-info/\n",
            "eng/tools/fabrikam-sdk-tools/pyproject.toml": tools,
            "eng/tools/fabrikam-sdk-tools/devtools/__init__.py": "",
            **package("sdk/core/fabrikam-core", "fabrikam-core", "1.2.0"),
            **package(
                "sdk/storage/fabrikam-storage",
                "fabrikam-storage",
                "12.1.0b1",
                '"fabrikam-core>=1.2.0"',
                "-e ../../core/fabrikam-core\n",
            ),
            "sdk/storage/ci.yml": "trigger: none\n",
            "sdk/template/fabrikam-template/setup.py": 'from setuptools import setup\n\nsetup(name="template")\n',
        },
        ("fabrikam-core", "fabrikam-storage"),
        {},
        ("fabrikam-core_1.1.0", "fabrikam-storage_12.0.0"),
    )


def _poetry() -> Layout:
    def project(name: str, version: str, requires: str = "", beside: str = "") -> str:
        return f"""[tool.poetry]
name = "{name}"
version = "{version}"
description = "A package beside others"
authors = ["Wingtip <dev@example.org>"]
license = "MIT"
readme = "README.md"
packages = [{{ include = "{name.replace("-", "_")}", from = "src" }}]

[tool.poetry.dependencies]
python = ">=3.11"
{requires}
[tool.poetry.group.dev.dependencies]
pytest = ">=8"
{beside}
[build-system]
requires = ["poetry-core>=2"]
build-backend = "poetry.core.masonry.api"
"""

    return Layout(
        {
            ".gitignore": "dist/\n__pycache__",
            **_package("core", "wingtip-core", "2.0.0", project("wingtip-core", "2.0.0")),
            **_package(
                "toys",
                "wingtip-toys",
                "0.4.0",
                project(
                    "wingtip-toys",
                    "0.4.0",
                    'wingtip-core = ">=2.0"\n',
                    'wingtip-core = { path = "../core", develop = true }\n',
                ),
            ),
        },
        ("wingtip-core", "wingtip-toys"),
        {
            "tag-format": "{name}/v{version}",
            "release-branches": ["develop", "release/*", "hotfix/*"],
            "test-groups": ["test", "tests", "testing", "dev"],
        },
        ("wingtip-core/v1.9.0", "wingtip-toys/v0.3.0", "before-the-split"),
        branch="develop",
    )


def _hatch() -> Layout:
    hatch = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tailspin-gears"
dynamic = ["version"]
description = "Built by hatchling"
readme = "README.md"
license = "MIT"
requires-python = ">=3.11"

[project.optional-dependencies]
dev = ["pytest", "pluggy"]

[tool.hatch.version]
path = "src/tailspin_gears/__about__.py"
"""
    setuptools = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "tailspin-wheels"
version = "3.1"
description = "Built by setuptools"
readme = "README.md"
license = "MIT"
license-files = ["LICENSE"]
requires-python = ">=3.11"
dependencies = ["tailspin-gears>=1"]
"""
    return Layout(
        {
            "pyproject.toml": "# Settings of tools; no package.\r\n[tool.ruff]\r\nline-length = 100  # wide\r\n",
            **_package("libs/gears", "tailspin-gears", "1.5.0", hatch),
            "libs/gears/src/tailspin_gears/__about__.py": '__version__ = "1.5.0"\n',
            "libs/gears/src/tailspin_gears/scaffold/pyproject.toml": '[project]\nname = "scaffold"\nversion = "0"\n',
            **_package("libs/wheels", "tailspin-wheels", "3.1", setuptools),
            "libs/wheels/MANIFEST.in": "include CHANGELOG.md\nrecursive-include tests *.py\n",
            "libs/wheels/tests/projects/one/pyproject.toml": '[project]\nname = "one"\nversion = "0"\n',
            "starters/{{ name }}/pyproject.toml": '[project]\nname = "{{ name }}"\nversion = "0"\n',
        },
        ("tailspin-gears", "tailspin-wheels"),
        {
            "exclude": ["libs/gears/src/tailspin_gears/scaffold", "starters/{{ name }}"],
            "remote": "upstream",
            "test-extras": ["test", "tests", "testing", "dev"],
        },
        remote="upstream",
    )


LAYOUTS: Mapping[str, Callable[[], Layout]] = {"uv": _uv, "azure": _azure, "poetry": _poetry, "hatch": _hatch}
"""By the habit's name."""
