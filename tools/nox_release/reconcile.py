"""What to do next about one file of a release: pure decisions from what the index has and what it answered.

The index is the truth. Whatever an upload was answered, the file counts as published when the index lists it with
the approved digest, as lost to somebody else when it lists another, and else it is not there yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

BROKEN = 0
"""Status of an upload whose connection broke or timed out: nobody knows what became of it."""
_TRANSIENT = frozenset({BROKEN, 408, 425, 429})
"""Answers after which the same upload may succeed; every 5xx is another."""
_AMBIGUOUS = frozenset({400, 409})
"""Answers that indexes also give to a file that they have already, before they list it."""


@dataclass(frozen=True)
class Attempt:
    """One upload of the file, and what came of it."""

    status: int
    """HTTP status, or :data:`BROKEN`."""
    reason: str = ""
    retry_after: float | None = None
    """Seconds that the index asked to be left alone (RFC 9110, Retry-After)."""

    @property
    def accepted(self) -> bool:
        """Whether the index says that it has taken the file; 202 and 200 alike do not mean that it is listed."""
        return 200 <= self.status < 300

    @property
    def transient(self) -> bool:
        """Whether trying again may help."""
        return self.status in _TRANSIENT or self.status >= 500

    @property
    def taken(self) -> bool:
        """Whether the index says that it has a file of this name, which it may still be about to list."""
        said = self.status in _AMBIGUOUS and "already exist" in self.reason.lower()  # PyPI, and what twine looks for
        return self.status == 409 or said

    def __str__(self) -> str:
        return f"{self.status} {self.reason}".strip() if self.status else self.reason or "the connection broke"


@dataclass(frozen=True)
class Patience:
    """How long and how often; seconds."""

    attempts: int = 5
    """Uploads of one file in one command."""
    doubt: float = 5.0
    """After an answer that may hide a success: how long to look for the file before it counts as absent."""
    visible: float = 300.0
    """After an accepted upload: how long the index may take to list it."""
    backoff: float = 2.0
    """Before the second upload; twice as long before each further one."""
    longest: float = 120.0
    """The longest wait between two uploads. An index that asks for more is obeyed by stopping."""


class Act(StrEnum):
    """What to do next."""

    DONE = "done"
    UPLOAD = "upload"
    LOOK = "look"
    """Wait a little and look at the index again."""
    STOP = "stop"


@dataclass(frozen=True)
class Decision:
    """The next step, and why."""

    act: Act
    why: str = ""
    conflict: bool = False
    """A stop that running again cannot mend: the index has other bytes, or refuses these."""


def decide(
    wanted: str, there: str | None, attempts: Sequence[Attempt], since: float, patience: Patience | None = None
) -> Decision:
    """Return the next step for one file.

    :param wanted: its sha256, hexadecimal.
    :param there: the sha256 that the index has under its name; None where it lists no such file.
    :param attempts: the uploads of this command, in order.
    :param since: seconds since the last of them was answered.
    """
    patience = patience or Patience()
    if there is not None:
        if there == wanted:
            return Decision(Act.DONE)
        return Decision(Act.STOP, f"the index has other bytes under this name: sha256 {there}, not {wanted}", True)
    if not attempts:
        return Decision(Act.UPLOAD)
    last = attempts[-1]
    if last.accepted:
        if since < patience.visible:
            return Decision(Act.LOOK, f"accepted ({last.status}), not listed yet")
        return Decision(Act.STOP, f"accepted ({last}), but not listed within {patience.visible:.0f} s")
    if last.taken or (last.status in _AMBIGUOUS and len(attempts) > 1):
        # Taken behind an earlier error, of this command or of one that was killed, and the list lags behind.
        if since < patience.visible:
            return Decision(Act.LOOK, f"{last}: not listed yet")
        why = f"the index says that it has the file ({last}), but did not list it within {patience.visible:.0f} s"
        return Decision(Act.STOP, why)
    if (last.transient or last.status in _AMBIGUOUS) and since < patience.doubt:
        return Decision(Act.LOOK, f"{last}: it may have been taken all the same")
    if not last.transient:
        return Decision(Act.STOP, f"the index refuses it: {last}", True)
    if len(attempts) >= patience.attempts:
        return Decision(Act.STOP, f"given up after {len(attempts)} uploads; the last was answered: {last}")
    pause = pause_after(attempts, patience)
    if pause > patience.longest:
        return Decision(Act.STOP, f"the index asks to be left alone for {pause:.0f} s: {last}")
    return Decision(Act.UPLOAD) if since >= pause else Decision(Act.LOOK, f"{last}: again in {pause - since:.0f} s")


def pause_after(attempts: Sequence[Attempt], patience: Patience) -> float:
    """Seconds between the last of *attempts* and the next: what the index asks for, else exponential backoff."""
    asked = attempts[-1].retry_after
    backoff = min(patience.backoff * 2 ** (len(attempts) - 1), patience.longest)
    return backoff if asked is None else max(asked, 0.0)
