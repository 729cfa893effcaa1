"""Every check of what the index has already, with a case that fails it, one that does not, and its fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from nox_release.check import Severity
from nox_release.checks.history import HISTORY
from nox_release.history import History, Need
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Artifact, Kind

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=14, seconds=1), NOW - timedelta(days=14)
SDIST, WHEEL = "demo-2.0.tar.gz", "demo-2.0-py3-none-any.whl"


def listed(filename: str, sha: str = "", when: datetime | None = OLD, yanked: bool = False) -> PublishedFile:
    version = Version(filename.removesuffix(".tar.gz").removesuffix(".zip").split("-")[1])
    return PublishedFile(filename, "", sha, None, when, yanked, "", version)


def has(*files: PublishedFile | str, status: str = "active") -> Published:
    return Published("demo", tuple(listed(file) if isinstance(file, str) else file for file in files), status)


BUILT = (Artifact(SDIST, Kind.SDIST, "aa", 1), Artifact(WHEEL, Kind.WHEEL, "bb", 1))
SOUND = History("demo", Version("2.0"), "index.test", NOW, has("demo-1.0.tar.gz"))
NEW = replace(SOUND, published=None, asked=("d-emo",))


UNPLANNED = "this plan does not release it"


def found(history: History) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in HISTORY.run(history)]


def there(*files: PublishedFile | str) -> History:
    return replace(SOUND, published=has(*files))


def built(*files: PublishedFile | str) -> History:
    return replace(there(*files), artifacts=BUILT)


@pytest.mark.parametrize(
    "history",
    [
        SOUND,
        NEW,
        replace(SOUND, artifacts=BUILT),
        there("demo-2.0rc1.tar.gz", "demo-1.0.post1.tar.gz", "demo-1.9.tar.gz"),
        there(PublishedFile("demo-2004d.tar.gz", "")),
    ],
    ids=["higher", "new", "built", "near versions", "a name without version"],
)
def test_what_can_be_released_passes(history: History) -> None:
    """A version above all others, or the first one."""
    assert found(history) == []


@pytest.mark.parametrize(
    ("history", "message"),
    [
        (there(SDIST), f"index.test has {SDIST}, uploaded 2026-11-11"),
        (there("demo-2.0.0.tar.gz"), "index.test has demo-2.0.0.tar.gz, uploaded 2026-11-11"),
        (there(listed(SDIST, yanked=True)), f"index.test has {SDIST}, uploaded 2026-11-11"),
        (there(listed(SDIST, when=None)), f"index.test has {SDIST}"),
        (there(listed(WHEEL, when=None), SDIST), f"index.test has {WHEEL}, {SDIST}"),
        (
            there(*(f"demo-2.0-{tag}-none-any.whl" for tag in ("cp1", "cp2", "cp3", "cp4", "cp5"))),
            "index.test has demo-2.0-cp1-none-any.whl, demo-2.0-cp2-none-any.whl, demo-2.0-cp3-none-any.whl and 2 "
            "more, uploaded 2026-11-11",
        ),
        (
            built(listed(SDIST, "cc")),
            f"index.test has {SDIST} in other bytes than those built here, uploaded 2026-11-11",
        ),
        (built(SDIST), f"index.test has {SDIST}, uploaded 2026-11-11"),
        (built("demo-2.0.0.tar.gz"), "index.test has demo-2.0.0.tar.gz, uploaded 2026-11-11"),
        (
            built(listed(SDIST, "aa", YOUNG), listed(WHEEL, "cc", YOUNG)),
            f"index.test has {WHEEL} in other bytes than those built here, uploaded 2026-11-11",
        ),
    ],
    ids=[
        "taken", "an equal version", "yanked", "no time", "not all times", "many", "other bytes", "unknown bytes",
        "all of another name", "half of it",
    ],
)  # fmt: skip
def test_a_version_that_is_taken(history: History, message: str) -> None:
    """Whatever of the version is there is in the way, unless it is what is built here."""
    assert found(history) == [("HIS101", "version 2.0", message)]


@pytest.mark.parametrize(
    "files",
    [
        [listed(SDIST, "aa"), listed(WHEEL, "bb")],
        [listed(SDIST, "aa", YOUNG)],
        [listed(SDIST, "aa", None)],
        [listed(WHEEL, "bb", YOUNG), listed("demo-2.0-cp314-cp314-win_amd64.whl", "cc", YOUNG)],
    ],
    ids=["all there", "the wheel is missing", "no time is told", "another wheel beside it"],
)
def test_an_upload_that_broke_off_can_be_finished(files: Iterable[PublishedFile]) -> None:
    """The same bytes are no obstacle, and what is missing may follow within 14 days."""
    assert found(built(*files)) == []


def test_a_release_that_another_machine_began() -> None:
    """A candidate that has built nothing yet cannot know whose the bytes are; it is told, and goes on to compare."""
    begun = replace(there(listed(SDIST, "aa", YOUNG)), finishes=True)
    assert found(begun) == [("HIS106", "version 2.0", f"index.test has {SDIST}")]
    assert found(replace(begun, artifacts=BUILT)) == []
    assert [code for code, *_ in found(replace(begun, artifacts=BUILT, published=has(listed(SDIST, "cc", YOUNG))))] == [
        "HIS101"
    ]
    assert found(replace(begun, published=has("demo-1.0.tar.gz"))) == []


def test_a_release_that_is_closed_is_begun_by_nobody_again() -> None:
    """After 14 days nothing can be added, whoever builds what."""
    assert [code for code, *_ in found(replace(there(SDIST), finishes=True))] == ["HIS101"]


def test_a_release_that_is_closed() -> None:
    """The second file comes too late."""
    message = f"index.test lacks {WHEEL}, and has had the first file since 2026-11-11"
    assert found(built(listed(SDIST, "aa"))) == [("HIS102", "version 2.0", message)]


def test_the_same_bytes_under_another_name() -> None:
    """They are what an older release has."""
    history = built(listed("demo-1.0.tar.gz", "aa"))
    assert found(history) == [("HIS103", SDIST, "index.test has it as demo-1.0.tar.gz")]


def test_a_second_sdist() -> None:
    """One is there under an older form of the name; the wheel is ours."""
    files = listed("demo-2.0.zip", "cc", YOUNG), listed(WHEEL, "bb", YOUNG)
    assert found(built(*files)) == [("HIS104", SDIST, "index.test has demo-2.0.zip for version 2.0")]


def test_a_version_that_lost_its_files() -> None:
    """The index names it still; another such version has no part in it."""
    lost = replace(has("demo-1.0.tar.gz"), emptied=frozenset({Version("2"), Version("1.5")}))
    history = replace(SOUND, published=lost)
    assert found(history) == [("HIS105", "version 2.0", "index.test names it and has no file of it")]
    assert found(replace(history, version=Version("2.1"))) == []


@pytest.mark.parametrize(
    ("version", "files", "last"),
    [
        ("2.0", "2.1", "2.1"),
        ("2.0", "1.0 2.1 3.0b1", "2.1"),
        ("2.0b1", "2.0", "2.0"),
        ("2.0b1", "1.0 2.0b2", "2.0b2"),
        ("2.0", "2.1b1", "2.1b1"),
        ("2.0", "1.0 3.0b1", ""),
        ("2.0b2", "1.0 2.0b1", ""),
        ("1!1.0", "2.0", ""),
    ],
)
def test_a_version_that_is_lower(version: str, files: str, last: str) -> None:
    """Final releases are compared with final ones, prereleases with all; it only warns, for older lines have fixes."""
    history = replace(there(*(f"demo-{text}.tar.gz" for text in files.split())), version=Version(version))
    told = [("HIS201", f"version {version}", f"index.test has {last} already")] if last else []
    assert found(history) == told
    assert not any(finding.fails for finding in HISTORY.run(history))


def need(text: str, *versions: str, planned: str | None = "", yanked: Iterable[str] = ()) -> History:
    """A history with one need; *planned* is empty for a package that is not in the plan."""
    files = tuple(listed(f"core-{each}.tar.gz", yanked=each in yanked) for each in versions)
    there = Published("core", files) if versions else None
    return replace(SOUND, needs=(Need(Requirement(text), there, planned != "", Version(planned) if planned else None),))


@pytest.mark.parametrize(
    ("history", "message"),
    [
        (need("core>=2", "1.0", "1.5"), f"index.test has 1.5 as the last release of core, and {UNPLANNED}"),
        (need("core>=2", "1", planned="1.6"), "index.test has 1 as the last release of core, and this plan has 1.6"),
        (need("core"), f"index.test knows no core, and {UNPLANNED}"),
        (need("core<2", "2.0", planned="2.1"), "index.test has 2.0 as the last release of core, and this plan has 2.1"),
        (need("core>=2", "2.0", yanked=["2.0"]), f"index.test has no release of core, and {UNPLANNED}"),
        (need("core==2.*", "2.0", yanked=["2.0"]), f"index.test has no release of core, and {UNPLANNED}"),
    ],
)  # fmt: skip
def test_a_sibling_that_nobody_can_install(history: History, message: str) -> None:
    """No release suits, and the plan has none that does; what there is is told."""
    assert found(history) == [("HIS301", f"requires {history.needs[0].requirement}", message)]


@pytest.mark.parametrize(
    "history",
    [
        need("core>=2", "1.0", "2.0"),
        need("core>=2", "2.1b1"),
        need("core", planned=None),
        need("core>=2", planned="2.0"),
        need("core>=2", "1.0", planned="2.0.post1"),
        need("core==2.0", "2.0", yanked=["2.0"]),
        need('core>=2; python_version < "3.9"', "2.0"),
    ],
)
def test_a_sibling_that_can_be_installed(history: History) -> None:
    """From the index, a yanked one where exactly it is asked for, or from this plan."""
    assert found(history) == []


@pytest.mark.parametrize(
    ("status", "codes"), [("active", []), ("deprecated", []), ("archived", ["HIS401"]), ("quarantined", ["HIS401"])]
)
def test_a_project_that_takes_no_uploads(status: str, codes: list[str]) -> None:
    """Users may be warned of a deprecated one; only the others are closed."""
    history = replace(SOUND, published=has("demo-1.0.tar.gz", status=status))
    assert [code for code, _, _ in found(history)] == codes


def test_a_project_without_files() -> None:
    """What was deleted is not listed, so it is told that it is unknown, and stops nothing."""
    assert found(there()) == [
        ("HIS402", "demo", "index.test knows it, and lists no file; which names were used up is unknown")
    ]
    assert {finding.severity for finding in HISTORY.run(there())} == {Severity.WARNING}


def test_a_new_name_that_is_too_like_another() -> None:
    """Told for each that is there; a name that is not new was let in before."""
    assert found(replace(NEW, look_alikes=("d-emo", "dem0"))) == [
        ("HIS403", "demo", "index.test has d-emo"),
        ("HIS403", "demo", "index.test has dem0"),
    ]
    assert found(replace(SOUND, look_alikes=("d-emo",))) == []


def fixes(history: History) -> str:
    (finding,) = HISTORY.run(history)
    return finding.fix


def test_what_is_proposed_helps() -> None:
    """The version above the last release, the sibling beside it, or another requirement: each passes."""
    taken = there(SDIST, "demo-2.1.tar.gz")
    assert fixes(taken) == "raise the version above 2.1, the last release; none is taken twice"
    assert found(replace(taken, version=Version("2.2"))) == []
    broken_off = there(listed(SDIST, "aa", YOUNG))
    assert "nox -s build-wheel -- demo, and this again; files of the same bytes are no obstacle" in fixes(broken_off)
    assert found(replace(broken_off, artifacts=BUILT)) == []
    assert fixes(need("core>=2", "1.0")).startswith("release core before, or name it beside")
    assert fixes(need("core>=2", "1.0", planned="1.1")).startswith("raise core to what suits")
    assert found(need("core>=2", "1.0", planned="2.0")) == found(need("core>=2", "2.0")) == []
    assert found(need("core>=1", "1.0")) == []


def test_what_pypi_refuses_is_marked() -> None:
    """Warnings and the siblings' floors are rules of our own."""
    ours = {check.code for check in HISTORY.checks if not check.pypi}
    assert ours == {"HIS105", "HIS106", "HIS201", "HIS301", "HIS402"}
