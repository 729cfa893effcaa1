"""Steps of versions, and which releases a new one is compared with."""

from __future__ import annotations

import pytest
from packaging.version import Version

from nox_release.policy import Step, baselines, step, step_to_break, version_after


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        ("1.2.3", "1.2.4", Step.PATCH),
        ("1.2.3", "1.2.3.post1", Step.PATCH),
        ("1.2.3", "1.3.0", Step.MINOR),
        ("1.2.3", "1.3.0b1", Step.MINOR),
        ("1.2", "2", Step.MAJOR),
        ("1.2", "2.0.0b1", Step.MAJOR),
        ("0.9", "0.10", Step.MINOR),
        ("2026.1", "1!1.0", Step.MAJOR),
    ],
)
def test_the_first_number_that_grew_is_the_step(old: str, new: str, taken: Step) -> None:
    """A preview takes the step of the release that it is for, and another epoch is a new beginning."""
    assert step(Version(old), Version(new)) is taken


@pytest.mark.parametrize(("old", "wanted", "version"), [("1.2.3", Step.MAJOR, "2.0.0"), ("0.4.1", Step.MINOR, "0.5.0")])
def test_before_one_the_minor_step_may_break(old: str, wanted: Step, version: str) -> None:
    """The version that is proposed takes the very step that is demanded."""
    assert step_to_break(Version(old)) is wanted
    assert version_after(Version(old), wanted) == version
    assert step(Version(old), Version(version)) is wanted


@pytest.mark.parametrize(
    ("released", "version", "stable", "preview"),
    [
        ("", "1.0", None, None),
        ("1.0 1.1 2.0", "1.2", "1.1", None),
        ("1.0 1.1", "1.1", "1.0", None),
        ("1.0 2.0b1", "2.0", "1.0", None),
        ("1.0 2.0b1 2.0b2", "2.0b3", "1.0", "2.0b2"),
        ("1.0b1 1.0b2", "1.0b3", None, "1.0b2"),
        ("1.0b1 1.0b2", "1.0", None, None),
        ("1.0 1.1b1 1.1", "2.0b1", "1.1", None),
        ("1.0 1.1.dev3", "1.1", "1.0", None),
        ("1.0 1.0.post1", "1.1", "1.0.post1", None),
    ],
)
def test_a_release_is_compared_with_the_last_stable_one(
    released: str, version: str, stable: str | None, preview: str | None
) -> None:
    """Whatever was released later does not count; a preview is compared with the last preview, too."""
    found = baselines(map(Version, released.split()), Version(version))
    assert found == (stable and Version(stable), preview and Version(preview))
