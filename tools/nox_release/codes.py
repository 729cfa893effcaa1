"""The catalogue of checks as data, for what cannot load the checks: they import the tools of their stages.

``catalogue.json`` is written from the declarations by ``nox -s docs``; a test holds the two equal.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nox_release.check import Severity
from nox_release.model import Stage
from nox_release.record import from_json

FILE = Path(__file__).with_name("catalogue.json")
PAGE = "https://nox-release.readthedocs.io/checks/"
"""The page of all checks: ``[project.urls] Documentation`` and the name of docs/checks.md."""


@dataclass(frozen=True)
class Described:
    """What is known of a check without its code."""

    code: str
    title: str
    severity: Severity
    """As declared."""
    pypi: bool
    essential: bool
    why: str
    family: str
    """What its family looks at."""
    stages: tuple[Stage, ...]
    """Where it is run; nowhere: in the session ``doctor``."""

    @property
    def sessions(self) -> str:
        """The sessions that look at it."""
        return " and ".join(self.stages) or "doctor"

    @property
    def url(self) -> str:
        """Where it is explained."""
        return f"{PAGE}#{self.code.lower()}"

    @property
    def owner(self) -> str:
        """Whose rule it is."""
        return "PyPI refuses an upload that breaks it" if self.pypi else "a rule of nox-release, not of PyPI"


@dataclass(frozen=True)
class Catalogue:
    """The content of ``catalogue.json``."""

    checks: tuple[Described, ...]


@functools.cache
def known() -> Mapping[str, Described]:
    """Code → its check, in the order of the catalogue."""
    return {check.code: check for check in from_json(Catalogue, FILE.read_bytes()).checks}


def beginning(prefix: str) -> tuple[Described, ...]:
    """Return the checks that *prefix* stands for: its own code, or all codes that begin with it."""
    return tuple(check for code, check in known().items() if prefix and code.startswith(prefix))


def families() -> Mapping[str, tuple[Described, ...]]:
    """Return how codes begin → the checks whose codes begin so, in the order of the catalogue."""
    found: dict[str, tuple[Described, ...]] = {}
    for code, check in known().items():
        start = code.rstrip("0123456789")
        found[start] = (*found.get(start, ()), check)
    return found


def suggestion(text: str) -> str:
    """What may have been meant by a *text* that no code begins with."""
    near = difflib.get_close_matches(text.upper(), [*known(), *families()], 2, 0.6)
    if near:
        told = [f"{code} ({known()[code].title})" if code in known() else code for code in near]
        return f"did you mean {' or '.join(told)}?"
    return f"codes begin with {', '.join(sorted(families()))}; docs/checks.md has all of them: {PAGE}"
