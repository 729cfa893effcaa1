"""The test stage: a package's tests on its built wheel, and every way in which they prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archives import make_wheel
from jobs import Bench, told
from nox_release.config import Config, Settings
from nox_release.model import Stage
from nox_release.requirements import Requirements
from nox_release.testing import PYTEST, without_sources
from projects import FLIT, below, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]
TEST = Stage.TEST
SKIPPED = "import pytest\n@pytest.mark.skip(reason='no network')\ndef test_a(): ...\ntest_b = test_a\n"
FROM_WHEEL = "import demo\ndef test_where(): assert demo.FROM == 'wheel'\n"


def ready(bench: Make, code: str = "", **more: object) -> Bench:
    """A package whose wheel is not what its source is, with one file of tests."""
    files = {"tests/test_demo.py": code} if code else {}
    made = bench(demo(FLIT, {"demo/__init__.py": "FROM = 'source'\n", **files}), **more)
    made.put(Stage.BUILD_WHEEL, make_wheel(made.folder, {"demo/__init__.py": "FROM = 'wheel'\n"}))
    return made


def test_tests_run_on_the_wheel(bench: Make) -> None:
    """The source cannot be imported, so what passes is the file that will be published."""
    made = ready(bench, FROM_WHEEL)
    result = made.run(TEST)
    assert told(result) == []
    assert result.facts == {"tests": "1 ran of 1 collected"}
    assert PYTEST in made.log


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        ("def test_a(): assert 1 == 2\ndef test_b(): ...\n", [("TST102", "tests.test_demo::test_a", "it fails")]),
        ("import nothing_like_it\n", [("TST102", "tests.test_demo", "it fails")]),
        ("", [("TST103", "pytest", "no test was collected")]),
        ("x = 1\n", [("TST103", "pytest", "no test was collected")]),
        (SKIPPED, [("TST103", "pytest", "all 2 tests were skipped")]),
    ],
    ids=["one fails", "one cannot be imported", "no file", "no test in it", "all are skipped"],
)
def test_what_proves_nothing_is_found(bench: Make, tests: str, found: list[tuple[str, str, str]]) -> None:
    """Failures are named; a run of nothing is no proof, however green it is."""
    assert told(ready(bench, tests).run(TEST)) == found


def test_an_interpreter_that_ends_is_a_failure(bench: Make) -> None:
    """Without a report, the exit code and the last line have to do."""
    made = ready(bench, "import os\ndef test_a():\n    print('bye', flush=True)\n    os._exit(3)\n")
    ((code, where, _),) = told(made.run(TEST))
    assert (code, where) == ("TST102", "pytest")


def test_a_pytest_of_ones_own_is_taken(bench: Make) -> None:
    """Where the tests say which pytest they want, ours is not asked for."""
    made = ready(bench, FROM_WHEEL, tests={"demo": Requirements(("pytest>=8", "iniconfig"))})
    assert told(made.run(TEST)) == []
    (install,) = [line for line in made.log.splitlines() if " pip install " in line]
    assert install.endswith(".whl pytest>=8 iniconfig")


def test_requirements_that_cannot_be_installed_are_found(bench: Make) -> None:
    """TST101, and no test is run."""
    needs = Requirements(("absent @ file:///absent-1.0-py3-none-any.whl",))
    made = ready(bench, FROM_WHEEL, tests={"demo": needs})
    ((code, where, _),) = told(made.run(TEST))
    assert (code, where) == ("TST101", "test requirements")
    assert "--junit-xml" not in made.log


def test_requirements_that_cannot_be_read_are_found(bench: Make) -> None:
    """TST101 with the line that is at fault, and nothing is installed."""
    made = ready(bench, FROM_WHEEL, tests={"demo": Requirements(problem="dev.txt:3: '!' is no requirement")})
    assert told(made.run(TEST)) == [("TST101", "test requirements", "dev.txt:3: '!' is no requirement")]
    assert made.log == ""


def test_constraints_limit_what_is_installed(bench: Make) -> None:
    """They ask for nothing, and hold for what is asked for."""
    code = "import importlib.metadata as m\ndef test_version(): assert m.version('iniconfig') == '2.0.0'\n"
    needs = Requirements(("iniconfig",), constraints=("iniconfig==2.0.0", "attrs<1"))
    assert told(ready(bench, code, tests={"demo": needs}).run(TEST)) == []


def test_an_exempt_package_is_not_tested(bench: Make) -> None:
    """The reason is told, and nothing is installed."""
    made = ready(bench, FROM_WHEEL, config=Config(settings=Settings(test_exempt="needs a GPU")))
    result = made.run(TEST)
    assert (result.findings, result.facts) == ((), {"tests": "exempt", "exempt": "needs a GPU"})
    assert made.log == ""


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (("python", "-c", "import demo; assert demo.FROM == 'wheel'"), []),
        (("python", "-c", "raise SystemExit('no luck')"), [("TST102", "no luck")]),
        (("absent-runner", "--fast"), [("TST102", "absent-runner: No such file or directory")]),
    ],
)
def test_a_command_of_ones_own_counts_by_its_exit_code(
    bench: Make, command: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    """It runs in the virtualenv with the wheel; pytest is not installed for it."""
    made = ready(bench, FROM_WHEEL, config=Config(settings=Settings(test_command=command)))
    result = made.run(TEST)
    assert [(code, message) for code, _, message in told(result)] == found
    assert result.facts == {}
    assert PYTEST not in made.log


def test_siblings_come_from_their_built_wheels(bench: Make) -> None:
    """A sibling of the plan is installed from the file that is published with it."""
    needs = FLIT.replace('description = "It does things"', 'description = "x"\ndependencies = ["contoso-core"]')
    core = below("packages/core", {"pyproject.toml": FLIT.replace('"demo"', '"contoso-core"')})
    tests = "import core_thing\ndef test_it(): assert core_thing.FROM == 'wheel'\n"
    made = bench({**demo(needs, {"tests/test_demo.py": tests}), **core})
    made.put(Stage.BUILD_WHEEL, make_wheel(made.folder, {"demo/__init__.py": ""}, more="Requires-Dist: contoso-core\n"))
    wheel = make_wheel(made.folder, {"core_thing.py": "FROM = 'wheel'\n"}, name="contoso-core")
    made.put(Stage.BUILD_WHEEL, wheel, "contoso-core")
    assert told(made.run(TEST)) == []


def test_sources_of_what_a_wheel_installs_are_taken_out(tmp_path: Path) -> None:
    """In the folder itself and the usual source folders; tests, and files that only look alike, stay."""
    gone = "demo/__init__.py src/demo/x.py lib/demo/x.py python/demo/x.py single.py src/single.py".split()
    kept = "tests/test_x.py demo_tests/x.py docs/demo/x.py src/other/x.py".split()
    for path in (*gone, *kept):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert without_sources(tmp_path, ("demo", "single.py", "tests", "absent")) == tmp_path
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.py")) == sorted(kept)


def test_a_file_or_link_in_the_place_of_a_source_folder_is_no_obstacle(tmp_path: Path) -> None:
    """``lib`` may be a file, and the import package a link."""
    (tmp_path / "lib").write_text("a file")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "demo").symlink_to("elsewhere")
    without_sources(tmp_path, ("demo",))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "lib"]
