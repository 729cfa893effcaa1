"""docs/tutorial.md, done as it stands there."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from uv import find_uv_bin

from pages import DOCS, Fence, fences
from servers.indexes import START, answers, free_port
from servers.programs import program
from terminal import answered
from workspaces import LIMIT, ONCE

PORT = "3141"
"""The one that the page names; the test takes one that is free."""
PROMPT = "name version: "
VARIES = (
    (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
    (r"\b\d+(\.\d+)?s\b", "0s"),
    (r"[\d,]+ bytes", "0 bytes"),
    (r"\b[0-9a-f]{10,64}\b", "0"),
    (r"-{2,}", "--"),
    (r"\s+", " "),
)
"""What differs from run to run, and what stands in its place."""


def plain(line: str) -> str:
    """A line without what differs from run to run."""
    for pattern, stands in VARIES:
        line = re.sub(pattern, stands, line)
    return line.strip()


def absent(shown: Sequence[str], said: Sequence[str]) -> str:
    """The first of the lines *shown* that is not among those that were *said*, in this order; empty: all are.

    ``...`` stands for any lines, and in a line for any text.
    """
    lines = iter([plain(line) for line in said])
    for line in shown:
        if not plain(line) or plain(line) == "...":
            continue
        wanted = re.compile(".*".join(re.escape(plain(part)) for part in line.split("...")))
        if not any(wanted.search(found) for found in lines):
            return line
    return ""


@dataclass(frozen=True)
class Step:
    """A command, and what the page shows of its output."""

    command: str
    shown: tuple[str, ...] = ()
    stops: bool = False

    @property
    def answers(self) -> list[str]:
        """What is typed at its prompts."""
        return [line.partition(PROMPT)[2] for line in self.shown if PROMPT in line]


def steps(fence: Fence) -> list[Step]:
    """Return the commands of a console block; only the last of them may stop."""
    found: list[Step] = []
    for line in fence.text.splitlines():
        if line.startswith("$ "):
            found.append(Step(line.removeprefix("$ ")))
        else:
            found[-1] = replace(found[-1], shown=(*found[-1].shown, line))
    return [*found[:-1], replace(found[-1], stops=fence.stops)]


class Shell:
    """Where the reader of the page sits."""

    def __init__(self, folder: Path) -> None:
        """:param folder: empty; it gets a home, too."""
        self.home = folder / "home"
        self.place = self.base = folder / "work"
        self.home.mkdir()
        self.place.mkdir()
        cache = subprocess.run([find_uv_bin(), "cache", "dir"], capture_output=True, text=True, check=True)
        programs = [Path(sys.executable).parent, Path(find_uv_bin()).parent, program("pypiron").parent]
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("TWINE_", "GIT_", "NOX"))}
        self.environ = {
            **kept,
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "UV_CACHE_DIR": cache.stdout.strip(),
            "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_PROXY": "127.0.0.1",
        }
        (self.home / ".gitconfig").write_text("[user]\n  name = Ada\n  email = ada@example.com\n")

    def write(self, name: str, text: str) -> None:
        """Write a file of the page; a package is tried on one interpreter, which the page need not know."""
        path = self.home / name.removeprefix("~/") if name.startswith("~/") else self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("[tool.nox-release]\n", f"[tool.nox-release]\n{ONCE}"))

    def run(self, step: Step) -> tuple[int, str]:
        """Run a command at a terminal, and type what the page has behind each prompt."""
        if step.command.startswith("cd "):
            self.place = (self.place / step.command.removeprefix("cd ")).resolve(strict=True)
            return 0, ""
        command = ["bash", "-c", step.command]
        return answered(command, self.place, self.environ, PROMPT, step.answers, LIMIT)

    @contextlib.contextmanager
    def beside(self, command: str, url: str) -> Iterator[None]:
        """Have a server running in a second terminal, from when it answers."""
        with (self.base / "server.log").open("w") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"exec env {command}"], cwd=self.base, env=self.environ, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            try:
                end = time.monotonic() + START
                while not answers(url):
                    assert process.poll() is None, (self.base / "server.log").read_text()
                    assert time.monotonic() < end
                    time.sleep(0.05)
                yield
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


@pytest.mark.end_to_end
def test_the_tutorial_works_as_it_stands(tmp_path: Path) -> None:
    """Each file is written and each command is run, in the order of the page, and says what the page shows."""
    port = str(free_port())
    shell = Shell(tmp_path)
    with contextlib.ExitStack() as stack:
        for fence in fences((DOCS / "tutorial.md").read_text(encoding="utf-8").replace(PORT, port)):
            if fence.language != "console":
                assert fence.title, f"line {fence.line}: a file has a name"
                shell.write(fence.title, fence.text)
            elif fence.title:
                (step,) = steps(fence)
                stack.enter_context(shell.beside(step.command, f"http://127.0.0.1:{port}"))
            else:
                for step in steps(fence):
                    code, said = shell.run(step)
                    assert (code != 0) is step.stops, f"line {fence.line}: {step.command}\n{said}"
                    missing = absent(step.shown, said.splitlines())
                    assert not missing, f"line {fence.line}: {step.command} does not say\n{missing}\nbut\n{said}"


@pytest.mark.parametrize(
    ("shown", "said", "missing"),
    [
        (["a", "...", "c"], ["a", "b", "c", "d"], ""),
        (["a", "b"], ["b", "a"], "b"),
        (["ok 1.5s", "of 1,326 bytes"], ["ok 12s", "of 7 bytes"], ""),
        (["next: ... day"], ["  next: write the day"], ""),
        (["at 22e94b9044"], ["at 0123456789abcdef"], ""),
        (["a+b"], ["aab"], "a+b"),
        (["a  b"], ["\x1b[31ma b\x1b[0m"], ""),
        (["..."], [], ""),
    ],
)
def test_what_the_page_shows_is_looked_for(shown: list[str], said: list[str], missing: str) -> None:
    """Lines are compared in their order, without times, sizes, digests and colours."""
    assert absent(shown, said) == missing
