"""One rule, one declaration: code, title, severity, and a docstring that says why.

The catalogue, ``--explain`` and every report are made from these declarations alone.
"""

from __future__ import annotations

import fnmatch
import inspect
import time
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
    pypi: bool = False
    """PyPI refuses the upload for it; else it is our own rule."""

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
    pypi: bool = False
    """PyPI refuses an upload that breaks the rule."""
    essential: bool = False
    """What follows rests on it, so no configuration lets its findings pass."""

    def run(self, subject: T) -> Iterator[Finding]:
        """Yield a finding for every problem that *subject* has."""
        for problem in self.find(subject):
            yield Finding(
                self.code, self.title, self.severity, problem.where, problem.fix, problem.message, pypi=self.pypi
            )


@dataclass(frozen=True)
class Rules:
    """What the configuration says of findings."""

    ignore: Mapping[str, str] = field(default_factory=dict)
    """Code or prefix of codes → the reason for letting such findings pass."""
    select: Mapping[str, str] = field(default_factory=dict)
    """Code or prefix of codes → the reason for looking at nothing but such; empty: everything is looked at."""
    severity: Mapping[str, str] = field(default_factory=dict)
    """Code or prefix of codes → ``error`` or ``warning``."""

    def selects(self, code: str) -> bool:
        """Whether the check *code* is to look at all."""
        return not self.select or longest(self.select, code) is not None

    def apply(self, finding: Finding) -> Finding:
        """Return *finding* with what the longest entries that its code starts with say of it.

        What PyPI refuses stays an error: only ``ignore``, which asks for a reason, lets it pass.
        """
        if (entry := longest(self.ignore, finding.code)) is not None:
            finding = replace(finding, exempt=self.ignore[entry])
        if (entry := longest(self.severity, finding.code)) is not None:
            severity = Severity(self.severity[entry])
            if severity is Severity.ERROR or not finding.pypi:
                finding = replace(finding, severity=severity)
        return finding


def longest(entries: Iterable[str], code: str) -> str | None:
    """Return the longest of *entries* that *code* starts with; None where it starts with none."""
    return max((entry for entry in entries if code.startswith(entry)), key=len, default=None)


@dataclass(frozen=True)
class Verdict:
    """What the checks of one or several families found."""

    findings: tuple[Finding, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Code of each check that looked → seconds that it took."""

    @property
    def fails(self) -> bool:
        """Whether a finding stops the package."""
        return any(finding.fails for finding in self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __add__(self, other: Verdict) -> Verdict:
        """Put two verdicts together; what both found is told once, and the times add up."""
        seconds = dict(self.seconds)
        for code, spent in other.seconds.items():
            seconds[code] = seconds.get(code, 0.0) + spent
        return Verdict(tuple(dict.fromkeys((*self.findings, *other.findings))), seconds)


@dataclass(frozen=True)
class Family(Generic[T]):
    """The checks that look at one type of value."""

    prefix: str
    title: str
    checks: list[Check[T]] = field(default_factory=list)

    def check(
        self,
        code: str,
        title: str,
        severity: Severity = Severity.ERROR,
        *,
        pypi: bool = False,
        essential: bool = False,
    ) -> Callable[[Callable[[T], Iterable[Problem]]], Callable[[T], Iterable[Problem]]]:
        """Declare the decorated generator as the check *code* of this family.

        :param pypi: PyPI refuses an upload that breaks the rule.
        :param essential: what follows rests on it, so no configuration lets its findings pass.
        :raises ValueError: for a code of another family, a code taken twice, or a function without a docstring.
        """

        def declare(find: Callable[[T], Iterable[Problem]]) -> Callable[[T], Iterable[Problem]]:
            if not code.startswith(self.prefix) or any(check.code == code for check in self.checks):
                raise ValueError(f"{code} is not a free code of the family {self.prefix}")
            if not (why := inspect.getdoc(find)):
                raise ValueError(f"{code} does not say why it is there")
            self.checks.append(Check(code, title, severity, why, find, pypi, essential))
            return find

        return declare

    def run(self, subject: T, rules: Rules | None = None, clock: Callable[[], float] = time.perf_counter) -> Verdict:
        """Look at *subject* with every check of the family that *rules* select.

        :param clock: tells seconds; only differences count.
        """
        rules = rules or Rules()
        found: list[Finding] = []
        seconds = {}
        for check in self.checks:
            if not (check.essential or rules.selects(check.code)):
                continue
            began = clock()
            found += check.run(subject) if check.essential else map(rules.apply, check.run(subject))
            seconds[check.code] = clock() - began
        return Verdict(tuple(found), seconds)


def matches(name: str, globs: Iterable[str]) -> bool:
    """Whether a normalized *name* matches one of *globs* (as in :mod:`fnmatch`, case-sensitive)."""
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)
