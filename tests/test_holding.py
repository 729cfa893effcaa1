"""How long evidence holds."""

from __future__ import annotations

import pytest

from nox_release.holding import holds
from nox_release.model import Evidence, Outcome, Stage

ASKED = "https://index.test/simple/"
LINT, VERIFY, TEST = Stage.LINT_METADATA, Stage.VERIFY_ARTIFACTS, Stage.TEST


@pytest.mark.parametrize(
    ("stage", "asked", "age", "expected"),
    [
        (LINT, ASKED, 0, True),
        (LINT, ASKED, 600, True),
        (LINT, ASKED, 600.1, False),
        (LINT, "", 10**9, True),
        (VERIFY, ASKED, 24 * 3600, True),
        (VERIFY, ASKED, 24 * 3600 + 1, False),
        (VERIFY, "", 10**9, True),
        (TEST, ASKED, 1, False),
        (TEST, ASKED, -1, True),
        (LINT, ASKED, -3600, True),
    ],
)
def test_what_an_index_said_holds_for_a_while(stage: Stage, asked: str, age: float, expected: bool) -> None:
    """Ten minutes or a day, by the stage; what no index was asked for holds, and so does what this command made."""
    evidence = Evidence("demo", "1.0", stage, "", Outcome.PASSED, started=10_000.0, asked=asked)
    assert holds(evidence, 10_000.0 + age) is expected
