"""Withdrawing a release by hand: who would be left with what, in which order it is done, and where. Pure.

No index has an API to yank (PEP 592); the owner does it on the index's pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version


@dataclass(frozen=True)
class Dependent:
    """A package of the workspace that needs the project."""

    name: str
    release: str
    """Its last release on the index; empty: it has none."""
    requires: tuple[str, ...] = ()
    """What that release requires of the project (PEP 508)."""
    problem: str = ""
    """Why that is not known."""


@dataclass(frozen=True)
class Withdrawal:
    """A release that is to be yanked, and all that bears on it."""

    name: str
    version: str
    releases: Mapping[str, bool] = field(default_factory=dict)
    """Version → whether it is yanked as a whole."""
    dependents: tuple[Dependent, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the index has the release."""
        return Version(self.version) in map(Version, self.releases)

    @property
    def done(self) -> bool:
        """Whether it is yanked already."""
        return any(yanked for text, yanked in self.releases.items() if Version(text) == Version(self.version))

    @property
    def others(self) -> tuple[Version, ...]:
        """What installers may still take."""
        own = Version(self.version)
        return tuple(sorted(v for text, yanked in self.releases.items() if (v := Version(text)) != own and not yanked))

    @property
    def higher(self) -> Version | None:
        """The next higher release that suits whoever has this one; a prerelease suits a prerelease alone."""
        return min((v for v in self._suitable if v > Version(self.version)), default=None)

    @property
    def lower(self) -> Version | None:
        """The next lower one."""
        return max((v for v in self._suitable if v < Version(self.version)), default=None)

    @property
    def _suitable(self) -> tuple[Version, ...]:
        prereleases = Version(self.version).is_prerelease
        return tuple(v for v in self.others if prereleases or not v.is_prerelease)


@dataclass(frozen=True)
class Effect:
    """What the withdrawal does to one requirement of a dependent."""

    dependent: Dependent
    requirement: str
    now: Version
    """What it resolves to before, the release itself."""
    then: Version | None
    """What it resolves to afterwards; None: nothing."""
    pinned: bool = False
    """It names the version exactly, so installers take it although it is yanked (PEP 592), and warn."""


def effects(withdrawal: Withdrawal) -> tuple[Effect, ...]:
    """Return every requirement that would resolve to something else, or to nothing, without the release."""
    return tuple(
        found
        for dependent in withdrawal.dependents
        for text in dependent.requires
        if (found := _effect(withdrawal, dependent, text)) is not None
    )


def _effect(withdrawal: Withdrawal, dependent: Dependent, text: str) -> Effect | None:
    specifier, own = Requirement(text).specifier, Version(withdrawal.version)
    then = _resolved(specifier, withdrawal.others)
    if _pins(specifier, own):
        return Effect(dependent, text, own, None, True)
    if withdrawal.done or _resolved(specifier, (*withdrawal.others, own)) != own:
        return None
    return Effect(dependent, text, own, then)


def _pins(specifier: SpecifierSet, version: Version) -> bool:
    exact = any(item.operator in ("==", "===") and not item.version.endswith(".*") for item in specifier)
    return exact and specifier.contains(version, prereleases=True)


def _resolved(specifier: SpecifierSet, versions: Iterable[Version]) -> Version | None:
    """What installers take: the highest that suits, a prerelease only where nothing else does."""
    return max(specifier.filter(versions), default=None)


def steps(withdrawal: Withdrawal, pages: str = "", simple_url: str = "") -> tuple[str, ...]:
    """Return what to do, in order; nothing where there is nothing to yank, or it is yanked already.

    :param pages: where the index has its pages for people; empty where that is not known.
    """
    if not withdrawal.known or withdrawal.done:
        return ()
    name, version = withdrawal.name, withdrawal.version
    where = f"{pages}manage/project/{name}/release/{version}/ (Options, Yank)" if pages else "the index's own pages"
    return (
        *_before(withdrawal),
        f"yank {version} at {where}, for the reason: {reason(withdrawal)}",
        f"see that {simple_url}{name}/ says so: nox -s status -- {name}",
    )


def _before(withdrawal: Withdrawal) -> Iterator[str]:
    """What has to be there before the release may go."""
    version, replacement = withdrawal.version, withdrawal.higher or withdrawal.lower
    if replacement is None:
        yield f"release a fix: without {version} {withdrawal.name} has no other release that suits"
    elif withdrawal.higher is None:
        yield f"release a fix above {version} if you can: without one users get {replacement}, a downgrade"
    for effect in effects(withdrawal):
        who = f"{effect.dependent.name} {effect.dependent.release} requires {effect.requirement}"
        if effect.pinned:
            yield f"release {effect.dependent.name} anew: {who}, which still installs what is yanked, with a warning"
        elif effect.then is None:
            yield f"release a fix or {effect.dependent.name} anew: {who}, which nothing else satisfies"


def reason(withdrawal: Withdrawal) -> str:
    """Return a text for the form's reason, which installers show."""
    replacement = withdrawal.higher or withdrawal.lower
    use = f"use {replacement}" if replacement else "there is no replacement yet"
    return f'"{withdrawal.version} is broken: WHAT IS WRONG; {use}"'
