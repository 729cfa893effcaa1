"""What is read from [tool.poetry], in forms that mean what poetry-core writes into METADATA."""

from __future__ import annotations

import pytest

from nox_release.metadata import Unreadable, read_package
from nox_release.metadata.constraints import python_marker, specifiers
from nox_release.model import Package

HEAD = """[build-system]
requires = ["poetry-core>=1"]
build-backend = "poetry.core.masonry.api"
[tool.poetry]
name = "My_Pkg"
version = "1.0"
classifiers = ["Private :: X"]
"""


def found(toml: str) -> Package:
    """Read a package of this pyproject.toml."""
    one = read_package(".", {"pyproject.toml": toml.encode()}.get)
    assert one is not None
    return one


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("*", ""),
        ("", ""),
        ("^1.2.3", ">=1.2.3,<2.0.0"),
        ("^1.2", ">=1.2,<2.0"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("^1.2b1", ">=1.2b1,<2.0"),
        ("^1!2", ">=1!2,<1!3"),
        ("~1.2.3", ">=1.2.3,<1.3.0"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.2", "~=1.2"),
        ("1.*", "==1.*"),
        ("==1.2.*", "==1.2.*"),
        ("!=1.2.*", "!=1.2.*"),
        (">1.2.*", None),
        ("1.2.3", "==1.2.3"),
        ("=1.2", "==1.2"),
        ("<>1.2", "!=1.2"),
        (">= 1.2, < 2", ">=1.2,<2"),
        (">=1 <2", ">=1,<2"),
        ("1.2 || 1.3", None),
        (">*", None),
        ("^x", None),
        ("^", None),
        (">=1,*", ">=1"),
    ],
)
def test_constraints_become_specifiers(constraint: str, expected: str | None) -> None:
    """Carets, tildes and wildcards have a form in PEP 440; unions have none."""
    assert specifiers(constraint) == expected


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("*", ""),
        ("<3.10", 'python_version < "3.10"'),
        ("^3.8", 'python_version >= "3.8" and python_version < "4.0"'),
        (">=3.8.1", 'python_full_version >= "3.8.1"'),
        ("3.9.*", 'python_version == "3.9.*"'),
        ("2.7 || 3", None),
    ],
)
def test_constraints_on_python_become_markers(constraint: str, expected: str | None) -> None:
    """A dependency for some versions of Python carries the condition as a marker."""
    assert python_marker(constraint) == expected


def test_dependencies_become_requirements() -> None:
    """Tables, lists of tables, optional ones and those from elsewhere are all translated."""
    one = found(
        HEAD
        + """[tool.poetry.dependencies]
python = "^3.8"
a = "^1.2"
b = {version = "^2", optional = true, extras = ["q"]}
c = {version = "~1.2", python = "<3.10", markers = "os_name == 'nt' or os_name == 'posix'"}
d = {path = "../d", develop = true}
e = [{version = "<2", python = "<3.9"}, {version = ">=2", python = ">=3.9"}]
f = {git = "https://example.org/f.git", platform = "linux"}
g = {version = "*", optional = true}
h = "*"
[tool.poetry.extras]
Some_X = ["b", "h", "none"]
"""
    )
    assert (one.name, one.version, one.requires_python, one.private) == ("my-pkg", "1.0", ">=3.8,<4.0", True)
    assert one.requires == (
        "a<2.0,>=1.2",
        'c<1.3,>=1.2; (os_name == "nt" or os_name == "posix") and python_version < "3.10"',
        "d",
        'e<2; python_version < "3.9"',
        'e>=2; python_version >= "3.9"',
        'f; sys_platform == "linux"',
    )
    assert one.extras == {"some-x": ("b[q]<3,>=2", "h")}
    assert one.unknown == frozenset()


def test_a_union_makes_the_requirements_unknown() -> None:
    """What PEP 440 cannot say is not bent to fit."""
    one = found(HEAD + "[tool.poetry.dependencies]\npython = '2.7 || 3'\nb = '1 || 2'\n")
    assert one.unknown == {"requires", "extras", "requires-python"}


def test_groups_of_poetry_stand_beside_those_of_pep_735() -> None:
    """Groups of all kinds arrive, with their includes resolved."""
    one = found(
        HEAD
        + """[tool.poetry.dev-dependencies]
a = "1 || 2"
[tool.poetry.group.docs]
include-groups = ["dev"]
[tool.poetry.group.docs.dependencies]
b = ["<1", ">2"]
[dependency-groups]
lint = ["c"]
"""
    )
    assert one.groups == {"dev": ("a",), "docs": ("b<1", "b>2", "a"), "lint": ("c",)}


@pytest.mark.parametrize(("enable", "version"), [("true", None), ("false", "1.0")])
def test_dynamic_versioning_makes_the_version_a_placeholder(enable: str, version: str | None) -> None:
    """The plug-in takes the version from git, whatever stands in the file."""
    assert found(f"{HEAD}[tool.poetry-dynamic-versioning]\nenable = {enable}\n").version == version


def test_a_broken_dependency_is_named() -> None:
    """A dependency that is neither a constraint nor a table cannot be read."""
    with pytest.raises(Unreadable, match="dependency b is not a table"):
        found(HEAD + "[tool.poetry.dependencies]\nb = 5\n")
