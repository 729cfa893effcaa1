"""How a run of tests ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TestRun:
    """How the tests of one package ended."""

    __test__ = False  # not a test, whatever pytest makes of its name

    command: str
    exit_code: int = 0
    refused: str = ""
    """Why what they need could not be installed."""
    collected: int | None = None
    """Number of tests that were collected; None where the command does not tell."""
    ran: int | None = None
    """Number of those that were not skipped."""
    failed: tuple[str, ...] = ()
    """Names of those that failed."""
    passed: tuple[str, ...] = ()
    """Names of those that passed."""
    last: str = ""
    """The last thing that the command said."""
    lowest: bool = False
    """With the lowest versions that the package allows."""
