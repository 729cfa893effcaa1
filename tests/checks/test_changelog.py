"""What a changelog says of the version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sources import PACKAGE, SOUND, Files, found, read, told


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (SOUND | {"CHANGELOG.md": None}, [("PRJ401", "CHANGELOG.md")]),
        ({**SOUND, "CHANGELOG.md": "# Changes\n\n## 1.1.0 (2026-11-20)\n\n- a\n"}, [("PRJ402", "CHANGELOG.md:3")]),
        ({**SOUND, "CHANGELOG.md": "Nothing yet.\n"}, [("PRJ402", "CHANGELOG.md")]),
        ({**SOUND, "CHANGELOG.md": "## 1.2.0 (2026-11-20)\n\n### Fixed\n"}, [("PRJ403", "CHANGELOG.md:1")]),
        ({**SOUND, "CHANGELOG.md": "\n## 1.2.0\n\n- a\n"}, [("PRJ404", "CHANGELOG.md:2")]),
        (
            {**SOUND, "CHANGELOG.md": "## 1.2.0 (Unreleased)\n"},
            [("PRJ403", "CHANGELOG.md:1"), ("PRJ404", "CHANGELOG.md:1")],
        ),
    ],
)
def test_findings(files: Files, expected: list[tuple[str, str]]) -> None:
    """What is wrong with the changelog is found where it stands, and nothing else is."""
    assert found(read(files)) == expected


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (SOUND | {"CHANGELOG.md": "## 1.1.0 (2026-11-20)"}, "PRJ402", "the top one is `## 1.1.0 (2026-11-20)`"),
        (SOUND | {"CHANGELOG.md": "## [Unreleased]\n\n- a"}, "PRJ402", "give this heading the version"),
        (SOUND | {"CHANGELOG.md": "## 1.2.0\n\n- a"}, "PRJ404", "has no date"),
        (SOUND | {"CHANGELOG.md": "## 1.2.0 (TBA)\n\n- a"}, "PRJ404", "is still unreleased"),
    ],
)
def test_what_is_said_and_advised(files: dict[str, str | bytes | None], code: str, words: str) -> None:
    """The message names what was found, the fix what to write."""
    assert words in told(read(files), code)


def test_without_a_version_nothing_is_asked_of_the_changelog() -> None:
    assert [code for code, _ in found(read(SOUND, replace(PACKAGE, version=None)))] == ["PRJ501"]
