"""What the configuration takes out: what did not look, and which entries nothing needs any more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from nox_release.check import Finding, Severity
from nox_release.codes import beginning, known
from nox_release.config import Config, Override, Settings
from nox_release.exemptions import Look, Stale, look, stale, unselected
from nox_release.model import Evidence, Outcome, Stage

LINT, SDIST, WHEEL, VERIFY, TEST, PUBLISH = Stage
EVERY = frozenset(known())
PLACE = "[tool.nox-release]"
WHOLE = Look(frozenset(Stage), EVERY)
"""All stages were run, every check looked, and none found anything."""


def found(*codes: str) -> Look:
    return Look(frozenset(Stage), EVERY, frozenset(codes))


def config(ignore: Mapping[str, str], *overrides: Override, **more: Mapping[str, str]) -> Config:
    return Config(settings=Settings(ignore=ignore, **more), overrides=overrides)  # type: ignore[arg-type]  # all are such


def override(glob: str, **changes: Mapping[str, str]) -> Override:
    return Override((glob,), changes)


@pytest.mark.parametrize(
    ("entry", "looks", "is_stale"),
    [
        ("INS103", {"a": WHOLE, "b": WHOLE}, True),
        ("INS103", {"a": WHOLE, "b": found("INS103")}, False),
        ("INS103", {"a": WHOLE, "b": found("INS101")}, True),
        ("INS", {"a": WHOLE, "b": found("INS101")}, False),
        ("INS103", {"a": WHOLE}, False),
        ("INS103", {}, False),
        ("INS103", {"a": WHOLE, "b": Look(frozenset(Stage), EVERY - {"INS103"})}, False),
        ("INS103", {"a": WHOLE, "b": Look(frozenset({VERIFY}), frozenset({"INS103"}))}, True),
        ("INS103", {"a": WHOLE, "b": Look(frozenset({LINT}), EVERY)}, False),
        ("INS", {"a": WHOLE, "b": Look(frozenset({VERIFY}), frozenset({"INS103"}))}, False),
        ("BLD003", {"a": WHOLE, "b": Look(frozenset({SDIST}), EVERY)}, False),
        ("BLD003", {"a": WHOLE, "b": Look(frozenset({SDIST, WHEEL}), EVERY)}, True),
        ("BLD003", {"a": WHOLE, "b": found("BLD001")}, True),
        ("BLD", {"a": WHOLE, "b": found("BLD001")}, True),
    ],
)
def test_an_entry_for_all_packages(entry: str, looks: dict[str, Look], is_stale: bool) -> None:
    """It is stale when all packages were looked at by all its checks in all their stages, and none found anything."""
    told = list(stale(config({entry: "so"}), ["a", "b"], looks))
    assert told == ([Stale("ignore", entry, "so", PLACE, ("a", "b"))] if is_stale else [])


def test_an_entry_of_an_override() -> None:
    """It is judged by the packages that match its globs, whatever becomes of the others."""
    made = config({}, override("x-*"), override("a*", ignore={"INS103": "so"}))
    place = "[[tool.nox-release.overrides]] number 2"
    assert list(stale(made, ["a1", "a2", "b"], {"a1": WHOLE, "a2": WHOLE})) == [
        Stale("ignore", "INS103", "so", place, ("a1", "a2"))
    ]
    assert list(stale(made, ["a1", "a2", "b"], {"a1": WHOLE, "b": WHOLE})) == []
    assert list(stale(made, ["b"], {"b": WHOLE})) == []  # nobody is called that: it cannot be known who was meant


def test_the_longest_entry_is_the_one_that_is_needed() -> None:
    """What a longer entry lets pass does not need the shorter one."""
    made = config({"INS": "all", "INS103": "one"})
    assert [item.entry for item in stale(made, ["a"], {"a": found("INS103")})] == ["INS"]
    assert [item.entry for item in stale(made, ["a"], {"a": found("INS101")})] == ["INS103"]
    assert [item.entry for item in stale(made, ["a"], {"a": found("INS101", "INS103")})] == []
    assert [item.entry for item in stale(made, ["a"], {"a": WHOLE})] == ["INS", "INS103"]


def test_an_entry_that_another_takes_the_place_of() -> None:
    """For a package whose override names the same code, the override's entry is the one that counts."""
    made = config({"INS103": "all"}, override("a", ignore={"INS103": "mine"}))
    told = list(stale(made, ["a", "b"], {"a": found("INS103"), "b": WHOLE}))
    assert told == [Stale("ignore", "INS103", "all", PLACE, ("b",))]
    told = list(stale(made, ["a", "b"], {"a": WHOLE, "b": found("INS103")}))
    assert [(item.said, item.packages) for item in told] == [("mine", ("a",))]


