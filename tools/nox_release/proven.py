"""What is proven already: evidence, found by the digest of all that the outcome of a stage depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_name

from nox_release import toolchain
from nox_release.candidate import Candidate
from nox_release.config import Config
from nox_release.environment import uv_version
from nox_release.evidence import Store
from nox_release.holding import holds
from nox_release.matrix import Interpreter, Matrix, Resolution, choose
from nox_release.model import REQUIRES, Evidence, Stage
from nox_release.plan import Plan, Planned, digest_of
from nox_release.process import Processes
from nox_release.requirements import parsed
from nox_release.snapshot import Snapshot

BUILDS = (Stage.BUILD_SDIST, Stage.BUILD_WHEEL)
# Which settings have a part in a stage's outcome, beside the exemptions of its checks.
_SETTINGS: Mapping[Stage, tuple[str, ...]] = {
    Stage.LINT_METADATA: ("index_exempt", "classifier_policy"),
    Stage.BUILD_SDIST: ("build_inputs", "git_history"),
    Stage.VERIFY_ARTIFACTS: ("version_policy", "allow_changes", "index_exempt"),
    Stage.TEST: ("test_command", "test_groups", "test_extras", "test_requirements", "test_exempt"),
}
TRYING = (Stage.VERIFY_ARTIFACTS, Stage.TEST)
"""The stages whose outcome depends on interpreters and dependencies."""


@dataclass(frozen=True)
class Machine:
    """What the work is done with."""

    uv: str
    """Path of uv; empty: virtualenv and pip."""
    interpreter: str
    """Implementation, version and platform of the interpreter in the session's virtualenv."""
    pythons: tuple[Interpreter, ...] = ()
    """Every CPython that packages can be tried on, one for each minor version."""


@dataclass(frozen=True)
class Held:
    """A package that cannot come to a stage yet."""

    why: str


