"""The page of the command line: what `--help` says and what the documentation says are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nox
import pytest
from nox import registry

import nox_release
from nox_release import cli
from nox_release.arguments import explain_parser, parse, parser
from nox_release.reference.commandline import sessions
from nox_release.sessions import described

TEXT = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text(encoding="utf-8")
PARSERS = {"--": parser(), "explain": explain_parser(), "nox-release": cli.parser(), **cli.commands(cli.parser())}


@pytest.fixture
def registered() -> Iterator[dict[str, str]]:
    """The sessions that a noxfile gets, with what nox shows of them."""
    before = nox.options.error_on_missing_interpreters
    registry.reset()
    nox_release.register()
    yield {name: (session.__doc__ or "").partition("\n")[0] for name, session in registry.get().items()}
    registry.reset()
    nox.options.error_on_missing_interpreters = before


def test_every_session_is_there(registered: dict[str, str]) -> None:
    """Those that are registered, with the words of `nox -l`."""
    assert described() == registered
    assert len(sessions()) == len(registered) + 2


@pytest.mark.parametrize("name", PARSERS)
def test_every_argument_is_explained(name: str) -> None:
    """Each option stands on the page and in its help, and says what it is for."""
    told = PARSERS[name].format_help()
    for action in PARSERS[name]._actions:
        if action.dest != "help":
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
