"""What a README must be for PyPI to show it."""

from __future__ import annotations

import pytest

from sources import BROKEN, MARKDOWN, RST, SOUND, TYPED, Files, declared, found, judged, read, setup, told


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**SOUND, "README.md": " \n"}, [("PRJ201", "README.md")]),
        (SOUND | {"README.md": None}, [("PRJ201", "README.md")]),
        ({**declared(without="readme"), "README.md": None}, [("PRJ201", "README.md")]),
        ({**SOUND, "README.md": "[link]: https://example.org\n"}, [("PRJ202", "README.md")]),
        (
            setup("long_description=text, long_description_content_type='text/x-rst'", **{"README.rst": BROKEN}),
            [("PRJ207", "README.rst:4")],
        ),
        (
            setup("long_description=text", **{"README.md": "# A\n\n  * b\nc\n"}),
            [("PRJ204", "README.md"), ("PRJ207", "README.md:4")],
        ),
        (declared('readme = "README.rst"', without="readme") | {"README.rst": BROKEN}, [("PRJ202", "README.rst:4")]),
        (
            declared('dynamic = ["readme"]', without="readme")
            | {"setup.cfg": "[metadata]\nlong_description = file: README.rst\n", "README.rst": BROKEN},
            [("PRJ202", "README.rst:4"), ("PRJ204", "README.rst")],
        ),
        (setup("long_description=':no:`such`', long_description_content_type='text/x-rst'"), [("PRJ202", "setup.py")]),
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
        (setup("long_description=a", **{"README.rst": BROKEN}), "PRJ207", 'Unknown interpreted text role "func"'),
        (
            setup("long_description=a", **{"README.md": "a\n  * `b\n"}),
            "PRJ207",
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


FANCY = {
    **declared('dynamic = ["readme"]', without="readme"),
    "README.md": "[broken](docs/a.md) and [astray](#nowhere)\n",
}


def test_a_text_in_setup_py_is_the_description() -> None:
    """A README that no metadata names may be written for Sphinx, whatever stands in setup()."""
    text = setup("long_description='It does things.', long_description_content_type='text/x-rst'")
    assert found(read(text | {"README.rst": BROKEN})) == []


def test_what_a_plug_in_composes_is_not_judged_by_its_source() -> None:
    """hatch-fancy-pypi-readme rewrites links and directives by rules of its own."""
    assert found(read(FANCY)) == []
    assert found(read(FANCY | {"README.md": None, "README.rst": BROKEN})) == []


def markdown(text: str) -> Files:
    return SOUND | {"README.md": text}


def restructured(text: str) -> Files:
    return declared('readme = "README.rst"', without="readme") | {"README.md": None, "README.rst": text}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (markdown("# A\n\nSee [the docs](docs/a.md).\n"), [("README.md:3", "the link to docs/a.md")]),
        (markdown("[a]\n\n[a]: <docs/a b.md> 'title'\n"), [("README.md", "the link to docs/a%20b.md")]),
        (markdown("See [a][b].\n\n[b]: ./a.md#part\n"), [("README.md:3", "the link to ./a.md#part")]),
        (markdown("![logo](logo.png)\n"), [("README.md:1", "the image logo.png")]),
        (markdown("[![logo](logo.png)](LICENSE)\n"), [("README.md:1", "LICENSE"), ("README.md:1", "logo.png")]),
        (markdown('<p>\n<img width="9" src="logo.png">\n</p>\n'), [("README.md:2", "the image logo.png")]),
        (markdown("<a href=docs/a.md>a</a>\n"), [("README.md:1", "the link to docs/a.md")]),
        (markdown("<a href='docs/a.md?b=c&amp;d'>a</a>\n"), [("README.md", "the link to docs/a.md?b=c&d")]),
        (markdown("[a](/LICENSE) [b](/LICENSE)\n"), [("README.md:1", "the link to /LICENSE")]),
        (markdown("`docs/a.md`\n\n```\n[a](docs/a.md)\n```\n\n[a](docs/a.md)\n"), [("README.md:7", "docs/a.md")]),
        (restructured("`a <docs/a.rst>`_ it\n"), [("README.rst:1", "the link to docs/a.rst")]),
        (restructured("See a_.\n\n.. _a: docs/a.rst\n"), [("README.rst:3", "the link to docs/a.rst")]),
        (restructured("a\n\n.. image:: logo.png\n"), [("README.rst:3", "the image logo.png")]),
        (
            restructured("a\n\n.. figure:: logo.png\n   :target: docs/a.html\n"),
            [("README.rst:4", "docs/a.html"), ("README.rst:3", "logo.png")],
        ),
        (restructured("|a|\n\n.. |a| image:: logo.png\n"), [("README.rst:3", "the image logo.png")]),
        (setup(TYPED, **{"README.md": "[a](docs/a.md)\n"}), [("README.md:1", "the link to docs/a.md")]),
        (
            declared('readme = {text = "[a](a.md)", content-type = "text/markdown"}', without="readme"),
            [("pyproject.toml", "the link to a.md")],
        ),
    ],
)
def test_an_address_beside_the_readme_leads_nowhere(files: Files, expected: list[tuple[str, str]]) -> None:
    """Links and images with a relative address are told where they stand, each address once."""
    findings = [each for each in judged(read(files)) if each.code == "PRJ205"]
    assert [each.where for each in findings] == [where for where, _ in expected]
    for finding, (_, words) in zip(findings, expected, strict=True):
        assert f"{words} leads nowhere from PyPI" in finding.message


