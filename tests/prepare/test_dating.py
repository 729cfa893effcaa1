"""Edits of a changelog at a release and after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import Version

from nox_release.changelog import entry_for, parse
from nox_release.prepare.dating import dated, opened
from nox_release.project.dates import day, written

DAY = date(2026, 11, 5)
NEW = Version("1.3.0")


def lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


@pytest.mark.parametrize(
    ("heading", "model", "after"),
    [
        ("## [Unreleased]", "## [1.2.0] - 2024-01-02", "## [1.3.0] - 2026-11-05"),
        ("## Unreleased", "## 1.2.0 (2024-01-02)", "## 1.3.0 (2026-11-05)"),
        ("## Unreleased", "## v1.2.0, 3 May 2024", "## v1.3.0, 5 November 2026"),
        ("## Unreleased ##", "## Release 1.2.0 (May 03, 2024)", "## Release 1.3.0 (November 05, 2026) ##"),
        ("## [Unreleased]", "## [1.2.0](https://x/1.1.0...1.2.0) (2024-1-2)", "## 1.3.0 (2026-11-5)"),
        ("## 1.3.0 (Unreleased)", "## 1.2.0 (2024/01/02)", "## 1.3.0 (2026/11/05)"),
        ("## 1.3.0b1 (Unreleased)", "## 1.2.0 (2024-01-02)", "## 1.3.0 (2026-11-05)"),
        ("## 2.0 (Unreleased)", "## 1.2.0 (25.12.2024)", "## 1.3.0 (05.11.2026)"),
        ("## 1.3.0", "## 1.2.0 - 25/12/2024", "## 1.3.0 - 05/11/2026"),
        ("## 1.3.0", "## 1.2.0", "## 1.3.0 (2026-11-05)"),
        ("## 1.3.0 (TBD)", "## 1.2.0 (03/04/2024)", "## 1.3.0 (2026-11-05)"),
        ("## [Unreleased]", "## 1.2.0", "## [1.3.0] - 2026-11-05"),
    ],
)
def test_the_heading_is_written_as_the_others(heading: str, model: str, after: str) -> None:
    """Version and date stand as in the entries below; a day that may mean two is written as ISO 8601 has it."""
    text = f"# Changes\n\n{heading}\n\n- New.\n\n{model}\n\n- Old.\n"
    made = dated(text, NEW, DAY, ())
    assert made.text == text.replace(heading, after, 1)
    assert made.notes == ()
    assert dated(made.text, NEW, date(2030, 1, 1), ()).text == made.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1.3.0 (unreleased)\n------------------\n", "1.3.0 (2026-11-05)\n------------------\n"),
        ("Unreleased\n==========\n", "1.3.0 (2026-11-05)\n==================\n"),
        ("==========\nUnreleased\n==========\n", "==================\n1.3.0 (2026-11-05)\n==================\n"),
        ("Unreleased\n~~~~~~~~~~~~~~\n", "1.3.0 (2026-11-05)\n~~~~~~~~~~~~~~~~~~\n"),
        ("1.3.0 (unreleased)\n~~~~~~~~~~~~~~~~~~~~~~~\n", "1.3.0 (2026-11-05)\n~~~~~~~~~~~~~~~~~~~~~~~\n"),
        ("1.3.0\n-----\n\n*Unreleased*\n", "1.3.0\n-----\n\n*2026-11-05*\n"),
    ],
)
def test_lines_around_a_title_go_along(before: str, after: str) -> None:
    """Rules of reStructuredText want them as long as the title; a date below the title is written there."""
    rest = "\n- New.\n\n1.2.0 (2024-01-02)\n------------------\n\n- Old.\n"
    assert dated(before + rest, NEW, DAY, ()).text == after + rest


@pytest.mark.parametrize(
    ("top", "begun"),
    [
        ("## 1.2.0 (2024-01-02)\n\n- x\n", "## 1.3.0 (2026-11-05)\n\n"),
        ("1.2.0 (2024-01-02)\n==================\n\n- x\n", "1.3.0 (2026-11-05)\n==================\n\n"),
        ("***\n1.2\n***\n\n- x\n", "******************\n1.3.0 (2026-11-05)\n******************\n\n"),
        (".. _v1.2:\n\n1.2.0 (2024-01-02)\n------------------\n", "1.3.0 (2026-11-05)\n------------------\n\n"),
        ('<a id="v1.2.0"></a>\n### v1.2.0 - 2024-01-02\n', "### v1.3.0 - 2026-11-05\n\n"),
        ("## 1.2.0 (Unreleased)\n\n- x\n", "## 1.3.0 (2026-11-05)\n\n"),
        (
            "Version 1.2.0\n-------------\n\nReleased 2024-01-02\n",
            "Version 1.3.0\n-------------\n\nReleased 2026-11-05\n\n",
        ),
        ("## 2.0.0/0.9b0 (2024-01-02)\n\n## 1.2.0, 2024/01/02\n", "## 1.3.0, 2026-11-05\n\n"),
    ],
)
def test_an_entry_is_begun_where_nothing_is_unreleased(top: str, begun: str) -> None:
    """It stands above the last release, anchor and all, and whoever prepares is told to write something into it."""
    made = dated(f"# Changes\n\n{top}", NEW, DAY, [Version("1.2.0")])
    assert made.text == f"# Changes\n\n{begun}{top}"
    assert "PRJ403" in made.notes[0]


@pytest.mark.parametrize(
    ("top", "after"),
    [
        ("## Unreleased\n", "## 1.3.0\n\n_5 May 2024_\n"),
        ("## 1.3.0\n", "## 1.3.0\n\n_5 May 2024_\n"),
        ("## 1.3.0\n\n_Unreleased_\n", "## 1.3.0\n\n_5 May 2024_\n"),
        ("## 1.3.0 (Unreleased)\n", "## 1.3.0 (5 May 2024)\n"),
    ],
)
def test_a_date_below_the_heading(top: str, after: str) -> None:
    """Where the others have it there, it is written there."""
    rest = "\n- New.\n\n## 1.2.0\n\n_25 June 2023_\n\n- Old.\n"
    made = dated(top + rest, NEW, date(2024, 5, 5), ())
    assert made.text == after + rest
    assert dated(made.text, NEW, date(2030, 1, 1), ()).text == made.text


@pytest.mark.parametrize(
    "text", ["", "# Changes\n\n- all sorts\n", "## 1.3.0/0.9b0\n\n- x\n", "## 1.4.0/0.9b0 (Unreleased)\n\n- x\n"]
)
def test_what_nobody_can_date_is_left_to_a_person(text: str) -> None:
    """A changelog without versions, or with two in one heading, stays as it is, and that is told."""
    made = dated(text, NEW, DAY, ())
    assert made.text == text
    assert "by hand" in made.notes[0]


def test_sections_that_are_empty_are_told_and_kept() -> None:
    """They are the writer's lines: nothing is deleted."""
    sections = "### Features Added\n\n- x\n\n### Bugs Fixed\n\n### Other Changes\n"
    text = f"## 1.3.0 (Unreleased)\n\n{sections}\n## 1.2.0 (2024-01-02)\n"
    made = dated(text, NEW, DAY, ())
    assert made.text == text.replace("Unreleased", "2026-11-05")
    assert made.notes == (
        "sections without a line below `## 1.3.0 (2026-11-05)`: Bugs Fixed, Other Changes",
    )  # fmt: skip


