"""What a candidate would do, told at the end of a rehearsal."""

from __future__ import annotations

from dataclasses import replace

from fakes import package
from nox_release.model import Artifact, Evidence, Kind, Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.candidate import WAS_THERE, candidate, released
from nox_release.report.run import Entry, State


def planned(name: str, target: bool = True) -> Planned:
    return Planned(package(name), target, "asked for", "digest", False)


def published(name: str) -> Evidence:
    files = (
        Artifact(f"{name}-1.0.tar.gz", Kind.SDIST, "a" * 64, 12345),
        Artifact(f"{name}-1.0-py3-none-any.whl", Kind.WHEEL, "b" * 64, 20),
    )
    return Evidence(name, "1.0", Stage.PUBLISH, "0", Outcome.PASSED, artifacts=files)


def told(plan: Plan, outcomes: dict[str, Evidence | str]) -> list[str]:
    return list(candidate(plan, entries(outcomes), lambda name, version: f"{name}_{version}"))


def entries(outcomes: dict[str, Evidence | str]) -> dict[str, Entry | None]:
    """What became of each: its evidence, or why there is none."""
    return {
        name: Entry(State.NOT_RUN, why=found) if isinstance(found, str) else Entry(State.PASSED, found)
        for name, found in outcomes.items()
    }


def test_it_names_files_tag_and_commit() -> None:
    """What would be uploaded, with sizes, and which tag would be set at which commit."""
    plan = Plan((planned("demo"),), commit="c0ffee" * 7)
    assert told(plan, {"demo": published("demo")}) == [
        "Rehearsed: 1 of 1. Nothing was published. A candidate for release would",
        "  upload demo-1.0.tar.gz (12,345 bytes), demo-1.0-py3-none-any.whl (20 bytes)",
        "  tag demo_1.0 at c0ffeec0ff",
        "The release manifests are in dist/demo/",
    ]


def test_a_tag_that_is_there_is_found() -> None:
    """Where the tag is set already, the commit that it names is told."""
    plan = Plan((planned("demo"),), commit="c0ffee" * 7, tags={"demo_1.0": "decade" * 7})
    assert "  find the tag demo_1.0 at decadedeca" in told(plan, {"demo": published("demo")})


def test_nothing_rehearsed_is_said() -> None:
    """Where no target came through, nothing is promised."""
    plan = Plan((planned("demo"),))
    assert told(plan, {"demo": "test of demo has not passed"}) == ["Nothing was rehearsed; nothing was published."]


def test_what_did_not_come_through_is_counted_and_not_promised() -> None:
    """Of several targets only those that were rehearsed are told of."""
    lines = told(Plan((planned("one"), planned("two"))), {"one": published("one"), "two": "has not passed"})
    assert lines[0].startswith("Rehearsed: 1 of 2.")
    assert not any("two" in line for line in lines)


def test_what_a_candidate_refuses_is_said() -> None:
    """Uncommitted work and unreleased companions are told, for a candidate takes neither; others only help tests."""
    base, core = (replace(planned(name, False), unreleased=True) for name in ("base", "core"))
    plan = Plan((base, core, planned("helper", False), planned("app")), uncommitted=("a", "b"))
    lines = told(plan, {"app": published("app")})
    assert "but it would refuse: 2 paths are not committed." in lines
    assert "but it would refuse: not released, and not in this plan: base, core." in lines


def test_many_folders_are_cut_short() -> None:
    """The folders of the first five are named, and that there are more."""
    names = [f"p{number}" for number in range(6)]
    lines = told(Plan(tuple(map(planned, names))), {name: published(name) for name in names})
    assert lines[-1] == "The release manifests are in dist/p0/, dist/p1/, dist/p2/, dist/p3/, dist/p4/ …"


