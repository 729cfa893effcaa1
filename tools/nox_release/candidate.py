"""What a publish to a real index was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from nox_release.approval import Statement
from nox_release.repository import Repository


@dataclass(frozen=True)
class Candidate:
    """Where a candidate goes, once that is known."""

    repository: Repository
    first_release: bool = False
    approved: Statement | None = None
    """Exactly what was approved; None before that is asked."""
    approved_by: tuple[str, ...] = ()
    """How and by whom, for the record."""
