"""What may stand after ``--``."""

from __future__ import annotations

import pytest

from nox_release.arguments import Arguments, parse
from nox_release.errors import Misuse


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("demo", Arguments(("demo",))),
        ("a b !c", Arguments(("a", "b", "!c"))),
        ("--fresh demo", Arguments(("demo",), fresh=True)),
        ("a --keep-going b", Arguments(("a", "b"), keep_going=True)),
        ("demo --jobs 3", Arguments(("demo",), jobs=3)),
        ("demo --jobs=3", Arguments(("demo",), jobs=3)),
        ("demo --candidate-for-release", Arguments(("demo",), candidate=True)),
        ("--explain ART104", Arguments((), explain="ART104")),
        ("demo --with-dependents", Arguments(("demo",), with_dependents=True)),
        ("demo --approved sha256:AB12", Arguments(("demo",), approved="ab12")),
        ("all --first-releases", Arguments(("all",), first_releases=True)),
        ("demo --yank 1.0.0rc1", Arguments(("demo",), yank="1.0.0rc1")),
        ("demo --format json", Arguments(("demo",), format="json")),
        ("all --shards 8 --format github", Arguments(("all",), format="github", shards=8)),
        ("all --only A_b,c,", Arguments(("all",), only=("a-b", "c"))),
        ("path:sdk/compute", Arguments(("path:sdk/compute",))),
    ],
)
def test_what_is_asked_for(words: str, expected: Arguments) -> None:
    """Targets and options may stand in any order."""
    assert parse(words.split()) == expected


def test_what_needs_no_target_means_all() -> None:
    """A session may say what is meant where none is named."""
    assert parse([], ("all",)).targets == ("all",)
    assert parse(["demo"], ("all",)).targets == ("demo",)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("", "no target", "-- NAME"),
        ("--fresh", "no target", "--help"),
        ("demo --jobs 0", "--jobs: '0' is no positive number", "--help"),
        ("demo --jobs -2", "--jobs", "--help"),
        ("demo --jobs many", "--jobs: 'many' is no positive number", "--help"),
        ("demo --jobs", "--jobs", "--help"),
        ("--explain", "--explain", "--help"),
        ("demo --yank last", "--yank last: that is no version", "as the index shows it"),
        ("demo --format yaml", "--format", "--help"),
        ("demo --speed", "--speed", "--help"),
        ("demo --candidate", "--candidate", "--help"),
        ("demo --fresh=yes", "--fresh", "--help"),
    ],
)
def test_what_cannot_be_obeyed_is_said(words: str, message: str, hint: str) -> None:
    """An unknown, abbreviated or incomplete option is named, and the hint leads to the help."""
    with pytest.raises(Misuse) as caught:
        parse(words.split())
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_help_explains_every_target_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` ends well, and tells of every kind of target, every option and the exit codes."""
    with pytest.raises(SystemExit) as caught:
        parse(["--help"])
    assert not caught.value.code
    shown = capsys.readouterr().out
    for word in ("path:", "changed-since:", "dependents-of:", " all ", "'!", "--jobs", "--keep-going", "--fresh"):
        assert word in shown
    assert "--candidate-for-release" in shown
    assert "--explain CODE" in shown
    assert "exit codes" in shown
