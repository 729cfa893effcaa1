"""Brings files to an index, one after the other: looks, decides, uploads or waits, until each is there or stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nox_release.clock import Clock, SystemClock
from nox_release.errors import Blocked
from nox_release.index.listing import PublishedFile
from nox_release.model import Artifact
from nox_release.reconcile import Act, Attempt, Decision, Patience, decide

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 5.0
"""Seconds between two looks at the index."""


class Reads(Protocol):
    """Reads an index, see :class:`nox_release.index.simple.Reader`."""

    def files(self, name: str) -> Mapping[str, PublishedFile]:
        """Return what is listed for a project."""
        ...

    def digest(self, listed: PublishedFile) -> str:
        """Return the sha256 of what is served."""
        ...


class Uploads(Protocol):
    """Uploads to an index, see :class:`nox_release.index.upload.Uploader`."""

    def upload(self, path: Path) -> Attempt:
        """Send one file once."""
        ...


@dataclass(frozen=True)
class Delivered:
    """How it ended for one file."""

    artifact: Artifact
    decision: Decision
    """``done``, or ``stop`` with the reason."""
    attempts: tuple[Attempt, ...] = ()
    """The uploads of this command."""

    @property
    def done(self) -> bool:
        """Whether the index lists the approved bytes."""
        return self.decision.act is Act.DONE


@dataclass(frozen=True)
class Delivery:
    """The way to one index."""

    reader: Reads
    uploader: Uploads
    note: Callable[[str], None]
    """Writes a line into the log."""
    clock: Clock = field(default_factory=SystemClock)
    patience: Patience = field(default_factory=Patience)
    unreadable: float = 60.0
    """Seconds that the index may not be readable before nothing more is done."""

    def bring(self, name: str, wanted: Sequence[tuple[Artifact, Path]]) -> tuple[Delivered, ...]:
        """Bring the files of one project to the index, in their order.

        Where the index has other bytes under one of the names, nothing at all is sent. After a file that stops, the
        others are only looked at.

        :raises Blocked: where the index cannot be read, so that nothing is known.
        """
        there = self._there(name, *(artifact for artifact, _ in wanted))
        stopped = any(decide(item.sha256, there[item.filename], (), 0.0).act is Act.STOP for item, _ in wanted)
        delivered = []
        for artifact, path in wanted:
            found = self._look_only(name, artifact) if stopped else self._bring(name, artifact, path)
            stopped = stopped or not found.done
            delivered.append(found)
        return tuple(delivered)

    def _look_only(self, name: str, artifact: Artifact) -> Delivered:
        there = self._there(name, artifact)[artifact.filename]
        decision = decide(artifact.sha256, there, (), 0.0)
        if decision.act is Act.UPLOAD:
            decision = Decision(Act.STOP, "not sent, because another file of the release stopped")
        return Delivered(artifact, decision)

    def _bring(self, name: str, artifact: Artifact, path: Path) -> Delivered:
        attempts: list[Attempt] = []
        answered, pause = self.clock.now(), _FIRST_PAUSE
        while True:
            there = self._there(name, artifact)[artifact.filename]
            decision = decide(artifact.sha256, there, attempts, self.clock.now() - answered, self.patience)
            match decision.act:
                case Act.UPLOAD:
                    attempt = self.uploader.upload(path)
                    attempts.append(attempt)
                    self.note(f"upload {len(attempts)} of {artifact.filename}: {attempt}")
                    answered, pause = self.clock.now(), _FIRST_PAUSE
                case Act.LOOK:
                    self.clock.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                case _:
                    return Delivered(artifact, decision, tuple(attempts))

    def _there(self, name: str, *artifacts: Artifact) -> dict[str, str | None]:
        """Return the digest that the index has under each file's name, reading it anew; None: it lists no such file."""
        began, pause = self.clock.now(), 0.5
        while True:
            try:
                listed = self.reader.files(name)
                found = {item.filename: listed.get(item.filename) for item in artifacts}
                return {
                    filename: None if file is None else file.sha256 or self.reader.digest(file)
                    for filename, file in found.items()
                }
            except Blocked:
                if self.clock.now() - began >= self.unreadable:
                    raise
                self.clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
