"""Reading an index for many packages at once, through a fake of its door."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.version import Version

from fakes import FakeTarget
from nox_release.errors import Blocked
from nox_release.index.owners import Owners
from nox_release.index.target import Published, PublishedFile
from nox_release.repository import Repository
from nox_release.standing import Shelf, Shelved
from nox_release.survey import shelf, survey
from nox_release.work import SurveyOrder
from nox_release.yank import Dependent

REPOSITORY = Repository("corp", "http://127.0.0.1:9/legacy/", "http://127.0.0.1:9/simple/")
DAY = datetime(2026, 11, 1, tzinfo=UTC)


def file(version: str, *, name: str = "demo", wheel: bool = False, yanked: bool = False) -> PublishedFile:
    filename = f"{name}-{version}-py3-none-any.whl" if wheel else f"{name}-{version}.tar.gz"
    return PublishedFile(filename, f"http://x/{filename}", "1" * 64, 10, DAY, yanked, "", Version(version))


DEMO = Published(
    "demo", (file("1.0"), file("1.0", wheel=True), file("2.0", yanked=True)), emptied=frozenset({Version("1.5")})
)


def test_a_shelf_tells_one_version_among_all() -> None:
    """The last release is what installers take, the highest counts yanked ones, too."""
    found = shelf(DEMO, "1.0", Owners(True, frozenset({"b", "a"})))
    assert (found.exists, found.last, found.highest, found.owners) == (True, "1.0", "2.0", ("a", "b"))
    assert found.files == (
        Shelved("demo-1.0-py3-none-any.whl", "1" * 64, DAY.isoformat()),
        Shelved("demo-1.0.tar.gz", "1" * 64, DAY.isoformat()),
    )
    assert not found.alone and not found.deleted


@pytest.mark.parametrize(
    ("published", "version", "expected"),
    [
        (None, "1.0", Shelf()),
        (DEMO, "1.5", Shelf(True, "1.0", "2.0", deleted=True)),
        (DEMO, "?", Shelf(True, "1.0", "2.0")),
        (Published("demo"), "1.0", Shelf(True)),
    ],
)
def test_what_is_not_there(published: Published | None, version: str, expected: Shelf) -> None:
    """An unknown project, a deleted version, and a version that only the build tells."""
    assert shelf(published, version, Owners(False)) == expected


def test_the_only_version_is_alone() -> None:
    """Then it is a first release."""
    assert shelf(Published("demo", (file("1.0"),)), "1.0.0", Owners(False)).alone


def test_one_that_cannot_be_read_leaves_the_others(tmp_path: Path) -> None:
    """What could not be looked at is said of that package alone."""
    target = FakeTarget({"demo": DEMO, "bad": Blocked("no route", "x")})
    answer = survey(
        SurveyOrder(tmp_path, REPOSITORY, {"demo": "1.0", "bad": "1.0", "new": "1.0"}, tmp_path), {}, target
    )
    assert answer.shelves["bad"].problem == "no route"
    assert answer.shelves["demo"].last == "1.0"
    assert not answer.shelves["new"].exists


def test_owners_are_asked_only_where_they_are_wanted(tmp_path: Path) -> None:
    """An index that has no API for them says so, where it is asked."""
    order = SurveyOrder(tmp_path, REPOSITORY, {"demo": "1.0", "other": "1.0"}, tmp_path, owned=("demo",))
    answer = survey(order, {}, FakeTarget({"demo": DEMO, "other": DEMO}))
    assert "no API" in answer.shelves["demo"].owners_unknown
    assert answer.shelves["other"].owners_unknown == ""


def test_dependents_tell_what_their_last_release_requires(tmp_path: Path) -> None:
    """Read from the METADATA of its wheel: the requirements on the withdrawn package alone, extras among them."""
    wheel = file("3.0", name="user", wheel=True)
    path = tmp_path / "user.whl"
    requires = ("Requires-Dist: Demo>=1.0", "Requires-Dist: other", 'Requires-Dist: demo[x]<3; extra == "y"')
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("user-3.0.dist-info/METADATA", "\n".join(("Name: user", *requires, "", "text")))
    (tmp_path / "broken.whl").write_bytes(b"no zip")
    broken = file("1.0", name="broken", wheel=True)
    target = FakeTarget(
        {
            "demo": DEMO,
            "user": Published("user", (wheel,)),
            "old": Published("old", (file("1.0", name="old"),)),
            "broken": Published("broken", (broken,)),
            "bad": Blocked("no route", "x"),
        },
        {wheel.filename: path, broken.filename: tmp_path / "broken.whl"},
    )
    order = SurveyOrder(
        tmp_path, REPOSITORY, {}, tmp_path, withdrawn="demo", dependents=("user", "new", "old", "bad", "broken")
    )
    answer = survey(order, {}, target)
    assert answer.releases == {"1.0": False, "2.0": True}
    user, new, old, bad, unread = answer.dependents
    assert user == Dependent("user", "3.0", ("Demo>=1.0", 'demo[x]<3; extra == "y"'))
    assert new == Dependent("new", "")
    assert "no wheel" in old.problem
    assert bad.problem == "no route"
    assert "cannot be read" in unread.problem
