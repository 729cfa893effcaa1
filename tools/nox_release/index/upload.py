"""Uploading with twine as an engine: its form, its session, its metadata; the decisions are ours."""

from __future__ import annotations

import email.utils
import logging
import os
import tarfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests
import twine.repository
from twine.exceptions import TwineException
from twine.package import PackageFile
from twine.repository import Repository
from twine.settings import Settings

from nox_release.errors import Blocked
from nox_release.index.credentials import Credentials
from nox_release.index.session import READ, configured
from nox_release.reconcile import BROKEN, Attempt

# It announces a retry after every error, which it does not make: whether to try again is decided elsewhere.
logging.getLogger("twine.repository").setLevel(logging.ERROR)
# It also prints each file's name, which takes longer than to send a small one. Its output is not caught instead: that
# would be the output of all threads, and another package's line would be lost.
twine.repository.print = lambda *_, **__: None  # type: ignore[attr-defined]


class Uploader:
    """Uploads files to one index.

    :param credentials: asked before each upload, so that a token is minted late and renewed in time.
    :param described: send the long description too. pypiron takes no field of more than 64 KiB, and shows it to nobody.
    :param ca: a file of certificate authorities.
    :param timeout: seconds to wait for the next byte of an answer.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        described: bool = True,
        environ: Mapping[str, str] = os.environ,
        ca: str = "",
        timeout: float = READ,
    ) -> None:
        self.url = url
        self.credentials = credentials
        self._described = described
        self._repository = _repository(url)
        configured(self._repository.session, url, environ, ca, timeout)

    def upload(self, path: Path, attestations: Sequence[str] = ()) -> Attempt:
        """Send one file once and return the answer; whoever calls reads the index to learn what became of it.

        :param attestations: files of attestations for it (PEP 740).
        :raises Blocked: where twine cannot make an upload of the file, or there are no credentials.
        """
        try:
            package = PackageFile.from_filename(str(path), None)
            if attestations:
                package.add_attestations(list(attestations))
        except (TwineException, ValueError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise Blocked(f"twine cannot upload {path.name}: {error}", "verify-artifacts shows its metadata") from None
        if not self._described:
            package.metadata.pop("description", None)
        self._repository.session.auth = self.credentials.get()
        try:
            response = self._repository.upload(package, max_redirects=1)
        except requests.RequestException as error:
            return Attempt(BROKEN, _broken(error))
        finally:
            self._repository.session.auth = None
        return Attempt(response.status_code, _reason(response), _retry_after(response))

    def close(self) -> None:
        """Let go of the connections."""
        self._repository.close()


def _repository(url: str) -> Repository:
    settings = Settings(
        username="-",  # the session gets the real ones just before each upload
        password="-",  # noqa: S106
        repository_url=url,
        non_interactive=True,
        disable_progress_bar=True,
        config_file="/dev/null",  # no .pypirc decides where this goes
    )
    return settings.create_repository()


def _broken(error: requests.RequestException) -> str:
    kind = "timed out" if isinstance(error, requests.Timeout) else "the connection broke"
    return f"{kind}: {str(error).splitlines()[0] if str(error) else type(error).__name__}"


def _reason(response: requests.Response) -> str:
    """PyPI tells why in the reason phrase, other indexes in the first line of the body."""
    body = response.text.strip().splitlines()[:1]
    plain = body if body and not body[0].startswith("<") else []
    return ": ".join(dict.fromkeys(part[:200] for part in [response.reason or "", *plain] if part))


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that the index asks to be left alone: a number, or until a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0) if text else None
    except ValueError:
        return None
