"""Uploading with twine as an engine: its form, its session, its metadata; the decisions are ours."""

from __future__ import annotations

import contextlib
import io
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import requests
from twine.exceptions import TwineException
from twine.package import PackageFile
from twine.repository import Repository
from twine.settings import Settings

from nox_release.errors import Blocked


@dataclass(frozen=True)
class Answer:
    """What the index said to an upload."""

    status: int
    """HTTP status; 0 where the connection broke, so that nothing is known."""
    reason: str
    """The reason for a refusal travels in the HTTP reason phrase."""


@dataclass(frozen=True)
class Uploader:
    """Uploads files to one index as one user."""

    url: str
    username: str
    password: str = field(repr=False)
    described: bool = True
    """Send the long description too. pypiron takes no field of more than 64 KiB, and shows it to nobody."""

    def upload(self, path: Path) -> Answer:
        """Send one file once and return the answer; whoever calls reads the index to learn what became of it.

        :raises Blocked: where twine cannot make an upload of the file.
        """
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            repository = self._repository()
            try:
                package = PackageFile.from_filename(str(path), None)
                if not self.described:
                    package.metadata.pop("description", None)
                response = repository.upload(package, max_redirects=1)
            except requests.RequestException as error:
                return Answer(0, str(error))
            except (TwineException, ValueError, zipfile.BadZipFile, tarfile.TarError) as error:
                raise Blocked(
                    f"twine cannot upload {path.name}: {error}", "verify-artifacts shows its metadata"
                ) from None
            finally:
                repository.close()
        return Answer(response.status_code, _reason(response))

    def _repository(self) -> Repository:
        settings = Settings(
            username=self.username,
            password=self.password,
            repository_url=self.url,
            non_interactive=True,
            disable_progress_bar=True,
            config_file="/dev/null",  # no .pypirc decides where this goes
        )
        repository = settings.create_repository()
        repository.session.trust_env = False  # no ~/.netrc, whose password would win over ours
        return repository


def _reason(response: requests.Response) -> str:
    """PyPI tells why in the reason phrase, other indexes in the first line of the body."""
    body = response.text.strip().splitlines()[:1]
    plain = body if body and not body[0].startswith("<") else []
    return ": ".join(dict.fromkeys(part[:200] for part in [response.reason or "", *plain] if part))
