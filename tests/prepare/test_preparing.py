"""A release prepared in a real checkout: what is drawn up, shown, asked, written and committed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from checkouts import Checkout, everything
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.checks.changelog import CHANGELOG
from nox_release.checks.version import VERSION
from nox_release.errors import Blocked, Misuse
from nox_release.metadata import read_package
from nox_release.prepare.applying import Prepare, write
from nox_release.prepare.collecting import Changes
from nox_release.process import Completed, Processes, Run
from nox_release.project import Circumstances, project
from nox_release.views import Views

BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
CHANGES = "# Changes\n\n## Unreleased\n\n- New.\n\n## 1.2.0 (2024-01-02)\n\n- Old.\n"
FILES = {
    "core/pyproject.toml": f'[project]\nname = "core"\nversion = "1.2.0" # here\nrequires-python = ">=3.11"\n{BUILD}',
    "core/core/__init__.py": '__version__ = "1.2.0"\n',
    "core/CHANGELOG.md": CHANGES,
    "user/pyproject.toml": '[project]\nname = "user"\nversion = "0.3.0"\nrequires-python = ">=3.11"\n'
    f'dependencies = ["core~=1.2.0", "core>=1.0"]\n{BUILD}',
    "user/user.py": "",
}


@dataclass
class World:
    """A workspace of ``core`` and ``user``, which needs it."""

    checkout: Checkout
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answer: str = ""
    terminal: bool = False
    run: Run = field(default_factory=Processes)

    def prepare(self, *posargs: str) -> list[str]:
        """Run the command and return what it said."""
        self.said.clear()
        chain = Chain(self.checkout.root, parse(posargs), time.time())
        try:
            Prepare(chain, self.said.extend, self._read, lambda: self.terminal, self.run, dict(ENVIRON))()
        finally:
            chain.close()
        return self.said

    def _read(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.answer

    @property
    def files(self) -> dict[str, str]:
        """What is in the working directory now."""
        found = everything(self.checkout.root)
        ours = (".git", ".nox-release", "dist")
        return {path: data.decode() for path, data in found.items() if path.split("/")[0] not in ours}

    def changed(self) -> dict[str, str]:
        """What is not as it was committed."""
        paths = self.checkout.git("status", "--porcelain", "--untracked-files=all").splitlines()
        return {path: self.files.get(path, "") for path in sorted(line.split(" ")[-1] for line in paths)}


ENVIRON = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
"""uv looks for an interpreter there."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """It, in one commit, with a release of core tagged; git has somebody who commits."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A Developer")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "developer@example.org")
    checkout = Checkout.new(tmp_path / "workspace", FILES)
    checkout.git("tag", "core_1.1.0")
    return World(checkout)


BUMP = ("core", "user", "--bump", "minor", "--date", "2026-11-25", "--yes")
WRITTEN = {
    "core/CHANGELOG.md": CHANGES.replace("Unreleased", "1.3.0 (2026-11-25)"),
    "core/core/__init__.py": '__version__ = "1.3.0"\n',
    "core/pyproject.toml": FILES["core/pyproject.toml"].replace("1.2.0", "1.3.0"),
    "user/pyproject.toml": FILES["user/pyproject.toml"].replace("0.3.0", "0.4.0").replace("~=1.2.0", "~=1.3.0"),
}


def test_everything_that_says_the_version_is_written(world: World) -> None:
    """Metadata, code, changelog and the pin of a dependent; what could not be is told, and a second run is idle."""
    said = world.prepare(*BUMP)
    assert world.changed() == WRITTEN
    assert said[:2] == ["core 1.2.0 -> 1.3.0", "user 0.3.0 -> 0.4.0"]
    assert '-version = "1.2.0" # here' in said
    assert '+version = "1.3.0" # here' in said
    assert "note: user: it has no changelog" in said
    assert said[-2:] == ["wrote 4 files", "next: commit it, then nox -s publish -- core user"]
    again = world.prepare("core", "--bump", "1.3.0", "--date", "2027-01-01", "--yes")
    assert again[0] == "core 1.3.0 is set already"
    assert again[-1] == "nothing is to be changed"
    assert world.changed() == WRITTEN


