"""Reading back what an index lists and serves after an upload, through its Simple API."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from urllib.parse import urljoin

import requests

from nox_release.errors import Blocked
from nox_release.index.listing import ACCEPT, PublishedFile, listing
from nox_release.index.session import configured


class Reader:
    """Reads one index.

    :param url: of the Simple API; it ends in ``/simple`` on most indexes.
    :param timeout: seconds to wait for the next byte.
    :param ca: a file of certificate authorities.
    """

    def __init__(self, url: str, timeout: float = 30.0, ca: str = "", environ: Mapping[str, str] = os.environ) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = configured(requests.Session(), url, environ, ca, timeout)

    def files(self, name: str) -> dict[str, PublishedFile]:
        """Return what the index lists for a project, by file name; nothing where it has no such project.

        :raises Blocked: where the index cannot be read; that is not the same as nothing.
        """
        url = urljoin(self.url, f"{name}/")
        try:
            answer = self._session.get(url, headers={"Accept": ACCEPT, "Cache-Control": "no-cache"})
        except requests.RequestException as error:
            raise Blocked(
                f"the index cannot be read at {url}: {error}", "nothing is known; run the command again"
            ) from None
        if answer.status_code == 404:
            return {}
        if answer.status_code != 200:
            raise Blocked(f"the index answers {answer.status_code} at {url}", "nothing is known; run the command again")
        try:
            published = listing(name, answer.content, answer.headers.get("Content-Type", ""), url)
        except ValueError as error:
            raise Blocked(
                f"the index shows no list of files at {url}: {error}", "use the URL of its Simple API"
            ) from None
        return {item.filename: item for item in published.files}

    def digest(self, listed: PublishedFile) -> str:
        """Download a file and return the SHA-256 of the bytes that came.

        :raises Blocked: where it cannot be downloaded.
        """
        digest = hashlib.sha256()
        try:
            with self._session.get(listed.url, stream=True) as answer:
                answer.raise_for_status()
                for piece in answer.iter_content(1 << 20):
                    digest.update(piece)
        except requests.RequestException as error:
            raise Blocked(f"{listed.filename} cannot be downloaded: {error}", "run the command again") from None
        return digest.hexdigest()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def wait_until(seen: Callable[[], bool], timeout: float, pause: float = 0.05) -> bool:
    """Ask until *seen* says yes, or *timeout* seconds are over; an accepted file is not at once a visible one."""
    end = time.monotonic() + timeout
    while not seen():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
