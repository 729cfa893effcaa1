"""Exit codes, from their enumeration."""

from __future__ import annotations

from nox_release.errors import Exit
from nox_release.reference.declared import meanings, table


def exits() -> list[str]:
    """Return the table of exit codes."""
    said = meanings(Exit)
    return table(("code", "meaning"), [(f"{code.value}", said[code.name]) for code in Exit])