def test_lint_metadata_has_nothing_left_to_say(world: World) -> None:
    """Of version and changelog, once they are prepared; before that it does."""

    def findings() -> list[str]:
        files = {path.removeprefix("core/"): text.encode() for path, text in world.files.items() if path[:5] == "core/"}
        package = read_package("core", lambda path: files.get(path.removeprefix("core/")))
        assert package is not None
        subject = project(package, list(files), files.get, Circumstances(today=date(2026, 11, 25)))
        return [finding.code for family in (VERSION, CHANGELOG) for finding in family.run(subject)]

    world.checkout.write({"core/core/__init__.py": '__version__ = "1.1.0"\n'})
    world.checkout.commit()
    assert findings() == ["PRJ504"]
    world.prepare("core", "user", "--bump", "minor", "--date", "2026-11-25", "--yes")
    assert findings() == []


def test_one_commit_on_request(world: World) -> None:
    """It holds exactly what was written, whatever else is staged or lies about."""
    world.checkout.write({"staged.txt": "", "core/lies.txt": ""})
    world.checkout.git("add", "staged.txt")
    said = world.prepare(*BUMP, "--commit")
    assert said[-2:] == [
        f"committed as {world.checkout.git('rev-parse', 'HEAD')[:12]}",
        "next: nox -s publish -- core user",
    ]
    assert world.checkout.git("show", "--format=%s%n%b", "--name-only").split("\n") == [
        *("Prepare 2 packages", "- core 1.3.0", "- user 0.4.0", "", ""),
        *WRITTEN,
    ]
    assert set(world.changed()) == {"staged.txt", "core/lies.txt"}
    assert world.checkout.git("diff", "--cached", "--name-only") == "staged.txt"


def test_a_hook_that_refuses_leaves_nothing(world: World) -> None:
    """Where the commit fails all files are what they were, in the index as well, and that is what is told."""
    hook = world.checkout.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no such luck >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Blocked, match="no such luck") as caught:
        world.prepare(*BUMP, "--commit")
    assert world.changed() == {}
    assert caught.value.hint.startswith("everything was put back")
    assert "wrote 4 files" not in world.said


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("YES ", True), ("", False), ("n", False)])
def test_a_person_is_asked(world: World, answer: str, written: bool) -> None:
    """After the difference was shown; anything but yes stops."""
    world.terminal, world.answer = True, answer
    if written:
        world.prepare(*BUMP[:-1])
    else:
        with pytest.raises(Blocked, match="nothing was written"):
            world.prepare(*BUMP[:-1])
    assert world.asked == ["write 4 files? [y/N] "]
    assert world.changed() == (WRITTEN if written else {})


def test_nobody_is_there_to_ask(world: World) -> None:
    """The difference is shown, nothing is written, and the option that does is named."""
    with pytest.raises(Blocked, match="nobody is there to ask") as caught:
        world.prepare(*BUMP[:-1])
    assert "--yes" in caught.value.hint
    assert '+__version__ = "1.3.0"' in world.said
    assert world.changed() == {}


@pytest.mark.parametrize("option", ["--yes", "--commit"])
def test_what_is_to_be_written_without_a_version_is_refused(world: World, option: str) -> None:
    """A script whose step came out empty does not end well with nothing done."""
    with pytest.raises(Misuse, match="which version"):
        world.prepare("core", "--bump", "", option)


def test_uncommitted_work_is_not_written_over(world: World) -> None:
    """Files that are to change have to be clean, and are named; work in others is nobody's business."""
    world.checkout.write({"user/user.py": "WORK = 1\n"})
    world.prepare("core", "--bump", "patch", "--yes")
    world.checkout.git("checkout", "--", "core")
    world.checkout.write({"core/CHANGELOG.md": f"{CHANGES}- More.\n"})
    world.checkout.write({"core/core/__init__.py": "__version__ = '1.2.0'\n"})
    before = world.files
    with pytest.raises(Misuse, match=r"core/CHANGELOG\.md, core/core/__init__\.py"):
        world.prepare("core", "--bump", "patch", "--yes")
    assert world.files == before


