"""verify-artifacts without installing: what the files hold, whose they are, and whether they are built again so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from archives import make_sdist, make_wheel
from checkouts import EPOCH
from fakes import FakeTarget
from jobs import Bench
from nox_release.audit import Audit, audit
from nox_release.checks.reproducibility import Rebuilt
from nox_release.config import Config, Override
from nox_release.differences import Difference
from nox_release.errors import Blocked
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Stage
from nox_release.rebuild import rebuild
from projects import FLIT, OWN, SETUPTOOLS, below, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]
VERIFY = Stage.VERIFY_ARTIFACTS


def audited(ready: Bench) -> Audit:
    with ready.working(VERIFY) as job:
        return audit(job)


def again(ready: Bench) -> Rebuilt:
    with ready.working(VERIFY) as job:
        return rebuild(job)


def told(audit: Audit) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in audit.verdict]


@pytest.mark.parametrize("pyproject", [FLIT, SETUPTOOLS], ids=["flit", "setuptools"])
def test_a_sound_package_is_built_again_to_the_same_bytes(bench: Make, pyproject: str) -> None:
    """In other folders, from files of another age."""
    ready = bench(demo(pyproject, {"LICENSE": "MIT", "README.md": "# demo\n"}))
    ready.build()
    result = audited(ready)
    assert (told(result), result.facts, result.blocked) == ([], {"reproducible": "yes"}, ())


def test_a_later_commit_elsewhere_does_not_make_other_bytes(bench: Make) -> None:
    """What is unchanged is not built again for it, and so neither is it compared by its time."""
    ready = bench(demo(FLIT, {"LICENSE": "MIT", "README.md": "# demo\n"}))
    ready.run(Stage.BUILD_SDIST)
    for day in (1, 2):
        ready.checkout.write({"elsewhere.txt": str(day)})
        ready.checkout.git("add", "-A")
        ready.checkout.git("commit", "-q", "-m", "later", env={"GIT_COMMITTER_DATE": f"{EPOCH + day * 86_400} +0000"})
        ready.look()
        if day == 1:
            ready.run(Stage.BUILD_WHEEL)
    assert told(audited(ready)) == []


# A backend in the tree, so that a test can have it do what real ones do by accident.
BACKEND = """\
import io, os, pathlib, tarfile, time, zipfile
INFO = "demo-1.0.dist-info"
def build_sdist(folder, settings=None):
    with tarfile.open(pathlib.Path(folder, "demo-1.0.tar.gz"), "w:gz") as tar:
        info = tarfile.TarInfo("demo-1.0/PKG-INFO")
        content = b"Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n"
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        for name in {sdist}:
            tar.add(name, f"demo-1.0/{{name}}", recursive=False)
        {more}
    return "demo-1.0.tar.gz"
