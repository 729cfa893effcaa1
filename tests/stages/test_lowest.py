"""verify-artifacts and test with the lowest versions that the requirements allow, of wheels in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from jobs import Bench, told
from nox_release.matrix import Resolution
from nox_release.model import Stage
from nox_release.requirements import Requirements
from projects import FLIT, HERE, OWN, below, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]
BOTH = (Resolution.HIGHEST, Resolution.LOWEST)
DEP = "nox-release-test-dep"
OLD_PYTHON, NO_BUILD = "raise TypeError('too new a Python')\n", "raise SystemExit('no compiler')\n"
USES = "import nox_release_test_dep\nnox_release_test_dep.new\n"
NEW_TEST = "import nox_release_test_dep\ndef test_it(): assert nox_release_test_dep.new\n"


@dataclass(frozen=True)
class Released:
    """What the folder has of the dependency: 1.0 without ``new``, 2.0 with it."""

    folder: Path

    def wheel(self, version: str, code: str) -> None:
        """Add a release."""
        make_wheel(self.folder, {"nox_release_test_dep.py": code}, name=DEP, version=version)

    def unbuildable(self, version: str) -> None:
        """Add a release that has no wheel and cannot be built."""
        files = {"pyproject.toml": OWN, "mine.py": NO_BUILD}
        make_sdist(self.folder, files, name=DEP.replace("-", "_"), version=version)


@pytest.fixture
def released(tmp_path: Path) -> Released:
    folder = tmp_path / "links"
    folder.mkdir()
    made = Released(folder)
    made.wheel("1.0", "")
    made.wheel("2.0", "new = True\n")
    return made


def ready(bench: Make, released: Released, requires: str, python: str = "", **more: object) -> Bench:
    """A package that requires the dependency, on the interpreter that runs this; *python* is requires-python."""
    lines = f'dependencies = ["{DEP}{requires}"]\n'
    files: dict[str, str] = more.pop("files", {"demo/client.py": USES})  # type: ignore[assignment]
    made = bench(
        demo(FLIT.replace(HERE, python or HERE) + lines, files),
        environ={"UV_FIND_LINKS": str(released.folder)},
        resolutions=BOTH,
        **more,
    )
    made.build()
    return made


LACKS = "AttributeError: module 'nox_release_test_dep' has no attribute 'new'"


@pytest.mark.parametrize(
    ("requires", "found"),
    [
        (">=1.0", [("INS103", "demo.client", f"{LACKS} [{{}} with lowest]")]),
        (">=2.0", []),
        (">1.0", []),
        ("==1.0", [("INS103", "demo.client", LACKS)]),
    ],
)
def test_a_floor_that_is_too_low_is_found(
    bench: Make, released: Released, requires: str, found: list[tuple[str, str, str]]
) -> None:
    """With the cell that found it, unless it is all of them."""
    made = ready(bench, released, requires)
    minor = made.pythons[0].minor
    result = made.run(Stage.VERIFY_ARTIFACTS)
    assert told(result) == [(code, where, message.format(minor)) for code, where, message in found]
    assert result.facts["installed"] == f"{minor} with highest and lowest"


@pytest.mark.parametrize(("python", "code"), [("", "INS111"), (">=3.8", "INS112")], ids=["the oldest", "a newer one"])
def test_a_floor_that_cannot_be_installed_is_found(bench: Make, released: Released, python: str, code: str) -> None:
    """The lowest that can is named, and tried in its place."""
    released.unbuildable("0.9")
    made = ready(bench, released, ">=0.9", python)
    result = made.run(Stage.VERIFY_ARTIFACTS)
    cell = f"[{made.pythons[0].minor} with lowest]"
    assert [item for item in told(result) if item[0] != "MTX103"] == [
        ("INS103", "demo.client", f"{LACKS} {cell}"),
        (code, made.path(Stage.BUILD_WHEEL).name, f"Failed to build `{DEP}==0.9`: no compiler {cell}"),
    ]
    assert f"the lowest that installs as wheels: {DEP}==1.0" in result.findings[-1].fix


@pytest.mark.parametrize(("python", "code"), [("", "INS103"), (">=3.8", "INS113")], ids=["the oldest", "a newer one"])
def test_a_dependency_that_does_not_know_the_interpreter(
    bench: Make, released: Released, python: str, code: str
) -> None:
    """What is older than a newer interpreter is no fault of the package; on the oldest it is a wrong claim."""
    released.wheel("0.9", OLD_PYTHON)
    made = ready(bench, released, ">=0.9", python)
    assert code in [item[0] for item in told(made.run(Stage.VERIFY_ARTIFACTS))]


def test_a_sibling_that_dropped_the_interpreter_comes_from_the_index(bench: Make, released: Released) -> None:
    """As users there get it: its last release that ran on it, not the one that is built here."""
    newer = FLIT.replace('"demo"', f'"{DEP}"').replace('"1.0"', '"3.0"').replace(HERE, ">=3.99")
    sibling = below("packages/dep", {"pyproject.toml": newer, "nox_release_test_dep.py": '"""It has nothing."""\n'})
    lines = f'dependencies = ["{DEP}>=2.0"]\n'
    files = {**demo(FLIT + lines, {"demo/client.py": USES}), **sibling}
    made = bench(files, environ={"UV_FIND_LINKS": str(released.folder)})
    made.build(DEP, "demo")
    assert told(made.run(Stage.VERIFY_ARTIFACTS)) == []


def test_nothing_required_is_tried_once(bench: Make) -> None:
    """The lowest versions of nothing are the highest."""
    made = bench(demo(FLIT), resolutions=BOTH)
    made.build()
    result = made.run(Stage.VERIFY_ARTIFACTS)
    assert (told(result), result.facts["installed"]) == ([], f"{made.pythons[0].minor} with highest")


def test_tests_run_with_the_lowest_too(bench: Make, released: Released) -> None:
    """A failure there is told with its cell, and the facts say how many cells there were."""
    made = ready(bench, released, ">=1.0", files={"tests/test_demo.py": NEW_TEST})
    result = made.run(Stage.TEST)
    assert told(result) == [("TST102", "tests.test_demo::test_it", f"it fails [{made.pythons[0].minor} with lowest]")]
    assert result.facts == {"tests": "1 ran of 1 collected, 2 cells"}


def test_tests_that_need_more_than_the_package(bench: Make, released: Released) -> None:
    """They cannot be run beside what the package allows: told, and no pass."""
    needs = {"demo": Requirements((f"{DEP}>=2.0",))}
    made = ready(bench, released, ">=1.0", files={"tests/test_demo.py": NEW_TEST}, tests=needs)
    ((code, _, message),) = told(result := made.run(Stage.TEST))
    assert (code, message.startswith(f"not run: Because you require {DEP}")) == ("TST104", True)
    assert result.facts == {"tests": "1 ran of 1 collected, 1 of 2 cells"}


def test_tests_beside_what_does_not_know_the_interpreter(bench: Make, released: Released) -> None:
    """They would only fail to import it."""
    released.wheel("0.9", OLD_PYTHON)
    made = ready(bench, released, ">=0.9", ">=3.8", files={"demo/client.py": USES, "tests/test_demo.py": NEW_TEST})
    ((code, _, message),) = told(made.run(Stage.TEST))
    assert code == "TST104"
    assert "nox_release_test_dep does not import: TypeError: too new a Python" in message
