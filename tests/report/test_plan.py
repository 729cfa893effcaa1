"""A plan as text, JSON, a diagram and a matrix."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import package
from nox_release.config import Config
from nox_release.model import Stage
from nox_release.plan import Plan, make_plan
from nox_release.report.plan import as_json, github, mermaid, needs, text
from nox_release.requirements import Requirements
from nox_release.shards import Shard, shards
from nox_release.timing import Timing
from nox_release.workspace import Broken, Workspace


def planned(names: str, requires: Mapping[str, str]) -> Plan:
    space = Workspace({name: package(name, requires=tuple(needed.split())) for name, needed in requires.items()})
    return make_plan(
        names.split(), space, Config(), lambda item: f"digest of {item.name}", {}, lambda item, _: Requirements()
    )


PLAN = planned("app core", {"app": "core", "core": "base>=1", "base": ""})
TIMINGS = {
    "base": Timing({Stage.BUILD_SDIST: 1.0, Stage.BUILD_WHEEL: 0.5}),
    "core": Timing({Stage.BUILD_SDIST: 2.0, Stage.TEST: None}),
    "app": Timing({Stage.BUILD_SDIST: None, Stage.TEST: None}),
}


def test_text_tells_what_when_why_and_how_long() -> None:
    """In the order of the work, companions with their reason, what is unknown as unknown."""
    assert list(text(PLAN, TIMINGS, shards({"core": 60.0, "app": None}, 2))) == [
        "2 packages and 1 companion, in this order:",
        "  1  base 1.0  about 1.5s",
        "       companion: core needs base>=1, and no released version suits",
        "  2  core 1.0  at least 2.0s",
        "       after base",
        "  3  app 1.0   unknown",
        "       after core",
        "all of it, one after the other: about 3.5s, and 2 packages of unknown duration",
        "shard 1: 1 package, unknown: app",
        "shard 2: 1 package, about 60s: core",
    ]


def test_nothing_known_is_said_so() -> None:
    """No time is made up."""
    assert list(text(planned("base", {"base": ""}), {"base": TIMINGS["app"]}, ()))[-1] == (
        "all of it, one after the other: unknown"
    )
    assert list(text(Plan(()), {}, ())) == []


@given(st.integers(1, 200))
def test_text_fits_the_terminal(width: int) -> None:
    """No line is longer, and a line that is cut shows it."""
    whole = list(text(PLAN, TIMINGS, ()))
    for line, cut in zip(whole, text(PLAN, TIMINGS, (), width), strict=True):
        assert len(cut) <= width
        assert cut == line if len(line) <= width else cut.endswith("…")


def test_what_is_broken_is_told_first() -> None:
    """With its mend, on one line whatever a package put into it."""
    broken = replace(PLAN, broken=(Broken("x\x1b[31m", ("x",), "cannot be\nread", "mend it"),))
    assert next(text(broken, TIMINGS, ())) == "BLOCKED x\\x1b[31m: cannot be read; mend it"


def test_json_keeps_its_shape() -> None:
    """These keys are what programs read."""
    told = json.loads(as_json(replace(PLAN, commit="c"), TIMINGS, shards({"core": 60.0, "app": None}, 1)))
    assert list(told) == ["schema", "commit", "uncommitted", "packages", "broken", "shards"]
    assert told["schema"] == 1
    assert told["packages"][1] == {
        "name": "core", "version": "1.0", "directory": "packages/core", "target": True, "why": "asked for",
        "needs": ["base"], "needs_for_tests": [], "seconds": None, "stages": {"build-sdist": 2.0, "test": None},
    }  # fmt: skip
    assert told["packages"][0]["seconds"] == 1.5
    assert told["shards"] == [{"shard": 1, "packages": ["app", "core"], "seconds": 60.0, "unknown": 1}]


def test_the_diagram_has_what_a_package_needs_itself() -> None:
    """What follows from another arrow has none of its own; companions are dashed."""
    assert list(mermaid(PLAN)) == [
        "flowchart LR",
        '  p0["base 1.0"]', '  p1["core 1.0"]', '  p2["app 1.0"]',
        "  p0 --> p1", "  p1 --> p2",
        "  classDef companion stroke-dasharray: 4", "  class p0 companion",
    ]  # fmt: skip
    assert needs(PLAN["app"]) == ("core",) and PLAN["app"].siblings == ("base", "core")


@pytest.mark.parametrize("hostile", ['a"] --> b["', "a\nclick p0 evil", "<script>", "a;b", "`x`", "#quot;", "é"])
def test_no_version_ends_its_label(hostile: str) -> None:
    """Whatever a package says, it stays the text of its node."""
    (item,) = planned("base", {"base": ""}).packages
    odd = Plan((replace(item, package=replace(item.package, version=hostile)),))
    _, line = mermaid(odd)
    inside = line.removeprefix('  p0["base ').removesuffix('"]')
    assert not set(inside) & set('"<>[]()`{}|\n') and inside.isascii()


def test_the_matrix_is_one_line() -> None:
    """As GitHub takes it, and with nothing to do it has no job."""
    found = github([Shard(1, ("a", "b"), 3.0, 0), Shard(2, ("c",), 1.0, 0)])
    assert found == '{"include":[{"shard":1,"only":"a,b"},{"shard":2,"only":"c"}]}'
    assert github(()) == '{"include":[]}'