LINKS = """\
## [Unreleased]

- x, see [Unreleased]

```
[unreleased]: https://example.org/o/r/compare/v1.2.0...HEAD
```

## [1.2.0] - 2024-01-02

"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "[unreleased]: https://example.org/o/r/compare/v1.2.0...HEAD\n[1.2.0]: https://x",
            "[unreleased]: https://example.org/o/r/compare/v1.3.0...HEAD\n"
            "[1.3.0]: https://example.org/o/r/compare/v1.2.0...v1.3.0\n[1.2.0]: https://x",
        ),
        (
            "[Unreleased]: <https://example.org/-/compare/demo_1.2.0..main>\n",
            "[Unreleased]: <https://example.org/-/compare/demo_1.3.0..main>\n"
            "[1.3.0]: <https://example.org/-/compare/demo_1.2.0..demo_1.3.0>\n",
        ),
        ("[unreleased]: https://example.org/compare/stable...HEAD\n", None),
        ("[unreleased]: https://example.org/commits/main\n", None),
        ("[1.3.0]: https://x\n[unreleased]: https://example.org/compare/v1.2.0...HEAD\n", None),
    ],
)
def test_link_definitions_follow(before: str, after: str | None) -> None:
    """What compares the last release with the branch is moved on; a form that is not known is left alone."""
    made = dated(LINKS + before, NEW, DAY, ()).text
    assert made == LINKS.replace("## [Unreleased]", "## [1.3.0] - 2026-11-05") + (after or before)


@pytest.mark.parametrize(
    ("top", "begun"),
    [
        ("## [1.2.0] - 2024-01-02\n", "## [Unreleased]\n\n"),
        ("## 1.2.0 (2024-01-02)\n", "## Unreleased\n\n"),
        ("1.2.0 (2024-01-02)\n~~~~~~~~~~~~~~~~~~\n", "Unreleased\n~~~~~~~~~~\n\n"),
        ("## [Unreleased]\n\n## 1.2.0 (2024-01-02)\n", ""),
        ("## 1.4.0 (Unreleased)\n\n## 1.2.0 (2024-01-02)\n", ""),
    ],
)
def test_an_entry_for_what_comes_next(top: str, begun: str) -> None:
    """It is called unreleased, in the form of the others; where there is one nothing is added."""
    assert opened(f"# Changes\n\n{top}\n- x\n", Version("1.2.1.dev0")).text == f"# Changes\n\n{begun}{top}\n- x\n"


def test_an_entry_in_the_template_of_azure() -> None:
    """`# Release History` has the next version in its heading, and four sections."""
    made = opened("# Release History\n\n## 1.2.0 (2024-01-02)\n\n- x\n", Version("1.2.1")).text
    sections = "### Features Added\n\n### Breaking Changes\n\n### Bugs Fixed\n\n### Other Changes\n\n"
    assert made == f"# Release History\n\n## 1.2.1 (Unreleased)\n\n{sections}## 1.2.0 (2024-01-02)\n\n- x\n"


@pytest.mark.parametrize(
    "model", ["2024-01-31", "2024/01/31", "January 31, 2024", "31 Jan 2024", "January 31st, 2024", "Jan. 31, 2024"]
)
@given(moment=st.dates(date(1000, 1, 1)))
def test_a_day_is_read_as_it_was_written(model: str, moment: date) -> None:
    """Whatever form the changelog has, the reader of dates gets the very day back."""
    assert day(written(moment, [model])) == moment


HEADINGS = st.sampled_from(
    [
        *("## [Unreleased]", "## 1.3.0 (Unreleased)", "Unreleased\n----------", "## [1.2.0] - 2024-01-02"),
        *("## 1.1 (Mar 3, 2020)", "1.2.0 (2024-01-02)\n==================", "====\n0.9a\n====", "# Release History"),
        *("## 2.0/3.0", "## Added"),
    ]
)
BODIES = st.sampled_from(
    [
        *("- fixed\ta thing  ", "", "```\n## 9.9 (Unreleased)\n```", "~~~~\n# 1.3.0", "<!-- 1.3.0 -->", "\tcode"),
        *("text\x0b1.3.0", "[unreleased]: https://x/compare/v1.2.0...HEAD", "[1.2.0]: https://x", "*Unreleased*"),
        *(".. _v1.2.0:", "---", "   "),
    ]
)


def _heads(line: str, distance: int) -> bool:
    """Whether the line belongs to the heading that is so many lines above: title, line around it, date below it."""
    return distance == 0 or (distance in range(-1, 4) and ("nreleased" in line or len(set(line.strip())) == 1))


def _kept(before: Sequence[str], after: Sequence[str]) -> bool:
    rest = iter(after)
    return all(line in rest for line in before)


@given(
    st.lists(HEADINGS | BODIES | st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
@example(["## [Unreleased]", "- x", "## [1.2.0] - 2024-01-02"], "\r\n", True, False, True)
def test_no_line_is_ever_lost(parts: list[str], end: str, mark: bool, closed: bool, following: bool) -> None:
    """All lines but the heading that changes, and the link that goes with it, are there afterwards, in their order.

    So are byte order mark, line ends, tabs, code that looks like headings, and a last line without an end.
    """
    body = "\n".join(parts).replace("\n", end) + end * closed
    text = "\ufeff" * mark + body
    made = opened(text, NEW).text if following else dated(text, NEW, DAY, ()).text
    before, after = lines(text), lines(made)
    assert made.startswith("\ufeff") is text.startswith("\ufeff")
    assert (after[-1] == "") is (before[-1] == "")
    if following:
        assert _kept(before, after)
        return
    headings = [entry.line - 1 for entry in parse("\n".join(before))] or [-9]
    others = [
        [line for at, line in enumerate(before) if not _heads(line, at - heading) and line not in links]
        for heading in headings
        for links in ([], [line for line in before if line.startswith("[unreleased]:")])
    ]
    assert any(_kept(lines, after) for lines in others)


@given(st.text(st.sampled_from("#-=~[]() \n\r\t1.3v0UnrelasdT<!>"), max_size=60))
def test_any_text_is_dated_once(text: str) -> None:
    """A second time changes nothing, and where anything is changed the entry is there, with its date."""
    made = dated(text, NEW, DAY, ())
    assert dated(made.text, NEW, date(2030, 1, 1), ()).text == made.text
    if made.text != text:
        entry = entry_for(parse(made.text.replace("\r\n", "\n").replace("\r", "\n")), "1.3.0")
        assert entry is not None
        assert day(entry.date) == DAY
