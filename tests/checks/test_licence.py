"""What PEP 639 asks of a licence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import MARKDOWN, SOUND, TYPED, Files, declared, found, read, setup, told

CLASSIFIER = "License :: OSI Approved :: MIT License"


def both(licence: str, classifiers: str) -> Files:
    return declared(licence, f"classifiers = {classifiers}", without="classifiers")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (declared('license = "MIT License"'), [("PRJ601", "pyproject.toml:6")]),
        (declared('license = "MIT OR"'), [("PRJ601", "pyproject.toml:6")]),
        (declared('license = ""'), [("PRJ601", "pyproject.toml:6")]),
        (declared('license = "MIT"'), []),
        (declared('license = "(mit OR apache-2.0) AND LicenseRef-Contoso"'), []),
        (declared('license = { text = "MIT License" }'), []),
        (both('license = "MIT"', f'["{CLASSIFIER}"]'), [("PRJ602", "pyproject.toml:7")]),
        (both('license = { text = "MIT" }', f'["{CLASSIFIER}"]'), []),
        (declared('license-files = ["LICENSE", "NOTICE*"]'), [("PRJ603", "pyproject.toml:6")]),
        (declared('license-files = ["LICENSE", "NOTICE*"]') | {"NOTICE.txt": "a"}, []),
        (declared('license-files = ["licenses/**"]') | {"licenses/a/MIT.txt": "a"}, []),
        (declared("license-files = []"), []),
        (declared('license = { file = "MIT.txt" }'), [("PRJ603", "pyproject.toml:6")]),
        (declared('license = { file = "MIT.txt" }') | {"MIT.txt": "a"}, []),
        (declared('license = { file = "../LICENSE" }'), []),
        (SOUND | {"LICENSE": None}, [("PRJ604", "LICENSE")]),
        (SOUND | {"LICENSE": None, "src/LICENSE": "a", "licensing.py": ""}, [("PRJ604", "LICENSE")]),
        (declared('license-files = ["MIT.txt"]') | {"LICENSE": None, "MIT.txt": "a"}, []),
        (setup(TYPED, **MARKDOWN) | {"LICENSE": None}, [("PRJ604", "LICENSE")]),
    ],
)
def test_findings(files: Files, expected: list[tuple[str, str]]) -> None:
    """What is wrong with the licence is found where it stands, and nothing else is."""
    assert found(read(files)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "LICENSE", "License.txt", "LICENCE.md", "COPYING", "COPYING.LESSER", "LICENSE-MIT", "APACHE-LICENSE",
        "LICENSES/MIT.txt",
    ],
)  # fmt: skip
def test_names_that_a_licence_has(path: str) -> None:
    """Whatever the licence is called by custom is its text."""
    assert found(read(SOUND | {"LICENSE": None, path: "text"})) == []


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("Apache 2.0", 'write license = "Apache-2.0"'),
        ("Apache License, Version 2.0", 'write license = "Apache-2.0"'),
        ("MIT License", 'write license = "MIT"'),
        ("The MIT License", 'write license = "MIT"'),
        ("BSD", "choose from https://spdx.org/licenses"),
    ],
)
def test_a_near_expression_is_proposed(licence: str, words: str) -> None:
    """What is meant is proposed where that is plain, and passes."""
    assert words in told(read(declared(f'license = "{licence}"')), "PRJ601")
    if words.startswith("write "):
        assert found(read(declared(words.removeprefix("write ")))) == []


@given(st.text(st.characters(exclude_characters="'", exclude_categories=("Cc", "Cs"))))
def test_any_licence_is_taken(licence: str) -> None:
    """It is an expression or it is not."""
    assert found(read(declared(f"license = '{licence}'"))) in ([], [("PRJ601", "pyproject.toml:6")])
