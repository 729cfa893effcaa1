"""Commands and configuration in the documentation are ones that nox-release takes."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nox
import pytest
from jsonschema import Draft7Validator
from nox import registry

import nox_release
from nox_release.arguments import parse
from nox_release.cli import parser
from nox_release.config import PACKAGE, WORKSPACE, read_config
from nox_release.errors import Misuse
from nox_release.reference.configuration import schema
from pages import READ, ROOT, Fence, fences, indented, spans

CHORES = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(encoding="utf-8"), re.MULTILINE))
"""Sessions of this repository itself, which CONTRIBUTING names."""


@pytest.fixture(scope="module")
def sessions() -> Iterator[set[str]]:
    """The names of all sessions that a noxfile gets."""
    before = nox.options.error_on_missing_interpreters
    registry.reset()
    nox_release.register()
    yield set(registry.get())
    registry.reset()
    nox.options.error_on_missing_interpreters = before


def commands(page: str, program: str) -> Iterator[list[str]]:
    """Yield the words behind *program* of each command on a page, whether in a block or in a line."""
    blocks = [
        line.removeprefix("$ ") if fence.language == "console" else line
        for fence in fences(page)
        for line in fence.text.splitlines()
        if fence.language in ("bash", "sh") or line.startswith("$ ")
    ]
    lines = [line for block in indented(page) for line in block.splitlines()]
    for line in [*blocks, *lines, *spans(page)]:
        for part in re.split(r"&&|\|\||;|\|(?= )", line):
            words = part.split(" #")[0].strip()
            if words.startswith(f"{program} "):
                yield shlex.split(words)[1:]


def wrong(words: list[str], sessions: set[str]) -> str:
    """Why nox would not obey; empty where it would. Only what names a session of ours is looked at."""
    if "-s" not in words:
        return ""
    after = words[words.index("-s") + 1 :]
    end = after.index("--") if "--" in after else len(after)
    named, posargs = after[:end], after[end + 1 :]
    if set(named) <= CHORES | {"NAME", "SESSION", "X"}:
        return ""
    if unknown := set(named) - sessions:
        return f"there is no session {', '.join(sorted(unknown))}"
    if "--help" in posargs:
        return ""
    try:
        parse(["1.0" if word == "VERSION" else word for word in posargs], ("all",))
    except Misuse as error:
        return error.message
    return ""


@pytest.mark.parametrize("page", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_can_be_obeyed(page: Path, sessions: set[str]) -> None:
    """Every `nox -s SESSION -- …` names a session that there is, and options that it has."""
    text = page.read_text(encoding="utf-8")
    found = {" ".join(words): why for words in commands(text, "nox") if (why := wrong(words, sessions))}
    assert not found


@pytest.mark.parametrize("page", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_beside_nox_can_be_obeyed(page: Path) -> None:
    """Every `nox-release COMMAND …` is one that its parser takes."""
    refused = []
    for words in commands(page.read_text(encoding="utf-8"), "nox-release"):
        # A command's name alone speaks of it; it has to be there.
        asked = words if len(words) > 1 else [*words, "--help"]
        try:
            parser().parse_args(asked)
        except SystemExit as ended:
            if ended.code and words != ["COMMAND"]:
                refused.append(words)
    assert not refused


TABLES = [
    pytest.param(fence, id=f"{page.relative_to(ROOT).as_posix()}:{fence.line}")
    for page in READ
    for fence in fences(page.read_text(encoding="utf-8"))
    if fence.language == "toml" and "tool.nox-release" in fence.text
]


@pytest.mark.parametrize("fence", TABLES)
def test_tables_are_taken(fence: Fence) -> None:
    """Every table that a page shows is read, and an editor finds nothing wrong with it."""
    read_config(fence.text.encode())
    Draft7Validator(json.loads(schema())).validate(tomllib.loads(fence.text))


@pytest.mark.parametrize("page", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_keys_in_a_line_are_taken(page: Path) -> None:
    """A key with its value, as it stands in the middle of a sentence, can be written so."""
    for span in spans(page.read_text(encoding="utf-8")):
        key, equals, value = span.partition(" = ")
        if equals and key in {**WORKSPACE, **PACKAGE} and "CODE" not in value:
            read_config(f"[tool.nox-release]\n{span}".encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```console\n$ nox -s a -- b\nnox -s c\n```\n", [["-s", "a", "--", "b"]]),
        ("```text\nnox -s a\n```\n", []),
        ("Type\n\n    nox -s a -- 'b*' # why\n\nor `nox -s d`.\n", [["-s", "a", "--", "b*"], ["-s", "d"]]),
        ("1. x\n\n    ```console\n    $ nox -s a && nox -s b\n    ```\n", [["-s", "a"], ["-s", "b"]]),
    ],
)
def test_commands_are_found(text: str, expected: list[list[str]]) -> None:
    """In blocks and in lines, and not in what is printed."""
    assert list(commands(text, "nox")) == expected


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["-s", "publish", "--", "a", "--candidate-for-release"], ""),
        (["-s", "publish", "test", "--", "a"], ""),
        (["-s", "lint"], ""),
        (["-l"], ""),
        (["-s", "publsh", "--", "a"], "there is no session publsh"),
        (["-s", "publish", "--", "a", "--candidate"], "unrecognized arguments: --candidate"),
    ],
)
def test_a_wrong_command_is_seen(words: list[str], why: str, sessions: set[str]) -> None:
    """A session or an option that there is not is told from one that there is."""
    assert wrong(words, sessions) == why