def test_what_cannot_be_written_leaves_all_as_it_was(world: World) -> None:
    """Either all files are written, or none: those before the one that failed are put back, modes and all."""
    root = world.checkout.root
    (root / "core/core/__init__.py").chmod(0o755)
    before = everything(root / "core")

    def put(changes: Changes) -> Callable[[], None]:
        return write(root, changes, {path: before.get(path.removeprefix("core/")) for path in changes})

    changes: Changes = {"core/core/__init__.py": b"new", "core/new.txt": b"", "core/CHANGELOG.md": None}
    with pytest.raises(Blocked, match="nothing was changed"):
        put({**changes, "core/pyproject.toml/x": b""})
    assert everything(root / "core") == before
    undo = put(changes)
    assert everything(root / "core").keys() == before.keys() - {"CHANGELOG.md"} | {"new.txt"}
    undo()
    assert everything(root / "core") == before
    assert (root / "core/core/__init__.py").stat().st_mode & 0o777 == 0o755
    world.checkout.write({"core/CHANGELOG.md": "mine\n"})
    with pytest.raises(Blocked, match=r"core/CHANGELOG\.md changed in the meantime"):
        put(changes)
    assert world.files["core/CHANGELOG.md"] == "mine\n"


@pytest.mark.parametrize(
    ("posargs", "why"),
    [
        (("core", "--bump", "1.1.0"), "comes before"),
        (("core", "--bump", "1.4.0"), "core_1.4.0"),
        (("core", "--bump", "minr"), "no version"),
        (("core", "--bump", "patch", "--date", "25.11.2026"), "no day"),
        (("cor", "--bump", "patch"), "matches nothing"),
    ],
)
def test_what_is_refused(world: World, posargs: tuple[str, ...], why: str) -> None:
    """Versions that are taken or go back, and what nobody can obey; nothing is written then."""
    world.checkout.git("tag", "core_1.4.0")
    with pytest.raises(Misuse, match=why):
        world.prepare(*posargs, "--yes")
    assert world.changed() == {}


def test_a_dependent_that_was_not_named_is_told(world: World) -> None:
    """Its requirement is not changed behind its owner's back."""
    said = world.prepare("core", "--bump", "minor", "--yes")
    assert [line for line in said if line.startswith("note: user")] == [
        "note: user needs core~=1.2.0, which does not admit core 1.3.0; "
        "name user in the same command to have it changed"
    ]
    assert "user/pyproject.toml" not in world.changed()


def test_what_comes_next(world: World) -> None:
    """After a release a development version is opened, with an entry; what is not released counts as open."""
    world.prepare("core", "--bump", "minor", "--date", "2026-11-25", "--commit", "--yes")
    said = world.prepare("core", "--next", "--yes")
    assert said == [
        "core 1.3.0 counts as open: git has no tag core_1.3.0 (else: git fetch --tags)",
        "nothing is to be changed",
    ]
    world.checkout.git("tag", "core_1.3.0")
    world.prepare("core", "--next", "--yes", "--commit")
    assert world.files["core/core/__init__.py"] == '__version__ = "1.3.1.dev0"\n'
    assert world.files["core/CHANGELOG.md"].startswith("# Changes\n\n## Unreleased\n\n## 1.3.0 (2026-11-25)\n")
    assert world.checkout.git("show", "--no-patch", "--format=%s") == "Open core 1.3.1.dev0"
    assert world.prepare("core", "--next", "--yes")[-1] == "nothing is to be changed"
    world.prepare("core", "--bump", "minor", "--date", "2026-12-01", "--yes")
    assert world.files["core/core/__init__.py"] == '__version__ = "1.4.0"\n'
    assert world.files["core/CHANGELOG.md"].startswith("# Changes\n\n## 1.4.0 (2026-12-01)\n\n## 1.3.0 (2026-11-25)\n")


def test_what_comes_next_by_policy(world: World) -> None:
    """In Azure's process it is the next patch."""
    world.checkout.write({"pyproject.toml": '[tool.nox-release]\nversion-policy = "azure-preview"\n'})
    world.checkout.commit()
    world.checkout.git("tag", "core_1.2.0")
    world.prepare("core", "--next", "--yes")
    assert world.files["core/core/__init__.py"] == '__version__ = "1.2.1"\n'


