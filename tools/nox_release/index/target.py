"""The door to the target index: what it has already. Only read; a project is asked for once in a worker."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

from packaging.utils import canonicalize_name

from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.index.listing import ACCEPT, Published, PublishedFile, listing
from nox_release.index.web import Unreachable, Web

__all__ = ["Published", "PublishedFile", "Target", "TargetIndex"]

FILE = 4 << 30
"""Bytes that a file may have of which the index does not tell the size."""
_ACCEPT = {"Accept": ACCEPT, "Cache-Control": "no-cache"}
GO_ON = 'run the command again when it can be reached, or say index-exempt = "reason" in [tool.nox-release]'


class Target(Protocol):
    """The index whose history counts. :class:`TargetIndex` is the real one; tests hand in a fake."""

    @property
    def url(self) -> str:
        """Of its Simple API, ending in a slash."""
        ...

    def project(self, name: str) -> Published | None:
        """Return what the index has of a project; None where it knows no such project.

        :raises Blocked: where the index cannot be read; that is not the same as nothing.
        """
        ...

    def fetch(self, file: PublishedFile) -> Path:
        """Return where the bytes of *file* are: downloaded once for a workspace, and of the digest that is listed.

        :raises Blocked: where it cannot be downloaded, or is not what the index lists.
        """
        ...


class TargetIndex:
    """Reads the index at a URL; see :class:`Target`.

    :param url: of the Simple API; it ends in ``/simple`` on most indexes.
    :param cache: folder for downloaded files.
    :param timeout: seconds without a byte after which an attempt is given up.
    :param longest: bytes that a page may have; those of PyPI's largest projects have some 10 MiB.
    :param ca: a file of certificate authorities for it.
    :param patience: seconds that a page may take as a whole; a file may take ten times as long.
    """

    def __init__(
        self,
        url: str,
        cache: Path,
        *,
        timeout: float = 15.0,
        patience: float = 60.0,
        longest: int = 64 << 20,
        sleep: Callable[[float], None] = time.sleep,
        ca: str = "",
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self._cache = cache
        self._patience = patience
        self._longest = longest
        self._web = Web(timeout, sleep, ca)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._known: dict[str, Published | Blocked | None] = {}
        self._down: Blocked | None = None
        self._root: int | None = None

    def project(self, name: str) -> Published | None:
        """See :class:`Target`; a project is asked for once, also when that fails."""
        name = canonicalize_name(name)
        with self._alone(name):
            if name not in self._known:
                try:
                    self._known[name] = self._ask(name)
                except Blocked as error:
                    self._known[name] = error
            known = self._known[name]
        if isinstance(known, Blocked):
            raise Blocked(known.message, known.hint)
        return known

    def fetch(self, file: PublishedFile) -> Path:
        """See :class:`Target`."""
        with self._alone(file.url):
            path = self._cache / file.sha256 / file.filename
            if file.sha256 and path.is_file():
                os.utime(path.parent)  # first: from now on no store sweeps it
                if sha256(path) == file.sha256:
                    return path
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._cache, prefix=".new-") as folder:
                new = Path(folder, "file")
                self._download(file, new)
                digest = sha256(new)
                if file.sha256 and digest != file.sha256:
                    raise Blocked(
                        f"{file.url} is not what the index lists: its sha256 is {digest}, not {file.sha256}",
                        "run the command again; if it stays so, tell those who run the index",
                    )
                path = self._cache / digest / file.filename
                path.parent.mkdir(exist_ok=True)
                new.chmod(0o644)
                new.replace(path)
            return path

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            yield

    def _ask(self, name: str) -> Published | None:
        if self._down is not None:  # one package waits for an index that does not answer; the others need not
            raise self._down
        url, page = urljoin(self.url, f"{name}/"), io.BytesIO()
        try:
            answer = self._web.get(url, _ACCEPT, page, self._longest, self._patience)
        except Unreachable as error:
            if error.lasting:
                raise Blocked(f"the index cannot be read at {url}: {error}", GO_ON) from None
            self._down = Blocked(f"the index cannot be read at {self.url}: {error}", GO_ON)
            raise self._down from None
        if answer.status == 404:
            self._is_an_index()
            return None
        if answer.status != 200:
            raise Blocked(f"the index answers {answer.status} at {url}", GO_ON)
        try:
            return listing(name, page.getvalue(), answer.content_type, answer.url)
        except ValueError as error:
            raise Blocked(f"the index shows no list of files at {url}: {error}", GO_ON) from None

    def _is_an_index(self) -> None:
        """Make sure that what is not there is missing from an index: below a mistyped URL everything is missing."""
        with self._alone(self.url):
            if self._root is None:
                try:
                    self._root = self._web.status(self.url, _ACCEPT)
                except Unreachable as error:
                    raise Blocked(f"the index cannot be read at {self.url}: {error}", GO_ON) from None
        if self._root == 404:
            raise Blocked(f"there is no index at {self.url}", "mend index-url in [tool.nox-release]")

    def _download(self, file: PublishedFile, path: Path) -> None:
        limit = FILE if file.size is None else file.size
        try:
            with path.open("wb") as out:
                status = self._web.get(
                    file.url, {"Accept-Encoding": "identity"}, out, limit, 10 * self._patience
                ).status
        except Unreachable as error:
            raise Blocked(f"{file.filename} cannot be downloaded from {file.url}: {error}", GO_ON) from None
        if status != 200:
            raise Blocked(f"the index answers {status} at {file.url}", GO_ON)
