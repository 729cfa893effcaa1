"""What a shell is answered, by a vocabulary that is there already."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkouts import Checkout
from nox_release.completing import answer, candidates, kept, press

VOCABULARY = {
    "sessions": {"publish": "Publish.", "status": "Show.", "explain": "Tell."},
    "commands": {
        "accept": {
            "help": "Say whether",
            "options": [{"name": "--format", "value": "FORMAT", "choices": ["json"], "help": "as"}],
            "words": [],
            "files": True,
        },
        "completion": {"help": "Print", "options": [], "words": ["bash", "zsh"], "files": False},
    },
    "options": [
        {"name": "--fresh", "value": "", "choices": [], "sessions": [], "help": "anew"},
        {"name": "--repository", "value": "NAME", "choices": [], "sessions": [], "help": "where"},
        {"name": "--explain", "value": "CODE", "choices": [], "sessions": [], "help": "tell"},
        {"name": "--signature", "value": "FILE", "choices": [], "sessions": ["publish"], "help": "take"},
        {"name": "--format", "value": "FORMAT", "choices": ["text", "json"], "sessions": ["status"], "help": "as"},
    ],
    "codes": {"ART101": "One", "ART102": "Two", "DOC1": "Three"},
    "packages": ["core-one", "core-two", "user", "$(evil)"],
    "needed": ["core-one"],
    "folders": ["sdk/core/one", "sdk/core/two", "sdk/user", "sdk/$(evil)"],
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose vocabulary is made."""
    checkout = Checkout.new(tmp_path / "workspace", {"noxfile.py": "import nox_release\n"})
    checkout.git("tag", "v1")
    checkout.git("tag", "v$(evil)")
    (tmp_path / ".pypirc").write_text("[distutils]\nindex-servers =\n  corp\n  $(evil)\n[corp]\npassword = secret\n")
    made = Path(kept.cached(str(checkout.root), environ(tmp_path)))
    made.parent.mkdir(parents=True)
    made.write_text(json.dumps({**VOCABULARY, "stamp": kept.stamp(str(checkout.root))}))
    monkeypatch.chdir(checkout.root)
    return checkout.root


def environ(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}


def never(place: str, wait: bool) -> None:
    raise AssertionError("the vocabulary is not old")


def ask(line: str, place: Path, shell: str = "zsh") -> list[str]:
    """What is answered to the words of *line*, of which the last is being typed."""
    said = answer.main([shell, *line.split(" ")], environ(place.parent), never)
    return [word.partition("\t")[0] for word in said.splitlines()]


PUBLISH = "nox -s publish -- "


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{PUBLISH}c", ["core-one", "core-two", "changed-since:"]),
        (f"{PUBLISH}Core_T", ["core-two"]),
        (f"{PUBLISH}core-one c", ["core-two", "changed-since:"]),
        (f"{PUBLISH}a", ["all"]),
        (f"{PUBLISH}!u", ["!user"]),
        (f"{PUBLISH}$", []),
        (f"{PUBLISH}path:", ["path:sdk/"]),
        (f"{PUBLISH}path:sdk/", ["path:sdk/core/", "path:sdk/user"]),
        (f"{PUBLISH}!path:sdk/c", ["!path:sdk/core/"]),
        (f"{PUBLISH}changed-since:v", ["changed-since:v1"]),
        (f"{PUBLISH}dependents-of:", ["dependents-of:core-one"]),
        (f"{PUBLISH}strange:", []),
        (f"{PUBLISH}--", ["--fresh", "--repository", "--explain", "--signature"]),
        (f"{PUBLISH}--fresh --", ["--repository", "--explain", "--signature"]),
        (f"{PUBLISH}--repository ", ["pypi", "testpypi", "corp"]),
        (f"{PUBLISH}--repository=c", ["--repository=corp"]),
        (f"{PUBLISH}--explain ART", ["ART101", "ART102"]),
        (f"{PUBLISH}--fresh u", ["user"]),
        ("nox -s status -- --format ", ["text", "json"]),
        ("nox -s status -- --s", []),
        ("nox -s explain -- ", ["ART", "DOC"]),
        ("nox -s explain -- art10", ["ART101", "ART102"]),
        ("nox -s explain -- ART101 DO", ["DOC"]),
        ("nox -s ", ["publish", "status", "explain"]),
        ("nox -rs publish s", ["status"]),
        ("nox --session pub", ["publish"]),
        ("nox --session=publish -- u", ["user"]),
        ("nox-release a", ["accept"]),
        ("nox-release accept --f", ["--format"]),
        ("nox-release accept --format ", ["json"]),
        ("nox-release completion b", ["bash"]),
    ],
)
def test_what_may_stand_there(place: Path, line: str, expected: list[str]) -> None:
    """Sessions, targets, selectors, options of the session and their values; nothing that a shell would run."""
    assert ask(line, place) == ["words", *expected]


@pytest.mark.parametrize("line", ["nox ", "nox -l ", "nox -s other -- ", "nox -- ", "nox -f nowhere.py -s "])
def test_what_is_not_ours(place: Path, line: str) -> None:
    """Options of nox and sessions of others are left to others."""
    assert ask(line, place) == []


