"""Reading over HTTP within bounds: of time, of size, of attempts."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, TypedDict
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:  # the virtualenvs of some stages have no requests; those stages read nothing
    import requests

WAITS = (0.5, 2.0)
"""Seconds before the second and the third attempt."""
HOPS = 5
"""Redirections that are followed."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OUT_OF_ORDER = frozenset({429, 500, 502, 503, 504})


class Unreachable(Exception):
    """No answer came, or none that may be used.

    :param lasting: it would be no other if it were asked again.
    """

    def __init__(self, message: str, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting


@dataclass(frozen=True)
class Answer:
    """What an index said, beside the body."""

    status: int
    content_type: str
    url: str
    """Where it came from in the end."""


class _How(TypedDict):
    timeout: float
    verify: str | None


class Web:
    """Reads pages and files; proxies and CA bundles of the environment count, a ``.netrc`` does not.

    :param timeout: seconds without a byte after which an attempt is given up.
    :param ca: a file of certificate authorities, before those of the environment.
    """

    def __init__(self, timeout: float, sleep: Callable[[float], None], ca: str = "") -> None:
        self._ca = ca
        self._timeout = timeout
        self._sleep = sleep

    def get(self, url: str, headers: Mapping[str, str], out: IO[bytes], limit: int, patience: float) -> Answer:
        """Read *url* into *out*, and again after a while where the other side is out of order.

        :param limit: bytes that the body may have.
        :raises Unreachable: where no whole answer comes within *patience* seconds.
        """
        end = time.monotonic() + patience
        for wait in WAITS:
            try:
                answer = self._follow(url, headers, out, limit, end)
                if answer.status not in _OUT_OF_ORDER:
                    return answer
            except Unreachable as error:
                if error.lasting or time.monotonic() + wait > end:
                    raise
            self._sleep(wait)
        return self._follow(url, headers, out, limit, end)

    def status(self, url: str, headers: Mapping[str, str]) -> int:
        """Return how *url* answers, without reading what is there.

        :raises Unreachable: where it does not.
        """
        from requests import RequestException

        try:
            with self._session.head(url, headers=dict(headers), allow_redirects=True, **self._how) as answer:
                return answer.status_code
        except RequestException as error:
            raise Unreachable(_reason(error)) from None

    def _follow(self, url: str, headers: Mapping[str, str], out: IO[bytes], limit: int, end: float) -> Answer:
        for _ in range(HOPS + 1):
            answer, location = self._once(url, headers, out, limit, end)
            if not location:
                return answer
            there = urljoin(url, location)
            if urlsplit(there).scheme not in {"https", urlsplit(url).scheme}:
                raise Unreachable(f"it redirects to {there}, which is less safe", lasting=True)
            url = there
        raise Unreachable(f"it redirects more than {HOPS} times", lasting=True)

    def _once(self, url: str, headers: Mapping[str, str], out: IO[bytes], limit: int, end: float) -> tuple[Answer, str]:
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        out.seek(0)
        out.truncate()
        try:
            with self._session.get(
                url, headers=dict(headers), stream=True, allow_redirects=False, **self._how
            ) as answer:
                status, told = answer.status_code, answer.headers
                if status == 200:
                    left, decode = limit, "Accept-Encoding" not in headers  # a file counts as it lies there
                    while piece := answer.raw.read1(1 << 20, decode_content=decode):  # what has come, not a full MiB
                        left -= len(piece)
                        if left < 0:
                            raise Unreachable(f"the answer is longer than {limit:,} bytes", lasting=True)
                        if time.monotonic() > end:
                            raise Unreachable("the answer takes too long")
                        out.write(piece)
                location = told.get("Location", "") if status in _REDIRECTS else ""
                return Answer(status, told.get("Content-Type", ""), url), location
        except (RequestException, HTTPError) as error:
            raise Unreachable(_reason(error)) from None

    @cached_property
    def _how(self) -> _How:
        from nox_release.index.session import authorities

        # With each request: what the environment says would count before what a session was told.
        return {"timeout": self._timeout, "verify": authorities(os.environ, self._ca) or None}

    @cached_property
    def _session(self) -> requests.Session:
        import requests

        session = requests.Session()
        session.auth = lambda request: request  # else requests would look into ~/.netrc
        session.headers["User-Agent"] = "nox-release"
        return session

    def close(self) -> None:
        """Let go of the connections."""
        if "_session" in self.__dict__:
            self._session.close()


def _reason(error: Exception) -> str:
    """The innermost reason of an error, which the libraries wrap several times."""
    seen = error
    while isinstance(
        inner := getattr(seen, "reason", None) or next((arg for arg in seen.args if isinstance(arg, Exception)), None),
        Exception,
    ):
        seen = inner
    # "HTTPSConnection(host='…', port=443): …" repeats what the URL says.
    return re.sub(r"^\w+\(host=.*?\): ", "", str(seen)) or type(seen).__name__
