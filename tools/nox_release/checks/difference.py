"""What changed since the last release, and whether the version says so."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from packaging.version import Version

from nox_release.check import Family, Problem, Rules, Severity, Verdict
from nox_release.difference import Change, Difference, Nature
from nox_release.policy import Policy, Step, step, step_to_break, version_after
from nox_release.wording import some

LIMIT = 20
"""Changes that a check tells one by one; the rest is counted."""
GROWTH = 1 << 20
"""Bytes: what is smaller may grow as it likes."""


@dataclass(frozen=True)
class Upgrade:
    """A new release beside the one that its users have."""

    version: Version
    last: Version | None = None
    """The last stable release on the index; None: there is none."""
    wheel: Difference | None = None
    """Between the wheels of both."""
    sdist: Difference | None = None
    """Between the sdists of both, where both have one."""
    preview: Version | None = None
    """The last preview after it, where the new release is a preview too."""
    since_preview: Difference | None = None
    """Between the wheels of that preview and the new release."""
    policy: Policy = Policy.SEMVER
    allowances: Mapping[str, str] = field(default_factory=dict)
    """Path of an object, or a glob over paths → the reason for letting its changes pass."""
    listed: str = ""
    """The file that holds the whole difference."""

    @property
    def step(self) -> Step | None:
        """Which step the version takes from the last stable release; None where the policy asks for none."""
        return None if self.last is None or self.policy is Policy.NONE else step(self.last, self.version)

    @property
    def may_break(self) -> bool:
        """Whether the version announces that users may break."""
        return self.last is None or self.step is None or self.step >= step_to_break(self.last)

    @property
    def patch(self) -> bool:
        """Whether the version announces that nothing but mistakes were mended."""
        return self.step is Step.PATCH and self.last is not None and bool(self.last.major)


DIFFERENCE: Family[Upgrade] = Family("DIF", "the difference from the last release")


def examine(upgrade: Upgrade, rules: Rules | None = None) -> Verdict:
    """Look at *upgrade* with the whole family; what is allowed carries the reason."""
    verdict = DIFFERENCE.run(upgrade, rules)
    findings = tuple(
        replace(found, exempt=upgrade.allowances[found.where])
        if found.code in _ALLOWABLE and found.where in upgrade.allowances
        else found
        for found in verdict
    )
    return replace(verdict, findings=findings)


@DIFFERENCE.check("DIF101", "What is removed from the public API has the version step for it")
def removed(upgrade: Upgrade) -> Iterator[Problem]:
    """Semantic Versioning 2.0.0, rule 8: users who allow every version up to the next major one are broken by it."""
    if upgrade.wheel and not upgrade.may_break:
        yield from _told(upgrade, upgrade.wheel, {Nature.REMOVED}, "keep it, deprecated")


@DIFFERENCE.check("DIF102", "What changes incompatibly has the version step for it")
def incompatible(upgrade: Upgrade) -> Iterator[Problem]:
    """A call that worked fails: Semantic Versioning 2.0.0, rule 8, as for what is removed."""
    if upgrade.wheel and not upgrade.may_break:
        yield from _told(upgrade, upgrade.wheel, {Nature.INCOMPATIBLE}, "let calls of before work as well")


@DIFFERENCE.check("DIF103", "Entry points that are removed have the version step for it")
def entry_points(upgrade: Upgrade) -> Iterator[Problem]:
    """Scripts call console scripts by name, and hosts find plugins by theirs: both are public API."""
    if upgrade.wheel and not upgrade.may_break:
        changes = [Change(Nature.REMOVED, name, value) for name, value in upgrade.wheel.entry_points.removed.items()]
        gone = replace(upgrade.wheel, api=tuple(changes))
        yield from _told(upgrade, gone, {Nature.REMOVED}, "keep it")


@DIFFERENCE.check("DIF104", "Additions to the public API come with a minor step", Severity.WARNING)
def added(upgrade: Upgrade) -> Iterator[Problem]:
    """Semantic Versioning 2.0.0, rule 7: who needs the addition writes the minor version as a floor."""
    if upgrade.last and upgrade.wheel and upgrade.patch and (count := upgrade.wheel.count(Nature.ADDED)):
        first = next(change for change in upgrade.wheel.api if change.nature is Nature.ADDED)
        more = f" and {count - 1} more: see {upgrade.listed}" if count > 1 else ""
        yield Problem(first.path, f"make this {version_after(upgrade.last, Step.MINOR)}", f"{first.path}{more} is new")


@DIFFERENCE.check("DIF105", "What a call does stays in a patch release", Severity.WARNING)
def different(upgrade: Upgrade) -> Iterator[Problem]:
    """The same call does something else: nothing fails, so nobody notices before it matters."""
    if upgrade.wheel and upgrade.patch:
        yield from _told(upgrade, upgrade.wheel, {Nature.DIFFERENT}, "say it in the changelog", Step.MINOR)


@DIFFERENCE.check("DIF106", "Previews keep what earlier previews brought", Severity.WARNING)
def preview(upgrade: Upgrade) -> Iterator[Problem]:
    """A preview may break (Semantic Versioning 2.0.0, rule 9), but its users want to be told.

    The policy ``azure-preview`` counts such changes among the facts alone.
    """
    if upgrade.since_preview and upgrade.policy is Policy.SEMVER:
        broken = (Nature.REMOVED, Nature.INCOMPATIBLE)
        paths = [change.path for change in upgrade.since_preview.api if change.nature in broken]
        if paths:
            fix = 'say it in the changelog, or set version-policy = "azure-preview"'
            yield Problem(paths[0], fix, f"{some(paths)} broke since {upgrade.preview}")


@DIFFERENCE.check("DIF107", "Every public module can be compared", Severity.WARNING)
def readable(upgrade: Upgrade) -> Iterator[Problem]:
    """What cannot be read may have lost anything."""
    unread = dict(upgrade.wheel.unread) if upgrade.wheel else {}
    for module, why in list(unread.items())[:LIMIT]:
        yield Problem(module, "make it parse, or look yourself at what changed in it", f"it was not compared: {why}")
    if len(unread) > LIMIT:
        yield Problem("the wheel", "see the others first", f"{len(unread) - LIMIT} more modules were not compared")


@DIFFERENCE.check("DIF108", "Every allowance lets something pass", Severity.WARNING)
def allowances_match(upgrade: Upgrade) -> Iterator[Problem]:
    """An allowance that outlived its change lets the next one through unseen."""
    if upgrade.wheel is None:
        return
    paths = {change.path for change in _breaking(upgrade.wheel)} | set(upgrade.wheel.entry_points.removed)
    for glob in upgrade.allowances:
        if not any(fnmatch.fnmatchcase(path, glob) for path in paths):
            yield Problem(
                f"allow-changes: {glob}", "take it out of the configuration", "nothing that changed matches it"
            )


@DIFFERENCE.check("DIF201", "A patch release runs on the Pythons of the release before it", Severity.WARNING)
def pythons(upgrade: Upgrade) -> Iterator[Problem]:
    """On a Python that is left out, installers stay with the old release, and its users get no more patches."""
    if upgrade.last and upgrade.wheel and upgrade.patch and (lost := upgrade.wheel.pythons_lost):
        fix = f"make this {version_after(upgrade.last, Step.MINOR)}, or keep Requires-Python as it was"
        yield Problem("Requires-Python", fix, f"no longer let in: {', '.join(lost)}")


@DIFFERENCE.check("DIF202", "A patch release needs nothing new", Severity.WARNING)
def requirements(upgrade: Upgrade) -> Iterator[Problem]:
    """A patch is taken in without a look; a new dependency is new code, and a new licence to clear."""
    if upgrade.last and upgrade.wheel and upgrade.patch:
        for name in upgrade.wheel.requirements.added:
            if "[" not in name:
                fix = f"make this {version_after(upgrade.last, Step.MINOR)}, or do without"
                yield Problem(f"Requires-Dist: {name}", fix, f"{name} was not required by {upgrade.last}")


@DIFFERENCE.check("DIF203", "Extras that are removed have the version step for it", Severity.WARNING)
def extras(upgrade: Upgrade) -> Iterator[Problem]:
    """Installers only warn of an extra that is not there, and install less than was asked for."""
    if upgrade.wheel and not upgrade.may_break:
        for extra in upgrade.wheel.extras_removed:
            yield Problem(f"Provides-Extra: {extra}", "keep it, empty if need be", f"{upgrade.last} has it")


@DIFFERENCE.check("DIF204", "A release does not double in size", Severity.WARNING)
def size(upgrade: Upgrade) -> Iterator[Problem]:
    """Tests, recordings or a second copy of something slip in without a sound."""
    for found in (upgrade.wheel, upgrade.sdist):
        if found and found.size[1] > max(2 * found.size[0], found.size[0] + GROWTH):
            grown = sorted(found.sizes.items(), key=lambda item: item[1][0] - item[1][1])[:3]
            told = ", ".join(f"{kind} {_mebibytes(before)} → {_mebibytes(now)}" for kind, (before, now) in grown)
            sizes = " → ".join(map(_mebibytes, found.size))
            yield Problem(found.new, "look at what is new in it", f"unpacked {sizes} MiB; most of it in {told}")


def _mebibytes(size: int) -> str:
    return f"{size / (1 << 20):.1f}"


_ALLOWABLE = frozenset({"DIF101", "DIF102", "DIF103", "DIF105"})


def _breaking(found: Difference) -> Iterator[Change]:
    return (change for change in found.api if change.nature is not Nature.ADDED)


def _told(
    upgrade: Upgrade, found: Difference, natures: Collection[Nature], keep: str, wanted: Step | None = None
) -> Iterator[Problem]:
    """Yield a problem for each change, up to a limit; one for all that an allowance lets pass.

    What many classes inherit from one place is one change.
    """
    assert upgrade.last is not None
    left: dict[tuple[str, str, str], list[str]] = {}
    allowed: dict[str, list[str]] = {}
    for change in found.api:
        if change.nature in natures:
            globs = [glob for glob in upgrade.allowances if fnmatch.fnmatchcase(change.path, glob)]
            if globs:
                allowed.setdefault(globs[0], []).append(change.path)
            else:
                key = (change.nature, change.origin or change.path, change.detail)
                left.setdefault(key, []).append(change.path)
    for glob, paths in allowed.items():
        yield Problem(glob, "nothing: it is allowed", f"{some(paths)}: changed since {upgrade.last}")
    version = version_after(upgrade.last, wanted or step_to_break(upgrade.last))
    for (nature, _, detail), paths in list(left.items())[:LIMIT]:
        fix = f'{keep}; or make this {version}; or say allow-changes = {{ "{paths[0]}" = "why" }}'
        more = f" (and {len(paths) - 1} more that inherit it)" if len(paths) > 1 else ""
        what = f"{detail or 'it'} of {upgrade.last} was removed" if nature is Nature.REMOVED else detail
        yield Problem(paths[0], fix, f"{what}{more}")
    if len(left) > LIMIT:
        more = f"{len(left) - LIMIT} more changes of this kind since {upgrade.last}: see {upgrade.listed}"
        yield Problem("the public API", f"make this {version}", more)
