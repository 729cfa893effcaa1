"""What a README must be for PyPI to show it."""

from __future__ import annotations

import pytest

from sources import BROKEN, MARKDOWN, RST, SOUND, Files, declared, found, read, setup, told


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**SOUND, "README.md": " \n"}, [("PRJ201", "README.md")]),
        (SOUND | {"README.md": None}, [("PRJ201", "README.md")]),
        ({**declared(without="readme"), "README.md": None}, [("PRJ201", "README.md")]),
        ({**SOUND, "README.md": "[link]: https://example.org\n"}, [("PRJ202", "README.md")]),
        (
            setup("long_description=text, long_description_content_type='text/x-rst'", **{"README.rst": BROKEN}),
            [("PRJ202", "README.rst:4")],
        ),
        (
            setup("long_description=text", **{"README.md": "# A\n\n  * b\nc\n"}),
            [("PRJ202", "README.md:4"), ("PRJ204", "README.md")],
        ),
        (
            declared('readme = {file = "README.md", content-type = "text/x-rst"}', without="readme"),
            [("PRJ203", "README.md")],
        ),
        (
            declared('readme = {file = "README.md", content-type = "text/html"}', without="readme"),
            [("PRJ203", "README.md")],
        ),
        (
            declared('readme = {file = "README.md", content-type = "Markdown"}', without="readme"),
            [("PRJ203", "README.md")],
        ),
        (declared(without="readme"), [("PRJ204", "README.md")]),
        (setup("long_description=text", **RST), [("PRJ204", "README.rst")]),
        (setup("url='https://example.org'", **MARKDOWN), [("PRJ204", "README.md")]),
    ],
)
def test_findings(files: Files, expected: list[tuple[str, str]]) -> None:
    """What is wrong with the README is found where it stands, and nothing else is."""
    assert found(read(files)) == expected


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (setup("long_description=a", **{"README.rst": BROKEN}), "PRJ202", 'Unknown interpreted text role "func"'),
        (
            setup("long_description=a", **{"README.md": "a\n  * `b\n"}),
            "PRJ202",
            "declare the content type text/markdown",
        ),
        (
            declared('readme = {text = "`a`_", content-type = "text/x-rst"}', without="readme"),
            "PRJ202",
            "line 1 of the text",
        ),
        (setup("long_description=a", **RST), "PRJ204", 'long_description_content_type="text/x-rst"'),
    ],
)
def test_what_is_said_and_advised(files: dict[str, str | bytes | None], code: str, words: str) -> None:
    """The message names what was found, the fix what to write."""
    assert words in told(read(files), code)