def test_files_are_left_to_the_shell(place: Path) -> None:
    """Where an option or a command takes a file; of what nobody knows nothing is said."""
    assert ask(f"{PUBLISH}--signature a", place) == ["files"]
    assert ask("nox-release accept dist/a", place) == ["files"]
    assert ask("nox-release strange a", place) == []


def test_a_noxfile_elsewhere(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is the workspace; one that is none of ours is left alone."""
    monkeypatch.chdir(tmp_path)
    assert ask("nox -f workspace/noxfile.py -s publish -- u", place) == ["words", "user"]
    (tmp_path / "noxfile.py").write_text("import nox\n")
    assert ask("nox -s publish -- u", place) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["path", ":", "sdk/c"], ["sdk/core/"]),
        (["path", ":"], ["sdk/"]),
        (["!path", ":", "sdk/c"], ["sdk/core/"]),
        (["path:sdk/c"], ["path:sdk/core/"]),
        (["--repository", "=", "c"], ["corp"]),
        (["path", ":", "sdk/user", "us"], ["user"]),
        (["'!us"], ["!user"]),
        (["\\!us"], ["\\!user"]),
        (['"us'], ["user"]),
    ],
)
def test_what_bash_makes_of_words(place: Path, words: list[str], expected: list[str]) -> None:
    """It breaks them at colons and equals signs, and leaves quotes in; it replaces what is behind the last break."""
    said = answer.main(["bash", "nox", "-s", "publish", "--", *words], environ(place.parent), never)
    assert [line.partition("\t")[0] for line in said.splitlines()[1:]] == expected


WORD = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)


@given(st.lists(st.lists(WORD, min_size=1).map(":".join), min_size=1))
def test_words_that_bash_broke_are_joined(words: list[str]) -> None:
    """Whatever was broken at colons comes out as it was typed, with what is behind the last break to replace."""
    broken = [part for word in words for part in re.split("(:)", word)]
    found, done = answer.joined(broken)
    assert found == words
    assert found[-1][done:] == broken[-1]


@given(st.lists(st.text()), st.text())
def test_nothing_that_a_shell_would_take_for_its_own(names: list[str], typed: str) -> None:
    """Whatever packages, folders and codes are called, what is answered means itself."""
    words = {"packages": names, "needed": names, "folders": names, "codes": dict.fromkeys(names, "")}
    for session in ("publish", "explain"):
        for start in ("", "path:", "dependents-of:", "!"):
            line = ["nox", "-s", session, "--"]
            _, found = candidates.complete(line, start + typed, {**VOCABULARY, **words}, "/", {})
            assert all(re.fullmatch(r"[\w./:=!@+-]+", word, re.ASCII) for word in answer.safe(found))


def test_an_old_vocabulary_answers_and_is_renewed(place: Path) -> None:
    """Who presses a key does not wait: the next one gets what has changed."""
    asked: list[tuple[str, bool]] = []
    path = Path(kept.cached(str(place), environ(place.parent)))

    def renew(where: str, wait: bool) -> None:
        asked.append((where, wait))

    def again() -> str:
        return answer.main(["zsh", "nox", "-s", "publish", "--", "us"], environ(place.parent), renew)

    assert "user" in again() and not asked
    os.utime(path, (time.time() - 3600,) * 2)
    assert "user" in again() and asked == [(str(place), False)]
    os.utime(path)
    (place / "pyproject.toml").touch()
    assert "user" in again() and len(asked) == 2
    path.write_text("half of somethi")
    with pytest.raises(ValueError, match="Expecting value"):
        again()
    assert asked[2:] == [(str(place), True)]


def test_a_worktree_has_its_index_elsewhere(place: Path, tmp_path: Path) -> None:
    """What changes there counts."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tmp_path / "tree"], cwd=place, check=True)
    assert kept.stamp(str(tmp_path / "tree"))[0] > 0


@pytest.mark.parametrize("words", [[], ["zsh"], ["bash", ""], ["zsh", "nox", "-s", "publish", "--", "u"], ["?", "nox"]])
def test_what_goes_wrong_is_not_said(tmp_path: Path, words: list[str]) -> None:
    """Nothing is printed, and the exit code is 0: a shell shows what is said in the middle of a line."""
    (tmp_path / "noxfile.py").write_text("import nox_release")
    nowhere = {"HOME": os.devnull, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-S", press.__file__, *words]
    done = subprocess.run(command, cwd=tmp_path, env=nowhere, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_it_imports_next_to_nothing() -> None:
    """Each press of a key pays for it: of our own package no module is loaded but those that answer."""
    above = str(Path(press.__file__).parents[2])
    code = f"import sys; sys.path.append({above!r}); import nox_release.completing.answer; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    loaded = {name for name in found if name.startswith("nox_release.")} - {"nox_release.completing"}
    assert loaded == {f"nox_release.completing.{name}" for name in ("answer", "candidates", "kept")}
    heavy = {"nox", "argparse", "subprocess", "typing", "pathlib", "contextlib", "configparser"}
    assert not heavy & {*found}
