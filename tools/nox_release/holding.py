"""How long evidence holds that rests on what an index said: the index changes without the source changing."""

from __future__ import annotations

from collections.abc import Mapping

from nox_release.model import Evidence, Stage

SECONDS: Mapping[Stage, float] = {
    Stage.LINT_METADATA: 10 * 60.0,  # a version may be taken at any moment, and asking again is cheap
    Stage.VERIFY_ARTIFACTS: 24 * 3600.0,  # the last release, which the artifacts are compared with
}
"""Of evidence for which an index was asked. Of another stage it holds in the command that made it."""


def holds(evidence: Evidence, began: float) -> bool:
    """Whether *evidence* may still be believed in a command that began at *began* (seconds since the epoch).

    The command's beginning counts, so that what it learns at first holds to its end, however long it takes.
    When evidence no longer holds, its stage runs again under the same inputs; what was built on it stays.
    """
    return not evidence.asked or began - evidence.started <= SECONDS.get(evidence.stage, 0.0)
