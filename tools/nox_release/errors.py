"""What stops a command: a message, a hint and an exit code, never a traceback."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command ends with."""

    WELL = 0
    """All is well: every target came through, or PyPI would take every file."""
    FAILED = 1
    """Something failed, or could not be looked at: that is never taken for a pass."""
    MISUSED = 2
    """The command line or the configuration cannot be obeyed; nothing was done."""
    INTERRUPTED = 130
    """Interrupted by Ctrl-C. The same command again goes on."""


class Blocked(Exception):
    """Something could not be looked at or done, so nothing may be concluded from it.

    A defect that was found is a :class:`nox_release.check.Finding`; this is the other thing.

    :param message: what is wrong and where, one sentence.
    :param hint: what to type or change next; empty where the message says it.
    """

    exit_code = Exit.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class Misuse(Blocked):
    """The command line or the configuration is not one that can be obeyed (exit code 2)."""

    exit_code = Exit.MISUSED
