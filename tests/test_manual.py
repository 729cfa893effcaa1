"""The page of the command line: what `--help` says and what the documentation says are the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nox_release import cli
from nox_release.arguments import explain_parser, parse, parser
from nox_release.errors import Blocked, Misuse

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/command-line.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_what_the_parsers_say() -> None:
    """docs/command-line.md is up to date; `nox -s docs` writes it."""
    # A process of its own: sessions that are registered cannot be taken back.
    done = subprocess.run(
        [sys.executable, "-m", "nox_release.manual"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == TEXT


PARSERS = {"--": parser(), "explain": explain_parser(), "nox-release": cli.parser()} | dict(cli.commands(cli.parser()))


@pytest.mark.parametrize("name", PARSERS)
def test_every_argument_is_explained(name: str) -> None:
    """Each option stands on the page and in its help, and says what it is for."""
    told = PARSERS[name].format_help()
    for action in PARSERS[name]._actions:
        if action.dest in ("help", "==SUPPRESS=="):
            continue
        assert action.help or action.metavar == "COMMAND"
        assert all(option in TEXT and option in told for option in action.option_strings)


@pytest.mark.parametrize("words", [["--help"], ["core", "--help"]])
def test_help_of_sessions(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It is what the page is made of, and ends with 0."""
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert parser().epilog in out  # type: ignore[operator]  # it has one
    assert "--candidate-for-release" in out


def test_exit_codes() -> None:
    """Those on the page are those of what stops a command."""
    assert (Blocked.exit_code, Misuse.exit_code) == (1, 2)
    assert all(f"\n| {code} | " in TEXT for code in (0, 1, 2))
