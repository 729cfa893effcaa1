"""What keeps a workspace from releasing: each with one that is well but for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.check import Rules
from nox_release.checks.doctor import DOCTOR, Health
from nox_release.status import Shelf, Standing

OWNED = Standing("demo", "1.0", required_owners=("Microsoft",), shelf=Shelf(exists=True, owners=("microsoft", "ada")))
WELL = Health("https://upload.pypi.org/legacy/", "https://pypi.org/", (OWNED,))
ALONE = replace(OWNED, shelf=Shelf(exists=True, owners=("ada",)))
UNKNOWN = replace(OWNED, shelf=Shelf(exists=True, owners_unknown="the index answers 503"))
UNREAD = replace(OWNED, shelf=Shelf(problem="no route"))


@pytest.mark.parametrize(
    "health",
    [
        WELL,
        replace(WELL, packages=()),
        replace(WELL, packages=(replace(ALONE, shelf=Shelf()),)),
        replace(WELL, packages=(replace(ALONE, required_owners=()),)),
        replace(WELL, packages=(replace(UNKNOWN, owners_accepted=True),)),
        replace(WELL, packages=(replace(UNKNOWN, required_owners=()),)),
    ],
    ids=["well", "no package", "not released yet", "nobody has to own it", "accepted with a reason", "not asked"],
)
def test_what_is_well_passes(health: Health) -> None:
    """Nothing is told of a workspace that can release."""
    assert DOCTOR.run(health).findings == ()


@pytest.mark.parametrize(
    ("health", "code", "said", "fix", "fails"),
    [
        (replace(WELL, packages=(UNREAD, OWNED)), "DOC101", "no route (1 of 2 packages)", "Simple API", True),
        (replace(WELL, remote_problem="no route"), "DOC102", "no route", "`git ls-remote origin`", True),
        (replace(WELL, credentials="none for x\n  set TWINE_PASSWORD"), "DOC103", "none for x", "TWINE_PASSW", False),
        (replace(WELL, packages=(ALONE,)), "DOC201", "Microsoft missing; the owners are: ada",
         "add Microsoft as Owner of demo at https://pypi.org/manage/project/demo/collaboration/", True),
        (replace(WELL, packages=(ALONE,), pages=""), "DOC201", "Microsoft missing", "ask the administrator", True),
        (replace(WELL, packages=(UNKNOWN,)), "DOC202", "the index answers 503", "owners-unknown = {", True),
    ],
)  # fmt: skip
def test_what_is_not_well_is_told_with_its_mend(health: Health, code: str, said: str, fix: str, fails: bool) -> None:
    """Each is found alone; that this machine has no credentials is only a warning."""
    verdict = DOCTOR.run(health)
    (finding,) = verdict.findings
    assert (finding.code, verdict.fails) == (code, fails)
    assert said in finding.message
    assert fix in finding.fix


def test_an_unreadable_index_says_nothing_of_owners() -> None:
    """What could not be looked at is told once, not as a missing owner, too."""
    assert [finding.code for finding in DOCTOR.run(replace(WELL, packages=(UNREAD,)))] == ["DOC101"]


def test_a_reason_lets_it_pass() -> None:
    """An exemption of the configuration counts here as everywhere."""
    verdict = DOCTOR.run(replace(WELL, packages=(ALONE,)), Rules({"DOC201": "being arranged"}))
    assert not verdict.fails
    assert verdict.findings[0].exempt == "being arranged"
