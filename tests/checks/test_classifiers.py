"""Classifiers that PyPI takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trove_classifiers import deprecated_classifiers

from sources import MARKDOWN, PACKAGE, SOUND, TYPED, Files, declared, found, read, setup, told

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
