"""The parser of changelogs: the formats in use, what only looks like one, and any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.changelog import UNRELEASED, entry_for, parse


@pytest.mark.parametrize(
    ("text", "version", "date"),
    [
        ("## [1.2.0] - 2026-11-20", "1.2.0", "2026-11-20"),
        ("## [1.2.0](https://example.org/v1.2.0) - 2026-11-20", "1.2.0", "2026-11-20"),
        ("## [1.2.0] - 2026-11-20 [YANKED]", "1.2.0", "2026-11-20"),
        ("## [Unreleased]", "", UNRELEASED),
        ("## Unreleased changes", "", UNRELEASED),
        ("## 2.0.0 (2026-11-22)", "2.0.0", "2026-11-22"),
        ("## 3.0.0rc15(2020-9-16)", "3.0.0rc15", "2020-9-16"),
        ("## 2.0.0b1 (Unreleased)", "2.0.0b1", UNRELEASED),
        ("## 2.0.0 (TBD)", "2.0.0", UNRELEASED),
        ("## 2.0.0 (2026-XX-XX)", "2.0.0", UNRELEASED),
        ("## Unreleased: 2.0.0", "2.0.0", UNRELEASED),
        ("# 1.0.0", "1.0.0", ""),
        ("# 1.0.0\n\n2026-11-20 was the day when" + " nothing happened" * 5, "1.0.0", ""),
        ("### Version 1.0.0 (2026-11-20)", "1.0.0", "2026-11-20"),
        ("## Version 1.0.0 #", "1.0.0", ""),
        ("## \N{PACKAGE} 1.2.0", "1.2.0", ""),
        ("## v1.2.0, November 20th, 2026", "v1.2.0", "November 20th, 2026"),
        ("## 1.2.0 / 20 Nov 2026", "1.2.0", "20 Nov 2026"),
        ("## 1.2.0 \N{EN DASH} the lean one", "1.2.0", ""),
        ("## 2026-11-20, Version 1.2.0", "1.2.0", "2026-11-20"),
        ("## 2026.11.20", "2026.11.20", ""),
        ("## 2026.11.20 (20.11.2026)", "2026.11.20", "20.11.2026"),
        ("## **1.2.0**", "1.2.0", ""),
        ("## `1.2.0`", "1.2.0", ""),
        ("## 1.2.0-beta.1", "1.2.0-beta.1", ""),
        ("## Release 12", "12", ""),
        ("## v12", "v12", ""),
        ("## 12 (2026-11-20)", "12", "2026-11-20"),
        ("## 1.2.0 release notes", "1.2.0", ""),
        ("1.2.0 (2026-11-20)\n==================", "1.2.0", "2026-11-20"),
        ("v1.2.0\n------", "v1.2.0", ""),
        ("1.2.0\n~~~~~", "1.2.0", ""),
        ("1.2.0\n~~~", "1.2.0", ""),
        ("1.0.1 (2025-05-16)\n++++++++++++++++++", "1.0.1", "2025-05-16"),
        ("Release 1.2.0\n-------------", "1.2.0", ""),
        ("Changes in version 1.2.0\n^^^^^^^^^^^^^^^^^^^^^^^^", "1.2.0", ""),
        ("contoso-core 1.2.0 (2026-11-20)\n===============================", "1.2.0", "2026-11-20"),
        ("Contoso Core 1.2.0 (unreleased)\n===============================", "1.2.0", UNRELEASED),
        ("1.2.0\r\n=====\r\n\r\n- a\r\n", "1.2.0", ""),
        ("## 1.2.0\n\n*2026-11-20*\n", "1.2.0", "2026-11-20"),
        ("1.2.0\n=====\n\n:Released: on 2026-11-20\n", "1.2.0", "2026-11-20"),
        ("## 1.2.0\n_Unreleased_\n", "1.2.0", UNRELEASED),
    ],
)
def test_a_heading_names_a_version_and_its_date(text: str, version: str, date: str) -> None:
    (entry,) = parse(text)

    assert (entry.version, entry.date, entry.line) == (version, date, 1)


@pytest.mark.parametrize(
    "text",
    [
        "# Release History",
        "### Dropped Python 3.8",
        "### 3.10 support dropped",
        "## 2026",
        "## 3 - things",
        "## 2026-11",
        "### Support of the service's version 2026-11-20",
        "### Next steps",
        "### Bugs fixed in 1.2.0",
        "1.2.0 is out",
        "- 1.2.0\n-------",
        "    # 1.2.0",
        "#1.2.0",
        "```\n# 1.2.0\n```",
        "````\n```\n# 1.2.0\n````",
        "~~~ python\n# 1.2.0\n~~~",
        "what follows is code\n~~~\n# 1.2.0\n~~~",
        "```\n# 1.2.0 stands in a block that nobody closes",
        "<!--\n## 1.2.0 (2026-11-20)\n-->",
        "# " + "1." * 500 + "0",
        "# " + "9" * 150 + "x",
    ],
)
def test_what_is_no_heading_of_an_entry(text: str) -> None:
    assert parse(text) == ()


def test_entries_keep_order_lines_and_bodies() -> None:
    text = (
        "Changes\n=======\n\n"
        "======\n 2.0.0\n======\n\nBroken\n------\n\n- all of it\n\n"
        "~~~~~~~~~~\n1.0.0\n~~~~~~~~~~\n\n- the first\n"
    )

    new, old = parse(text)

    assert (new.heading, new.line, new.body) == ("2.0.0", 5, "Broken\n------\n\n- all of it")
    assert (old.heading, old.line, old.body) == ("1.0.0", 14, "- the first")


def test_a_closed_block_hides_only_itself() -> None:
    assert [entry.version for entry in parse("```\n# 1.0\n```\n# 2.0\n<!-- # 3.0 -->\n# 4.0")] == ["2.0", "4.0"]


def test_two_versions_in_one_heading_are_two_entries() -> None:
    one, other = parse("## Version 1.39.0/0.60b0 (2025-12-03)\n\n- a change\n")

    assert (one.version, other.version) == ("1.39.0", "0.60b0")
    assert one.body == other.body == "- a change"


@pytest.mark.parametrize(
    ("body", "blank"),
    [
        ("", True),
        ("### Features Added\n\n### Bugs Fixed\n", True),
        ("Fixes\n-----\n\n", True),
        ("*2026-11-20*\n", True),
        ("<!-- say\nsomething -->\n-\n", True),
        ("[1.2.0]: https://example.org/1.2.0\n", True),
        (".. _1.2.0: https://example.org/1.2.0\n", True),
        ("### Features Added\n\n- one\n", False),
        ("*2026-11-20*\n\n- one\n", False),
        ("```\nimport contoso\n```\n", False),
        ("\N{CJK UNIFIED IDEOGRAPH-6539}\n", False),
    ],
)
def test_a_template_is_a_blank_entry(body: str, blank: bool) -> None:
    (entry,) = parse(f"## 1.2.0\n\n{body}")

    assert entry.blank is blank


@pytest.mark.parametrize(
    ("version", "heading"),
    [("1.2", "## 1.2.0"), ("1.3.0b1", "## v1.3.0-beta.1"), ("9", None), ("no version", None), ("", None)],
)
def test_versions_are_compared_by_pep_440(version: str, heading: str | None) -> None:
    found = entry_for(parse("## Unreleased\n## v1.3.0-beta.1\n## 1.2.0\n## 1.2\n"), version)

    assert (found and found.heading) == heading


LINES = st.sampled_from(
    [
        "# 1.0",
        "1.0 (2026-11-20)",
        "===",
        "~~~~~~~~~~~~~~~~~~~~",
        "```",
        "~~~",
        "<!--",
        "-->",
        "",
        "- a",
        "Unreleased",
        "[1]: x",
    ]
)
TEXTS = st.text() | st.lists(LINES | st.text(max_size=12)).map("\n".join)


@settings(deadline=None)
@given(TEXTS)
def test_any_text_is_taken_and_every_heading_is_where_it_says(text: str) -> None:
    lines = text.split("\n")
    for entry in parse(text):
        assert lines[entry.line - 1].strip() == entry.heading
        assert entry.blank in (True, False)
        assert entry.version == "" or entry_for([entry], entry.version) is entry


@pytest.mark.parametrize(
    "text",
    [
        "~" * 50_000 + "`",
        "#" * 50_000,
        "](" * 25_000 + "\n===",
        "# 1.0\n[a" * 10_000,
        "a\n~~~\n" * 10_000,
        "<!--\n" * 20_000,
    ],
    ids=["tildes", "hashes", "links", "references", "fences", "comments"],
)
def test_the_time_it_takes_grows_with_the_text_alone(text: str) -> None:
    started = time.perf_counter()
    for entry in parse(text):
        assert not entry.blank or entry.body == ""

    assert time.perf_counter() - started < 5  # what costs the square of the length takes minutes
