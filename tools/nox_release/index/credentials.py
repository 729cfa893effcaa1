"""With which credentials a candidate is uploaded: found late, shown to nobody, and never minted as a test."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin

import keyring
import requests
from id import IdentityError
from keyring.errors import KeyringError

from nox_release.errors import Blocked
from nox_release.index import ambient
from nox_release.repository import PYPI, TESTPYPI, Repository, Section

TOKEN = "__token__"  # noqa: S105  # the user's name that goes with an API token


class Credentials(Protocol):
    """What gives a user's name and password at the moment of an upload."""

    @property
    def source(self) -> str:
        """Where they come from, for people; never what they are."""
        ...

    def get(self) -> tuple[str, str]:
        """Return the user's name and the password.

        :raises Blocked: where they cannot be had after all.
        """
        ...


@dataclass(frozen=True)
class Known:
    """A name and a password, or a token, that stand somewhere."""

    source: str
    username: str
    password: str = field(repr=False)

    def get(self) -> tuple[str, str]:
        """Return them."""
        return self.username, self.password


class Trusted:
    """Trusted publishing: the CI's ambient identity, exchanged for a token of the index.

    Minting is no test: with a pending publisher it creates the project. So the first token is asked for when the
    first byte is about to be sent, and another when that one has less than five minutes left. The exchange is
    documented at https://docs.pypi.org/trusted-publishers/using-a-publisher/.
    """

    def __init__(
        self,
        repository: Repository,
        ci: str,
        identity: Callable[[str], str | None] = ambient.identity,
        session: Callable[[], requests.Session] = requests.Session,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.source = f"trusted publishing from {ci}"
        self.ci = ci
        self._index = urljoin(repository.upload_url, "/_/oidc/")
        self._identity = identity
        self._session = session
        self._clock = clock
        self._token = ""
        self._expires = 0.0

    def get(self) -> tuple[str, str]:
        """Return a token with at least five minutes to live, minted where there is none."""
        if self._expires - self._clock() < _RENEW:
            minted = self._clock()
            try:
                self._token = self._mint()
            except (requests.RequestException, IdentityError, KeyError, ValueError, TypeError) as error:
                raise Blocked(
                    f"{self.source}: the index gave no token: {_reason(error)}",
                    "see that the publisher on the index names this repository, workflow and environment, and that the "
                    "job may ask for an identity (GitHub: permissions: id-token: write); then run it again",
                ) from None
            self._expires = minted + _LIFETIME
        return TOKEN, self._token

    def _mint(self) -> str:
        with self._session() as session:
            asked = session.get(urljoin(self._index, "audience"), timeout=30)
            asked.raise_for_status()
            identity = self._identity(asked.json()["audience"])
            if not identity:
                raise ValueError("the CI offers no identity to this job")
            answer = session.post(urljoin(self._index, "mint-token"), json={"token": identity}, timeout=30)
            if not answer.ok:
                # The index says why in words; what was sent is never repeated.
                told = "; ".join(str(error["description"]) for error in answer.json()["errors"])
                raise ValueError(f"{answer.status_code}: {told}")
            return str(answer.json()["token"])


_LIFETIME = 900.0
"""Seconds that a minted token lives."""
_RENEW = 300.0
"""Seconds that a token must still live to be used: a large file takes its time."""


def _reason(error: Exception) -> str:
    return (
        str(error).splitlines()[0] if str(error) and not isinstance(error, KeyError) else f"not understood ({error!r})"
    )


def find(
    repository: Repository,
    sections: Mapping[str, Section],
    environ: Mapping[str, str] = os.environ,
    ring: Callable[[str, str | None], tuple[str, str] | None] | None = None,
) -> Credentials:
    """Return the credentials for *repository*, without asking anybody for a token.

    In twine's order: TWINE_USERNAME and TWINE_PASSWORD, the section of .pypirc, the keyring, the CI's identity.

    :param ring: the keyring: service and user → user and password.
    :raises Blocked: where there are none; the message says where was looked.
    """
    section = sections.get(repository.section, {}) if repository.section else {}
    official = repository.upload_url in (PYPI.upload_url, TESTPYPI.upload_url)
    # PyPI takes tokens alone, whatever name stands beside them.
    username = environ.get("TWINE_USERNAME") or section.get("username") or (TOKEN if official else None)
    if password := environ.get("TWINE_PASSWORD"):
        return _known("TWINE_PASSWORD", username, password, repository)
    if password := section.get("password"):
        return _known(f"[{repository.section}] in .pypirc", username, password, repository)
    if found := (ring or from_keyring)(repository.upload_url, username):
        return Known("the keyring", *found)
    if (ci := ambient.ci(environ)) and not environ.get("TWINE_USERNAME"):
        return Trusted(repository, ci)
    raise Blocked(
        f"no credentials for {repository.upload_url}",
        "set TWINE_USERNAME=__token__ and TWINE_PASSWORD, or write them into "
        f"{f'[{repository.section}] of ' if repository.section else ''}~/.pypirc, or: "
        f"keyring set {repository.upload_url} __token__; in CI use trusted publishing. Looked at: TWINE_PASSWORD, "
        f".pypirc, the keyring, the CI's identity",
    )


def _known(source: str, username: str | None, password: str, repository: Repository) -> Known:
    if not username:
        if not password.startswith("pypi-"):
            raise Blocked(f"{source} gives a password for {repository.upload_url}, but no user", "set TWINE_USERNAME")
        username = TOKEN
    return Known(source, username, password)


def from_keyring(service: str, username: str | None) -> tuple[str, str] | None:
    """Return what the keyring has for *service*; None where it has nothing or there is none."""
    try:
        found = keyring.get_credential(service, username)
    except (KeyringError, RuntimeError, OSError):  # no backend, or one that is locked: the same as nothing
        return None
    return (found.username, found.password) if found and found.password else None