def build_wheel(folder, settings=None, metadata=None):
    files = {{"demo/__init__.py": pathlib.Path("demo/__init__.py").read_text()}}
    {wheel}
    files[f"{{INFO}}/METADATA"] = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n"
    files[f"{{INFO}}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: mine\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[f"{{INFO}}/RECORD"] = "".join(f"{{name}},,\\n" for name in files)
    name = "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, {date}), text)
    return name
"""
ALL = ["pyproject.toml", "mine.py", "demo/__init__.py", "demo/data.txt"]


def own(sdist: list[str] = ALL, more: str = "", wheel: str = "", date: str = "(2020, 1, 1, 0, 0, 0)") -> dict[str, str]:
    text = BACKEND.format(sdist=sdist, more=more or "pass", wheel=wheel or "pass", date=date)
    return demo(OWN, {"mine.py": text, "demo/data.txt": "data"})


DATA = 'if os.path.exists("demo/data.txt"): files["demo/data.txt"] = "data"'


def test_an_sdist_that_lacks_a_file_builds_another_wheel(bench: Make) -> None:
    """It is in the wheel from the tree alone; that no two builds differ is proven by a third."""
    ready = bench(own(sdist=ALL[:3], wheel=DATA))
    ready.build()
    found = again(ready)
    assert (found.sdist, found.wheel) == ((), ())
    assert found.tree == (Difference("demo/data.txt", "only in the wheel from the tree", common=False),)
    ready.checkout.write(own(wheel=DATA))  # as the fix says
    ready.checkout.commit()
    ready.look()
    ready.build()
    assert again(ready).same


@pytest.mark.parametrize(
    ("wheel", "member", "why"),
    [
        ('files["demo/at.py"] = f"at = {time.time_ns()}"', "demo/at.py", "its content, line 1"),
        ('files["demo/at.py"] = os.getcwd()', "demo/at.py", "a folder of the build"),
        ('files[f"demo/m{time.time_ns()}.py"] = ""', None, "only in the first"),
    ],
    ids=["the time", "the folder", "a name"],
)
def test_a_wheel_that_differs_every_time_is_no_fault_of_the_sdist(
    bench: Make, wheel: str, member: str | None, why: str
) -> None:
    """The same sdist builds two wheels; the member and the likely reason are told."""
    ready = bench(own(wheel=wheel))
    ready.build()
    found = again(ready)
    assert isinstance(found.wheel, tuple)
    assert member is None or [item.member for item in found.wheel] == [member]
    assert why in found.wheel[0].what
    assert member is None or not found.tree
    (first, *_) = audited(ready).verdict
    assert first.code in {"REP102", "CNT401", "CNT202"}


def test_a_wheel_packed_with_the_age_of_its_files_is_not_reproducible(bench: Make) -> None:
    """What is in it is the same."""
    ready = bench(own(date='time.gmtime(os.path.getmtime("demo/__init__.py"))[:6]'))
    ready.build()
    found = again(ready)
    assert (found.sdist, found.tree) == ((), ())
    assert [item.contents for item in found.wheel if not isinstance(item, str)] == [False]
    assert told(audited(ready)) == [("REP102", "demo-1.0-py3-none-any.whl")]


def test_an_sdist_that_differs_every_time_is_told(bench: Make) -> None:
    """By the member that differs."""
    more = 'info.name = "demo-1.0/at"; content = b"%d" % time.time_ns(); info.size = len(content); '
    ready = bench(own(more=f"{more}tar.addfile(info, io.BytesIO(content))"))
    ready.build()
    assert told(audited(ready)) == [("REP101", "demo-1.0.tar.gz")]
    assert [item.member for item in again(ready).sdist if not isinstance(item, str)] == ["demo-1.0/at"]


COMMIT = 'files["{path}"] = "commit = " + ("None" if os.path.exists("PKG-INFO") else "1")'


@pytest.mark.parametrize(("path", "code"), [("demo/_version.py", "REP202"), ("demo/__init__.py", "REP201")])
def test_what_the_build_writes_may_tell_of_the_repository(bench: Make, path: str, code: str) -> None:
    """A module that git does not have is a warning; one that it has is another wheel."""
    ready = bench(own(wheel=COMMIT.format(path=path)))
    ready.build()
    assert told(audited(ready)) == [(code, "demo-1.0-py3-none-any.whl")]


def test_a_tree_that_does_not_build_is_told(bench: Make) -> None:
    """The sdist does, with what was written into it."""
    ready = bench(own(wheel='assert os.path.exists("PKG-INFO"), "no PKG-INFO"'))
    ready.build()
    found = again(ready)
    assert found.tree == "AssertionError: no PKG-INFO"
    assert told(audited(ready)) == [("REP201", "demo-1.0-py3-none-any.whl")]


def test_files_made_by_hand_are_looked_at(bench: Make, tmp_path: Path) -> None:
    """Secrets and strays, in both files."""
    token = "pypi-" + "AgEIcHlwaS5vcmc" + "4f1c9ab27e" * 7
    ready = bench(demo(FLIT))
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": FLIT, "deploy.sh": token}))
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"demo/__init__.py": "", "tests/__init__.py": ""}))
    found = told(audited(ready))
    assert found[:2] == [("CNT201", "tests"), ("CNT301", "deploy.sh:1")]


def test_a_file_of_a_sibling_is_found(bench: Make, tmp_path: Path) -> None:
    """The sibling that it needs, as it is built here."""
    needs = FLIT.replace('description = "It does things"', 'description = "x"\ndependencies = ["contoso-core"]')
    core = below("packages/core", {"pyproject.toml": FLIT.replace('"demo"', '"contoso-core"')})
    ready = bench({**demo(needs), **core})
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"demo/x.py": ""}, name="contoso-core"), "contoso-core")
    ready.build()
    assert told(audited(ready)) == [("NSP202", "demo/")]


OTHER = below("packages/other", {"pyproject.toml": FLIT.replace('"demo"', '"other"'), "demo/other.py": ""})
FAR = below("packages/far", {"pyproject.toml": FLIT.replace('"demo"', '"far"'), "far/x.py": ""})


def released(wheel: Path, name: str = "other", version: str = "0.9") -> FakeTarget:
    """An index that has one release of one project."""
    file = PublishedFile(wheel.name, f"http://index.test/{wheel.name}", version=Version(version))
    return FakeTarget({name: Published(name, (file,))}, {wheel.name: wheel})


def test_the_last_releases_of_neighbours_are_looked_at(bench: Make, tmp_path: Path) -> None:
    """Of those that share a top-level folder; what the package itself had released is no neighbour's."""
    wheel = make_wheel(tmp_path, {"demo/__init__.py": "other = 1"}, name="other", version="0.9")
    target = released(wheel)
    ready = bench({**demo(FLIT), **OTHER, **FAR}, target=target)
    ready.build()
    result = audited(ready)
    assert [(one.code, one.where, one.message) for one in result.verdict] == [
        ("NSP201", "demo/", "regular here, regular in other 0.9")
    ]
    assert (result.facts["neighbours"], target.asked) == ("1", ["other", wheel.name])


def test_a_neighbour_without_a_release_is_none(bench: Make) -> None:
    """The index knows no such project."""
    ready = bench({**demo(FLIT), **OTHER})
    ready.build()
    assert told(audited(ready)) == []


@pytest.mark.parametrize("who", ["demo", "other"])
def test_an_exempt_package_is_not_asked_about(bench: Make, who: str) -> None:
    """Neither for the package itself nor about the other."""
    target = FakeTarget()
    config = Config(overrides=(Override((who,), {"index_exempt": "it is nobody's business"}),))
    ready = bench({**demo(FLIT), **OTHER}, config=config, target=target)
    ready.build()
    assert (told(audited(ready)), target.asked) == ([], [])


def test_an_index_that_cannot_be_read_is_a_problem(bench: Make) -> None:
    """And hides nothing of the rest."""
    ready = bench({**demo(FLIT), **OTHER}, target=FakeTarget({"other": Blocked("no index", "wait")}))
    ready.build()
    result = audited(ready)
    assert (result.problem, result.facts) == (("no index", "wait"), {"reproducible": "yes"})


def test_a_changed_artifact_is_a_problem(bench: Make, tmp_path: Path) -> None:
    """And no defect of the package; the rest is looked at."""
    ready = bench(demo(FLIT))
    ready.build()
    ready.path(Stage.BUILD_WHEEL).write_bytes(b"something else")
    message, hint = audited(ready).problem
    assert message.startswith("an artifact in the store changed: demo-1.0-py3-none-any.whl cannot be read")
    assert hint == "run again with --fresh"
