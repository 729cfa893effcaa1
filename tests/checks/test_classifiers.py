"""Classifiers that PyPI takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trove_classifiers import deprecated_classifiers

from sources import CIRCUMSTANCES, MARKDOWN, PACKAGE, PYPROJECT, SOUND, TYPED, Files, declared, found, read, setup, told

DROPPED = next(name for name, replacements in deprecated_classifiers.items() if not replacements)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            declared('classifiers = ["Programming Language :: Pyton"]', without="classifiers"),
            [("PRJ301", "pyproject.toml")],
        ),
        (setup(f"{TYPED}, classifiers=['Contoso']", **MARKDOWN), [("PRJ301", "setup.py")]),
        (declared('classifiers = ["Private :: Do Not Upload"]', without="classifiers"), [("PRJ302", "pyproject.toml")]),
    ],
)
def test_findings(files: Files, expected: list[tuple[str, str]]) -> None:
    """What is wrong with the classifiers is found where it stands, and nothing else is."""
    assert found(read(files)) == expected


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (declared('classifiers = ["Programming Language :: Pyton"]'), "PRJ301", "'Programming Language :: Python'"),
        (declared('classifiers = ["License :: Contoso"]'), "PRJ301", "https://pypi.org/classifiers"),
        (declared('classifiers = ["Natural Language :: Ukranian"]'), "PRJ301", "by 'Natural Language :: Ukrainian'"),
        (declared(f'classifiers = ["{DROPPED}"]'), "PRJ301", f"'{DROPPED}' is deprecated | take it out"),
        (declared('classifiers = ["Private :: No"]'), "PRJ302", "'Private :: No'"),
    ],
)
def test_what_is_said_and_advised(files: dict[str, str | bytes | None], code: str, words: str) -> None:
    """The message names what was found, the fix what to write."""
    text = files.get("pyproject.toml")
    if isinstance(text, str):  # leave the one that the case declares
        files = files | {"pyproject.toml": text.replace('classifiers = ["Programming Language :: Python :: 3"]\n', "")}

    assert words in told(read(files), code)


def test_a_package_that_the_workspace_knows_as_private() -> None:
    assert found(read(SOUND, replace(PACKAGE, private=True))) == [("PRJ302", "pyproject.toml")]


STATUS = "Development Status :: {}"
ALPHA, BETA, STABLE = STATUS.format("3 - Alpha"), STATUS.format("4 - Beta"), STATUS.format("5 - Production/Stable")
MATURE, INACTIVE = STATUS.format("6 - Mature"), STATUS.format("7 - Inactive")


def classified(*classifiers: str) -> Files:
    return declared(f"classifiers = {list(classifiers)}", without="classifiers")


@pytest.mark.parametrize(
    ("policy", "version", "classifiers", "codes"),
    [
        ("consistent", "1.2.0b1", [STABLE], ["PRJ303"]),
        ("consistent", "1.2.0rc1", [MATURE], ["PRJ303"]),
        ("consistent", "1.2.0b1", [INACTIVE], []),
        ("consistent", "1.2.0b1", [BETA], []),
        ("consistent", "1.2.0b1", [], []),
        ("consistent", "1.2.0", [ALPHA], []),
        ("consistent", "1.2.0", [STABLE], []),
        ("consistent", "1.2.0.post1", [STABLE], []),
        ("consistent", "1.2.0", [BETA, STABLE], ["PRJ303"]),
        ("azure", "1.2.0b1", [BETA], []),
        ("azure", "1.2.0b1", [ALPHA], ["PRJ303"]),
        ("azure", "1.2.0b1", [STABLE], ["PRJ303"]),
        ("azure", "1.2.0", [BETA], ["PRJ303"]),
        ("azure", "1.2.0", [STABLE], []),
        ("azure", "1.2.0", [INACTIVE], []),
        ("azure", "1.2.0", [], ["PRJ303"]),
        ("none", "1.2.0b1", [STABLE, BETA], []),
        ("none", "1.2.0", [], []),
    ],
)
def test_the_development_status(policy: str, version: str, classifiers: list[str], codes: list[str]) -> None:
    """Each policy has its own idea of what fits the version."""
    changelog = {"CHANGELOG.md": f"## {version} (2026-11-20)\n\n- a\n"}
    circumstances = replace(CIRCUMSTANCES, classifier_policy=policy)
    subject = read({**classified(*classifiers), **changelog}, replace(PACKAGE, version=version), circumstances)
    assert [code for code, _ in found(subject)] == codes


@pytest.mark.parametrize(("version", "status"), [("1.2.0b1", BETA), ("1.2.0", STABLE)])
@pytest.mark.parametrize("policy", ["consistent", "azure"])
def test_the_proposed_status_passes(policy: str, version: str, status: str) -> None:
    """What the fix says to write is right by either policy."""
    wrong = ALPHA if policy == "azure" else STABLE if version.endswith("b1") else BETA
    files = {**classified(wrong, status), "CHANGELOG.md": f"## {version} (2026-11-20)\n\n- a\n"}
    package, circumstances = replace(PACKAGE, version=version), replace(CIRCUMSTANCES, classifier_policy=policy)
    assert repr(status) in told(read(files, package, circumstances), "PRJ303")
    assert (
        found(read({**files, **classified(status), "CHANGELOG.md": files["CHANGELOG.md"]}, package, circumstances))
        == []
    )


PYTHON = "Programming Language :: Python :: {}"


@pytest.mark.parametrize(
    ("requires", "pythons", "expected"),
    [
        (">=3.9", ["3.8", "3.9", "3.10"], [("PRJ304", "pyproject.toml:6")]),
        (">=3.9", ["3", "3 :: Only", "3.9", "3.14"], []),
        (">=3.9,<3.13", ["3.9", "3.13"], [("PRJ304", "pyproject.toml:6"), ("PRJ702", "pyproject.toml")]),
        (">=3.8.1", ["3.8", "3.9"], []),
        (">=3.8,!=3.9.*", ["3.8", "3.9"], [("PRJ304", "pyproject.toml:6")]),
        (">=3.6", ["2", "3", "3.6"], [("PRJ304", "pyproject.toml:6")]),
        (">=2.7,!=3.0.*", ["2", "2.7", "3"], []),
        (">=3.9", ["3.10", "3.11"], [("PRJ305", "pyproject.toml")]),
        (">=3.9.2", ["3.9", "3.10"], []),
        (">=3.9", ["3"], []),
        (">=3", ["3.10"], []),
        (">3.9", ["3.10"], []),
        (">=3.9", ["Implementation :: CPython", "3.9"], []),
        ("", ["3.8"], [("PRJ701", "pyproject.toml")]),
    ],
)
def test_pythons(requires: str, pythons: list[str], expected: list[tuple[str, str]]) -> None:
    """Those that are listed are admitted, and the oldest that is admitted is listed where any version is."""
    files = classified(*(PYTHON.format(python) for python in pythons))
    assert found(read(files, replace(PACKAGE, requires_python=requires))) == expected


def test_each_classifier_is_told_by_its_line() -> None:
    """3.1 is not 3.11, and 3 not 3 :: Only."""
    lines = ["classifiers = [", *(f'    "{PYTHON.format(python)}",' for python in ("3.11", "3.1", "3.12", "3.10")), "]"]
    files = declared(*lines, without="classifiers")
    assert found(read(files)) == [("PRJ304", "pyproject.toml:8")]


@pytest.mark.parametrize("classifier", ["Private :: Do Not Upload", "private :: no"])
def test_classifiers_in_a_file_of_their_own(classifier: str) -> None:
    """Setuptools takes dynamic classifiers from a file, which may mark the package as private."""
    text = PYPROJECT.replace('classifiers = ["Programming Language :: Python :: 3"]', 'dynamic = ["classifiers"]')
    files = SOUND | {"pyproject.toml": f'{text}\n[tool.setuptools.dynamic]\nclassifiers = {{ file = ["names"] }}\n'}
    known = "Programming Language :: Python :: 3\n"
    assert found(read(files | {"names": f"{known}\n{classifier}\n"})) == [("PRJ302", "names")]
    assert found(read(files | {"names": known})) == []
