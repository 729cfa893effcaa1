"""The identity that a CI gives its jobs (OpenID Connect): whether there is one, and the token for an audience."""

from __future__ import annotations

import os
from collections.abc import Mapping

import requests
from id import AmbientCredentialError, detect_credential

_OFFERED = {
    "ACTIONS_ID_TOKEN_REQUEST_URL": "GitHub Actions",
    "PYPI_ID_TOKEN": "GitLab CI",
    "TESTPYPI_ID_TOKEN": "GitLab CI",
    "SYSTEM_OIDCREQUESTURI": "Azure Pipelines",
}
"""Variables by which a CI offers an identity → the CI."""


def ci(environ: Mapping[str, str]) -> str:
    """Return the CI that offers an identity to this process, or nothing; nobody is asked for anything."""
    return next((name for variable, name in _OFFERED.items() if environ.get(variable)), "")


def identity(audience: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Ask the CI for an identity token for *audience*; None where it offers none.

    :raises id.AmbientCredentialError: where the CI offers one and does not give it.
    :raises requests.RequestException: where it cannot be asked.
    """
    if uri := environ.get("SYSTEM_OIDCREQUESTURI"):  # Azure Pipelines, which the library does not know
        token = environ.get("SYSTEM_ACCESSTOKEN")
        if not token:
            raise AmbientCredentialError("Azure Pipelines: map System.AccessToken to SYSTEM_ACCESSTOKEN in the step")
        answer = requests.post(
            uri,
            params={
                "api-version": "7.1",
                "serviceConnectionId": environ.get("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
            },
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["oidcToken"])
    return detect_credential(audience)
