"""What keeps a workspace from releasing: each with one that is well but for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nox_release.check import Family, Rules, Verdict
from nox_release.checks.doctor import CHECKOUT, INDEX, KEYS, OWNERS, Checkout, Index, Keys
from nox_release.checks.machine import GIB, MACHINE, PYTHONS, TABLE, Machine, Pythons, Table
from nox_release.exemptions import Stale
from nox_release.matrix import Interpreter, Resolution, choose
from nox_release.standing import Shelf, Standing

OWNED = Standing("demo", "1.0", required_owners=("Microsoft",), shelf=Shelf(exists=True, owners=("microsoft", "ada")))
WELL = Index("https://upload.pypi.org/legacy/", "https://pypi.org/", (OWNED,))
ALONE = replace(OWNED, shelf=Shelf(exists=True, owners=("ada",)))
NEW = replace(OWNED, shelf=Shelf())
UNKNOWN = replace(OWNED, shelf=Shelf(exists=True, owners_unknown="the index answers 503"))
UNREAD = replace(OWNED, shelf=Shelf(problem="no route"))
HERE = (Interpreter("3.13.0", "/13"), Interpreter("3.9.18", "/9"))
KEY = "ssh-ed25519 AAAA"
SIGNED = Keys(signers=("ada@example.org",), own=(KEY,))


def index(value: Index) -> Verdict:
    """Both families that look at an index."""
    return INDEX.run(value) + OWNERS.run(value)


def tried(*said: tuple[tuple[str, ...], str]) -> Pythons:
    """Packages p0, p1, … each with its ``pythons`` and its requires-python, on a machine with 3.9 and 3.13."""
    wanted = enumerate(said)
    return Pythons({f"p{n}": choose(pythons, (Resolution.HIGHEST,), text, HERE) for n, (pythons, text) in wanted})


@pytest.mark.parametrize(
    "value",
    [
        WELL,
        replace(WELL, packages=()),
        replace(WELL, packages=(replace(ALONE, required_owners=()),)),
        replace(WELL, packages=(replace(UNKNOWN, owners_accepted=True),)),
        replace(WELL, packages=(replace(UNKNOWN, required_owners=()),)),
    ],
    ids=["well", "no package", "nobody has to own it", "accepted with a reason", "not asked"],
)
def test_an_index_that_is_well_passes(value: Index) -> None:
    """Nothing is told of one that can be released to."""
    assert index(value).findings == ()


@pytest.mark.parametrize(
    ("family", "value"),
    [
        (CHECKOUT, Checkout()),
        (PYTHONS, Pythons()),
        (PYTHONS, tried((("3.9", "3.13"), ">=3.9"), ((), ""), ((), ">=3.9,<3.10"), ((), ">=3.13"))),
        (MACHINE, Machine("0.9.1")),
        (MACHINE, Machine("", "pip")),
        (MACHINE, Machine("0.9.1", free=GIB)),
        (TABLE, Table()),
        (KEYS, SIGNED),
        (KEYS, replace(SIGNED, own=(), allowed=True)),
    ],
)
def test_what_is_well_passes(family: Family[Any], value: object) -> None:
    """Nothing is told of what a release can be made with."""
    assert family.run(value).findings == ()


@pytest.mark.parametrize(
    ("value", "code", "said", "fix", "fails"),
    [
        (replace(WELL, packages=(UNREAD, OWNED)), "DOC101", "no route (1 of 2 packages)", "Simple API", True),
        (replace(WELL, credentials="none for x\n  set TWINE_PASSWORD"), "DOC102", "none for x", "TWINE_PASSW", False),
        (replace(WELL, packages=(ALONE,)), "DOC201", "Microsoft missing; the owners are: ada",
         "add Microsoft as Owner of demo at https://pypi.org/manage/project/demo/collaboration/", True),
        (replace(WELL, packages=(ALONE,), pages=""), "DOC201", "Microsoft missing", "ask the administrator", True),
        (replace(WELL, packages=(UNKNOWN,)), "DOC202", "the index answers 503", "owners-unknown = {", True),
        (replace(WELL, packages=(NEW, OWNED)), "DOC203", "does not know it",
         "nox -s status -- demo --first-releases tells in which waves, and their publishers; afterwards doctor fails "
         "until Microsoft is an owner", False),
        (replace(WELL, packages=(replace(NEW, required_owners=()),) * 4), "DOC203", "does not know these 4",
         "nox -s status -- all --first-releases", False),
    ],
)  # fmt: skip
def test_what_is_not_well_with_an_index(value: Index, code: str, said: str, fix: str, fails: bool) -> None:
    """Each is found alone; that this machine has no credentials, or a package no release, is only a warning."""
    verdict = index(value)
    (finding,) = verdict.findings
    assert (finding.code, verdict.fails) == (code, fails)
    assert said in finding.message
    assert fix in finding.fix


STALE = Stale("ignore", "ART1", "reason", "[tool.nox-release]", ("demo",))


@pytest.mark.parametrize(
    ("family", "value", "code", "where", "said", "fix", "fails"),
    [
        (CHECKOUT, Checkout("no email was given"), "DOC301", "git", "no email", "git config user.name", True),
        (CHECKOUT, Checkout(remote_problem="no route"), "DOC302", "remote origin", "no route",
         "git remote add origin URL if there is none, see that `git ls-remote origin` works", True),
        (CHECKOUT, Checkout(signing_problem="no key"), "DOC303", "tag.gpgSign", "no key", "user.signingKey KEY", True),
        (PYTHONS, tried((("3.9", "3.12"), ""), (("3.12",), "")), "DOC401", "Python 3.12",
         "pythons asks for it, for p0, p1", "uv python install 3.12", True),
        (PYTHONS, tried(((), ">=3.14")), "DOC401", "requires-python", "no Python here is one that p0 allows (>=3.14)",
         "uv python install 3.14", True),
        (PYTHONS, tried(*[((), ">=3.8")] * 5), "DOC402", "Python 3.8", "p0, p1, p2 and 2 more allow it",
         "uv python install 3.8, or raise requires-python", False),
        (MACHINE, Machine(), "DOC501", "uv", "not found", "pip install uv", True),
        (MACHINE, Machine("0.9", free=GIB // 2), "DOC502", ".nox-release", "0.5 GiB are free", "make room", False),
        (MACHINE, Machine("0.9", cache="/c", cache_problem="read-only"), "DOC503", "/c", "read-only", "XDG_", True),
        (TABLE, Table((("exclude", "old/*"),)), "DOC601", "exclude", '"old/*" matches nothing', "take it out", False),
        (TABLE, Table(stale=(STALE,)), "DOC602", "[tool.nox-release]", "nothing any more", "take ART1 out of", False),
        (KEYS, replace(SIGNED, keygen_problem="too old"), "DOC701", "ssh-keygen", "too old", "8.2 or newer", True),
        (KEYS, Keys(committed=False), "DOC702", ".github/allowed_signers", "not committed", "commit a file", True),
        (KEYS, replace(SIGNED, needed=2), "DOC702", ".github/allowed_signers", "2 have to approve, and it names ada@",
         "add a line for each", True),
        (KEYS, replace(SIGNED, allowed=False), "DOC703", ".github/allowed_signers", "none of the 1 SSH keys",
         f'add a line "you@example.org {KEY}"', False),
        (KEYS, replace(SIGNED, own=(), allowed=False), "DOC703", ".github/allowed_signers", "no SSH key here",
         "ssh-keygen -t ed25519", False),
    ],
)  # fmt: skip
def test_what_is_not_well(
    family: Family[Any], value: object, code: str, where: str, said: str, fix: str, fails: bool
) -> None:
    """Each is found alone, with what to type."""
    verdict = family.run(value)
    (finding,) = verdict.findings
    assert (finding.code, finding.where, verdict.fails) == (code, where, fails)
    assert said in finding.message
    assert fix in finding.fix


def test_an_unreadable_index_says_nothing_of_owners() -> None:
    """What could not be looked at is told once, not as a missing owner or a first release, too."""
    assert [finding.code for finding in index(replace(WELL, packages=(UNREAD,)))] == ["DOC101"]


def test_a_reason_lets_it_pass() -> None:
    """An exemption of the configuration counts here as everywhere."""
    verdict = OWNERS.run(replace(WELL, packages=(ALONE,)), Rules({"DOC201": "being arranged"}))
    assert not verdict.fails
    assert verdict.findings[0].exempt == "being arranged"
