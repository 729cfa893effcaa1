"""Asks the CI what the job is that this runs in: of its identity where it gives one, else by its variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

import requests
from id import IdentityError

from nox_release.errors import Blocked
from nox_release.gate import AUDIENCE, Gate, claims, of_azure, of_github, of_gitlab
from nox_release.index.ambient import identity

_GITLAB_TOKEN = "NOX_RELEASE_ID_TOKEN"  # noqa: S105  # the name of a variable
"""Where GitLab puts an identity for us, if ``id_tokens:`` of the job asks for it."""


def gate(environ: Mapping[str, str] = os.environ) -> Gate:
    """Return what the CI says of this job.

    :raises Blocked: where it says nothing that counts.
    """
    try:
        return _gate(environ)
    except (IdentityError, requests.RequestException, ValueError) as error:
        raise Blocked(
            f"the CI's gate cannot be seen: {error}",
            "publish from the job that the gate holds back; on GitHub it needs permissions: id-token: write",
        ) from None


def _gate(environ: Mapping[str, str]) -> Gate:
    if environ.get("GITHUB_ACTIONS"):
        if not environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
            raise ValueError("this job of GitHub Actions may not ask for an identity")
        return of_github(claims(identity(AUDIENCE, environ) or ""), environ)
    if environ.get("GITLAB_CI"):
        token = environ.get(_GITLAB_TOKEN, "")
        return of_gitlab(claims(token) if token else None, environ)
    if environ.get("TF_BUILD"):
        return of_azure(environ)
    raise ValueError("this is no job of GitHub Actions, GitLab CI or Azure Pipelines")
