"""The core types: frozen values that stages hand to one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nox_release.check import Finding


class Stage(StrEnum):
    """The six stages; each is one nox session of that name."""

    LINT_METADATA = "lint-metadata"
    BUILD_SDIST = "build-sdist"
    BUILD_WHEEL = "build-wheel"
    VERIFY_ARTIFACTS = "verify-artifacts"
    TEST = "test"
    PUBLISH = "publish"


REQUIRES: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.LINT_METADATA: (),
    Stage.BUILD_SDIST: (),
    Stage.BUILD_WHEEL: (Stage.BUILD_SDIST,),
    Stage.VERIFY_ARTIFACTS: (Stage.BUILD_WHEEL,),
    Stage.TEST: (Stage.BUILD_WHEEL,),
    # What is cheap runs first: nox keeps this order among sessions that do not need one another.
    Stage.PUBLISH: (Stage.LINT_METADATA, Stage.VERIFY_ARTIFACTS, Stage.TEST),
}
"""The graph of the stages, handed to nox as each session's ``requires=``."""


@dataclass(frozen=True)
class Package:
    """One distribution package of the workspace, as its committed source describes it."""

    name: str
    """Normalized name (PEP 503)."""
    version: str | None
    """Normalized version (PEP 440); None where only the build backend can tell it."""
    directory: str
    """Folder below the workspace root, with forward slashes; ``.`` is the root itself."""
    described_by: str
    """The file that the name was read from, relative to the workspace root."""
    backend: str
    """Import path of the build backend (PEP 517), ``setuptools.build_meta:__legacy__`` by default."""
    build_requires: tuple[str, ...] = ()
    """``[build-system] requires``, or the default of PEP 518."""
    requires: tuple[str, ...] = ()
    """Runtime requirements (PEP 508) outside any extra."""
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Requirements of each extra, by its normalized name."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dependency groups (PEP 735), includes already resolved."""
    requires_python: str = ""
    private: bool = False
    """It says of itself that it is never to be uploaded (a ``Private ::`` classifier)."""
    unknown: frozenset[str] = frozenset()
    """Of ``name``, ``version``, ``requires``, ``extras``, ``requires-python``: what only the backend can tell."""
    outside: tuple[str, ...] = ()
    """Files outside the folder that its build declares, relative to the workspace root."""


class Kind(StrEnum):
    """What an artifact is."""

    SDIST = "sdist"
    WHEEL = "wheel"


@dataclass(frozen=True)
class Artifact:
    """A built file, known by its bytes."""

    filename: str
    kind: Kind
    sha256: str
    """Hexadecimal digest of the file."""
    size: int
    """Bytes."""


class Outcome(StrEnum):
    """What became of one package in one stage."""

    PASSED = "passed"
    FAILED = "failed"
    """A defect of severity error was found."""
    BLOCKED = "blocked"
    """It could not be looked at; nothing is known."""


@dataclass(frozen=True)
class Evidence:
    """What a stage leaves behind for one package."""

    package: str
    version: str
    stage: Stage
    inputs: str
    """Digest of everything that the outcome depends on."""
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the stage measured or decided, for people: numbers of tests, the commit, exemptions."""
    tools: Mapping[str, str] = field(default_factory=dict)
    """Version of each tool that had a part in the verdict."""
    problem: str = ""
    """Why it is blocked."""
    hint: str = ""
    """What to do about it."""
    log: str = ""
    """Path of the full log, relative to the workspace root."""
    started: float = 0.0
    """Seconds since the epoch."""
    duration: float = 0.0
    """Seconds."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Code of each check that looked → seconds that it took."""
    asked: str = ""
    """URL of the index whose answers had a part in it; then it holds for a while only, see :mod:`.holding`."""

    @property
    def passed(self) -> bool:
        """Whether later stages may build on it."""
        return self.outcome is Outcome.PASSED
