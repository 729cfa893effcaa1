"""The door to the clock, for what waits: tests hand in one that does not."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and lets it pass."""

    def now(self) -> float:
        """Seconds; only differences count."""
        ...

    def sleep(self, seconds: float) -> None:
        """Do nothing for a while."""
        ...


class SystemClock:
    """The machine's clock, which no change of its date disturbs."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
