"""The last release on the index, as the stage looks at it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from archives import make_sdist, make_wheel
from fakes import FakeRun, FakeTarget
from jobs import Bench, told
from nox_release.baseline import likest, look_back
from nox_release.config import Config, Settings
from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Stage
from nox_release.process import Completed, Log
from nox_release.work import Result
from projects import FLIT, demo

TWO = {"demo/__init__.py": "def f(): ...\ndef g(): ...\n"}
ONE = {"demo/__init__.py": "def f(): ...\n"}


def listed(path: Path, *, yanked: bool = False) -> PublishedFile:
    version = Version(path.name.split("-")[1].removesuffix(".tar.gz"))
    return PublishedFile(path.name, f"http://index.test/{path.name}", sha256(path), version=version, yanked=yanked)


@dataclass
class Index:
    """What was released, from old to new."""

    folder: Path
    files: list[PublishedFile] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)

    def release(self, version: str, files: Mapping[str, str], *, yanked: bool = False, wheel: bool = True) -> Index:
        folder = self.folder / version
        folder.mkdir(parents=True)
        for path in ([make_wheel(folder, files, version=version)] if wheel else []) + [
            make_sdist(folder, files, version=version)
        ]:
            self.files.append(listed(path, yanked=yanked))
            self.paths[path.name] = path
        return self

    @property
    def target(self) -> FakeTarget:
        return FakeTarget({"demo": Published("demo", tuple(self.files))}, self.paths)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index")


@dataclass
class Now:
    """Looks back from a new release."""

    folder: Path
    benches: list[Bench] = field(default_factory=list)

    def __call__(self, version: str, files: Mapping[str, str], target: FakeTarget, **settings: Any) -> Result:
        config = Config(settings=replace(Settings(), **settings))
        bench = Bench(self.folder / f"bench{len(self.benches)}", demo(FLIT), config, target=target)
        self.benches.append(bench)
        bench.put(Stage.BUILD_WHEEL, make_wheel(bench.folder / "w", files, version=version))
        bench.put(Stage.BUILD_SDIST, make_sdist(bench.folder, files, version=version))
        with bench.working(Stage.VERIFY_ARTIFACTS) as job:
            return look_back(job)

    @property
    def root(self) -> Path:
        return self.benches[-1].root


@pytest.fixture
def now(tmp_path: Path) -> Iterator[Now]:
    made = Now(tmp_path)
    yield made
    for bench in made.benches:
        bench.close()


def test_a_removal_is_told_and_the_whole_difference_kept(index: Index, now: Now) -> None:
    """The finding is short; the file that the facts name has everything."""
    result = now("1.1", ONE, index.release("0.9", {}).release("1.0", TWO).target)
    assert told(result) == [("DIF101", "demo.g", "function of 1.0 was removed")]
    assert result.facts["last release"] == "1.0 (demo-1.0-py3-none-any.whl)"
    assert result.facts["api"] == "0 added, 1 removed, 0 changed since 1.0"
    assert result.facts["files"].startswith("0 added, 0 removed, 1 changed; ")
    whole = json.loads((now.root / result.facts["difference"]).read_text())
    assert result.facts["difference digest"] == sha256(now.root / result.facts["difference"])
    assert [change["path"] for change in whole["wheel"]["api"]] == ["demo.g"]
    assert whole["sdist"]["files_changed"] == ["demo/__init__.py"]


def test_the_mended_release_passes(index: Index, now: Now) -> None:
    """With the step, with the function, or with an allowance."""
    target = index.release("1.0", TWO).target
    assert told(now("2.0", ONE, target)) == []
    assert told(now("1.1", TWO, target)) == []
    found = now("1.1", ONE, target, allow_changes={"demo.g": "a mistake"}).findings
    assert [(item.code, item.exempt) for item in found] == [("DIF101", "a mistake")]


def test_no_last_release_is_a_fact(index: Index, now: Now) -> None:
    """A project that nobody knows, and one with later or withdrawn releases alone."""
    assert now("1.0", ONE, FakeTarget()).facts == {"last release": "none on the index"}
    target = index.release("0.9", TWO, yanked=True).release("1.1", TWO).target
    assert now("1.0", ONE, target).facts == {"last release": "none on the index"}


def test_previews_are_compared_with_both(index: Index, now: Now) -> None:
    """The stable release has the say, and the last preview is told of."""
    result = now("2.0b2", ONE, index.release("1.0", ONE).release("2.0b1", TWO).target)
    assert told(result) == [("DIF106", "demo.g", "demo.g broke since 2.0b1")]
    assert result.facts["api"] == "0 added, 0 removed, 0 changed since 1.0"
    assert result.facts["api since the last preview"] == "0 added, 1 removed, 0 changed since 2.0b1"


def test_an_index_that_cannot_be_read_blocks_and_keeps_the_rest(now: Now) -> None:
    """Not knowing is not passing, but what else was found is not lost for it."""
    result = now("1.1", ONE, FakeTarget({"demo": Blocked("the index cannot be read", "try again")}))
    assert (result.problem, result.hint, told(result)) == ("the index cannot be read", "try again", [])


def test_an_exempt_package_is_not_asked_for(now: Now) -> None:
    """The reason stands among the facts."""
    target = FakeTarget({"demo": Blocked("never asked", "")})
    result = now("1.1", ONE, target, index_exempt="it is internal")
    assert (result.facts, target.asked) == ({"last release": "not looked for: it is internal"}, [])


def test_a_release_without_a_wheel_is_said(index: Index, now: Now) -> None:
    """Where its sdist would put files, only a build could tell."""
    result = now("1.1", ONE, index.release("1.0", TWO, wheel=False).target)
    assert result.facts["api"] == "not compared: 1.0 has no wheel"


def test_a_released_api_is_read_once(index: Index, now: Now) -> None:
    """Its bytes never change; neither do those of the new wheel."""
    target = index.release("1.0", TWO).target
    now("1.1", ONE, target)
    bench = now.benches[-1]
    assert bench.log.count("extractor.py") == 2
    with bench.working(Stage.VERIFY_ARTIFACTS) as job:
        assert told(look_back(job)) == [("DIF101", "demo.g", "function of 1.0 was removed")]
    assert "extractor.py" not in bench.log


def test_an_extractor_that_dies_is_told(index: Index, now: Now) -> None:
    """A parser may end the process: nothing is concluded, and the warning says so."""
    now("1.1", ONE, FakeTarget())
    bench = now.benches[-1]
    bench.target = index.release("1.0", TWO).target
    with bench.working(Stage.VERIFY_ARTIFACTS) as job:
        killed = Log(io.StringIO(), FakeRun({"extractor.py": Completed(-9, "Killed")}))
        result = look_back(replace(job, run=killed))
    assert told(result) == [("DIF107", "*", "it was not compared: griffe did not come to an end: Killed")]
    assert result.facts["api"].startswith("not compared with 1.0: griffe did not come to an end")


OURS = "demo-2.0-cp311-cp311-manylinux_2_28_x86_64.whl"


@pytest.mark.parametrize(
    ("names", "ours", "chosen"),
    [
        (["demo-1.0-py3-none-any.whl", "demo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"], OURS, 0),
        (["demo-1.0-cp311-cp311-win32.whl", "demo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"], OURS, 1),
        (["demo-1.0-cp311-cp311-win32.whl", "demo-1.0-cp310-cp310-manylinux_2_28_x86_64.whl"], OURS, 1),
        (["demo-1.0-cp311-cp311-win32.whl"], OURS, 0),
        (["demo-1.0.tar.gz", "demo-1.0-py2.py3-none-any.whl"], "demo-2.0-py3-none-any.whl", 1),
        (["demo-1.0.tar.gz", "demo-1.0.whl"], OURS, None),
    ],
)
def test_the_wheel_that_is_most_alike_is_compared(names: Sequence[str], ours: str, chosen: int | None) -> None:
    """A pure one, else one of the same platform, else any."""
    found = likest([PublishedFile(name, "") for name in names], ours)
    assert (found and found.filename) == (None if chosen is None else names[chosen])
