"""How long the packages of a plan took the last time, as the evidence of earlier commands has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nox_release.evidence import Store
from nox_release.model import Stage
from nox_release.plan import Plan

_BUILDS = (Stage.BUILD_SDIST, Stage.BUILD_WHEEL)
_PROVING = tuple(stage for stage in Stage if stage is not Stage.PUBLISH)


@dataclass(frozen=True)
class Timing:
    """Seconds of the stages that a package has to go through; uploads are left out."""

    stages: Mapping[Stage, float | None]
    """None where no evidence tells."""

    @property
    def known(self) -> float:
        """All that is known of it."""
        return sum(seconds for seconds in self.stages.values() if seconds is not None)

    @property
    def total(self) -> float | None:
        """All of it; None where a stage is unknown that takes long."""
        unknown = {stage for stage, seconds in self.stages.items() if seconds is None}
        return None if unknown - {Stage.LINT_METADATA} else self.known


def timings(plan: Plan, store: Store) -> dict[str, Timing]:
    """Return the timing of every package of *plan*; a companion is only built."""
    return {
        item.name: Timing({stage: store.newest(stage, item.name) for stage in (_PROVING if item.target else _BUILDS)})
        for item in plan.packages
    }
