"""What an approver judges a release by, as one value: what is known of each package, and what that comes to."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nox_release.approval import Approval
from nox_release.check import Finding
from nox_release.difference import Difference
from nox_release.model import Artifact, Evidence, Outcome, Stage
from nox_release.wording import number
from nox_release.workspace import Broken

PROVING: tuple[Stage, ...] = tuple(stage for stage in Stage if stage is not Stage.PUBLISH)
"""The stages that have to pass before anything is published."""
_ELSE = "what it recorded last is of other source, settings or tools, or of a rehearsal: nox -s approve runs it"
"""Some stages ask the index more where a candidate is to follow, so that a rehearsal does not stand for them."""


class Verdict(StrEnum):
    """What is known of a package, the worst first; only the last one is good."""

    FAILED = "failed"
    BLOCKED = "blocked"
    UNPROVEN = "not proven"
    """Evidence is missing, or is of other source, settings or tools."""
    STALE = "too old"
    """It passed, and what the index said then no longer counts."""
    UNCOMMITTED = "not committed"
    """It passed, with work in it that no commit has: only a rehearsal takes it."""
    PROVEN = "proven"


@dataclass(frozen=True)
class Look:
    """One stage of one package."""

    evidence: Evidence | None = None
    """What was recorded for exactly the present source, settings and tools; None where nothing was."""
    why: str = ""
    """Why it proves nothing; empty: it passed, and still holds."""
    before: Evidence | None = None
    """Where nothing was recorded: what was last recorded for something else. It says nothing of what is here."""

    @property
    def verdict(self) -> Verdict:
        """What this stage comes to."""
        if self.evidence is None:
            return Verdict.UNPROVEN
        if self.evidence.outcome is Outcome.PASSED:
            return Verdict.STALE if self.why else Verdict.PROVEN
        return Verdict.FAILED if self.evidence.outcome is Outcome.FAILED else Verdict.BLOCKED


@dataclass(frozen=True)
class File:
    """A file that would be uploaded."""

    artifact: Artifact
    problem: str = ""
    """Why it is not what lies in ``dist/``; empty: it lies there, byte for byte."""


@dataclass(frozen=True)
class Subject:
    """One package."""

    name: str
    version: str
    directory: str = "."
    committed: bool = True
    source: str = ""
    """Digest of its source."""
    commit: str = ""
    """The commit that it was built from; empty where it was not built."""
    looks: Mapping[Stage, Look] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    manifest: str = ""
    """Why the release manifest in ``dist/`` is not that of this evidence; empty: it is."""
    metadata: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Fields of the built wheel, in its order, with their values; the description is the README."""
    readme: str | None = None
    """HTML, as the index will show it; empty: it will show none. None where that is not known."""
    changes: Mapping[str, Difference] = field(default_factory=dict)
    """``wheel``, ``sdist``, ``since the last preview`` → what changed since the last release."""
    unknown_changes: str = ""
    """Why that is not known, or not in full."""
    listed: str = ""
    """The file that has all changes, relative to the workspace."""
    narrowed: Mapping[str, str] = field(default_factory=dict)
    """Beginning of the codes of the only checks that looked → the reason; empty: all did."""
    companions: tuple[str, ...] = ()
    """Packages that were built here because no release of theirs suits."""

    @property
    def verdict(self) -> Verdict:
        """What is known of it; anything that is missing is no proof."""
        found = [self.looks.get(stage, Look()).verdict for stage in PROVING]
        if self.manifest or not self.files or any(file.problem for file in self.files):
            # What is too old is written down anew when it is asked again.
            found.append(Verdict.STALE if Verdict.STALE in found and self.files else Verdict.UNPROVEN)
        if not self.committed:
            found.append(Verdict.UNCOMMITTED)
        return min(found, key=list(Verdict).index)

    @property
    def reasons(self) -> Iterator[tuple[str, str]]:
        """What keeps it from being proven, each with what to do; empty where nothing is said."""
        for stage in PROVING:
            look = self.looks.get(stage, Look())
            if look.evidence is None:
                yield f"{stage}: {look.why or 'nothing is recorded'}", _ELSE if look.before else ""
            elif look.verdict is Verdict.BLOCKED:
                yield f"{stage} could not look: {look.evidence.problem}", look.evidence.hint
            elif look.verdict is Verdict.FAILED:
                count = sum(finding.fails for finding in look.evidence.findings)
                yield f"{stage} found {number(count, 'error')}, told below", ""
            elif look.why:
                yield look.why, ""
        if not self.files and self.looks.get(Stage.BUILD_WHEEL, Look()).evidence:
            yield "no file of this source is there", ""
        for file in self.files:
            if file.problem:
                yield f"{file.artifact.filename}: {file.problem}", ""
        if self.manifest:
            yield self.manifest, ""
        if not self.committed:
            yield "uncommitted work is in it", "commit it: a candidate is made from a commit"

    @property
    def findings(self) -> tuple[tuple[Finding, Stage], ...]:
        """What the checks found for what is here, errors first; what several stages tell is told once."""
        found: dict[Finding, Stage] = {}
        for stage, look in self.looks.items():
            for finding in look.evidence.findings if look.evidence else ():
                found.setdefault(finding, stage)
        return tuple(sorted(found.items(), key=lambda item: (not item[0].fails, item[0].code, item[0].where)))

    @property
    def facts(self) -> Mapping[str, str]:
        """What the stages measured."""
        evidence = [look.evidence for look in self.looks.values() if look.evidence]
        return {key: text for item in evidence for key, text in item.facts.items()}

    @property
    def exempt(self) -> tuple[tuple[str, str], ...]:
        """What was not looked at, or let pass as a whole, with the reason that the configuration gives."""
        whole = []
        for stage, look in self.looks.items():
            facts = look.evidence.facts if look.evidence else {}
            whole += [(f"{stage}: {key}", text) for key, text in facts.items() if key in ("exempt", "index exempt")]
            if (last := facts.get("last release", "")).startswith("not looked for"):
                whole.append((f"{stage}: the last release was not looked for", last.partition(": ")[2]))
        return (*whole, *((f"only {code} was looked at", why) for code, why in self.narrowed.items()))


