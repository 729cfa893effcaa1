"""The table in pyproject.toml: what is there stays, byte for byte."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.adopt.habits import Habit
from nox_release.adopt.table import rendered, table_of, with_table
from nox_release.config import Config, read_config
from nox_release.errors import Misuse

PLAIN = rendered([])


def test_without_habits_everything_is_default() -> None:
    """The comments teach, and set nothing; what they propose is what the configuration knows."""
    assert read_config(with_table(None, PLAIN)) == Config()
    lines = [line.removeprefix("# ") for line in PLAIN.splitlines()]
    taught = "\n".join(lines[lines.index("[[tool.nox-release.overrides]]") :]).replace("CODE", "PRJ401")
    (override,) = read_config(taught.encode()).overrides
    assert override.packages == ("NAME", "NAME-*") and override.changes.keys() == {"test_exempt", "ignore"}


def test_a_habit_is_set_and_a_doubt_is_a_comment() -> None:
    """Both say why; the doubt is a setting once its mark is taken away."""
    sure = Habit("remote", "upstream", ("The only remote.",))
    unsure = Habit("exclude", tuple(f"folder/number-{number}" for number in range(9)), ("These?",), certain=False)
    text = rendered([sure, unsure])
    config = read_config(with_table(None, text))
    assert (config.remote, config.exclude) == ("upstream", ())
    assert "# The only remote.\n" in text
    start = text.index("# exclude")
    end = text.index("]", start)
    opened = text[:start] + text[start:end].replace("# ", "") + text[end:].replace("# ]", "]", 1)
    opened = opened.replace("\n# ]", "\n]")
    assert len(read_config(opened.encode()).exclude) == 9


@given(st.text(st.characters(codec="utf-8")), st.lists(st.text(st.characters(codec="utf-8")), max_size=4))
def test_whatever_is_said_can_be_read(why: str, texts: list[str]) -> None:
    """Names of folders and tags are anybody's; none gets out of its string or its comment."""
    text = rendered([Habit("exclude", tuple(texts), (why,)), Habit("remote", why, ("x",))])
    config = read_config(with_table(None, text))
    assert (config.exclude, config.remote) == (tuple(texts), why)


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        ("", ""),
        ("[project]\nname = 'x'  # why\n", "\n"),
        ("[tool.ruff]\nline-length = 100", "\n\n"),
        ("# only a comment\r\n[tool.a]\r\n", "\r\n"),
        ("\ufeff[tool]\n", "\n"),
        ("tool.a.b = 1\n", "\n"),
        ("[[tool.mypy.overrides]]\nmodule = 'x'\n", "\n"),
    ],
)
def test_what_is_there_stays(before: str, gap: str) -> None:
    """The table comes behind it, with its own line ends."""
    end = "\r\n" if "\r\n" in before else "\n"
    assert with_table(before.encode(), PLAIN) == (before + gap + PLAIN.replace("\n", end)).encode()


@pytest.mark.parametrize("before", ["tool = {}\n", "tool = { ruff = {} }\n", "tool = 1\n"])
def test_where_no_table_can_stand_it_is_told(before: str) -> None:
    """TOML closes an inline table to all that follows."""
    with pytest.raises(Misuse, match="no table can be added"):
        with_table(before.encode(), PLAIN)


def test_a_table_is_known_again() -> None:
    """Also an empty one: it says that all is default."""
    assert table_of(with_table(b"[project]\n", PLAIN)) == {}
    assert table_of(b"[project]\n") is None and table_of(None) is None
    assert tomllib.loads(PLAIN) == {"tool": {"nox-release": {}}}
