"""Where packages stand, in text that a person can read, for one and for four hundred."""

from __future__ import annotations

import json

from nox_release.report.status import as_json, first_releases, status, yank
from nox_release.standing import Shelf, Shelved, Standing
from nox_release.status import judge
from nox_release.waves import Publisher
from nox_release.yank import Dependent, Withdrawal

INDEX = "https://pypi.org/simple/"
COMMIT = "a" * 40
SHELF = Shelf(True, "1.0", "1.0", (Shelved("demo-1.0.tar.gz", "1" * 64, "2026-11-01T10:00:00+00:00"),))
HALF = Standing(
    "demo", "1.0", COMMIT, "2026-11-01", "demo_1.0", proven=True, built_commit=COMMIT, shelf=SHELF,
    built={"demo-1.0.tar.gz": "1" * 64, "demo-1.0-py3-none-any.whl": "2" * 64},
)  # fmt: skip
RELEASED = Standing(
    "done", "1.0", COMMIT, "2026-11-01", "done_1.0", COMMIT, COMMIT,
    shelf=Shelf(True, "1.0", "1.0", (Shelved("done-1.0.tar.gz"), Shelved("done-1.0-py3-none-any.whl", yanked=True))),
)  # fmt: skip


def test_one_package_is_told_side_by_side() -> None:
    """Workspace, tag, dist/ and index, then every file, then what is wrong and what to type."""
    assert list(status([(HALF, judge(HALF))], INDEX)) == [
        "1 package; the index is https://pypi.org/simple/",
        "",
        "demo 1.0: half uploaded",
        "  workspace  1.0, changelog 2026-11-01",
        "  tag        demo_1.0: not here, not on origin",
        "  dist/      2 files, proven for this source",
        "  index      last release 1.0; 1 file of 1.0",
        "    demo-1.0-py3-none-any.whl: only in dist/",
        "    demo-1.0.tar.gz: same bytes in both, uploaded 2026-11-01T10:00:00+00:00",
        "  half uploaded: the index has 1 file of 1.0 and lacks demo-1.0-py3-none-any.whl",
        "    next: nox -s publish -- demo --candidate-for-release",
    ]


def test_files_of_the_index_alone_say_so() -> None:
    """Without dist/ nothing is compared, and what is yanked is marked."""
    lines = list(status([(RELEASED, judge(RELEASED))], INDEX))
    assert "    done-1.0-py3-none-any.whl: only on the index, yanked" in lines
    assert "  dist/      nothing of this version" in lines
    assert any("1 of 2 files of 1.0 is yanked" in line for line in lines)


def test_other_bytes_catch_the_eye() -> None:
    """A file that differs, and one whose digest the index does not tell."""
    files = (Shelved("demo-1.0.tar.gz", "9" * 64), Shelved("demo-1.0-py3-none-any.whl"))
    other = Standing("demo", "1.0", built=HALF.built, approved=("a", "demo"), shelf=Shelf(True, "1.0", "1.0", files))
    lines = list(status([(other, judge(other))], INDEX))
    assert "    demo-1.0.tar.gz: OTHER BYTES in both" in lines
    assert "    demo-1.0-py3-none-any.whl: in both, the index tells no digest" in lines
    assert "  dist/      2 files, of another source, or not proven, approved with a, demo" in lines


def test_what_is_not_known_is_not_told_as_absent() -> None:
    """An index or a remote that did not answer."""
    unknown = Standing("demo", "1.0", tag="demo_1.0", remote_unknown="no route", shelf=Shelf(problem="no route"))
    lines = list(status([(unknown, judge(unknown))], INDEX))
    assert "  index      not known" in lines
    assert "  tag        demo_1.0: not here, not known on origin" in lines