def test_a_version_from_tags(world: World) -> None:
    """Nothing states it, so nothing but the changelog is written; the steps go from the last tag."""
    scm = '[project]\nname = "core"\ndynamic = ["version"]\n[build-system]\nrequires = ["hatch-vcs", "hatchling"]\n'
    project = f'{scm}build-backend = "hatchling.build"\n'
    world.checkout.write({"core/pyproject.toml": project, "core/core/__init__.py": ""})
    world.checkout.git("tag", "core_1.2.0")
    world.checkout.commit()
    said = world.prepare("core", "--bump", "minor", "--date", "2026-11-25", "--yes")
    assert "note: core: its version follows from git's tags; nothing states it but core_1.3.0" in said
    assert world.changed() == {"core/CHANGELOG.md": WRITTEN["core/CHANGELOG.md"]}
    world.checkout.git("tag", "-d", "core_1.2.0")
    world.checkout.git("tag", "-d", "core_1.1.0")
    with pytest.raises(Misuse, match="no tag tells its version"):
        world.prepare("core", "--bump", "minor", "--yes")


def test_a_version_that_cannot_be_known(world: World) -> None:
    """One that is computed cannot be set, and that is said before anything else."""
    world.checkout.write({"core/pyproject.toml": f'[project]\nname = "core"\ndynamic = ["version"]\n{BUILD}'})
    world.checkout.commit()
    with pytest.raises(Blocked, match="its version is computed"):
        world.prepare("core", "--bump", "minor", "--yes")


def test_the_lock_of_uv_is_refreshed(world: World) -> None:
    """By uv itself, offline, in a copy: versions of the workspace's packages in it are the new ones."""
    sources = "[tool.uv.sources]\ncore = { workspace = true }\n"
    world.checkout.write(
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["core", "user"]\n',
            "user/pyproject.toml": FILES["user/pyproject.toml"] + sources,
            "user/poetry.lock": '[[package]]\nname = "core"\n',
            "core/poetry.lock": '[[package]]\nname = "other"\n',
        }
    )
    package = '[[package]]\nname = "core"\nversion = "1.2.0"\nsource = { editable = "core" }\n'
    world.checkout.write({"uv.lock": f'version = 1\nrequires-python = ">=3.11"\n\n{package}'})
    world.checkout.commit()
    said = world.prepare(*BUMP)
    made = world.changed()
    assert 'name = "core"\nversion = "1.3.0"' in made["uv.lock"]
    assert 'name = "user"\nversion = "0.4.0"' in made["uv.lock"]
    assert [line for line in said if "poetry" in line] == [
        "note: user/poetry.lock is not refreshed: run `poetry lock` in user"
    ]


def test_a_lock_that_cannot_be_refreshed_stops_all(world: World) -> None:
    """Nothing is written, and where a dependent was left behind that is the reason that is told."""
    world.checkout.write({"uv.lock": '[[package]]\nname = "core"\n'})
    world.checkout.commit()
    world.run = lambda *_, **__: Completed(1, "error: No solution found\n")
    with pytest.raises(Blocked, match="No solution found") as caught:
        world.prepare("core", "--bump", "minor", "--yes")
    assert "name user in the same command" in caught.value.hint
    assert world.changed() == {}


def collects(lost: bool = False) -> Callable[..., Completed]:
    """What stands for towncrier and scriv: the fragments go, and the changelog has an entry."""

    def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], **_: object) -> Completed:
        assert not any("TOKEN" in name for name in env)
        version = str(command[command.index("--version") + 1])
        fragment, news = cwd / "news/1.md", cwd / "NEWS.md"
        before = "" if lost else news.read_text()
        news.write_text(f"# {version} (2026-11-25)\n\n- {fragment.read_text()}\n{before}")
        fragment.unlink()
        return Completed(0, "")

    return run


