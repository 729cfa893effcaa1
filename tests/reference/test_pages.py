"""The sections of pages that are made from the code."""

from __future__ import annotations

from enum import Enum
from importlib.resources import files
from pathlib import Path

import pytest

import nox_release
from nox_release.config import PACKAGE, WORKSPACE
from nox_release.errors import Exit
from nox_release.reference.api import api
from nox_release.reference.configuration import MEANINGS, SEE
from nox_release.reference.declared import markdown, meanings, table
from nox_release.reference.exits import exits
from nox_release.reference.manifest import _type, manifest
from nox_release.reference.pages import SECTION, SECTIONS, fill

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_a_page_is_what_the_code_says(page: Path) -> None:
    """Each section from the code is up to date; `python -m nox_release.reference` writes it."""
    text = page.read_text(encoding="utf-8")
    assert text == fill(text)


def test_each_section_stands_on_one_page() -> None:
    """Nothing is made that no page shows, and nothing is shown twice."""
    found = [name for page in PAGES for name in SECTION.findall(page.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(SECTIONS)


def test_only_what_is_between_the_marks_is_replaced() -> None:
    """What is written by hand around a section stays."""
    page = "# A\n\n<!-- exit codes: from the code -->\nold\n<!-- end -->\n\nBy hand.\n"
    table = "\n".join(exits())
    assert fill(page) == f"# A\n\n<!-- exit codes: from the code -->\n\n{table}\n\n<!-- end -->\n\nBy hand.\n"
    assert fill("# Nothing\n") == "# Nothing\n"
    with pytest.raises(KeyError):
        fill("<!-- unheard of: from the code -->\n<!-- end -->")


def test_every_key_has_a_meaning() -> None:
    """No key of the configuration is declared without a sentence, and more is said of keys that there are."""
    keys = {**WORKSPACE, **PACKAGE}
    assert {key.field for key in keys.values()} <= MEANINGS.keys()
    assert all(MEANINGS[key.field].endswith(".") for key in keys.values())
    assert SEE.keys() <= keys.keys()


def test_every_exit_code_is_in_the_table() -> None:
    """Each member of the enumeration has a line."""
    assert [line.split()[1] for line in exits()[2:]] == [str(code.value) for code in Exit]


def test_the_api_is_what_is_public() -> None:
    """Each name in __all__ has its signature and its docstring; nothing else is promised."""
    assert nox_release.__all__ == ["register"]
    assert "nox_release.register() -> None" in list(api())


def test_every_object_of_the_manifest_is_told() -> None:
    """Each definition of the schema has a heading to which the others link."""
    lines = list(manifest())
    assert [line for line in lines if line.startswith("###")] == [
        "### The manifest", "### Artifact", "### Finding", "### Evidence",
    ]  # fmt: skip
    assert "| `artifacts` | list of [artifact](#artifact) | The files to publish, the sdist first. |" in lines
    assert files("nox_release").joinpath("manifest.schema.json").is_file()


def test_a_type_without_words_is_not_passed_over() -> None:
    """What the schema may come to say, and the page cannot, stops the writing of it."""
    with pytest.raises(ValueError, match="has no words yet"):
        _type({"oneOf": []})


class Colour(Enum):
    """Of a test."""

    RED = 1
    """As ``blood``,
    says the poet."""
    BLUE = 2
    GREEN = 3
    """As grass."""


def test_docstrings_below_declarations_are_read() -> None:
    """Each belongs to what stands directly above it; literals become those of Markdown."""
    assert meanings(Colour) == {"RED": "As `blood`, says the poet.", "GREEN": "As grass."}


def test_parameters_become_a_list() -> None:
    """Of the fields of a docstring those are kept that say something of the call."""
    assert markdown("Do it.\n\n:param x: which ``x``\n:raises Misuse: never") == (
        "Do it.\n\n- `x`: which `x`\n- `Misuse`: never"
    )


def test_a_bar_does_not_end_a_cell() -> None:
    """What holds the mark between cells stays in its cell; an empty cell is empty."""
    assert table(("a", "b"), [("x|y", "")]) == ["| a | b |", "| --- | --- |", r"| x\|y | |"]
