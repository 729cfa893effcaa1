"""What is read of a package's source, and what cannot be."""

from __future__ import annotations

import pytest

from nox_release.check import Severity
from nox_release.errors import Blocked
from nox_release.stages.lint_metadata import FAMILIES
from sources import MARKDOWN, RST, SOUND, TYPED, Files, declared, found, read, setup

LICENSED = {**MARKDOWN, "LICENSE": SOUND["LICENSE"]}


def test_a_sound_package_has_no_findings() -> None:
    assert found(read(SOUND)) == []


@pytest.mark.parametrize(
    "files",
    [
        declared('readme = {file = "README.md", content-type = "text/markdown; variant=GFM"}', without="readme"),
        declared('readme = {text = "# Contoso", content-type = "text/markdown"}', without="readme"),
        declared('readme = "../README.md"', without="readme") | {"../README.md": "# Contoso"},
        declared('readme = {file = "README.txt", content-type = "text/x-rst"}', without="readme")
        | {"README.txt": RST["README.rst"]},
        declared('dynamic = ["readme", "classifiers"]', without="readme") | {"README.md": "# A"},
        declared('dynamic = ["readme"]', without="readme")
        | {
            "pyproject.toml": declared('dynamic = ["readme"]', without="readme")["pyproject.toml"],
            "setup.cfg": "[metadata]\n"
            "long_description = file: README.rst\nlong-description-content-type = text/x-rst\n",
            **RST,
        },
        setup(TYPED, **MARKDOWN),
        setup("long_description=a, long_description_content_type=kind", **MARKDOWN),
        setup("**arguments", **MARKDOWN),
        {"setup.py": "import setuptools, contoso\ncontoso.run()\n", "CHANGES": SOUND["CHANGELOG.md"], **LICENSED},
        {"setup.py": "def is not Python", "CHANGES": SOUND["CHANGELOG.md"], **LICENSED},
        setup("pbr=True", **MARKDOWN),
        SOUND | {"CHANGELOG.md": None, "docs/changelog.rst": "1.2.0 (2026-11-20)\n---\n\nIt does things.\n"},
        SOUND | {"CHANGELOG.md": "\ufeff## [v1.2] - 2026-11-20\r\n\r\n- a\r\n"},
        {
            "pyproject.toml": '[tool.poetry]\nname = "a"\nreadme = ["README.md", "CHANGES.md"]\nclassifiers = []\n',
            "ReadMe.md": "# another",
            "README.md": "# Contoso",
            "CHANGES.md": SOUND["CHANGELOG.md"],
            "LICENSE": SOUND["LICENSE"],
        },
        {
            "pyproject.toml": '[tool.flit.metadata]\nmodule = "a"\ndescription-file = "README.rst"\nclassifiers = []\n',
            "HISTORY.rst": "1.2.0 (2026-11-20)\n------------------\n\nIt does things.\n",
            "COPYING": SOUND["LICENSE"],
            **RST,
        },
    ],
)
def test_sources_without_a_finding(files: Files) -> None:
    assert found(read(files)) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (SOUND | {"README.md": b"# A\n\ncaf\xe9\n"}, "sdk/core/contoso-core/README.md:3 is not UTF-8 (byte 0xe9)"),
        (SOUND | {"CHANGELOG.md": b"\xff"}, "sdk/core/contoso-core/CHANGELOG.md:1 is not UTF-8"),
        (SOUND | {"pyproject.toml": "[project"}, "sdk/core/contoso-core/pyproject.toml is not TOML"),
        (SOUND | {"setup.cfg": "no section\n"}, "sdk/core/contoso-core/setup.cfg cannot be parsed"),
    ],
)
def test_what_cannot_be_read_stops_the_package(files: Files, message: str) -> None:
    with pytest.raises(Blocked) as stopped:
        read(files)

    assert stopped.value.message.startswith(message)
    assert stopped.value.hint


@pytest.mark.parametrize(
    ("files", "readme_type", "classifiers", "described"),
    [
        (setup("classifiers=['A']"), "", ("A",), False),
        (setup("classifiers=names"), "", None, False),
        (setup("url=''") | {"setup.cfg": "[metadata]\nclassifiers =\n  A\n  B\n"}, "", ("A", "B"), False),
        (setup("url=''") | {"setup.cfg": "[metadata]\nclassifier = file: names.txt\n"}, "", None, False),
        ({"setup.cfg": "[options]\n", "README": "a"}, "text/plain", None, True),
        ({"setup.cfg": "[metadata]\ndescription-file = README.md\n", **MARKDOWN}, "text/markdown", None, True),
        ({"setup.cfg": "[metadata]\nlong_description = file: README.rst, NEWS\n", **RST}, "", (), True),
        ({"pyproject.toml": "[tool.poetry]\n", **MARKDOWN}, "text/markdown", None, True),
        ({"pyproject.toml": '[tool.poetry]\nname = "a"\n', **MARKDOWN}, "text/markdown", (), False),
        ({"pyproject.toml": '[project]\nname = "a"\nreadme = "README"\n', "README": "a"}, "", (), True),
        (
            {
                "pyproject.toml": '[project]\nname = "a"\ndynamic = ["readme", "classifiers"]\n'
                '[tool.setuptools.dynamic]\nreadme = {file = ["README.md", "CHANGELOG.md"]}\n',
                **MARKDOWN,
            },
            "text/x-rst",
            None,
            True,
        ),
    ],
)
def test_what_can_be_told_without_running_anything(
    files: Files, readme_type: str, classifiers: tuple[str, ...] | None, described: bool
) -> None:
    subject = read(files)

    assert (subject.readme_type, subject.classifiers, subject.described) == (readme_type, classifiers, described)


def test_what_lets_the_package_go_on() -> None:
    """These are told and stop nothing; all others do."""
    warnings = {check.code for family in FAMILIES for check in family.checks if check.severity is Severity.WARNING}

    assert warnings == set(
        "PRJ102 PRJ204 PRJ205 PRJ206 PRJ207 PRJ303 PRJ304 PRJ305 PRJ401 PRJ404 PRJ405 PRJ406 PRJ407 PRJ505 "
        "PRJ602 PRJ604 PRJ702 PRJ704 PRJ705 PRJ706 PRJ708 PRJ709".split()
    )
