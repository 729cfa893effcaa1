"""What the configuration takes out of the checks: what did not look, and what need not be let pass any more. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nox_release.check import Severity, longest, matches
from nox_release.codes import Described, beginning, known
from nox_release.config import Config
from nox_release.model import Evidence, Outcome, Stage
from nox_release.wording import some


@dataclass(frozen=True)
class Look:
    """What was looked at of one package in one command."""

    stages: frozenset[Stage] = frozenset()
    """Those that came to their end."""
    looked: frozenset[str] = frozenset()
    """Codes of the checks that looked."""
    found: frozenset[str] = frozenset()
    """Codes of those that found something."""


def look(evidence: Iterable[Evidence]) -> Look:
    """Sum up the evidence of one package."""
    total = Look()
    for item in evidence:
        total = Look(
            total.stages if item.outcome is Outcome.BLOCKED else total.stages | {item.stage},
            total.looked | item.seconds.keys(),
            total.found | {finding.code for finding in item.findings},
        )
    return total


@dataclass(frozen=True)
class Stale:
    """An entry of ``ignore``, or one of ``severity`` that lowers, that nothing needs."""

    key: str
    """``ignore`` or ``severity``."""
    entry: str
    said: str
    """Its reason, or ``warning``."""
    place: str
    """The table that it stands in."""
    packages: tuple[str, ...]
    """Those that it is written for; each was looked at by all of its checks."""

    def __str__(self) -> str:
        return f"{self.key} {self.entry} in {self.place} matches nothing any more in {some(self.packages)}"


def stale(config: Config, names: Collection[str], looks: Mapping[str, Look]) -> Iterator[Stale]:
    """Yield the entries that every package that they are written for was looked at for, and that none needed.

    :param names: every package of the workspace that may be published.
    :param looks: those that this command looked at.
    """
    for key in ("ignore", "severity"):
        origins = {name: _origins(config, key, name) for name in {*names, *looks}}
        for number, entries in enumerate(_tables(config, key)):
            for entry, said in entries.items():
                packages = sorted(name for name, origin in origins.items() if origin.get(entry) == number)
                checks = [check for check in beginning(entry) if _concerns(check, key, said)]
                if packages and all(
                    name in looks and _unneeded(config, looks[name], entry, origins[name], checks, name)
                    for name in packages
                ):
                    place = f"[[tool.nox-release.overrides]] number {number}" if number else "[tool.nox-release]"
                    yield Stale(key, entry, said, place, tuple(packages))


def _tables(config: Config, key: str) -> list[Mapping[str, str]]:
    """The entries of the table itself and of each override."""
    return [getattr(config.settings, key), *(override.changes.get(key, {}) for override in config.overrides)]


def _origins(config: Config, key: str, name: str) -> dict[str, int]:
    """Each entry that counts for a package → the table that it stands in, the last one that has it."""
    found = dict.fromkeys(getattr(config.settings, key), 0)
    for number, override in enumerate(config.overrides, 1):
        if matches(name, override.packages):
            found.update(dict.fromkeys(override.changes.get(key, {}), number))
    return found


def _concerns(check: Described, key: str, said: str) -> bool:
    """Whether an entry can let a finding of *check* pass; what raises a severity lets nothing pass."""
    if check.essential:
        return False
    return key == "ignore" or (said == Severity.WARNING and check.severity is Severity.ERROR and not check.pypi)


def _unneeded(
    config: Config, look: Look, entry: str, entries: Mapping[str, int], checks: Iterable[Described], name: str
) -> bool:
    """Whether all of *checks* that count for *entry* have looked at a package, and found nothing."""
    rules = config.for_package(name).rules
    own = [check for check in checks if longest(entries, check.code) == entry and rules.selects(check.code)]
    return bool(own) and all(
        check.code in look.looked and look.stages >= {*check.stages} and check.code not in look.found for check in own
    )


@dataclass(frozen=True)
class Unselected:
    """Checks that the configuration has not look at some packages."""

    select: Mapping[str, str]
    codes: tuple[str, ...]
    packages: tuple[str, ...]

    def __str__(self) -> str:
        packages = self.packages[0] if len(self.packages) == 1 else f"{len(self.packages)} packages"
        reasons = ", ".join(f"{code} ({reason})" for code, reason in self.select.items())
        return f"{len(self.codes)} of {len(known())} checks did not look at {packages}: select has only {reasons}"


def unselected(config: Config, names: Iterable[str]) -> Iterator[Unselected]:
    """Yield what did not look at the packages called *names*, those with the same selection together."""
    groups: list[Unselected] = []
    for name in names:
        rules = config.for_package(name).rules
        if not rules.select:
            continue
        for place, group in enumerate(groups):
            if group.select == rules.select:
                groups[place] = replace(group, packages=(*group.packages, name))
                break
        else:
            codes = tuple(code for code, check in known().items() if not (check.essential or rules.selects(code)))
            groups.append(Unselected(rules.select, codes, (name,)))
    yield from groups
