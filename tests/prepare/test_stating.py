"""Versions and requirements in the files of a package, in every form that can be read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from packaging.version import Version

from nox_release.errors import Blocked
from nox_release.metadata import read_package
from nox_release.model import Package
from nox_release.prepare.stating import Draft, let_in, set_version, unstated

HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
DYNAMIC = f'[project]\nname = "demo"\ndynamic = ["version"]\n{HATCH}'
STATIC = f'[project]\nname = "demo"\nversion = "1.2.0"\n{HATCH}'
POETRY = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
FLIT = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
MATURIN = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'
HATCHED = f'{DYNAMIC}[tool.hatch.version]\npath = "about.py"\n'
POETIC = f'[tool.poetry]\nname = "demo"\nversion = "1.2.0"\ndescription = "1.2.0"\n{POETRY}'
FLOWN = f'[project]\nname = "demo"\ndynamic = ["version"]\n{FLIT}'
CONFIGURED = "[metadata]\nname = demo\nversion = 1.2.0\n"
POINTED = "[metadata]\nname = demo\nversion = attr: demo.about.N\n"
CARGO = '[package]\nname = "demo"\nversion = "1.2.0"\n[dependencies]\nx = "1.2.0"\n'
SETUP = "from setuptools import setup\n"
AZURE = """\
import os
import re
from setuptools import setup

with open(os.path.join("demo", "_version.py")) as stream:
    version = re.search(r'^VERSION\\s*=\\s*[\\'"]([^\\'"]*)[\\'"]', stream.read(), re.MULTILINE).group(1)
with open("CHANGELOG.md") as stream:
    changelog = stream.read()
setup(name="demo", version=version, long_description=changelog)
"""


def draft(files: Mapping[str, str]) -> tuple[Draft, Package, list[str]]:
    """A package in a folder of a workspace, with one beside it that no edit of it may touch."""
    there = {f"pkg/{path}": text.encode() for path, text in files.items()}
    there["other/pyproject.toml"] = STATIC.encode()
    found = Draft(there.get)
    package = read_package("pkg", found)
    assert package is not None
    return found, package, list(files)


def changed(made: Draft) -> dict[str, str]:
    return {path: (data or b"").decode() for path, data in made.changed.items()}


@pytest.mark.parametrize(
    ("files", "path", "before", "after"),
    [
        ({"pyproject.toml": STATIC}, "pyproject.toml", 'version = "1.2.0"', 'version = "1.3.0b1"'),
        (
            {"pyproject.toml": f"[project]\r\nname = 'demo'\r\nversion='1.2'  # not 1.2.0\r\n{HATCH}"},
            *("pyproject.toml", "version='1.2'", "version='1.3.0b1'"),
        ),
        (
            {"pyproject.toml": f"\ufeff{POETIC}"},
            *("pyproject.toml", 'version = "1.2.0"', 'version = "1.3.0b1"'),
        ),
        (
            {"pyproject.toml": HATCHED, "about.py": '# 1.2.0\n__version__ = "v1.2.0"\n'},
            *("about.py", '"v1.2.0"', '"v1.3.0b1"'),
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "V"\npattern = "the (?P<version>.+) one"\n',
                "V": "not 1.2.0 but the 1.2.0 one",
            },
            *("V", "the 1.2.0 one", "the 1.3.0b1 one"),
        ),
        (
            {"pyproject.toml": FLOWN, "demo.py": '__version__ = "1.2.0"\n'},
            *("demo.py", '"1.2.0"', '"1.3.0b1"'),
        ),
        (
            {"setup.cfg": CONFIGURED, "setup.py": f"{SETUP}setup()\n"},
            *("setup.cfg", "version = 1.2.0", "version = 1.3.0b1"),
        ),
        (
            {"setup.cfg": POINTED, "demo/about.py": "N = '1.2.0'\n", "demo/__init__.py": ""},
            *("demo/about.py", "'1.2.0'", "'1.3.0b1'"),
        ),
        (
            {
                "pyproject.toml": f'[project]\nname = "demo"\ndynamic = ["version"]\n{SETUPTOOLS}'
                '[tool.setuptools.dynamic]\nversion = {file = "VERSION"}\n',
                "VERSION": "1.2.0",
            },
            *("VERSION", "1.2.0", "1.3.0b1"),
        ),
        (
            {
                "setup.py": "from setuptools import setup\nsetup(name='demo', version = '1.2.0', url='https://x/1.2.0')\n"
            },
            *("setup.py", "version = '1.2.0'", "version = '1.3.0b1'"),
        ),
        (
            {
                "setup.py": AZURE,
                "demo/_version.py": '# 1.2.0\nVERSION = "1.2.0"  # 1.2.0\n',
                "CHANGELOG.md": "## 1.2.0\n",
            },
            *("demo/_version.py", 'VERSION = "1.2.0"', 'VERSION = "1.3.0b1"'),
        ),
        (
            {"pyproject.toml": MATURIN, "Cargo.toml": CARGO},
            *("Cargo.toml", 'version = "1.2.0"', 'version = "1.3.0b1"'),
        ),
    ],
)
def test_the_version_is_set_where_the_metadata_have_it(
    files: dict[str, str], path: str, before: str, after: str
) -> None:
    """One place of one file changes, and the readers say the new version; all else is byte for byte what it was."""
    start, package, paths = draft(files)
    made = set_version(start, package, paths, Version("1.3.0b1"))
    assert changed(made) == {f"pkg/{path}": files[path].replace(before, after, 1)}
    found = read_package("pkg", made)
    assert found is not None
    assert found.version == "1.3.0b1"


def test_every_other_statement_goes_along() -> None:
    """Code, citations and the settings of other tools say the version as well; what names another's stays."""
    files = {
        "pyproject.toml": f'{STATIC}[tool.commitizen]\nversion = "1.2.0" # cz\n[tool.other]\nversion = "1.2.0"\n',
        "src/demo/__init__.py": '"""Of 1.2.0."""\n__version__: str = (\n    "1.2.0"  # 1.2.0\n)\nPEER = "1.2.0"\n',
        "CITATION.cff": "cff-version: 1.2.0\nversion: 1.2.0\n",
        "docs/conf.py": "version = '1.2'\nrelease = '1.2.0'\n",
        ".bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.1.0\n",
        "README.md": "demo==1.2.0\n",
    }
    start, package, paths = draft(files)
    made = set_version(start, package, paths, Version("1.3.0"))
    assert changed(made) == {
        "pkg/pyproject.toml": files["pyproject.toml"]
        .replace("1.2.0", "1.3.0", 1)
        .replace('"1.2.0" # cz', '"1.3.0" # cz'),
        "pkg/src/demo/__init__.py": files["src/demo/__init__.py"].replace('    "1.2.0"', '    "1.3.0"'),
        "pkg/CITATION.cff": "cff-version: 1.2.0\nversion: 1.3.0\n",
        "pkg/docs/conf.py": "version = '1.2'\nrelease = '1.3.0'\n",
        "pkg/.bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.3.0\n",
    }
    assert unstated(made, package, paths, Version("1.3.0")) == ()
    again = read_package("pkg", made)
    assert again is not None
    assert set_version(made, again, paths, Version("1.3.0")) == made


