"""The door to the target index: what it has already. Only read; a project is asked for once in a worker."""

from __future__ import annotations

import io
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from packaging.utils import canonicalize_name

from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.index.listing import ACCEPT, Published, PublishedFile, listing

if TYPE_CHECKING:  # the virtualenvs of some stages have no requests; those stages do not ask
    import requests

__all__ = ["Published", "PublishedFile", "Target", "TargetIndex"]

LISTING = 64 << 20
"""Bytes that a page may have; those of PyPI's largest projects have some 10 MiB."""
FILE = 4 << 30
"""Bytes that a file may have of which the index does not tell the size."""
WAITS = (0.5, 2.0)
"""Seconds before the second and the third attempt."""
HOPS = 5
"""Redirections that are followed."""
GO_ON = 'run the command again when it can be reached, or say index-exempt = "reason" in [tool.nox-release]'


_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OUT_OF_ORDER = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class _Answer:
    status: int
    content_type: str
    url: str
    location: str


class _Unreachable(Exception):
    """No answer came, or half of one."""


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
    :param patience: seconds that a page may take as a whole; a file may take ten times as long.
    """

    def __init__(
        self,
        url: str,
        cache: Path,
        *,
        timeout: float = 15.0,
        patience: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self._cache = cache
        self._timeout = timeout
        self._patience = patience
        self._sleep = sleep
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._known: dict[str, Published | Blocked | None] = {}
        self._down: Blocked | None = None

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
            if file.sha256 and path.is_file() and sha256(path) == file.sha256:
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
        if "_session" in self.__dict__:
            self._session.close()

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
            answer = self._get(url, {"Accept": ACCEPT, "Cache-Control": "no-cache"}, page, LISTING, self._patience)
        except _Unreachable as error:
            self._down = Blocked(f"the index cannot be read at {url}: {error}", GO_ON)
            raise self._down from None
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Blocked(f"the index answers {answer.status} at {url}", GO_ON)
        try:
            return listing(name, page.getvalue(), answer.content_type, answer.url)
        except ValueError as error:
            raise Blocked(f"the index shows no list of files at {url}: {error}", GO_ON) from None

    def _download(self, file: PublishedFile, path: Path) -> None:
        limit = FILE if file.size is None else file.size
        try:
            with path.open("wb") as out:
                status = self._get(file.url, {"Accept-Encoding": "identity"}, out, limit, 10 * self._patience).status
        except _Unreachable as error:
            raise Blocked(f"{file.filename} cannot be downloaded from {file.url}: {error}", GO_ON) from None
        if status != 200:
            raise Blocked(f"the index answers {status} at {file.url}", GO_ON)

    def _get(self, url: str, headers: Mapping[str, str], out: IO[bytes], limit: int, patience: float) -> _Answer:
        """Read *url* into *out*, and again after a while where the other side is out of order.

        :raises _Unreachable: where no whole answer comes within *patience* seconds.
        """
        end = time.monotonic() + patience
        for wait in (*WAITS, None):
            out.seek(0)
            out.truncate()
            try:
                answer = self._follow(url, headers, out, limit, end)
            except _Unreachable:
                if wait is None or time.monotonic() + wait > end:
                    raise
            else:
                if wait is None or answer.status not in _OUT_OF_ORDER or time.monotonic() + wait > end:
                    return answer
            self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, url: str, headers: Mapping[str, str], out: IO[bytes], limit: int, end: float) -> _Answer:
        for _ in range(HOPS + 1):
            answer = self._once(url, headers, out, limit, end)
            if not answer.location:
                return answer
            there = urljoin(url, answer.location)
            if urlsplit(there).scheme not in {"https", urlsplit(url).scheme}:
                raise _Unreachable(f"it redirects to {there}, which is less safe")
            url = there
        raise _Unreachable(f"it redirects more than {HOPS} times")

    def _once(self, url: str, headers: Mapping[str, str], out: IO[bytes], limit: int, end: float) -> _Answer:
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        try:
            with self._session.get(
                url, headers=dict(headers), stream=True, allow_redirects=False, timeout=self._timeout
            ) as answer:
                location = answer.headers.get("Location", "") if answer.status_code in _REDIRECTS else ""
                if answer.status_code == 200:
                    read, decode = 0, "Accept-Encoding" not in headers  # a file counts as it lies there
                    while piece := answer.raw.read1(1 << 20, decode_content=decode):  # what has come, not a full MiB
                        read += len(piece)
                        if read > limit:
                            raise _Unreachable(f"the answer is longer than {limit:,} bytes")
                        if time.monotonic() > end:
                            raise _Unreachable("the answer takes too long")
                        out.write(piece)
                return _Answer(answer.status_code, answer.headers.get("Content-Type", ""), url, location)
        except (RequestException, HTTPError) as error:
            raise _Unreachable(_reason(error)) from None

    @cached_property
    def _session(self) -> requests.Session:
        import requests

        session = requests.Session()
        session.auth = lambda request: request  # no ~/.netrc; proxies and CA bundles of the environment count
        session.headers["User-Agent"] = "nox-release"
        return session


def _reason(error: Exception) -> str:
    """The innermost reason of an error, which the libraries wrap several times."""
    seen = error
    while True:
        inner = getattr(seen, "reason", None) or next((arg for arg in seen.args if isinstance(arg, Exception)), None)
        if not isinstance(inner, Exception):
            break
        seen = inner
    # "HTTPSConnection(host='…', port=443): …" repeats what the URL says.
    return re.sub(r"^\w+\(host=.*?\): ", "", str(seen)) or type(seen).__name__
