"""What each state between two uploads does to those who install something just then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nox_release.check import Family, Problem, Severity

CONFLICT = "pip check"
"""What a contradiction among the installed requirements is called among the failures."""


@dataclass(frozen=True)
class Tried:
    """What a user meets who installs one release in one state of the index."""

    beside: tuple[str, ...] = ()
    """Packages of the workspace that came along, with their versions."""
    refused: str = ""
    """Why it could not be installed."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """What does not work → how it fails: an import, an entry point, :data:`CONFLICT`."""


@dataclass(frozen=True)
class Crossing:
    """One release in the state that the index is in after one upload."""

    upload: str
    """Name and version of what was just uploaded."""
    release: str
    """Name and version of what was installed then."""
    resolution: str
    """``highest`` or ``lowest``: which of the allowed siblings it was installed with."""
    public: bool
    """It is on the index today; else the plan brings it."""
    before: Tried | None = None
    """What is public: before the first upload. What the plan brings: when it was new; None: it is new just now."""
    after: Tried | None = None
    untried: str = ""
    """Why it could not be tried."""

    @property
    def broken(self) -> tuple[str, ...]:
        """What worked before and fails now."""
        before, after = self.before, self.after
        if after is None or (before and before.refused):
            return ()
        if after.refused:  # that the lowest bounds of a new release contradict one another is told by INS111
            return (after.refused,) if self.public or self.resolution == "highest" else ()
        if before is None:  # whether its modules load has been proven by verify-artifacts
            return tuple(f"{what}: {why}" for what, why in after.failed.items() if what == CONFLICT)
        return tuple(f"{what}: {why}" for what, why in after.failed.items() if what not in before.failed)

    def told(self, whose: str) -> str:
        """Say what is broken."""
        beside = self.after.beside if self.after else ()
        more = f" (and {len(self.broken) - 1} more)" if len(self.broken) > 1 else ""
        return (
            f"after {self.upload} is uploaded, {self.release}{whose} fails with the {self.resolution} siblings that it "
            f"allows ({', '.join(beside) or 'none'}): {self.broken[0]}{more}"
        )


PREFIXES: Family[Crossing] = Family("PFX", "the states between two uploads")


@PREFIXES.check("PFX101", "What is public works after each upload")
def public_works(crossing: Crossing) -> Iterator[Problem]:
    """Uploads come one after the other, and users install in between; what is uploaded stays when the rest fails.

    Only what works before the first upload can be broken. It is the last release of each package that counts.
    """
    if crossing.public and crossing.broken:
        name = crossing.release.split()[0]
        fix = f"keep what {name} relies on, or first release a version of {name} that rules {crossing.upload} out"
        if crossing.resolution == "lowest":
            fix = f"keep what {name} relies on, or bring what it needs to the siblings that it allows"
        yield Problem(crossing.release, fix, crossing.told(", public today,"))


@PREFIXES.check("PFX102", "What the plan brings works from its upload on")
def new_works(crossing: Crossing) -> Iterator[Problem]:
    """Users may install a release as soon as it is there, beside the lowest siblings that its bounds allow."""
    if not crossing.public and crossing.broken:
        fix = "raise the lower bound of what it fails with"
        if crossing.resolution == "highest":
            fix = "name what it needs as a target, too, or mend its requirements: a package goes after what it requires"
        yield Problem(crossing.release, fix, crossing.told(""))


@PREFIXES.check("PFX103", "Every state between two uploads can be tried", Severity.WARNING)
def tried(crossing: Crossing) -> Iterator[Problem]:
    """What could not be looked at is not known to work: it stops a candidate unless the configuration says why not."""
    if crossing.untried:
        fix = 'give it what it needs and run again, or accept it: ignore = { PFX103 = "reason" }'
        yield Problem(crossing.release, fix, f"not tried after {crossing.upload}: {crossing.untried}")


@PREFIXES.check("PFX104", "What is public works before the first upload", Severity.WARNING)
def worked(crossing: Crossing) -> Iterator[Problem]:
    """What nobody can install today cannot be broken by this plan; it is told, for nothing else was proven of it."""
    if crossing.public and crossing.before and crossing.before.refused and crossing.resolution == "highest":
        fix = "nothing here: mend it with its next release"
        yield Problem(crossing.release, fix, f"it cannot be installed today: {crossing.before.refused}")
