"""Completion in real shells at a pseudo-terminal: what is typed, and what the command is given in the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkouts import Checkout
from nox_release import cli
from terminal import Terminal
from workspaces import package

READY = "<ready>"
HOSTILE = "evil$(touch${IFS}pwned)"
"""A folder, and a tag, that would run a command where a shell took it for its own."""
# Prints what it is given, so that a test sees what the shell has made of the line.
SPY = "#!/bin/sh\nprintf 'given'\nprintf '<%s>' \"$@\"\nprintf '\\n'\n"
START = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
LOAD = {
    "bash": "source {script}",
    "zsh": "autoload -Uz compinit && compinit -u -D && source {script}",
    "fish": "source {script}",
}


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request: pytest.FixtureRequest) -> str:
    """A shell of this machine."""
    name: str = request.param
    if not shutil.which(name):
        pytest.skip(f"{name} IS NOT INSTALLED: its completion was not tried")
    return name


@pytest.fixture
def terminal(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """An interactive shell in a workspace, with the completion loaded."""
    files = {"pyproject.toml": "[tool.nox-release]\n", "noxfile.py": "import nox_release\nnox_release.register()\n"}
    for name in ("core-one", "core-two", "user"):
        files |= package(name, dependencies='["core-one"]' if name == "user" else "[]")
    checkout = Checkout.new(tmp_path / "workspace", files)
    checkout.git("tag", "core-one_1.0")
    checkout.git("tag", HOSTILE)
    checkout.write({f"packages/{HOSTILE}/pyproject.toml": '[project]\nname = "evil"\nversion = "1"\n'})
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin/nox"
    spy.write_text(SPY)
    spy.chmod(0o755)
    assert cli.main(["completion", shell]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    environ = {
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb", "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data"), "PS1": "$ ",
    }  # fmt: skip
    made = Terminal(START[shell], checkout.root, environ)
    made.type(f"{LOAD[shell].format(script=script)}\n")
    made.type("echo '<'ready'>'\n")
    made.wait_for(READY)
    yield made
    made.close()


LINES = {
    "nox -s publish -- core-o\t": "<-s><publish><--><core-one>",
    "nox -s publish -- us\tcore-t\t": "<-s><publish><--><user><core-two>",
    "nox -s publish -- dep\tcore-o\t": "<-s><publish><--><dependents-of:core-one>",
    "nox -s publish -- path:pack\tuser\t": "<-s><publish><--><path:packages/user>",
    "nox -s publish -- changed-since:core-\t": "<-s><publish><--><changed-since:core-one_1.0>",
    "nox -s publish -- all '!us\t": "<-s><publish><--><all><!user>",
    "nox -s status -- --form\tjs\t": "<-s><status><--><--format><json>",
    "nox -s explain -- ART10\t4\t": "<-s><explain><--><ART104>",
    "nox -rs doct\t-- user": "<-rs><doctor><--><user>",
    # What would run something is not offered, so nothing is added.
    "nox -s publish -- changed-since:ev\t": "<-s><publish><--><changed-since:ev>",
    "nox -s publish -- path:packages/ev\t": "<-s><publish><--><path:packages/ev>",
}


def test_lines(shell: str, terminal: Terminal, tmp_path: Path) -> None:
    """Names, selectors, exclusions in quotes, options and their values, codes, and sessions; nothing hostile runs."""
    for typed, given in LINES.items():
        terminal.type(f"{typed}\n")
        assert given in terminal.wait_for(">\r\n").replace("\x1b[?2004l", ""), typed
    assert not list(tmp_path.rglob("pwned"))


BEFORE = {
    "bash": "before() {{ COMPREPLY=(before); }}; complete -F before nox; source {script}; source {script}",
    "zsh": "before() {{ compadd before; }}; compdef before nox; source {script}; source {script}",
    "fish": "complete -c nox -f -a before; source {script}",
}


def test_what_completed_nox_before_goes_on(shell: str, terminal: Terminal, tmp_path: Path) -> None:
    """Loaded behind another completion of nox, even twice, ours answers behind ``--``, and the other one before it."""
    if shell == "zsh":
        terminal.type("compdef -d nox\n")
    terminal.type(f"{BEFORE[shell].format(script=tmp_path / 'script')}\n")
    for typed, given in (("nox befo\t", "given<before>"), ("nox -s publish -- us\t", "<-s><publish><--><user>")):
        terminal.type(f"{typed}\n")
        assert given in terminal.wait_for(">\r\n"), typed
