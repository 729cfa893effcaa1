"""Every check of a state between two uploads, with one that fails it and one that comes near."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.checks.prefixes import CONFLICT, PREFIXES, Crossing, Tried

GOOD = Tried(("core 2.0",))
BAD = replace(GOOD, failed={"import user": "ImportError: old"})
WORSE = replace(GOOD, failed={"import user": "ImportError: old", "entry point user": "ImportError: old"})
REFUSED = replace(GOOD, refused="nothing fits together")
CLASH = replace(GOOD, failed={CONFLICT: "user 1.0 requires core<2"})
PUBLIC = Crossing("core 2.0", "user 1.0", "highest", True, GOOD, GOOD)
NEW = Crossing("user 2.0", "user 2.0", "highest", False, None, GOOD)
LOW = replace(NEW, resolution="lowest", before=GOOD)
AFTER = (
    "after core 2.0 is uploaded, user 1.0, public today, fails with the highest siblings that it allows (core 2.0): "
)
TODAY = "it cannot be installed today: nothing fits together"
THEN = "after user 2.0 is uploaded, user 2.0 fails with the {} siblings that it allows (core 2.0): "


@pytest.mark.parametrize(
    ("crossing", "findings"),
    [
        (PUBLIC, []),
        (replace(PUBLIC, after=BAD), [("PFX101", AFTER + "import user: ImportError: old")]),
        (replace(PUBLIC, after=WORSE), [("PFX101", AFTER + "import user: ImportError: old (and 1 more)")]),
        (replace(PUBLIC, before=BAD, after=WORSE), [("PFX101", AFTER + "entry point user: ImportError: old")]),
        (replace(PUBLIC, before=BAD, after=BAD), []),
        (replace(PUBLIC, before=BAD), []),
        (replace(PUBLIC, after=CLASH), [("PFX101", AFTER + "pip check: user 1.0 requires core<2")]),
        (replace(PUBLIC, after=REFUSED), [("PFX101", AFTER + "nothing fits together")]),
        (replace(PUBLIC, resolution="lowest", after=REFUSED),
         [("PFX101", AFTER.replace("highest", "lowest") + "nothing fits together")]),
        (replace(PUBLIC, before=REFUSED, after=REFUSED), [("PFX104", TODAY)]),
        (replace(PUBLIC, before=REFUSED), [("PFX104", TODAY)]),
        (replace(PUBLIC, resolution="lowest", before=REFUSED), []),
        (NEW, []),
        (replace(NEW, after=REFUSED), [("PFX102", THEN.format("highest") + "nothing fits together")]),
        (replace(NEW, after=CLASH), [("PFX102", THEN.format("highest") + "pip check: user 1.0 requires core<2")]),
        # verify-artifacts has judged the imports of new files, and the bounds of what they require
        (replace(NEW, after=BAD), []),
        (LOW, []),
        (replace(LOW, after=BAD), [("PFX102", THEN.format("lowest") + "import user: ImportError: old")]),
        (replace(LOW, before=BAD, after=BAD), []),
        (replace(LOW, after=REFUSED), []),
        (replace(PUBLIC, after=None, untried="no idea"), [("PFX103", "not tried after core 2.0: no idea")]),
    ],
)  # fmt: skip
def test_what_is_found(crossing: Crossing, findings: list[tuple[str, str]]) -> None:
    """Only what worked before and fails now is the plan's fault; what is not known is told."""
    assert [(item.code, item.message) for item in PREFIXES.run(crossing)] == findings


@pytest.mark.parametrize(
    ("crossing", "fix"),
    [
        (PUBLIC, "keep what user relies on, or first release a version of user that rules core 2.0 out"),
        (replace(PUBLIC, resolution="lowest"), "bring what it needs to the siblings that it allows"),
        (replace(NEW, after=REFUSED), "name what it needs as a target, too"),
        (LOW, "raise the lower bound of what it fails with"),
    ],
)
def test_what_to_do(crossing: Crossing, fix: str) -> None:
    """Each finding names the package that has to change."""
    broken = crossing if crossing.after is REFUSED else replace(crossing, after=BAD)
    (finding,) = PREFIXES.run(broken)
    assert fix in finding.fix
    assert finding.where == crossing.release
    assert finding.fails
