"""Which step a version takes, and which one a change demands."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from packaging.version import Version


class Policy(StrEnum):
    """What versions promise: the values of ``version-policy``."""

    SEMVER = "semver"
    """Semantic Versioning 2.0.0; between previews, what breaks is a warning."""
    AZURE_PREVIEW = "azure-preview"
    """The same between stable releases; previews may break what previews brought."""
    NONE = "none"
    """Nothing, as with calendar versions."""


class Step(IntEnum):
    """Which number of the version grew first."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3


def step(old: Version, new: Version) -> Step:
    """Return the step from *old* to *new*; a preview takes that of the release that it is for."""
    if old.epoch != new.epoch or old.major != new.major:
        return Step.MAJOR
    return Step.MINOR if old.minor != new.minor else Step.PATCH


def step_to_break(old: Version) -> Step:
    """Return the step that may break users of *old*: before 1.0.0 the minor number takes the part of the major."""
    return Step.MAJOR if old.major else Step.MINOR


def version_after(old: Version, wanted: Step) -> str:
    """Return the version that takes the step *wanted* from *old*."""
    return f"{old.major + 1}.0.0" if wanted is Step.MAJOR else f"{old.major}.{old.minor + 1}.0"


def baselines(released: Iterable[Version], version: Version) -> tuple[Version | None, Version | None]:
    """Return the last stable release before *version*, and the last preview after that one.

    The preview only where *version* is one too: the first users of a stable release come from a stable one.
    """
    before = sorted(other for other in released if other < version and not other.is_devrelease)
    stable = next((other for other in reversed(before) if not other.is_prerelease), None)
    if not version.is_prerelease or not before or not before[-1].is_prerelease:
        return stable, None
    return stable, before[-1]
