"""Asking the CI what a job is, at a stub of its endpoint on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from nox_release.errors import Blocked
from nox_release.index.gatekeeper import gate
from scripted_index import Scripted
from tokens import token

CLAIMS = {"aud": "nox-release", "environment": "release", "repository": "o/r", "sha": "c" * 40, "run_id": "1"}


def github(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A job of GitHub Actions that may ask for an identity, as its environment says."""
    environ = {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{scripted.url}/oidc",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
    }
    for name, text in environ.items():  # the library that asks reads the process's own
        monkeypatch.setenv(name, text)
    return environ


def test_github_is_asked_for_an_identity_of_ours(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """One question to the runner's endpoint, for our audience; nothing is asked of any index."""
    environ = github(scripted, monkeypatch)
    body = json.dumps({"value": token(**CLAIMS)}).encode()
    scripted.answers["/oidc?audience=nox-release"] = (200, "application/json", body)
    found = gate(environ)
    assert (found.environment, found.repository) == ("release", "o/r")
    ((method, path, headers),) = scripted.asked
    assert (method, path, headers["authorization"]) == ("GET", "/oidc?audience=nox-release", "bearer request-token")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, "text/plain", b"sorry"), "code=500"),
        ((200, "application/json", b'{"value": "nonsense"}'), "Malformed token"),
        (
            (200, "application/json", json.dumps({"value": token(aud="pypi")}).encode()),
            "expected nox-release, got pypi",
        ),
    ],
)
def test_what_github_does_not_give_is_told(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str, bytes], said: str
) -> None:
    """An endpoint that fails, or answers something else, is no approval."""
    environ = github(scripted, monkeypatch)
    scripted.answers["/oidc?audience=nox-release"] = answer
    with pytest.raises(Blocked, match=said) as caught:
        gate(environ)
    assert "id-token: write" in caught.value.hint


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "this is no job of GitHub Actions, GitLab CI or Azure Pipelines"),
        ({"CI": "true", "ENVIRONMENT_NAME": "release", "CI_ENVIRONMENT_NAME": "release"}, "this is no job of"),
        ({"GITHUB_ACTIONS": "true"}, "may not ask for an identity"),
        ({"GITLAB_CI": "true", "NOX_RELEASE_ID_TOKEN": "x"}, "no JSON web token"),
    ],
)
def test_anything_else_is_refused(environ: Mapping[str, str], said: str) -> None:
    """Outside a CI that is known, or without the permission, nothing is taken for a gate."""
    with pytest.raises(Blocked, match=said):
        gate(environ)


@pytest.mark.parametrize(
    "environ",
    [
        {"GITLAB_CI": "true", "NOX_RELEASE_ID_TOKEN": token(**CLAIMS, environment_protected="true")},
        {"GITLAB_CI": "true", "CI_ENVIRONMENT_NAME": "release"},
        {"TF_BUILD": "True", "ENVIRONMENT_NAME": "release"},
    ],
)
def test_gitlab_and_azure_tell_it_themselves(environ: Mapping[str, str]) -> None:
    """GitLab by a token or variables, Azure Pipelines by variables."""
    assert gate(environ).environment == "release"
