"""The table ``[tool.nox-release]`` as ``init`` writes it: what differs from the defaults, and what teaches. Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from typing import Any

from nox_release.adopt.habits import Habit
from nox_release.errors import Misuse
from nox_release.report.words import one_line

NAME = "pyproject.toml"
_HEAD = """\
[tool.nox-release]
# Only what differs from the defaults stands here. All keys: https://nox-release.readthedocs.io/configuration
"""
_TAIL = """\

# Said of some packages; each reason is printed by every report:
# [[tool.nox-release.overrides]]
# packages = ["NAME", "NAME-*"]
# test-exempt = "the tests need recordings that live in another repository"
# ignore = { CODE = "why its findings may pass" }
"""


def rendered(habits: Iterable[Habit]) -> str:
    """Return the table's text."""
    parts = [_HEAD]
    for habit in habits:
        setting = f"{habit.key} = {_toml(habit.value)}"
        lines = [f"# {one_line(line)}" for line in habit.why]
        lines += [line if habit.certain else f"# {line}" for line in setting.split("\n")]
        parts.append("\n" + "".join(f"{line}\n" for line in lines))
    return "".join([*parts, _TAIL])


def _toml(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    texts = [_toml(item) for item in value]
    line = f"[{', '.join(texts)}]"
    return line if len(line) < 90 else "".join(["[\n", *(f"    {text},\n" for text in texts), "]"])


def table_of(pyproject: bytes | None) -> dict[str, Any] | None:
    """Return the table that *pyproject* has already; the file has been read before, as the configuration."""
    found: dict[str, Any] | None = _document(pyproject).get("tool", {}).get("nox-release")
    return found


def with_table(pyproject: bytes | None, table: str) -> bytes:
    """Return *pyproject* with *table* behind what is there, of which no byte is changed.

    :raises Misuse: where no table can stand there.
    """
    if pyproject is None:
        return table.encode()
    end = "\r\n" if pyproject.partition(b"\n")[0].endswith(b"\r") else "\n"
    gap = "" if not pyproject.strip() else end if pyproject.endswith(b"\n") else end * 2
    added = pyproject + (gap + table.replace("\n", end)).encode()
    before = _document(pyproject)
    try:
        after = _document(added)
        del after["tool"]["nox-release"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise Misuse(
            f"no table can be added to {NAME}: {error}", f"write [tool.nox-release] into {NAME} by hand"
        ) from None
    if after != {"tool": {}, **before}:
        raise Misuse(f"no table can be added to {NAME}", f"write [tool.nox-release] into {NAME} by hand")
    return added


def _document(pyproject: bytes | None) -> dict[str, Any]:
    return tomllib.loads((pyproject or b"").decode("utf-8-sig"))
