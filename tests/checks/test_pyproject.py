"""What pyproject.toml may hold."""

from __future__ import annotations

import functools
import socket
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validate_pyproject.api import FORMAT_FUNCTIONS, Validator
from validate_pyproject.error_reporting import ValidationError

from nox_release.checks.pyproject import STANDARD_TABLES
from sources import PYPROJECT, SOUND, Files, declared, found, judged, read, told


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (declared('licens = "MIT"'), [("PRJ101", "pyproject.toml")]),
        (declared('dependencies = ["six>>1"]'), [("PRJ101", "pyproject.toml")]),
        ({**SOUND, "pyproject.toml": PYPROJECT.replace("[tool.contoso]", "[contoso]")}, [("PRJ102", "pyproject.toml")]),
    ],
)
def test_findings(files: Files, expected: list[tuple[str, str]]) -> None:
    """What is wrong with pyproject.toml is found where it stands, and nothing else is."""
    assert found(read(files)) == expected


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (declared('dependencies = ["six>>1"]'), "PRJ101", "`project.dependencies[0]` must be a requirement"),
        (SOUND | {"pyproject.toml": PYPROJECT.replace("tool.contoso", "projct")}, "PRJ102", "call it [project]"),
    ],
)
def test_what_is_said_and_advised(files: dict[str, str | bytes | None], code: str, words: str) -> None:
    """The message names what was found, the fix what to write."""
    assert words in told(read(files), code)


def schema_errors(text: str) -> list[str]:
    return [finding.message for finding in judged(read(SOUND | {"pyproject.toml": text})) if finding.code == "PRJ101"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            '[build-system]\nbuild-backend = "a b"\n'
            '[project]\nname = "a b"\nlicens = 1\nrequires-python = 3\nurls = {a = 1}\n',
            ["build-backend", "requires", "name", "licens", "requires-python", "urls", "version"],
        ),
        ('[project]\nname = "a"\nversion = "1"\ndynamic = ["version"]\n', ["project.version"]),
        (
            "project = 3\ntool = 4\nbuild-system = 5\ndependency-groups = 6",
            ["project", "tool", "build-system", "dependency-groups"],
        ),
        (
            "[tool.setuptools]\nfoo = 1\npackages = 3\nzip-safe = 4\n[tool.distutils]\na = 1",
            ["foo", "packages", "zip-safe", "distutils"],
        ),
        ("[tool]\nsetuptools = 3\n", ["tool.setuptools"]),
        ('[project]\nname = "a"\nversion = "1"\nimport-names = ["a.b"]\n', ["import-names"]),
        (
            '[dependency-groups]\na = [{include-group = "b"}, 3]\nc = [{include-group = "d"}]\n',
            ["dependency-groups.a", "'d'"],
        ),
        ('[dependency-groups]\nTest_It = []\na = [{include-group = "test-it"}]\n', []),
        ('[project]\nname = "a"\nversion = "1"\nclassifiers = ["No :: Such"]\n[tool.hatch]\nx = 1\n', []),
    ],
)
def test_every_error_of_the_schema_is_told_at_once(text: str, named: list[str]) -> None:
    errors = schema_errors(text)

    for name in named:
        assert any(name in error for error in errors), name
    assert len(errors) <= len(named)

    for name in named:
        assert any(name in error for error in errors), name
    assert len(errors) <= len(named)


NAMES = (
    "project tool build-system dependency-groups setuptools name version dynamic readme file requires classifiers "
    "urls license include-group packages import-names scripts text a.b"
)
KEYS = st.sampled_from(NAMES.split())
VALUES = st.recursive(
    st.text(max_size=4) | st.integers() | st.booleans() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)  # the first example compiles the schemas
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.none() | st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_table_is_judged(pyproject: dict[str, object], table: dict[str, object] | None) -> None:
    both = pyproject if table is None else {**pyproject, "project": table}
    legal = _validates({key: value for key, value in both.items() if key in STANDARD_TABLES})

    codes = [code for code, _ in found(replace(read(SOUND), pyproject=both)) if code == "PRJ101"]

    assert bool(codes) is not legal


@functools.cache
def _reference() -> Validator:
    return Validator(format_validators={**FORMAT_FUNCTIONS, "trove-classifier": lambda _: True, "SPDX": lambda _: True})


def _validates(pyproject: dict[str, object]) -> bool:
    try:
        _reference()(pyproject)
    except ValidationError:
        return False
    return True


def test_nothing_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert schema_errors(PYPROJECT) == []