def test_bytes_that_are_no_text_stay() -> None:
    """A comment in Latin-1 beside the version is not ours to mend."""
    code = b"# -*- coding: latin-1 -*-\n# \xe9\n__version__ = '1.2.0'\n"
    there = {"pyproject.toml": STATIC.encode(), "demo/__init__.py": code}
    start = Draft(there.get)
    package = read_package(".", start)
    assert package is not None
    made = set_version(start, package, list(there), Version("1.3.0"))
    assert made.changed["demo/__init__.py"] == code.replace(b"1.2.0", b"1.3.0")


def test_a_computed_version_is_told() -> None:
    """Where no text is the version, none is changed on a guess."""
    start, package, paths = draft({"setup.py": f"{SETUP}setup(name='demo', version='1.2' + '.0')\n"})
    with pytest.raises(Blocked, match="it is computed"):
        set_version(start, package, paths, Version("1.3.0"))


def user(requires: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project]\nname = "user"\nversion = "1.0"\ndependencies = [{requires}]\n{HATCH}'}


@pytest.mark.parametrize(
    ("requires", "after", "left"),
    [
        ('"core>=1.2", "other==1.2.0"', None, ()),
        ('"core==1.2.0",  # core==1.2.0\n "other==1.2.0"', '"core==1.3.0",  # core==1.2.0\n "other==1.2.0"', ()),
        ("'Core[x] ~= 1.2.0 ; python_version > \"3\"'", "'Core[x] ~= 1.3.0 ; python_version > \"3\"'", ()),
        ('"core!=1.3.0"', None, ("core!=1.3.0",)),
        ('"core==1.2.0", "core!=1.3.0"', '"core==1.3.0", "core!=1.3.0"', ("core!=1.3.0",)),
    ],
)
def test_requirements_let_a_sibling_in(requires: str, after: str | None, left: tuple[str, ...]) -> None:
    """What does not admit the new version is moved, the rest stays, and what cannot be moved is told."""
    files = user(requires)
    start, package, _ = draft(files)
    made, told = let_in(start, package, "core", Version("1.3.0"))
    assert changed(made) == ({"pkg/pyproject.toml": files["pyproject.toml"].replace(requires, after)} if after else {})
    assert told == left


def test_requirements_of_legacy_files_and_extras() -> None:
    """Those in setup.py, in requirements files that it reads, and those of extras."""
    extras = "[metadata]\nname = user\nversion = 1\n[options.extras_require]\nx =\n    core==1.2.0\n"
    listed = (
        f'[project]\nname = "user"\nversion = "1"\ndynamic = ["dependencies"]\n{SETUPTOOLS}'
        '[tool.setuptools.dynamic]\ndependencies = {file = "reqs.txt"}\n'
    )
    poetic = f'[tool.poetry]\nname = "user"\nversion = "1"\n[tool.poetry.dependencies]\ncore = "1.2.0"\n{POETRY}'
    for path, files in (
        ("setup.py", {"setup.py": f"{SETUP}setup(name='user', version='1', install_requires=['core==1.2.0'])\n"}),
        ("setup.cfg", {"setup.cfg": extras}),
        ("reqs.txt", {"pyproject.toml": listed, "reqs.txt": "# all\r\ncore==1.2.0 # pinned\r\n"}),
        ("pyproject.toml", {"pyproject.toml": poetic}),
    ):
        start, package, _ = draft(files)
        made, told = let_in(start, package, "core", Version("1.3.0"))
        assert told == ()
        assert changed(made) == {f"pkg/{path}": files[path].replace("1.2.0", "1.3.0")}
