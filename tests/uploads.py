"""Files that are on an index before a test begins."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from nox_release.index.credentials import Known
from nox_release.index.simple import Reader, wait_until
from nox_release.index.upload import Uploader


def put(upload_url: str, simple_url: str, known: Known, name: str, paths: Iterable[Path]) -> None:
    """Upload files of a project, and return when they are listed: pypiron does so a moment after it has answered."""
    wanted = {path.name: path for path in paths}
    with closing(Uploader(upload_url, known, described=False)) as uploader, closing(Reader(simple_url)) as reader:
        for path in wanted.values():
            assert uploader.upload(path).accepted
        assert wait_until(lambda: wanted.keys() <= reader.files(name).keys(), 20)
