"""What one command came to: the value that every report is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from nox_release.check import Finding
from nox_release.exemptions import Stale, Unselected
from nox_release.model import Evidence, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.place import Place, place

FOLDER = "report"
"""Name of the folder of reports in the store."""
REVIEW = "review.html"
"""Name of the page that an approver reads, in that folder."""


class State(StrEnum):
    """What became of one package in one stage."""

    PASSED = "ok"
    UNCHANGED = "unchanged"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    NOT_RUN = "not run"

    @property
    def good(self) -> bool:
        """Whether the package has passed, now or before."""
        return self in (State.PASSED, State.UNCHANGED)


@dataclass(frozen=True)
class Entry:
    """One package in one stage."""

    state: State
    evidence: Evidence | None = None
    """What was found; None where nothing was recorded."""
    why: str = ""
    """Why nothing was."""

    @property
    def problem(self) -> str:
        """What could not be looked at, and why."""
        return self.evidence.problem if self.evidence else self.why

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What its checks found."""
        return self.evidence.findings if self.evidence else ()


@dataclass(frozen=True)
class Located:
    """A finding and its place."""

    finding: Finding
    place: Place
    package: str = ""
    described_by: str = ""
    """The file that the package's name is read from, relative to the workspace."""
    stage: str = ""

    @property
    def kind(self) -> str:
        """``exempt``, ``error`` or ``warning``."""
        return "exempt" if self.finding.exempt else self.finding.severity.value

    @property
    def message(self) -> str:
        """What was found, in one sentence."""
        return self.finding.message or "the rule is not kept"


ORDER = ("error", "warning", "exempt")
"""Of the kinds of findings: what matters most first."""


@dataclass(frozen=True)
class Run:
    """One command."""

    plan: Plan
    entries: Mapping[str, Mapping[Stage, Entry]]
    """Package → stage → what became of it; only what came to pass."""
    version: str = ""
    """That of nox-release."""
    started: float = 0.0
    """Seconds since the epoch."""
    duration: float = 0.0
    """Seconds."""
    files: Collection[str] = ()
    """Every path that git has, relative to the workspace."""
    prefix: str = ""
    """Path of the workspace in its git checkout; empty or with a slash at its end."""
    stopped: str = ""
    """Why the command did not come to its end, or has not yet; empty: it has."""
    stale: tuple[Stale, ...] = ()
    unselected: tuple[Unselected, ...] = ()

    @property
    def packages(self) -> tuple[Planned, ...]:
        """Those of the plan that something became of, in its order."""
        return tuple(planned for planned in self.plan.packages if planned.name in self.entries)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that were come to, in their order."""
        return tuple(stage for stage in Stage if any(stage in entries for entries in self.entries.values()))

    @property
    def passed(self) -> bool:
        """Whether the command came to its end and nothing is amiss."""
        states = [entry.state for entries in self.entries.values() for entry in entries.values()]
        return not self.stopped and not self.plan.broken and all(state.good for state in states)

    @cached_property
    def _findings(self) -> Mapping[str, list[Located]]:
        return {planned.name: self._locate(planned) for planned in self.packages}

    def findings(self, planned: Planned) -> list[Located]:
        """Return the findings of one package: errors first, then by code and place; what stages repeat once."""
        return self._findings[planned.name]

    def all_findings(self) -> Iterator[Located]:
        """Yield the findings of every package, in the plan's order."""
        for planned in self.packages:
            yield from self.findings(planned)

    def _locate(self, planned: Planned) -> list[Located]:
        package = planned.package
        found: dict[Finding, Located] = {}
        for stage, entry in self.entries[planned.name].items():
            for finding in entry.findings:
                if finding not in found:
                    where = place(finding.where, package.directory, self.files)
                    found[finding] = Located(finding, where, package.name, package.described_by, stage.value)
        return sorted(found.values(), key=lambda item: (ORDER.index(item.kind), item.finding.code, item.place.key))
