"""A bench for each test, cleared afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs import Bench

Make = Callable[..., Bench]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Make]:
    """Make a bench of files (and further arguments of :class:`jobs.Bench`)."""
    made: list[Bench] = []

    def make(files: dict[str, str], **more: object) -> Bench:
        made.append(Bench(tmp_path, files, **more))  # type: ignore[arg-type]  # the fields are the caller's
        return made[-1]

    yield make
    for one in made:
        one.close()
