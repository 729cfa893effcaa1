"""Uploading with twine as an engine: its form, its session, its metadata; the decisions are ours."""

from __future__ import annotations

import contextlib
import io
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

    def upload(self, path: Path) -> Answer:
        """Send one file once and return the answer; whoever calls reads the index to learn what became of it.

        :raises Blocked: where twine cannot make an upload of the file.
        """
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            repository = self._repository()
            try:
                package = PackageFile.from_filename(str(path), None)
                response = repository.upload(package, max_redirects=1)
            except requests.RequestException as error:
                return Answer(0, str(error))
            except (TwineException, ValueError) as error:
                raise Blocked(
                    f"twine cannot upload {path.name}: {error}", "verify-artifacts shows its metadata"
                ) from None
            finally:
                repository.close()
        return Answer(response.status_code, response.reason or response.text[:200])

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
