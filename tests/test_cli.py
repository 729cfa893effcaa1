"""The command nox-release: what it obeys, and what it becomes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nox_release import worker
from nox_release.cli import main
from nox_release.completing import press
from nox_release.errors import Misuse
from nox_release.filelist import files_of


@dataclass
class Door:
    """Stands where the process would become another."""

    became: list[tuple[str, list[str], dict[str, str]]] = field(default_factory=list)

    def __call__(self, program: str, arguments: list[str], environ: dict[str, str]) -> None:
        self.became.append((program, arguments, environ))


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """An environment whose toolbox is there already."""
    from nox_release.toolbox import toolbox

    environ = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": "/elsewhere", "LANG": "C"}

    def fill(root: Path, lock: Path, environ: Mapping[str, str]) -> None:
        (root / "bin").mkdir(parents=True)
        (root / "bin/python").touch()

    toolbox("accept", environ, fill)
    return environ


def test_it_becomes_the_worker_in_the_toolbox(tmp_path: Path, environ: Mapping[str, str]) -> None:
    """With the files as they were named, and without what would change its interpreter."""
    (tmp_path / "a.whl").touch()
    door = Door()
    assert main(["accept", "--format", "json", str(tmp_path / "a.whl"), str(tmp_path)], environ, door) == 0
    ((program, arguments, passed),) = door.became
    assert program.startswith(str(tmp_path / "cache/nox-release/accept-"))
    assert arguments[1:] == ["-I", worker.__file__, "accept", "json", str(tmp_path / "a.whl"), str(tmp_path)]
    assert "PYTHONPATH" not in passed and passed["LANG"] == "C"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["accept", "absent.whl"], "there is no file absent.whl"),
        (["accept", "."], "no .tar.gz, .whl or .zip in the folder ."),
    ],
)
def test_what_is_not_there_is_misuse(
    words: list[str], said: str, tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It is told at once, with exit code 2, and nothing is begun."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    door = Door()
    assert main(words, environ, door) == 2
    assert said in capsys.readouterr().err
    assert not door.became


@pytest.mark.parametrize("words", [[], ["accept"], ["accept", "--format", "xml", "a"], ["reject", "a"]])
def test_a_wrong_command_line_is_misuse(words: list[str], environ: Mapping[str, str]) -> None:
    """The parser tells how it should be."""
    with pytest.raises(SystemExit) as ended:
        main(words, environ, Door())
    assert ended.value.code == 2


def test_a_folder_stands_for_its_distributions(tmp_path: Path) -> None:
    """In the order of their names, nothing below, and nothing else."""
    for name in ("b.tar.gz", "a.whl", "c.zip", "release-manifest.json"):
        (tmp_path / name).touch()
    (tmp_path / "inner").mkdir()
    assert files_of([str(tmp_path)]) == [str(tmp_path / name) for name in ("a.whl", "b.tar.gz", "c.zip")]
    with pytest.raises(Misuse):
        files_of([str(tmp_path / "inner")])


def test_a_tree_of_other_tools_is_found_with_a_file_of_any_name(tmp_path: Path) -> None:
    """A file that is named is looked at, whatever its suffix: its verdict is what was asked for."""
    (tmp_path / "a.egg").touch()
    assert files_of([str(tmp_path / "a.egg")]) == [str(tmp_path / "a.egg")]


def test_what_is_broken_off_ends_as_a_shell_knows_it(
    tmp_path: Path, environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is told to nobody who pressed it: no traceback, and the exit code of an interrupt."""
    (tmp_path / "a.whl").touch()

    def pressed(program: str, arguments: list[str], environ: dict[str, str]) -> None:
        raise KeyboardInterrupt

    assert main(["accept", str(tmp_path / "a.whl")], environ, pressed) == 130
    assert capsys.readouterr() == ("", "\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="THERE IS NO /dev/full: a full disk was not tried")
@pytest.mark.parametrize("words", [["completion", "bash"], ["--version"]])
def test_a_full_disk_is_told(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a script is no success, and no traceback."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(words, {}, Door()) == 1
    assert "the output cannot be written: No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["accept", "--help"], ["completion", "--help"], ["--version"]])
def test_help_and_version(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """They are told on standard output, and it is well then."""
    with pytest.raises(SystemExit) as ended:
        main(words, {}, Door())
    assert not ended.value.code
    assert "nox-release" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_the_interpreter_and_the_completer(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By their whole paths: nothing is looked for on the PATH while somebody types."""
    assert main(["completion", shell], {}, Door()) == 0
    script = capsys.readouterr().out
    assert f"{shlex.quote(sys.executable)} -I -S {shlex.quote(press.__file__)} {shell} " in script
    assert "@PYTHON@" not in script and "@COMPLETER@" not in script
