"""A scripted index for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripted_index import Scripted, scripted_index


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with scripted_index() as script:
        yield script
