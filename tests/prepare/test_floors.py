"""What a requirement becomes when a sibling is released that it does not admit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from nox_release.prepare.floors import admits, followed


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        ("core>=1.2", "1.3.0", None),
        ("core", "1.3.0", None),
        ("core>=1.2,<2", "1.3.0b1", None),
        ("core==1.2.*", "1.2.5", None),
        ("core @ https://example.org/core.zip", "1.3.0", None),
        ("core==1.2.0", "1.3.0", "core==1.3.0"),
        ("core===1.2.0", "1.3.0", "core===1.3.0"),
        ("core==1.2.*", "1.3.4", "core==1.3.*"),
        ("core ~= 1.2.0", "1.3.0", "core ~= 1.3.0"),
        ("core~=1.2", "2.1.3", "core~=2.1"),
        ("core~=1.2.0", "1.3.0b1", "core~=1.3.0b1"),
        ("core >=1.2, <1.3 ; python_version<'3.13'", "1.3.0", "core >=1.2, <1.4 ; python_version<'3.13'"),
        ("core[x]>=1.2,<2.0.0", "2.0.0", "core[x]>=1.2,<3.0.0"),
        ("core>=1.2,<2", "2.5.1", "core>=1.2,<3"),
        ("core<1.3", "1.3.0b1", "core<1.4"),
        ("core<=1.2.0,!=1.1", "1.3.0", "core<=1.3.0,!=1.1"),
        ("core<1!2", "1!2.0", "core<1!3"),
    ],
)
def test_what_does_not_admit_the_version_is_moved(before: str, version: str, after: str | None) -> None:
    """Pins follow, upper bounds are widened, floors and whatever admits the version stay as they are written."""
    text = f'dependencies = ["other==1.2.0", "{before}", # core==1.2.0\n]'
    made = followed(text, "core", Version(version))
    assert made == text.replace(before, after or before, 1)
    assert admits(after or before, Version(version))


@pytest.mark.parametrize("before", ["core>=1.5", "core!=1.3.0", "core>1.3", "core>=1.5,<1.3", "core==1.2.0 ; what"])
def test_what_cannot_be_moved_stays(before: str) -> None:
    """A floor above the version, or an exclusion of it, is somebody's decision."""
    text = f'requires = ["{before}"]'
    assert followed(text, "core", Version("1.3.0")) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('core = "^1.2"', 'core = "^2.0"'),
        ("core = '^1.2.0'  # why", "core = '^2.0.0'  # why"),
        ('Core = {version = "~1.2", extras = ["x"]}', 'Core = {version = "~2.0", extras = ["x"]}'),
        ('core = { extras = ["x"], version = "1.2.0" }', 'core = { extras = ["x"], version = "2.0.0" }'),
        ('core = ">=1.2,<2"', 'core = ">=1.2,<3"'),
        ('core = "1.*"', 'core = "2.*"'),
        ('core = ">=1.2"', 'core = ">=1.2"'),
        ('core = "*"', 'core = "*"'),
        ('core = "^1 || ^3"', 'core = "^1 || ^3"'),
        ('core = { workspace = true }', 'core = { workspace = true }'),
        ('core-extra = "^1.2"', 'core-extra = "^1.2"'),
    ],
)  # fmt: skip
def test_constraints_of_poetry(before: str, after: str) -> None:
    """They are the value of the package's name, and keep their operator."""
    made = followed(f"[tool.poetry.dependencies]\n{before}\n", "core", Version("2.0.0"))
    assert made == f"[tool.poetry.dependencies]\n{after}\n"


def test_requirements_alone_on_their_lines() -> None:
    """As in setup.cfg and requirements files, with line ends of any kind."""
    text = "install_requires =\r\n    core == 1.2.0\r\n    other\r\n\tcore-x==1.2.0  # core==1.2.0\r\n"
    assert followed(text, "core", Version("1.3.0")) == text.replace("core == 1.2.0", "core == 1.3.0")


_OPERATORS = st.sampled_from(["==", "~=", ">=", "<", "<=", "!=", ">"])
_RELEASE = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)).map(lambda each: ".".join(map(str, each)))
_SPECIFIERS = st.lists(st.tuples(_OPERATORS, _RELEASE).map("".join), min_size=1, max_size=3).map(",".join)


@given(_SPECIFIERS, _RELEASE, st.sampled_from(["", "b1", ".dev0"]))
def test_it_admits_the_version_or_is_what_it_was(specifier: str, release: str, rest: str) -> None:
    """There is nothing in between, and nothing that let the version in is touched."""
    before, version = f"core{specifier}", Version(release + rest)
    after = followed(f'"{before}"', "core", version)[1:-1]
    assert Requirement(after).name == "core"
    assert after == before or (admits(after, version) and not admits(before, version))
