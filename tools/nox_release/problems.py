"""Problems of many values of one kind: told once each, shortened, and no more of them than a report can take."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from nox_release.check import Problem

MOST = 10
"""Problems of one kind that are told."""


def some(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the first few of *problems*: metadata may be of any length, a report may not."""
    first = list(itertools.islice(problems, MOST + 1))
    yield from first[:MOST]
    if len(first) > MOST:
        yield Problem(first[MOST].where, "correct these first", "and more of the same")


def each(values: Iterable[str], where: str, mend: str, wrong: Callable[[str], str | None]) -> Iterator[Problem]:
    """Yield a problem for each of *values* that *wrong* has something to say about."""
    found = ((value, said) for value in dict.fromkeys(values) if (said := wrong(value)) is not None)
    return some(Problem(where, mend, f"{short(value)}{said and ': '}{said}") for value, said in found)


def short(value: str) -> str:
    """Return *value* as it can be shown on a line."""
    shown = ascii(value) if not value.isprintable() else repr(value)
    return shown if len(shown) <= 120 else f"{shown[:116]}…{shown[-1]}"


def parses(parse: Callable[[str], object]) -> Callable[[str], str | None]:
    """What *parse* says of a value that it cannot parse."""

    def wrong(value: str) -> str | None:
        try:
            parse(value)
        except RecursionError:
            return "it is nested too deeply"
        except ValueError as error:
            return str(error).partition("\n")[0].strip()
        return None

    return wrong
