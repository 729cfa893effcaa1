"""Stands before the target index and notes whether it was asked."""

from __future__ import annotations

from pathlib import Path

from nox_release.index.target import Published, PublishedFile, Target


class Witness:
    """A :class:`Target` for one package in one stage: who asks need not remember to say so."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.asked = ""
        """URL of the index; empty before it was asked anything."""

    @property
    def url(self) -> str:
        """See :class:`Target`."""
        return self._target.url

    def project(self, name: str) -> Published | None:
        """See :class:`Target`."""
        self.asked = self.url
        return self._target.project(name)

    def fetch(self, file: PublishedFile) -> Path:
        """See :class:`Target`."""
        self.asked = self.url
        return self._target.fetch(file)
