"""nox-release init in repositories of four habits, and where it cannot be done."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from subprocess import PIPE

import pytest

from checkouts import Checkout, everything
from layouts import LAYOUTS
from nox_release.adopt.command import init
from nox_release.adopt.proposal import propose
from nox_release.adopt.table import table_of
from nox_release.cli import main
from nox_release.sessions import session_names

TODAY = date(2023, 11, 20)
PROJECT = """[project]
name = "demo"
version = "1.0"
requires-python = ">=3.11"
"""
BUILD = "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
GIT_DECIDES = (
    BUILD.replace("['hatchling']", "['hatchling', 'hatch-vcs']")
    + PROJECT.replace('version = "1.0"', "dynamic = ['version']")
    + "[tool.hatch.version]\nsource = 'vcs'\n"
)
SOUND = {
    "one/pyproject.toml": PROJECT,
    "one/tests/test_it.py": "",
    "one/CHANGELOG.md": "## 1.0 (2023-11-01)\n\n- x\n",
    "one/LICENSE": "x",
}


def run(root: Path, capsys: pytest.CaptureFixture[str], *, yes: bool = True) -> tuple[int, str]:
    """The exit code, and all that was said."""
    try:
        code = init(root, yes=yes, today=TODAY)
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


def files(root: Path) -> dict[str, bytes]:
    return {path: content for path, content in everything(root).items() if not path.startswith(".git/")}


@pytest.mark.parametrize("habit", LAYOUTS)
def test_a_repository_is_taken_in(habit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What differs from the defaults is in the table, what was there stays, and nothing needs attention."""
    layout = LAYOUTS[habit]()
    root = layout.checkout(tmp_path / "repository").root
    before = files(root)
    code, said = run(root, capsys)
    assert code == 0, said
    assert "Has to be mended" not in said
    after = files(root)
    assert after.keys() - before.keys() <= {"noxfile.py", "pyproject.toml", ".gitignore"}
    for name, content in before.items():
        rest = iter(after[name].splitlines())
        assert all(line in rest for line in content.splitlines()), name
        assert name in ("noxfile.py", ".gitignore", "pyproject.toml") or after[name] == content
    assert after.get("pyproject.toml", b"").startswith(before.get("pyproject.toml", b""))
    assert table_of(after["pyproject.toml"]) == layout.table
    found = propose(root, tmp_path / "objects", TODAY, session_names())
    assert tuple(name for name, package in found.workspace.packages.items() if not package.private) == layout.packages