@pytest.mark.parametrize(
    "files",
    [
        markdown("[a](https://example.org/docs/a.md) [b](http://example.org) <https://example.org> //example.org\n"),
        markdown("[a](//example.org/a) [b](mailto:a@example.org) ![c](data:image/png;base64,AA)\n"),
        markdown('```markdown\n[a](docs/a.md)\n```\n\n`[a](docs/a.md)` and `<img src="a.png">`\n'),
        markdown("<!-- [a](docs/a.md) -->\nWords.\n"),
        markdown("A [bracket] (in words), and docs/a.md in words.\n"),
        restructured("a\n\n.. image:: https://example.org/logo.png\n\n::\n\n   .. image:: logo.png\n"),
        restructured("``<docs/a.rst>`` and\n\n.. code::\n\n   `a <docs/a.rst>`_\n"),
        declared('readme = {file = "README.md", content-type = "text/plain"}', without="readme")
        | {"README.md": "[a](docs/a.md)"},
    ],
)
def test_an_address_elsewhere_and_code_are_no_concern(files: Files) -> None:
    """Whole addresses work on PyPI, and what is shown as code is no link."""
    assert [code for code, _ in found(read(files)) if code == "PRJ205"] == []


def test_the_whole_address_mends_a_link() -> None:
    """What the fix proposes passes."""
    assert "write the whole address, https://" in told(read(markdown("[a](docs/a.md)\n")), "PRJ205")
    assert found(read(markdown("[a](https://example.org/blob/v1.2.0/docs/a.md)\n"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Key concepts\n\n[there](#key-concepts) [up](#) [top](#top)\n", []),
        ("# Key concepts\n\n[there](#Key-concepts)\n", ["README.md:3"]),
        ("# Was renamed\n\n- [there](#key-concepts)\n- [again](#key-concepts)\n", ["README.md:3"]),
        ("# A\n\n# A\n\n[second](#a-1)\n", []),
        ("# A\n\n[third](#a-2)\n", ["README.md:3"]),
        ("# Größe & Maß\n\n[there](#größe--maß)\n", []),
        ('<a id="there"></a>\n\n[there](#there)\n', []),
        ('<a name="there"></a>\n\n[there](#there)\n', ["README.md:3"]),
        ("Words[^1].\n\n[^1]: a footnote\n", []),
        ("```\n[there](#nowhere)\n```\n", []),
    ],
)
def test_links_within_the_page(text: str, expected: list[str]) -> None:
    """A link to a heading has to be spelt as PyPI names it; attributes that PyPI takes out name nothing."""
    assert [where for code, where in found(read(markdown(text))) if code == "PRJ206"] == expected


def test_a_table_of_contents_in_restructuredtext_has_its_targets() -> None:
    """Docutils makes links and targets together."""
    text = ".. contents::\n\nA part\n======\n\nSee `A part`_ and [1]_.\n\n.. [1] a note\n"
    assert found(read(restructured(text))) == []
