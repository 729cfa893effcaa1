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
        (SOUND | {"CHANGELOG.md": "## 1.2.0 (YYYY-MM-DD)\n\n- a"}, "PRJ404", "`1.2.0 (YYYY-MM-DD)`"),
    ],
)
def test_what_is_said_and_advised(files: dict[str, str | bytes | None], code: str, words: str) -> None:
    """The message names what was found, the fix what to write."""
    assert words in told(read(files), code)


def test_without_a_version_nothing_is_asked_of_the_changelog() -> None:
    assert [code for code, _ in found(read(SOUND, replace(PACKAGE, version=None)))] == ["PRJ501"]


def log(*entries: str) -> Files:
    return SOUND | {"CHANGELOG.md": "".join(f"## {entry}\n\n- a change\n\n" for entry in entries)}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["1.2.0 (2026-02-30)"], [("PRJ405", "CHANGELOG.md:1")]),
        (["1.2.0 (2026-11-20)", "1.1.0 (31.9.2026)"], [("PRJ405", "CHANGELOG.md:5")]),
        (["1.2.0 (2026-11-20)", "1.1.0 (2026-13-01)"], [("PRJ405", "CHANGELOG.md:5")]),
        (["1.2.0 (2026-02-28)", "1.1.0 (February 2026)", "1.0.0 (2024-02-29)"], []),
        # the version that is to be released is the newest of all
        (["1.2.0 (2025-11-20)", "1.1.9 (2026-10-01)"], [("PRJ406", "CHANGELOG.md:1")]),
        (["1.2.0 (2025-11-20)", "1.1.9 (2025-11-20)"], []),
        (["1.2.0 (2026-11-20)", "1.1.9 (2026-10-01)"], []),
        (["2.0.0 (2026-11-21)", "1.2.0 (2026-11-22)"], [("PRJ505", "CHANGELOG.md:1")]),
        # entries of one line descend, an older line may have the newer release
        (["1.2.0 (2026-11-20)", "1.0.1 (2025-01-03)", "1.0.0 (2025-12-20)"], [("PRJ406", "CHANGELOG.md:5")]),
        (["1.2.0 (2026-11-20)", "1.0.1 (2025-12-20)", "1.0.0 (2025-12-20)"], []),
        (["1.2.0 (2026-11-20)", "1.1.0 (2025-05-01)", "1.0.9 (2025-06-01)"], []),
        # a day that may be meant in two ways, and no day at all, are not compared
        (["1.2.0 (2026-11-20)", "1.0.1 (03/04/2025)", "1.0.0 (2025-12-20)"], []),
        (["1.2.0 (2026-11-20)", "1.0.1 (March 2025)", "1.0.0 (2025-12-20)"], []),
        (["1.2.0 (2026-11-20)", "1.0.1", "1.0.0 (2025-12-20)"], []),
        # the check is made on 2026-11-25
        (["1.2.0 (2026-11-26)"], [("PRJ407", "CHANGELOG.md:1")]),
        (["1.2.0 (2027-11-20)", "1.1.0 (2026-10-01)"], [("PRJ407", "CHANGELOG.md:1")]),
        (["1.2.0 (2026-11-25)"], []),
        (["1.2.0 (Unreleased)"], [("PRJ404", "CHANGELOG.md:1")]),
    ],
)
def test_the_dates_of_the_entries(entries: list[str], expected: list[tuple[str, str]]) -> None:
    """Days exist, the newest comes first, and none lies ahead."""
    assert found(read(log(*entries))) == expected


@pytest.mark.parametrize("heading", ["{} (2026-11-20)", "[{}] - 2026-11-20", "v{}, November 20th, 2026"])
def test_every_form_of_heading_is_compared(heading: str) -> None:
    """Azure's form and those of Keep a Changelog, in Markdown; and both headings are named."""
    early = heading.format("1.2.0").replace("2026", "2025")
    late = heading.format("1.1.0")
    assert f"`## {early}` is older than `## {late}` in line 5" in told(read(log(early, late)), "PRJ406")


def test_dates_in_restructuredtext() -> None:
    """The parser knows underlined titles, too, with the date in the title or below it."""
    text = (
        "Changes\n=======\n\n1.2.0\n-----\n\n:Released: 2025-11-20\n\n- a\n\n"
        "1.1.0 (2025-12-20)\n------------------\n\n- a\n"
    )
    files = SOUND | {"CHANGELOG.md": None, "CHANGES.rst": text}
    assert found(read(files)) == [("PRJ406", "CHANGES.rst:4")]
    assert found(read(files | {"CHANGES.rst": text.replace("2025-11-20", "2026-01-20")})) == []


def test_what_lies_ahead_names_the_day_of_the_check() -> None:
    """The finding may be read later, from the evidence."""
    assert "ahead of 2026-11-25, the latest day anywhere on earth at this check" in told(
        read(log("1.2.0 (2026-11-26)")), "PRJ407"
    )
