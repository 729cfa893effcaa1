"""Tools that write a changelog: which one a package is set up for, and what it may not lose."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from packaging.version import Version

from nox_release.prepare.collecting import Collector, collector, kept
from nox_release.project import Source

PYTHON = Path("python")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, None),
        ({"pyproject.toml": "[tool.other]\n"}, None),
        ({"pyproject.toml": "[tool.towncrier]\n"}, Collector("towncrier", "NEWS.rst")),
        ({"pyproject.toml": "[tool.towncrier]\nfilename = 'CHANGES.md'\n"}, Collector("towncrier", "CHANGES.md")),
        ({"towncrier.toml": "[tool.towncrier]\nfilename = 'A.md'\n"}, Collector("towncrier", "A.md")),
        ({"pyproject.toml": "[tool.scriv]\n"}, Collector("scriv", "CHANGELOG.rst")),
        ({"pyproject.toml": "[tool.scriv]\nformat = 'md'\n"}, Collector("scriv", "CHANGELOG.md")),
        ({"scriv.ini": "[scriv]\nchangelog = HISTORY.rst\n"}, Collector("scriv", "HISTORY.rst")),
        ({"setup.cfg": "[tool.scriv]\nformat = md\n"}, Collector("scriv", "CHANGELOG.md")),
        ({"tox.ini": "[tox]\n", "setup.cfg": "no ini file"}, None),
    ],
)
def test_what_a_package_is_set_up_for(files: dict[str, str], found: Collector | None) -> None:
    """Its own configuration says which tool, and which file that writes."""
    there = {path: text.encode() for path, text in files.items()}
    assert collector(Source("demo", there.get)) == found


def test_the_commands() -> None:
    """Both are told the version; towncrier is told the day as well, and asks nothing."""
    version, day = Version("1.3.0"), date(2026, 11, 25)
    assert Collector("scriv", "").command(PYTHON, version, day)[1:] == ["-m", "scriv", "collect", "--version", "1.3.0"]
    assert Collector("towncrier", "").command(PYTHON, version, day)[1:] == [
        *("-m", "towncrier", "build", "--yes", "--version", "1.3.0", "--date", "2026-11-25"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (b"a\nb\n", b"new\na\n\nb\n", ""),
        (b"a\r\n\r\nb", b"a\nb\n", ""),
        (b"a\nb\n", b"b\na\n", "b"),
        (b"a\n b\n", b"a\nb\n", " b"),
        (b"a\na\n", b"a\n", "a"),
        (b"", b"", ""),
    ],
)
def test_the_first_line_that_is_lost(old: bytes, new: bytes, lost: str) -> None:
    """Lines with something in them have to be there afterwards, as they were and in their order."""
    assert kept(old, new) == lost