@pytest.mark.parametrize(
    ("severity", "look", "is_stale"),
    [
        ({"INS103": "warning"}, WHOLE, True),
        ({"INS103": "warning"}, found("INS103"), False),
        ({"SDI201": "error"}, WHOLE, False),
        ({"SDI201": "warning"}, WHOLE, False),
        ({"SDI": "warning"}, found("SDI201"), True),
        ({"SDI": "warning"}, found("SDI101"), False),
    ],
)
def test_a_severity_that_lowers(severity: dict[str, str], look: Look, is_stale: bool) -> None:
    """It is judged like an exemption; one that raises, or changes nothing, lets nothing pass and is left alone."""
    assert bool(list(stale(config({}, severity=severity), ["a"], {"a": look}))) is is_stale


def test_what_is_not_selected_is_not_judged() -> None:
    """An entry whose checks do not look cannot be known to be needed or not."""
    made = config({"INS103": "so"}, select={"PRJ": "first"})
    assert list(stale(made, ["a"], {"a": Look(frozenset(Stage), frozenset())})) == []


def test_companions_count_as_looked_at() -> None:
    """A package outside the names that was looked at nevertheless, a private one, may be what needs an entry."""
    assert list(stale(config({"BLD003": "so"}), ["a"], {"a": WHOLE, "private": found("BLD003")})) == []


def test_evidence_is_summed_up() -> None:
    """Codes are those that looked and found in any stage; a blocked stage has not come to its end."""
    finding = Finding("PRJ402", "title", Severity.ERROR, "here", "mend it", exempt="so")
    one = Evidence("a", "1", LINT, "0", Outcome.PASSED, (finding,), seconds={"PRJ402": 0.1, "PRJ403": 0.1})
    other = Evidence("a", "1", VERIFY, "0", Outcome.BLOCKED, seconds={"ART104": 0.1})
    assert look([one, other]) == Look(
        frozenset({LINT}), frozenset({"PRJ402", "PRJ403", "ART104"}), frozenset({"PRJ402"})
    )  # fmt: skip


@pytest.mark.parametrize(
    ("packages", "shown"),
    [(("a",), "in a"), (("a", "b", "c"), "in a, b, c"), (tuple("abcde"), "in a, b, c and 2 more")],
)
def test_how_a_stale_entry_is_told(packages: tuple[str, ...], shown: str) -> None:
    """Key, entry, table and packages."""
    assert str(Stale("ignore", "INS103", "so", PLACE, packages)) == (
        f"ignore INS103 in {PLACE} matches nothing any more {shown}"
    )


def test_what_did_not_look_is_told_by_selection() -> None:
    """Packages with the same selection are told together, with the number of checks and the reasons; others not."""
    made = config({}, override("a*", select={"PRJ": "first"}), override("b", select={"ART": "files", "INS": "too"}))
    one, other = unselected(made, ["a1", "b", "c", "a2"])
    assert (one.packages, other.packages) == (("a1", "a2"), ("b",))
    essential = {code for code, check in known().items() if check.essential}
    assert set(one.codes) == EVERY - essential - {check.code for check in beginning("PRJ")}
    assert str(one) == (
        f"{len(one.codes)} of {len(known())} checks did not look at 2 packages: select has only PRJ (first)"
    )
    assert str(other).endswith("did not look at b: select has only ART (files), INS (too)")