@pytest.mark.parametrize("habit", LAYOUTS)
def test_a_second_run_changes_nothing(habit: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Committed or not, it says so and ends well."""
    checkout = LAYOUTS[habit]().checkout(tmp_path / "repository")
    run(checkout.root, capsys)
    written = files(checkout.root)
    assert "Nothing to change" in run(checkout.root, capsys)[1]
    checkout.commit()
    code, said = run(checkout.root, capsys, yes=False)
    assert code == 0
    assert "Nothing to change" in said
    assert files(checkout.root) == written
    assert checkout.git("status", "--porcelain") == ""


def test_nox_lists_its_sessions_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside those that the noxfile had."""
    root = LAYOUTS["uv"]().checkout(tmp_path / "repository").root
    run(root, capsys)
    done = subprocess.run([sys.executable, "-m", "nox", "-l"], cwd=root, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith(("*", "-"))}
    assert listed == {"tests", *session_names()}


def test_without_a_terminal_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It shows what it would write, and what to type."""
    root = Checkout.new(tmp_path / "w", SOUND).root
    before = everything(root)
    code, said = run(root, capsys, yes=False)
    assert code == 1
    assert "+nox_release.register()" in said and "nox-release init --yes" in said
    assert everything(root) == before


@pytest.mark.parametrize(("answer", "code"), [("y", 0), (" Yes ", 0), ("", 1), ("n", 1), ("what", 1)])
def test_at_a_terminal_it_asks(answer: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only a yes is one, and the diff is shown before."""
    root = Checkout.new(tmp_path / "w", SOUND).root
    shown: list[str] = []

    def ask(question: str) -> str:
        shown.append(capsys.readouterr().out)
        return answer

    assert init(root, yes=False, ask=ask, today=TODAY) == code
    assert "+[tool.nox-release]" in shown[0]
    assert (root / "noxfile.py").exists() is (code == 0)


def _bare(root: Path) -> Path:
    Checkout.new(root).git("config", "core.bare", "true")
    return root / ".git"


def _folder(files: dict[str, str], below: str = "") -> Callable[[Path], Path]:
    return lambda root: Checkout.new(root, files).root / below


def _plain(root: Path) -> Path:
    root.mkdir()
    return root


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_plain, "is not in a git checkout\n  releases are built from commits: git init"),
        (_bare, "is a git repository without files\n  run the command in a checkout"),
        (lambda root: Checkout.new(root).root, "has no commit yet"),
        (_folder({"README": "x"}), "git has no Python package in"),
        (_folder(SOUND, "one"), "one is the folder of one package\n  cd "),
        (_folder(SOUND, "one/tests"), "no package lies in this folder\n  cd "),
        (_folder({"a/x/setup.py": "x", "a/b/pyproject.toml": PROJECT, "c/pyproject.toml": PROJECT.replace("demo", "c")},
                 "a"), "packages lie outside of this folder: c/pyproject.toml\n  cd "),
        (_folder({"noxfile.py": "", "a/b/pyproject.toml": PROJECT}, "a"), "noxfile.py stands above this folder\n  cd "),
        (_folder({**SOUND, "pyproject.toml": "[tool\n"}), "pyproject.toml cannot be read"),
        (_folder({**SOUND, "pyproject.toml": "[tool.nox-release]\nremot = 'x'\n"}), "did you mean remote?"),
        (_folder({**SOUND, "pyproject.toml": "tool = {}\n"}), "no table can be added to pyproject.toml"),
        (_folder({**SOUND, "noxfile.py": "def\n"}), "noxfile.py:1 cannot be read"),
        (_folder({**SOUND, "noxfile.py": "import nox\n@nox.session\ndef doctor(session): ...\n"}), "doctor (line 3)"),
        (_folder({**SOUND, "noxfile.py/x": ""}), "noxfile.py cannot be read: Is a directory"),
    ],
)  # fmt: skip
def test_where_it_cannot_be_done_it_is_told(
    make: Callable[[Path], Path], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2 and what to do, and nothing is written."""
    root = make(tmp_path / "w")
    before = everything(tmp_path)
    code, told = run(root, capsys)
    assert code == 2, told
    assert said in told
    assert everything(tmp_path) == before


def test_a_folder_that_holds_all_packages_is_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repository of several languages has its Python in a folder."""
    checkout = Checkout.new(tmp_path / "w", {f"python/{path}": text for path, text in SOUND.items()})
    assert run(checkout.root / "python", capsys)[0] == 0
    assert {path for path in files(checkout.root) if "/" in path and path.count("/") == 1} == {
        "python/noxfile.py", "python/pyproject.toml", "python/.gitignore",
    }  # fmt: skip


def test_a_folder_with_a_table_of_ours_is_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever lies around it: somebody has said so."""
    around = {"noxfile.py": "", "pyproject.toml": PROJECT.replace("demo", "around")}
    inner = {**SOUND, "pyproject.toml": "[tool.nox-release]\n"}
    checkout = Checkout.new(tmp_path / "w", {**around, **{f"examples/{path}": text for path, text in inner.items()}})
    assert run(checkout.root / "examples", capsys)[0] == 0


@pytest.mark.parametrize(
    ("changes", "released"),
    [
        ({}, "1 package to release: demo"),
        ({"pyproject.toml": "build-system.requires = ['x']\n"}, "2 packages to release: demo, root"),
        ({"pyproject.toml": "tool.uv.package = true\n"}, "2 packages to release: demo, root"),
        ({"setup.py": ""}, "2 packages to release: demo, root"),
        ({"one/pyproject.toml": PROJECT + "dependencies = ['root']\n" + BUILD}, "2 packages to release: demo, root"),
    ],
)
def test_what_uv_never_builds_is_not_released(
    changes: dict[str, str], released: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The root that `uv init` makes holds a workspace, and says nowhere how it would be built."""
    members = "[tool.uv.workspace]\nmembers = ['one']\n"
    pyproject = changes.get("pyproject.toml", "") + PROJECT.replace("demo", "root") + members
    contents = {**SOUND, "one/pyproject.toml": PROJECT + BUILD, **changes, "pyproject.toml": pyproject}
    assert released in run(Checkout.new(tmp_path / "w", contents).root, capsys)[1]


def test_of_two_of_one_name_the_inner_one_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A package that ships a copy of itself as an example would else be no package at all."""
    checkout = Checkout.new(tmp_path / "w", {**SOUND, "one/scaffold/pyproject.toml": PROJECT})
    _, said = run(checkout.root, capsys)
    assert "1 package to release: demo" in said and "two packages" not in said


def test_a_new_pyproject_makes_no_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The root holds a table for us and nothing that a build could take for a project."""
    root = Checkout.new(tmp_path / "w", SOUND).root
    run(root, capsys)
    found = propose(root, tmp_path / "objects", TODAY, session_names())
    assert [package.directory for package in found.workspace.packages.values()] == ["one"]


def test_a_table_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it does not say, and here might, is told."""
    table = "[tool.nox-release]\njobs = 3\n"
    checkout = Checkout.new(tmp_path / "w", {**SOUND, "pyproject.toml": table})
    checkout.git("tag", "demo-v0.9")
    code, said = run(checkout.root, capsys)
    assert code == 0
    assert "does not say tag-format, and here it might: Tags of releases, such as demo-v0.9." in said
    assert (checkout.root / "pyproject.toml").read_text() == table
    (checkout.root / "pyproject.toml").write_text(f"{table}tag-format = '{{name}}-v{{version}}'\n")
    assert "does not say" not in run(checkout.root, capsys)[1]


@pytest.mark.parametrize(
    ("ignore", "added"),
    [
        ("", "/.nox/\n/.nox-release/\n/dist/\n__pycache__/\n"),
        (".nox*/\ndist\n__pycache__/\n", ""),
        ("*.py[co]\ndist/", "\n/.nox/\n/.nox-release/\n__pycache__/\n"),
        ("dist/\r\n", "/.nox/\r\n/.nox-release/\r\n__pycache__/\r\n"),
    ],
)
def test_git_ignores_what_the_tool_leaves(
    ignore: str, added: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the lines that are missing, in the file's own style; what this clone alone ignores does not count."""
    checkout = Checkout.new(tmp_path / "w", {**SOUND, ".gitignore": ignore})
    checkout.write({".git/info/exclude": "/.nox/\n__pycache__/\n"})
    run(checkout.root, capsys)
    assert (checkout.root / ".gitignore").read_bytes() == (ignore + added).encode()


def test_a_virtualenv_in_the_checkout_is_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new user makes one there; what is in it is no package of the workspace."""
    checkout = Checkout.new(tmp_path / "w", SOUND)
    checkout.write({"env/pyvenv.cfg": "", "env/lib/x/setup.py": "", "env/lib/x/pyproject.toml": PROJECT})
    code, said = run(checkout.root, capsys)
    assert code == 0
    assert "1 package to release: demo" in said
    assert "/env/\n" in (checkout.root / ".gitignore").read_text()
    assert "Nothing to change" in run(checkout.root, capsys)[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"one/pyproject.toml": PROJECT + 'classifiers = ["Private :: Do Not Upload"]\n'}, "marked Private"),
        ({"one/pyproject.toml": PROJECT.replace("requires-python", "# ")}, "PRJ701 pyproject.toml: no requires-python"),
        ({"one/pyproject.toml": PROJECT.replace("version =", "description ="),
          "one/setup.cfg": ""}, "no file states the version"),
        ({"one/pyproject.toml": GIT_DECIDES},
         "no file states the version: hatchling.build takes it from git's tags"),
        ({"one/CHANGELOG.md": b"\xff\xfe"}, "CHANGELOG.md"),
        ({"one/CHANGELOG.md": None}, "PRJ401 no CHANGELOG"),
        ({"one/CHANGELOG.md": "## 0.9 (2023-11-01)\n"}, "PRJ402 CHANGELOG.md:1: no entry for 1.0"),
        ({"one/LICENSE": None}, "PRJ604 no LICENSE"),
        ({"one/tests/test_it.py": None}, "TST103 pytest: no test was collected"),
        ({"one/dev_requirements.txt": "-e ../absent\n"}, "TST101 test requirements: the tests install absent"),
        ({"one/pyproject.toml": None, "one/setup.py": "from setuptools import setup\nsetup(name='demo', version='1.0',"
          " python_requires='>=3.11')\n"}, "setup.py without [build-system]"),
        ({"two/pyproject.toml": PROJECT}, "two packages are named demo"),
        ({"two/pyproject.toml": "[project]\n"}, "two/pyproject.toml:1: [project] has no name"),
        ({"pyproject.toml": "[tool.uv.workspace]\nmembers = ['two']\n", "two/pyproject.toml":
          PROJECT.replace("demo", "two")}, "one: not a member of the uv workspace"),
    ],
)  # fmt: skip
def test_what_needs_attention_is_told(
    change: dict[str, str | bytes | None], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its mend, in the words of the check or the plan that will stop at it."""
    contents = {path: text for path, text in {**SOUND, **change}.items() if text is not None}
    code, told = run(Checkout.new(tmp_path / "w", contents).root, capsys)
    assert code == 0
    assert said in told
    assert "    mend: " in told


def test_a_sound_package_needs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then nothing is told but what is written and what comes next."""
    _, told = run(Checkout.new(tmp_path / "w", SOUND).root, capsys)
    assert "mend" not in told
    assert "nox -s publish -- demo" in told


@pytest.mark.parametrize(
    "config",
    [
        {"one/pyproject.toml": PROJECT + '[tool.pytest.ini_options]\npython_files = ["*_spec.py"]\n'},
        {"one/pytest.ini": "[pytest]\naddopts = --doctest-modules\n"},
    ],
)
def test_tests_of_another_name_are_tests(
    config: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where pytest is told what a test is, nothing is said to be missing before it has looked."""
    contents = {**SOUND, **config, "one/tests/it_spec.py": "def test_it(): pass\n"}
    del contents["one/tests/test_it.py"]
    _, told = run(Checkout.new(tmp_path / "w", contents).root, capsys)
    assert "TST103" not in told


def test_what_a_repository_says_steers_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of folders and lines of files are shown, never obeyed."""
    hostile = {**SOUND, ".gitignore": "\x1b[31mred\n", "\x1b]0;x\x07/two/pyproject.toml": "[project]\n"}
    _, told = run(Checkout.new(tmp_path / "w", hostile).root, capsys)
    assert "\x1b" not in told and "\\x1b" in told


def test_the_command_line_takes_it_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`nox-release init` works where it stands; without a terminal it writes nothing."""
    monkeypatch.chdir(Checkout.new(tmp_path / "w", SOUND).root)
    assert main(["init"]) == 1
    assert main(["init", "--yes"]) == 0
    assert Path("noxfile.py").exists()
    assert "Wrote .gitignore, pyproject.toml, noxfile.py" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "code"), [(b"y\n", 0), (b"\x04", 1)])
