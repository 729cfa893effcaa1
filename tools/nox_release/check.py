"""One rule, one declaration: code, title, severity, and a docstring that says why.

The catalogue, ``--explain`` and every report are made from these declarations alone.
"""

from __future__ import annotations

import fnmatch
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Severity(StrEnum):
    """What a finding means for the release."""

    ERROR = "error"
    """The package goes no further."""
    WARNING = "warning"
    """Told, and the package goes on."""


@dataclass(frozen=True)
class Problem:
    """What a check yields: where the defect is, and what to do about it."""

    where: str
    """A file (``path`` or ``path:line``) or a field, relative to the package's folder or the archive."""
    fix: str
    """What to do, as an instruction."""
    message: str = ""
    """What was found there, where the check's title does not say it."""


@dataclass(frozen=True)
class Finding:
    """A defect that a check found: data, never an exception."""

    code: str
    title: str
    severity: Severity
    where: str
    fix: str
    message: str = ""
    exempt: str = ""
    """The reason that the configuration gives for letting it pass; empty where it does not."""

    @property
    def fails(self) -> bool:
        """Whether it stops the package."""
        return self.severity is Severity.ERROR and not self.exempt


@dataclass(frozen=True)
class Check(Generic[T]):
    """A declared rule over a value of one type."""

    code: str
    title: str
    """The rule as a statement about a sound package."""
    severity: Severity
    why: str
    """The docstring of the function: why the rule is there, with its source."""
    find: Callable[[T], Iterable[Problem]]

    def run(self, subject: T) -> Iterator[Finding]:
        """Yield a finding for every problem that *subject* has."""
        for problem in self.find(subject):
            yield Finding(self.code, self.title, self.severity, problem.where, problem.fix, problem.message)


@dataclass(frozen=True)
class Family(Generic[T]):
    """The checks that look at one type of value."""

    prefix: str
    title: str
    checks: list[Check[T]] = field(default_factory=list)

    def check(
        self, code: str, title: str, severity: Severity = Severity.ERROR
    ) -> Callable[[Callable[[T], Iterable[Problem]]], Callable[[T], Iterable[Problem]]]:
        """Declare the decorated generator as the check *code* of this family.

        :raises ValueError: for a code of another family, a code taken twice, or a function without a docstring.
        """

        def declare(find: Callable[[T], Iterable[Problem]]) -> Callable[[T], Iterable[Problem]]:
            if not code.startswith(self.prefix) or any(check.code == code for check in self.checks):
                raise ValueError(f"{code} is not a free code of the family {self.prefix}")
            if not (why := inspect.getdoc(find)):
                raise ValueError(f"{code} does not say why it is there")
            self.checks.append(Check(code, title, severity, why, find))
            return find

        return declare

    def run(self, subject: T, ignore: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
        """Look at *subject* with every check of the family.

        :param ignore: code or prefix of codes → the reason for letting such findings pass.
        """
        found = (finding for check in self.checks for finding in check.run(subject))
        return tuple(exempted(finding, ignore or {}) for finding in found)


def exempted(finding: Finding, ignore: Mapping[str, str]) -> Finding:
    """Return *finding* with the reason of the longest entry of *ignore* that its code starts with."""
    codes = [code for code in ignore if finding.code.startswith(code)]
    return replace(finding, exempt=ignore[max(codes, key=len)]) if codes else finding


def matches(name: str, globs: Iterable[str]) -> bool:
    """Whether a normalized *name* matches one of *globs* (as in :mod:`fnmatch`, case-sensitive)."""
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)