@dataclass(frozen=True)
class Consent:
    """Who approved exactly what is here, and why that does not do."""

    mode: str = "prompt"
    needed: int = 1
    digest: str = ""
    """SHA-256 of the statement of all that would go out; empty: not all is proven, so there is none."""
    given: tuple[Approval, ...] = ()
    """For exactly this statement."""
    missing: tuple[str, ...] = ()
    """Why it is not approved; empty: it is, where there is a statement."""
    void: tuple[tuple[Approval, tuple[str, ...]], ...] = ()
    """Other approvals of one of these packages, each with why it does not cover what is here."""
    problem: str = ""
    """Why none of this is known."""

    @property
    def approved(self) -> bool:
        """Whether somebody has answered for exactly what is here; what the CI's gate says cannot be seen from here."""
        return bool(self.digest and self.given) and not self.missing and not self.problem


@dataclass(frozen=True)
class Review:
    """The page."""

    subjects: tuple[Subject, ...]
    index: str
    """The URL that the files would be uploaded to."""
    commit: str = ""
    tree: str = ""
    uncommitted: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    consent: Consent = field(default_factory=Consent)
    made: float = 0.0
    """Seconds since the epoch."""
    tool: str = ""
    """Version of nox-release."""
    options: str = ""
    """What has to be typed after the targets for the same index, with a blank before it."""

    @property
    def verdict(self) -> Verdict:
        """The worst of all packages; a page of nothing proves nothing."""
        found = [subject.verdict for subject in self.subjects] or [Verdict.UNPROVEN]
        return min([*found, *([Verdict.BLOCKED] if self.broken else [])], key=list(Verdict).index)

    @property
    def command(self) -> str:
        """What to type next: it does what is missing, asks anew what is too old, and takes the approval."""
        # What is broken is called by its folder where it has no name, and a folder may be called anything.
        targets = shlex.join([*(subject.name for subject in self.subjects), *(item.name for item in self.broken)])
        if self.verdict is Verdict.PROVEN and self.consent.approved:
            return f"nox -s publish -- {targets}{self.options} --candidate-for-release"
        return f"nox -s approve -- {targets}{self.options}"
