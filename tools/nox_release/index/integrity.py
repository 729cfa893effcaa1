"""The attestations that an index shows for its files (PEP 740)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

import requests

from nox_release.errors import Blocked
from nox_release.index.session import configured

ACCEPT = "application/vnd.pypi.integrity.v1+json"
_LISTING = "application/vnd.pypi.simple.v1+json"


class Integrity:
    """Reads the provenance of files: where the Simple API's ``provenance`` says, else in PyPI's integrity API.

    :param url: of the Simple API.
    :param ca: a file of certificate authorities.
    """

    def __init__(self, url: str, ca: str = "", environ: Mapping[str, str] = os.environ) -> None:
        self.url = url.rstrip("/") + "/"
        self._session = configured(requests.Session(), url, environ, ca)

    def attestations(self, name: str, version: str, filename: str) -> list[Any]:
        """Return the attestations of one file as JSON has them; nothing where the index shows none.

        :raises Blocked: where that cannot be read.
        """
        page = urljoin(self.url, f"{name}/")
        found = self._json(page, _LISTING) or {"files": []}
        try:
            told = next((file.get("provenance") for file in found["files"] if file["filename"] == filename), None)
            # A listing may be older than the file that was just sent.
            url = told or urljoin(self.url, f"/integrity/{name}/{quote(version)}/{quote(filename)}/provenance")
            provenance = self._json(urljoin(page, url), ACCEPT)
            bundles = provenance["attestation_bundles"] if provenance else []
            return [attestation for bundle in bundles for attestation in bundle["attestations"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise Blocked(f"the provenance of {filename} is not understood: {error!r}") from None

    def _json(self, url: str, accept: str) -> Any:
        """Return the document at *url*; None where there is none."""
        try:
            answer = self._session.get(url, headers={"Accept": accept, "Cache-Control": "no-cache"})
            if answer.status_code == 404:
                return None
            if answer.status_code != 200:
                raise Blocked(f"the index answers {answer.status_code} at {url}")
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            raise Blocked(f"{url} cannot be read: {error}") from None

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()