@pytest.mark.parametrize("table", ["towncrier]\nfilename = 'NEWS.md'", "scriv]\nchangelog = 'NEWS.md'"])
def test_fragments_are_collected_by_their_own_tool(world: World, table: str) -> None:
    """On a copy; what it wrote and what it took away is part of the change, once."""
    world.checkout.write({"core/pyproject.toml": f"{FILES['core/pyproject.toml']}[tool.{table}\n"})
    world.checkout.write({"core/NEWS.md": "# 1.2.0\n\n- Old.\n", "core/news/1.md": "A thing.\n"})
    world.checkout.commit()
    world.run = collects()
    world.prepare("core", "--bump", "minor", "--yes", "--commit")
    assert world.files["core/NEWS.md"] == "# 1.3.0 (2026-11-25)\n\n- A thing.\n\n# 1.2.0\n\n- Old.\n"
    assert "core/news/1.md" not in world.files
    assert world.files["core/CHANGELOG.md"] == CHANGES
    assert world.changed() == {}
    assert world.prepare("core", "--bump", "1.3.0", "--yes")[-1] == "nothing is to be changed"


@pytest.mark.parametrize(("news", "why"), [("ignored", "git ignores core/NEWS.md"), ("link", "is a symbolic link")])
def test_what_is_not_git_s_to_restore_is_not_written_over(world: World, news: str, why: str) -> None:
    """A file that git ignores could not be had back, and a link may lead to another package's file."""
    table = "[tool.towncrier]\nfilename = 'NEWS.md'\n"
    world.checkout.write({"core/pyproject.toml": f"{FILES['core/pyproject.toml']}{table}", "core/news/1.md": "A.\n"})
    world.checkout.write({".gitignore": "NEWS.md\n", "all.md": ""} if news == "ignored" else {"all.md": ""})
    if news == "link":
        (world.checkout.root / "core/NEWS.md").symlink_to("../all.md")
    world.checkout.commit()
    if news == "ignored":
        world.checkout.write({"core/NEWS.md": "mine\n"})
    before, world.run = world.files, adds
    with pytest.raises(Misuse, match=why):
        world.prepare("core", "--bump", "minor", "--yes")
    assert world.files == before


def adds(*_: object, cwd: Path, **__: object) -> Completed:
    """Writes an entry above what is there."""
    news = cwd / "NEWS.md"
    news.write_text(f"# 1.3.0\n\n{news.read_text() if news.exists() else ''}")
    return Completed(0, "")


def test_a_tool_that_loses_lines_is_stopped(world: World) -> None:
    """A template that writes over the old entries is told with the first of them."""
    table = "[tool.towncrier]\nfilename = 'NEWS.md'\n"
    world.checkout.write({"core/pyproject.toml": f"{FILES['core/pyproject.toml']}{table}"})
    world.checkout.write({"core/NEWS.md": "# 1.2.0\n\n- Old.\n", "core/news/1.md": "A thing.\n"})
    world.checkout.commit()
    world.run = collects(lost=True)
    with pytest.raises(Blocked, match=r"towncrier would lose a line of core/NEWS\.md: '# 1\.2\.0'"):
        world.prepare("core", "--bump", "minor", "--yes")
    assert world.changed() == {}


def test_without_a_step_one_is_suggested(world: World) -> None:
    """Nothing is written; where nothing is known that is said, with what to type."""
    assert world.prepare("core") == [
        "core 1.2.0: nothing is known of how it differs from its last release",
        "  next: nox -s verify-artifacts -- core compares them; or nox -s prepare -- core --bump patch|minor|major|pre",
    ]
    assert world.changed() == {}


def test_the_session(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It needs no stage; what files hold is shown, and is no command to a terminal; what stops it is its message."""
    world.checkout.write({"core/core/__init__.py": '__version__ = "1.2.0"  # \x1b[2J\n'})
    world.checkout.commit()
    views = Views(world.checkout.root, time.time(), {})
    views.prepare(SimpleNamespace(posargs=["core", "--bump", "patch", "--yes"]))  # type: ignore[arg-type]
    out = capsys.readouterr().out
    assert '+__version__ = "1.2.1"  # \\x1b[2J\n' in out
    assert world.files["core/core/__init__.py"] == '__version__ = "1.2.1"  # \x1b[2J\n'
    with pytest.raises(SystemExit) as caught:
        views.prepare(SimpleNamespace(posargs=["core", "--bump", "1.0"]))  # type: ignore[arg-type]
    assert caught.value.code == 2
    assert "1.0 comes before 1.2.1" in capsys.readouterr().err
    views.prepare(SimpleNamespace(posargs=["--explain", "PRJ501"]))  # type: ignore[arg-type]
    assert capsys.readouterr().out.startswith("PRJ501")