def test_a_person_answers_at_a_real_terminal(typed: bytes, code: int, tmp_path: Path) -> None:
    """A y writes it; the end of input, as Ctrl-D sends it, is no answer."""
    root = Checkout.new(tmp_path / "w", SOUND).root
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "import sys; from nox_release.cli import main; sys.exit(main(['init']))"]
    with subprocess.Popen(command, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, typed)
        said = b""
        with contextlib.suppress(OSError):  # how Linux tells that the other end is closed
            while piece := os.read(ours, 4096):
                said += piece
    os.close(ours)
    assert process.returncode == code, said
    assert b"Write this? [y/N]" in said
    assert (root / "noxfile.py").exists() is (code == 0)


def test_a_reader_that_has_seen_enough_is_no_accident(tmp_path: Path) -> None:
    """What head(1) does to the diff ends it without a traceback, and without a file."""
    root = Checkout.new(tmp_path / "w", SOUND).root
    code = "import sys; from nox_release.cli import main; sys.exit(main(['init']))"
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1
    assert not (root / "noxfile.py").exists()


def test_the_names_of_our_sessions_are_those_that_are_registered(tmp_path: Path) -> None:
    """What counts as a conflict follows from what register() does."""
    code = "import nox_release, nox.registry; nox_release.register(); print(*nox.registry.get())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert tuple(done.stdout.split()) == session_names()
