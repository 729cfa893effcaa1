"""Brings files to an index, one after the other: looks, decides, uploads or waits, until each is there or stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nox_release.clock import Clock, SystemClock
from nox_release.index.patient import Reads
from nox_release.model import Artifact
from nox_release.reconcile import Act, Attempt, Decision, Patience, decide

_FIRST_PAUSE, _LONGEST_PAUSE = 0.004, 5.0
"""Seconds between two looks at the index."""
Wanted = Sequence[tuple[Artifact, Path]]
Reading = Mapping[str, str | None]
"""File name → the digest that the index has under it; None: it lists no such file."""


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

    def bring(self, name: str, wanted: Wanted) -> tuple[Delivered, ...]:
        """Bring the files of one project to the index, in their order.

        Where the index has other bytes under one of the names, nothing at all is sent. After a file that stops, the
        others are only looked at.

        :raises Blocked: where the index cannot be read, so that nothing is known.
        """
        there = self._there(name, wanted)
        send = all(decide(item.sha256, there[item.filename], (), 0.0).act is not Act.STOP for item, _ in wanted)
        delivered = []
        for position in range(len(wanted)):
            found, there = self._bring(name, wanted[position:], there, send)
            send = send and found.done
            delivered.append(found)
        return tuple(delivered)

    def _bring(self, name: str, wanted: Wanted, there: Reading, send: bool) -> tuple[Delivered, Reading]:
        """Bring the first of *wanted*, or only look at it; return how that ended, and the last reading of them all."""
        (artifact, path), attempts = wanted[0], list[Attempt]()
        answered, pause = self.clock.now(), _FIRST_PAUSE
        while True:
            since = self.clock.now() - answered
            decision = decide(artifact.sha256, there[artifact.filename], attempts, since, self.patience)
            if decision.act is Act.UPLOAD and not send:
                decision = Decision(Act.STOP, "not sent, because another file of the release stopped")
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
                    return Delivered(artifact, decision, tuple(attempts)), there
            there = self._there(name, wanted)

    def _there(self, name: str, wanted: Wanted) -> Reading:
        """Read the index anew."""
        listed = self.reader.files(name)
        found = {artifact.filename: listed.get(artifact.filename) for artifact, _ in wanted}
        return {
            filename: None if file is None else file.sha256 or self.reader.digest(file)
            for filename, file in found.items()
        }