def test_a_rehearsal_of_a_hundred_fits_a_screen() -> None:
    """Files, bytes and tags are summed up, and nothing is told twice."""
    names = [f"p{number}" for number in range(100)]
    plan = Plan(tuple(map(planned, names)), commit="c0ffee" * 7)
    assert told(plan, {name: published(name) for name in names}) == [
        "Rehearsed: 100 of 100. Nothing was published. A candidate for release would",
        "  upload 200 files (1,236,500 bytes)",
        "  tag each package at c0ffeec0ff, as p0_1.0, where it has no tag yet",
        "The release manifests are in dist/p0/, dist/p1/, dist/p2/, dist/p3/, dist/p4/ …",
    ]


def test_a_release_of_a_hundred_fits_a_screen() -> None:
    """What is published is one line, what to do about it another, what remains follows, what is half out first."""
    facts = {"index": "https://i.example/", "tag": "t", "owners": "invite the owners", "file x": "uploaded"}
    half = Entry(State.BLOCKED, replace(published("p99"), outcome=Outcome.BLOCKED, facts=facts, problem="cut off"))
    names = [f"p{number}" for number in range(100)]
    outcomes: dict[str, Evidence | str] = {name: replace(published(name), facts=facts) for name in names[:70]}
    outcomes["p3"] = replace(published("p3"), facts={**facts, "file x": WAS_THERE})
    outcomes |= dict.fromkeys(names[70:], "it waits")
    lines = list(released(Plan(tuple(map(planned, names))), {**entries(outcomes), "p99": half}))
    assert lines[:4] == [
        "published and tagged 70 packages (1 of them before) on https://i.example/: p0, p1, p2, p3, p4 and 65 more",
        "  each with its files is in the reports",
        "  next: invite the owners",
        "not finished: p99 1.0: cut off",
    ]
    assert lines[-2:] == [
        "not published: 10 more packages",
        "Published: 70 of 100. The same command again finishes what remains.",
    ]
    assert len(lines) == 25


def test_a_release_tells_what_is_done_and_what_remains() -> None:
    """Files and tag of what is published, why the rest is not, and that the same command finishes it."""
    facts = {"index": "https://i.example/", "tag": "one_1.0", "file one-1.0.tar.gz": "uploaded, 2 tries"}
    facts |= {"attestations": "each file", "github release": "https://github.com/a/b/releases/tag/one_1.0"}
    done = replace(published("one"), facts=facts)
    plan = Plan((planned("one"), planned("two")))
    assert list(released(plan, entries({"one": done, "two": "it needs three"}))) == [
        "published one 1.0 to https://i.example/, tagged one_1.0",
        "  one-1.0.tar.gz: uploaded, 2 tries",
        "  attestations: each file",
        "  announced: https://github.com/a/b/releases/tag/one_1.0",
        "not published: two 1.0: it needs three",
        "Published: 1 of 2. The same command again finishes what remains.",
    ]


def test_a_run_that_sent_nothing_says_so() -> None:
    """All files were there: that they are published is true, that this command did it is not."""
    facts = {"index": "https://i.example/", "tag": "one_1.0", "file one-1.0.tar.gz": WAS_THERE}
    done = replace(published("one"), facts=facts)
    lines = list(released(Plan((planned("one"),)), entries({"one": done})))
    assert lines[0] == "published before: one 1.0 to https://i.example/, tagged one_1.0"


def test_what_is_out_and_not_finished_is_not_called_unpublished() -> None:
    """Files that the index has stay there, whatever failed after them; what remains is told."""
    facts = {"tag": "one_1.0", "file one-1.0.tar.gz": "uploaded, 1 try"}
    why = "published and tagged; GitHub answers 503, 4 times"
    evidence = replace(published("one"), outcome=Outcome.BLOCKED, facts=facts, problem=why)
    entry = Entry(State.BLOCKED, evidence)
    assert list(released(Plan((planned("one"),)), {"one": entry})) == [
        f"not finished: one 1.0: {why}",
        "Published: 0 of 1. The same command again finishes what remains.",
    ]


def test_a_release_of_nothing_is_no_success() -> None:
    """Where nothing got to the end, that is what is said."""
    lines = list(released(Plan((planned("one"),)), {"one": None}))
    assert lines == ["Nothing was published.", "not published: one 1.0"]
