"""Every check of the difference from the last release: what fails it, what comes near and passes, what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from nox_release.check import Rules, Severity
from nox_release.checks.difference import LIMIT, Upgrade, examine
from nox_release.difference import Change, Difference, Keyed, Nature
from nox_release.policy import Policy

GONE = Change(Nature.REMOVED, "demo.f", "function", "demo._m.f")
BROKEN = Change(Nature.INCOMPATIBLE, "demo.g", "parameter x was removed", "demo.g")
NEW = Change(Nature.ADDED, "demo.h", "function")
OTHER = Change(Nature.DIFFERENT, "demo.g", "the default of x was 1, and is now 2", "demo.g")
MIB = 1 << 20


def wheel(*api: Change, **more: Any) -> Difference:
    return Difference("demo-old.whl", "demo-new.whl", api=api, **more)


def upgrade(last: str | None, version: str, found: Difference | None, **more: Any) -> Upgrade:
    return Upgrade(Version(version), Version(last) if last else None, found, listed="list.json", **more)


def codes(subject: Upgrade) -> list[str]:
    return [finding.code for finding in examine(subject) if not finding.exempt]


SCRIPT = Keyed(removed={"console_scripts: demo": "demo:main"})


@pytest.mark.parametrize(
    ("found", "code", "failing", "passing"),
    [
        (wheel(GONE), "DIF101", [("1.0", "1.1"), ("1.0", "1.0.1"), ("0.1", "0.1.1"), ("1.0", "1.1b1")],
         [("1.0", "2.0"), ("1.0", "2.0b1"), ("0.1", "0.2"), ("0.1", "1.0"), (None, "1.0")]),
        (wheel(BROKEN), "DIF102", [("1.0", "1.1"), ("0.1", "0.1.1")], [("1.0", "2.0"), ("0.1", "0.2")]),
        (wheel(entry_points=SCRIPT), "DIF103", [("1.0", "1.1")], [("1.0", "2.0")]),
        (wheel(NEW), "DIF104", [("1.0", "1.0.1")], [("1.0", "1.1"), ("0.1", "0.1.1")]),
        (wheel(OTHER), "DIF105", [("1.0", "1.0.1")], [("1.0", "1.1"), ("0.1", "0.1.1")]),
        (wheel(pythons_lost=("3.9",)), "DIF201", [("1.0", "1.0.1")], [("1.0", "1.1")]),
        (wheel(requirements=Keyed({"attrs": ">=1"})), "DIF202", [("1.0", "1.0.1")], [("1.0", "1.1")]),
        (wheel(extras_removed=("cli",)), "DIF203", [("1.0", "1.1")], [("1.0", "2.0")]),
    ],
)  # fmt: skip
def test_a_change_has_the_version_step_for_it(
    found: Difference, code: str, failing: list[tuple[str, str]], passing: list[tuple[str | None, str]]
) -> None:
    """The same change fails in one step and passes in the next; without a last release, or a policy, it passes."""
    assert [codes(upgrade(last, version, found)) for last, version in failing] == [[code]] * len(failing)
    assert [codes(upgrade(last, version, found)) for last, version in passing] == [[]] * len(passing)
    last, version = failing[0]
    assert codes(upgrade(last, version, found, policy=Policy.NONE)) == []
    assert codes(upgrade(last, version, found, policy=Policy.AZURE_PREVIEW)) == [code]


@pytest.mark.parametrize(
    "found",
    [
        wheel(OTHER, NEW),
        wheel(pythons_lost=()),
        wheel(requirements=Keyed({"attrs [cli]": ""}, {"six": ""}, {"requests": (">=1", ">=2")})),
        wheel(entry_points=Keyed({"console_scripts: new": "demo:main"})),
    ],
)
def test_what_hurts_nobody_passes_a_minor_step(found: Difference) -> None:
    """Additions, raised floors, and requirements of extras."""
    assert codes(upgrade("1.0", "1.1", found)) == []


def test_the_version_that_is_proposed_passes() -> None:
    """The fix names it."""
    (finding,) = examine(upgrade("1.4.2", "1.5.0", wheel(GONE)))
    assert (finding.where, finding.message) == ("demo.f", "function of 1.4.2 was removed")
    assert "make this 2.0.0" in finding.fix
    assert codes(upgrade("1.4.2", "2.0.0", wheel(GONE))) == []


@pytest.mark.parametrize("glob", ["demo.f", "demo.*"])
def test_an_allowance_lets_it_pass_with_its_reason(glob: str) -> None:
    """The exemption is printed, and only what the allowance names is exempt."""
    found = examine(upgrade("1.0", "1.1", wheel(GONE, BROKEN), allowances={glob: "a mistake"}))
    assert [(item.code, item.where, item.exempt) for item in found if item.exempt] == [
        ("DIF101", glob, "a mistake"), *([("DIF102", glob, "a mistake")] if glob == "demo.*" else []),
    ]  # fmt: skip
    assert found.fails is (glob == "demo.f")


def test_an_entry_point_is_allowed_by_its_name() -> None:
    """As the finding names it."""
    found = wheel(entry_points=SCRIPT)
    assert codes(upgrade("1.0", "1.1", found, allowances={"console_scripts: demo": "nobody ran it"})) == []


@pytest.mark.parametrize(
    ("allowances", "found", "told"),
    [
        ({"demo.x": "why"}, wheel(GONE), ["DIF101", "DIF108"]),
        ({"demo.f": "why"}, wheel(GONE), []),
        ({"demo.h": "why"}, wheel(NEW), ["DIF108"]),
        ({"demo.f": "why"}, wheel(), ["DIF108"]),
        ({}, wheel(), []),
    ],
)
def test_an_allowance_that_matches_nothing_is_told(
    allowances: Mapping[str, str], found: Difference, told: list[str]
) -> None:
    """DIF108: it outlived what it was for; an addition needs none."""
    assert codes(upgrade("1.0", "1.1", found, allowances=allowances)) == told


def test_rules_of_the_configuration_hold_here_too() -> None:
    """``ignore`` by code, beside the allowances."""
    (finding,) = examine(upgrade("1.0", "1.1", wheel(GONE)), Rules({"DIF1": "a first try"}))
    assert finding.exempt == "a first try"


def test_thousands_of_removals_are_counted() -> None:
    """The first are told, the others are where the list is; none is lost from the count."""
    many = [replace(GONE, path=f"demo.f{number:04}", origin=f"demo.f{number:04}") for number in range(3000)]
    found = list(examine(upgrade("1.0", "1.1", wheel(*many))))
    assert len(found) == LIMIT + 1
    assert found[-1].message == f"{3000 - LIMIT} more changes of this kind since 1.0: see list.json"


def test_what_many_classes_inherit_is_told_once() -> None:
    """A method that a private base lost is one change for all its classes."""
    many = [replace(GONE, path=f"demo.C{number}.f") for number in range(9)]
    (finding,) = examine(upgrade("1.0", "1.1", wheel(*many)))
    assert (finding.where, finding.message) == (
        "demo.C0.f", "function of 1.0 was removed (and 8 more that inherit it)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "told"), [(Policy.SEMVER, ["DIF106"]), (Policy.AZURE_PREVIEW, []), (Policy.NONE, [])]
)
def test_previews_may_break_previews(policy: Policy, told: list[str]) -> None:
    """DIF106 warns, except under the policy that says so; an addition breaks nobody."""
    for change, expected in ((GONE, told), (BROKEN, told), (NEW, [])):
        since = {"preview": Version("2.0b1"), "since_preview": wheel(change), "policy": policy}
        assert codes(upgrade("1.0", "2.0b2", wheel(), **since)) == expected


def test_a_preview_keeps_what_the_last_stable_release_has() -> None:
    """Unless it is one of the next major release."""
    for policy in (Policy.SEMVER, Policy.AZURE_PREVIEW):
        assert codes(upgrade("1.0", "1.1b2", wheel(GONE), policy=policy)) == ["DIF101"]
        assert codes(upgrade("1.0", "2.0b2", wheel(GONE), policy=policy)) == []


def test_modules_that_cannot_be_read_are_told() -> None:
    """DIF107: nothing is known of what they lost; beyond a limit they are counted."""
    assert codes(upgrade("1.0", "2.0", wheel(unread={"demo.m": "SyntaxError: invalid syntax"}))) == ["DIF107"]
    many = wheel(unread={f"demo.m{number}": "SyntaxError" for number in range(99)})
    assert len(codes(upgrade("1.0", "2.0", many))) == LIMIT + 1
    assert codes(upgrade("1.0", "2.0", wheel())) == []


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((2 * MIB, 5 * MIB), ["DIF204"]),
        ((2 * MIB, 4 * MIB), []),
        ((1000, 900_000), []),
        ((5 * MIB, 2 * MIB), []),
        ((0, 2 * MIB), ["DIF204"]),
    ],
)
def test_a_release_that_doubles_is_told(size: tuple[int, int], told: list[str]) -> None:
    """DIF204: more than twice the size, and more than a MiB; in the wheel or in the sdist."""
    grown = wheel(size=size, sizes={".bin": size, ".py": (1, 2)})
    assert codes(upgrade("1.0", "2.0", grown)) == told
    assert codes(upgrade("1.0", "2.0", wheel(), sdist=grown)) == told


def test_errors_stop_and_warnings_do_not() -> None:
    """Only what breaks users stops a release."""
    found = [*examine(upgrade("1.0", "1.0.1", wheel(GONE, BROKEN, NEW, OTHER, entry_points=SCRIPT)))]
    assert {item.code: item.severity for item in found} == {
        **dict.fromkeys(("DIF101", "DIF102", "DIF103"), Severity.ERROR),
        **dict.fromkeys(("DIF104", "DIF105"), Severity.WARNING),
    }
