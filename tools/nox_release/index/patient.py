"""Reading an index that may be out of order for a while: not being able to look is no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from nox_release.clock import Clock, SystemClock
from nox_release.errors import Blocked
from nox_release.index.listing import PublishedFile

T = TypeVar("T")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
"""Seconds between two attempts."""


class Reads(Protocol):
    """Reads an index, see :class:`nox_release.index.simple.Reader`."""

    @property
    def url(self) -> str:
        """Its Simple API."""
        ...

    def files(self, name: str) -> Mapping[str, PublishedFile]:
        """Return what is listed for a project."""
        ...

    def digest(self, listed: PublishedFile) -> str:
        """Return the sha256 of what is served."""
        ...


@dataclass(frozen=True)
class PatientReader:
    """Tries every reading again before it is given up."""

    inner: Reads
    clock: Clock = field(default_factory=SystemClock)
    seconds: float = 60.0
    """How long the index may not be readable."""

    @property
    def url(self) -> str:
        """The Simple API of the index."""
        return self.inner.url

    def files(self, name: str) -> Mapping[str, PublishedFile]:
        """Return what is listed for a project.

        :raises Blocked: where the index cannot be read for so long that nothing is known.
        """
        return self._read(lambda: self.inner.files(name))

    def digest(self, listed: PublishedFile) -> str:
        """Return the sha256 of what is served.

        :raises Blocked: where it cannot be downloaded for as long.
        """
        return self._read(lambda: self.inner.digest(listed))

    def _read(self, once: Callable[[], T]) -> T:
        began, pause = self.clock.now(), _FIRST_PAUSE
        while True:
            try:
                return once()
            except Blocked:
                if self.clock.now() - began >= self.seconds:
                    raise
                self.clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
