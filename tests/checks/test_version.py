"""Which versions are to be released."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.model import Package
from nox_release.project import ReleasedTag
from sources import CIRCUMSTANCES, PACKAGE, PYPROJECT, SOUND, Files, found, read, told


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        ("1.2.0", []),
        ("1.2.0b1", []),
        ("1.2.0.post1", []),
        ("1.2.0.dev3", ["PRJ501"]),
        ("1.2.0+contoso", ["PRJ502"]),
        ("1.2.0.dev3+g1234", ["PRJ501", "PRJ502"]),
        ("9" * 5000, ["PRJ501"]),
        ("latest", ["PRJ501"]),
        (None, ["PRJ501"]),
    ],
)
def test_versions_to_release(version: str | None, codes: list[str]) -> None:
    subject = read(SOUND, replace(PACKAGE, version=version))

    findings = [(code, where) for code, where in found(subject) if code.startswith("PRJ5")]
    assert findings == [(code, "pyproject.toml") for code in codes]


@pytest.mark.parametrize(("same", "codes"), [(True, []), (False, ["PRJ503"])])
def test_a_tag_of_other_source(same: bool, codes: list[str]) -> None:
    tag = ReleasedTag("contoso-core_1.2.0", "0123456789abcdef", same)
    subject = read(SOUND, circumstances=replace(CIRCUMSTANCES, tag=tag))

    assert [code for code, _ in found(subject)] == codes
    assert same or "contoso-core_1.2.0 at 0123456789ab" in told(subject, "PRJ503")


def stating(path: str, text: str) -> Files:
    return SOUND | {path: text}


def disagreements(files: Files, package: Package = PACKAGE) -> list[tuple[str, str]]:
    return [(code, where) for code, where in found(read(files, package)) if code in ("PRJ504", "PRJ505")]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("contoso_core/__init__.py", '"""Doc."""\n__version__ = "{}"\n', 2),
        ("src/contoso_core/__init__.py", "__version__: str = '{}'\n", 1),
        ("contoso/core/_version.py", 'VERSION = "{}"\n', 1),
        ("contosocore/_version.py", 'VERSION = "{}"\n', 1),
        ("contoso/core/version.py", '__version__ = version = "{}"\n', 1),
        ("lib/contoso_core/__about__.py", '\n__version__ = "{}"\n', 2),
        ("contoso_core.py", '__version__ = "{}"\n', 1),
        ("elsewhere/__init__.py", '__version__ = "{}"\n', 1),
        ("src/elsewhere/__init__.py", '__version__ = "{}"\n', 1),
    ],
)
def test_the_code_states_the_version(path: str, text: str, line: int) -> None:
    """In the package that the distribution is named after, or else the only one; and writing the version mends it."""
    files = {path.rpartition("/")[0] + "/__init__.py": "", path: text} if "/" in path else {path: text}
    wrong = [("PRJ504", f"{path}:{line}")]

    assert disagreements({**SOUND, **files, path: text.format("1.1.0")})[: len(wrong)] == wrong
    assert "write 1.2.0" in told(read({**SOUND, **files, path: text.format("1.1.0")}), "PRJ504")
    assert disagreements({**SOUND, **files, path: text.format("1.2.0")}) == []
    assert disagreements({**SOUND, **files, path: text.format("1.2")}) == []


@pytest.mark.parametrize(
    "text",
    [
        'from importlib.metadata import version\n\n__version__ = version("contoso-core")\n',
        'try:\n    from ._made import __version__\nexcept ImportError:\n    __version__ = "0.0.0"\n',
        '__version__ = "0.0.0"\nif True:\n    __version__ = "1.2.0"\n',
        '__version__ = "0.0.0"\n\n\ndef f():\n    global __version__\n    __version__ = "1"\n',
        '__version__ = "@VERSION@"\n',
        'VERSION = "2026-01-01"\n',
        "VERSION = (1, 1, 0)\n",
        'class A:\n    VERSION = "1.1.0"\n',
        'API_VERSION = "1.1.0"\n',
        "__version__ = def\n",
        '__version__ = "\0"\n',
        "",
    ],
)
def test_what_is_computed_or_no_version_is_left_alone(text: str) -> None:
    """Only a literal that is bound once at the top level is certain."""
    assert disagreements(stating("contoso_core/__init__.py", text)) == []


@pytest.mark.parametrize(
    "path",
    [
        "tests/__init__.py",
        "contoso_core/_vendor/other/__init__.py",
        "contoso_core/v2019/_version.py",
        "docs/version.py",
    ],
)
def test_code_that_is_not_the_package_is_left_alone(path: str) -> None:
    """Tests, vendored code and the versions of services say nothing of the package."""
    files = {"contoso_core/__init__.py": "", path: '__version__ = VERSION = "1.1.0"\n'}
    assert disagreements(SOUND | files) == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("CITATION.cff", "cff-version: 1.2.0\nversion: {}\n", 2),
        ("CITATION.cff", 'cff-version: 1.2.0\n\nversion: "{}"\n', 3),
        ("docs/conf.py", 'project = "contoso"\nversion = "1"\nrelease = "{}"\n', 3),
        ("recipe/meta.yaml", '{{% set name = "contoso" %}}\n{{% set version = "{}" %}}\n', 2),
        (".bumpversion.cfg", "[bumpversion]\ncurrent_version = {}\n", 2),
        (".bumpversion.toml", '[tool.bumpversion]\ncurrent_version = "{}"\n', 2),
        ("pyproject.toml", PYPROJECT + '\n[tool.bumpversion]\ncurrent_version = "{}"\n', 15),
        ("pyproject.toml", PYPROJECT + '\n[tool.commitizen]\nversion = "{}"\n', 15),
        ("setup.py", "from setuptools import setup\n\nsetup(version='{}')\n", 3),
        ("setup.cfg", "[metadata]\nname = contoso-core\nversion = {}\n", 3),
    ],
)
def test_other_places_state_the_version(path: str, text: str, line: int) -> None:
    """Each that has another is told with its line, and writing the version mends it."""
    assert disagreements(stating(path, text.format("1.1.0"))) == [("PRJ505", f"{path}:{line}")]
    assert "1.1.0, 1.2.0 is to be released" in told(read(stating(path, text.format("1.1.0"))), "PRJ505")
    assert disagreements(stating(path, text.format("1.2.0"))) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("CITATION.cff", "cff-version: 1.1.0\nreferences:\n  - version: 1.1.0\n"),
        ("docs/conf.py", "from contoso import __version__ as release\nversion = '1.1'\n"),
        ("setup.py", "from setuptools import setup\n\nsetup(version=read('VERSION'))\n"),
        ("setup.cfg", "[metadata]\nversion = attr: contoso_core.__version__\n"),
        ("tests/CITATION.cff", "version: 1.1.0\n"),
        ("setup.py", b"# -*- coding: latin-1 -*-\n# \xe9\n"),
        ("CITATION.cff", b"authors: \xe9\nversion: 1.2.0\n"),
    ],
)
def test_what_states_no_version_of_the_package(path: str, text: str | bytes) -> None:
    """A version of something else, or one that is looked up, agrees."""
    assert disagreements(SOUND | {path: text}) == []


def test_a_version_that_git_decides_has_placeholders() -> None:
    """setuptools-scm and its likes overwrite what stands in the files."""
    files = stating("contoso_core/__init__.py", '__version__ = "0.0.0"\n')
    assert [code for code, _ in found(read(files))] == ["PRJ504"]
    assert found(read(files, circumstances=replace(CIRCUMSTANCES, git_decides=True))) == []


@pytest.mark.parametrize(
    ("headings", "wrong"),
    [
        (["1.3.0 (2026-11-20)", "1.2.0 (2026-10-20)"], True),
        (["Unreleased", "1.3.0", "1.2.0"], False),
        (["1.2.0 (2026-11-20)", "1.3.0b1 (2026-10-20)"], False),
        (["1.2.0 (2026-11-20)", "1.1.0 (2026-10-20)"], False),
    ],
)
def test_a_changelog_that_begins_with_a_later_version(headings: list[str], wrong: bool) -> None:
    """The version was not bumped, or the wrong branch is checked out."""
    changelog = "\n".join(f"## {each}\n\n- a\n" for each in headings)
    assert (("PRJ505", "CHANGELOG.md:1") in disagreements(SOUND | {"CHANGELOG.md": changelog})) is wrong


@given(st.text())
def test_any_module_is_taken(text: str) -> None:
    """No source of a module keeps the others from being looked at."""
    files = stating("contoso_core/__init__.py", f'__version__ = "1.1"\n{text}')
    assert len(disagreements(files)) <= 1