def test_four_hundred_are_told_by_what_is_to_be_done() -> None:
    """A line for each position; names and commands only of those that something has to be done about."""
    many = [Standing(f"quiet-{number}", "1.0", shelf=Shelf(True, "0.9", "0.9")) for number in range(396)]
    behind = Standing("behind", "1.0", shelf=Shelf(True, "2.0", "2.0"))
    unread = Standing("unread", "1.0", shelf=Shelf(problem="no route"))
    found = [(item, judge(item)) for item in (*many, HALF, RELEASED, behind, unread)]
    lines = list(status(found, INDEX))
    assert lines[0] == "400 packages; the index is https://pypi.org/simple/"
    assert [line for line in lines if line and not line.startswith(" ")][1:] == [
        "not known: 1",
        "half uploaded: 1",
        "released: 1",
        "not released: 397",
    ]
    assert "  and 396 packages with nothing to be done: quiet-0, quiet-1, quiet-2 and 393 more" in lines
    assert "      next: nox -s publish -- demo --candidate-for-release" in lines
    assert "  unread     1.0  (index: ?)" in lines
    assert len(lines) < 40


def test_many_in_one_position_are_not_all_shown() -> None:
    """The first twenty with their commands; the others by number, with where to find them."""
    many = [Standing(f"p{number:03}", "1.0", built={"x.whl": "1"}) for number in range(200)]
    lines = list(status([(item, judge(item)) for item in many], INDEX))
    assert sum("next: " in line for line in lines) == 20
    assert lines[-1] == "  and 180 packages more: p020, p021, p022 and 177 more; --format json tells all"


def test_json_holds_the_same() -> None:
    """The facts and the states of each package."""
    document = json.loads(as_json([(HALF, judge(HALF))], INDEX))
    (found,) = document["packages"]
    assert found["standing"]["built"] == dict(HALF.built)
    assert [item["state"] for item in found["states"]] == ["half uploaded"]


def test_first_releases_name_waves_and_forms() -> None:
    """A command for each wave, and what the form of each publisher asks for."""
    publisher = Publisher("GitHub", "Azure", "sdk", "release.yml", "release")
    lines = list(first_releases([["a", "b"], ["c"]], publisher, 2, "https://pypi.org/", " --repository x", ["d"]))
    assert lines[0] == "not known: d"
    assert lines[1] == "3 new names, 2 waves of at most 2 (new-project-quota), one a day"
    assert lines[2] == "wave 1: nox -s publish -- a b --candidate-for-release --first-release --repository x"
    assert "  https://pypi.org/manage/account/publishing/" in lines
    assert lines[-1] == (
        "  PyPI Project Name: c; Owner: Azure; Repository name: sdk; Workflow name: release.yml; "
        "Environment name: release"
    )


def test_no_new_name_needs_no_plan() -> None:
    """Nor is one promised for what could not be looked at."""
    assert list(first_releases([], None, 4, "", "", [])) == ["The index knows all these names."]
    assert "every other" in list(first_releases([], None, 4, "", "", ["d"]))[1]
    assert "use an API token" in list(first_releases([["a"]], None, 4, "", "", []))[-1]


def test_a_yank_plan_is_numbered() -> None:
    """Replacement, dependents, steps, pages."""
    dependents = (Dependent("user", "3.0", ("core>=1.2",)), Dependent("pin", "1", ("core==1.2",)))
    plan = Withdrawal("core", "1.2", {"1.1": False, "1.2": False}, (*dependents, Dependent("x", "", problem="gone")))
    lines = list(yank(plan, "https://pypi.org/", INDEX))
    assert lines[1] == "  next higher release: none; next lower: 1.1"
    assert "  user 3.0 (core>=1.2) gets nothing instead" in lines
    assert "  pin 1 (core==1.2) keeps it, with a warning" in lines
    assert "  x: what it needs is not known: gone" in lines
    assert any(line.startswith("  1. release a fix above 1.2") for line in lines)
    assert lines[-2] == "  release: https://pypi.org/project/core/1.2/"


def test_a_yank_of_nothing_says_so() -> None:
    """Neither what is not there nor what is yanked already has steps."""
    assert list(yank(Withdrawal("core", "1.2"), "", INDEX)) == [
        "core 1.2 is not on the index: there is nothing to yank"
    ]
    lines = list(yank(Withdrawal("core", "1.2", {"1.2": True}), "", INDEX))
    assert lines[0] == "core 1.2 is yanked already"
    assert not any("yank 1.2 at" in line for line in lines)