@dataclass
class Proven:
    """The evidence that holds for one command."""

    store: Store
    config: Config
    plan: Plan
    snapshot: Snapshot
    candidate: Candidate | None
    """Where a candidate goes, in a command that publishes or approves one."""
    publishes: bool
    """A candidate is published: whatever was recorded of that, the index is the truth."""
    since: float
    """Evidence from before does not count, seconds since 1970."""
    started: float
    """When the command began, seconds since 1970."""
    found: dict[tuple[Stage, str, str], Evidence] = field(default_factory=dict)
    """What was found in this command; its artifacts were hashed then."""
    uvs: dict[str, str] = field(default_factory=dict)
    """Path of a uv → what it says of itself."""

    def matrix(self, planned: Planned, machine: Machine) -> Matrix:
        """Where a package that is built already is tried."""
        settings, requires_python = self.config.for_package(planned.name), planned.package.requires_python
        if "requires-python" in planned.package.unknown:  # what its backend wrote into the wheel is what holds
            found = self.evidence(Stage.BUILD_WHEEL, planned, machine)
            if isinstance(found, Evidence):
                from nox_release.archive import read_wheel  # what asks no backend does without

                wheel = read_wheel(self.store.path(found.artifacts[0]))
                requires_python = wheel.metadata.get("Requires-Python", "")
        resolutions = [Resolution(name) for name in settings.resolutions]
        possible = self.config.installer == "uv"
        return choose(settings.pythons, resolutions, requires_python, machine.pythons, lowest_possible=possible)

    def evidence(self, stage: Stage, planned: Planned, machine: Machine) -> Evidence | str:
        """Return the passed evidence of *stage* for the present inputs, or why there is none."""
        inputs = self.inputs(stage, planned, machine)
        if isinstance(inputs, Held):
            return inputs.why
        if found := self.find(stage, planned, inputs):
            return found
        old = self.store.read(stage, planned.name, inputs)
        if old and old.passed and not holds(old, self.started):
            return f"what {stage} of {planned.name} heard from the index is too old, run it again"
        return f"{stage} of {planned.name} has not passed"

    def recorded(self, stage: Stage, planned: Planned, machine: Machine) -> tuple[Evidence | None, str]:
        """Return what *stage* recorded for the present inputs, passed or not, and why it proves nothing.

        That is empty where it does. None is recorded for these inputs where there is no evidence.
        """
        proven = self.evidence(stage, planned, machine)
        if isinstance(proven, Evidence):
            return proven, ""
        inputs = self.inputs(stage, planned, machine)
        return (None if isinstance(inputs, Held) else self.store.read(stage, planned.name, inputs)), proven

    def find(self, stage: Stage, planned: Planned, inputs: str) -> Evidence | None:
        """Return the evidence for exactly *inputs* that holds, or None."""
        if stage is Stage.PUBLISH and self.publishes:
            return None  # the index is the truth, whatever was recorded
        if known := self.found.get((stage, planned.name, inputs)):
            return known  # its artifacts were hashed in this command
        evidence = self.store.find(stage, planned.name, inputs)
        if evidence is None or evidence.started < self.since or not holds(evidence, self.started):
            return None
        if stage is Stage.BUILD_SDIST and not self._rebuildable(evidence):
            return None
        self.found[stage, planned.name, inputs] = evidence
        return evidence

    def _rebuildable(self, sdist: Evidence) -> bool:
        """Whether who builds the commit that a candidate is tagged at gets the same bytes: its time is in them.

        The same source at an earlier commit does for everything else.
        """
        return self.candidate is None or sdist.facts.get("commit") == self.plan.commit

    def inputs(self, stage: Stage, planned: Planned, machine: Machine) -> str | Held:
        """Digest of all that the outcome depends on, or what has to pass first."""
        upstream: list[object] = []
        for needed in REQUIRES[stage]:
            if stage is Stage.PUBLISH and not planned.target:
                needed = Stage.BUILD_WHEEL  # a companion only stands in
            found = self.evidence(needed, planned, machine)
            if isinstance(found, str):
                return Held(found)
            upstream += [found.inputs, [item.sha256 for item in found.artifacts]]
        beside = {
            Stage.VERIFY_ARTIFACTS: planned.siblings,
            Stage.TEST: (*planned.siblings, *planned.test_siblings),
            Stage.PUBLISH: planned.siblings,
        }.get(stage, ())
        for name in beside:
            found = self.evidence(Stage.BUILD_WHEEL, self.plan[name], machine)
            if isinstance(found, str):
                return Held(f"it is installed with {name}, and {found}")
            upstream += [item.sha256 for item in found.artifacts]
        settings = self.config.for_package(planned.name)
        if stage is Stage.BUILD_SDIST:  # what was built from uncommitted work is built again from the commit
            upstream.append(not self.committed(planned))
        parts: list[object] = [self.code, stage, self._locks(stage), machine.interpreter, self.config.installer]
        parts += [machine.uv and self._uv(machine.uv), planned.name, planned.version, planned.source, upstream]
        parts += [settings.ignore, settings.select, settings.severity]
        parts += [[asdict(settings)[key] for key in _SETTINGS.get(stage, ())]]
        parts += [self.config.credentials, self.config.pass_environment, planned.siblings]
        if stage in TRYING:
            parts.append(asdict(self.matrix(planned, machine)))
        if stage is Stage.VERIFY_ARTIFACTS:
            parts.append(self.config.index_url)
        if stage is Stage.TEST:
            parts += [planned.test_siblings, planned.test_requires, planned.test_constraints, planned.test_problem]
            parts.append([asdict(dependent) for dependent in planned.dependents])
        if stage is Stage.LINT_METADATA:
            named = {canonicalize_name(parsed(text).name) for text in planned.sibling_requires}
            beside_it = {item.name: item.version for item in self.plan.packages if item.name in named}
            unasked = sorted(name for name in named if self.config.for_package(name).index_exempt)
            parts += [self.config.index_url, planned.sibling_requires, beside_it, unasked, self.candidate is not None]
        if stage in (Stage.LINT_METADATA, Stage.PUBLISH):
            # A tag at this commit is the one that this release sets: what was approved before it stays approved.
            tagged = self.plan.tags.get(self.config.tag(planned.name, planned.version))
            parts += [self.config.tag_format, None if tagged == self.plan.commit else tagged]
        if stage is Stage.PUBLISH:
            parts += [self.plan.uncommitted, self.plan.commit, self.candidate]
        if planned.history:  # the version or the list of files may follow from it
            parts += [self.plan.commit, self.plan.all_tags, self.plan.tree]
        return digest_of(*parts)

    def committed(self, planned: Planned) -> bool:
        """Whether the package's source is that of a commit."""
        package, prefix = planned.package, self.snapshot.prefix
        below = prefix if package.directory == "." else f"{prefix}{package.directory}/"
        outside = {f"{prefix}{path}" for path in package.outside}
        return not any(path.startswith(below) or path in outside for path in self.snapshot.uncommitted)

    @cached_property
    def code(self) -> str:
        """Digest of our own code: another version of a check is another verdict."""
        here = Path(__file__).parent
        digest = hashlib.sha256()
        for path in sorted([*here.rglob("*.py"), *here.rglob("*.txt")]):
            digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def _locks(self, stage: Stage) -> list[str]:
        return [path.read_text() for path in toolchain.files(stage, self.config.installer)]

    def _uv(self, path: str) -> str:
        """Which uv it is, by what it says: jobs of one CI share evidence, each with a uv just installed."""
        if path not in self.uvs:
            self.uvs[path] = uv_version(path, Processes())
        return self.uvs[path]
