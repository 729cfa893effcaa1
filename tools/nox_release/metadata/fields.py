"""What one source says about a package, and how several sources add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Final


class Unknown(Enum):
    """The type of :data:`UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""A value is there, but only running code could tell it."""


@dataclass(frozen=True)
class Fields:
    """Checked and normalized values; None where the source says nothing."""

    name: str | Unknown | None = None
    version: str | Unknown | None = None
    requires: tuple[str, ...] | Unknown | None = None
    extras: Mapping[str, tuple[str, ...]] | Unknown | None = None
    requires_python: str | Unknown | None = None
    classifiers: tuple[str, ...] | None = None
    described_by: str | None = None
    """The file that the name was read from."""

    def over(self, other: Fields) -> Fields:
        """Return these fields, completed by *other* where they say nothing."""
        mine = {item.name: getattr(self, item.name) for item in fields(self)}
        return Fields(**{key: getattr(other, key) if value is None else value for key, value in mine.items()})


NOTHING = Fields()
EVERYTHING_UNKNOWN = Fields(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
