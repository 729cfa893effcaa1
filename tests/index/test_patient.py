"""Reading an index that is out of order for a while."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from nox_release.errors import Blocked
from nox_release.index.listing import PublishedFile
from nox_release.index.patient import PatientReader

FILE = PublishedFile("demo-1.0.tar.gz", "https://index.example/demo-1.0.tar.gz")


@dataclass
class Outage:
    """An index, and its clock, that cannot be read before a time."""

    over: float
    time: float = 0.0
    url: str = "https://index.example/simple/"
    asked: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def files(self, name: str) -> dict[str, PublishedFile]:
        self._look()
        return {FILE.filename: FILE}

    def digest(self, listed: PublishedFile) -> str:
        self._look()
        return "a" * 64

    def _look(self) -> None:
        self.asked.append(self.time)
        if self.time < self.over:
            raise Blocked("out of order")


def test_a_reading_is_tried_again() -> None:
    """The list as well as the bytes, at longer and longer intervals."""
    index = Outage(over=3)
    reader = PatientReader(index, index)
    assert reader.files("demo") == {FILE.filename: FILE}
    assert index.asked == [0, 0.5, 1.5, 3.5]
    index.over = 9
    assert reader.digest(FILE) == "a" * 64
    assert reader.url == index.url


def test_it_is_given_up_at_last() -> None:
    """What the index said stands in the message; it is never taken for an empty list."""
    index = Outage(over=1e9)
    with pytest.raises(Blocked, match="out of order"):
        PatientReader(index, index, seconds=20).files("demo")
    assert 20 <= index.time < 30
