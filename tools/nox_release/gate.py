"""The gate of a CI, as an approval: what a job says of itself, and whether that is the gate that was agreed on. Pure.

It proves that the CI let a job of this commit into an environment, not that anybody saw the bytes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

AUDIENCE = "nox-release"
"""Whom the identity is asked for: a token for it is good for no index."""


@dataclass(frozen=True)
class Gate:
    """A job that a CI let into an environment."""

    ci: str
    environment: str
    """Empty: the job belongs to none."""
    commit: str
    run: str
    """Where the run can be looked at."""
    actor: str
    """Who started it."""
    repository: str = ""
    ref: str = ""
    protected: bool | None = None
    """Whether the environment is protected; None where the CI does not tell."""

    @property
    def by(self) -> str:
        """The run, and who started it, for the record."""
        return f"{self.run} / {self.actor}"


def claims(token: str) -> Mapping[str, object]:
    """Return what an identity token (JWT) says.

    Its signature is not looked at: it comes straight from the runner's own endpoint, and whoever could replace it
    there could replace us.

    :raises ValueError: for what is no such token.
    """
    try:
        _, payload, _ = token.split(".")
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        raise ValueError("the identity is no JSON web token") from None
    if not isinstance(found, dict):
        raise ValueError("the identity is no JSON web token")
    if found.get("aud") not in (AUDIENCE, [AUDIENCE]):
        raise ValueError(f"the identity is meant for {found.get('aud')!r}, not for {AUDIENCE}")
    return found


def of_github(found: Mapping[str, object], environ: Mapping[str, str]) -> Gate:
    """Return the gate that the identity of a job of GitHub Actions tells."""
    repository = _text(found, "repository")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    return Gate(
        "GitHub Actions",
        _text(found, "environment"),
        _text(found, "sha"),
        f"{server}/{repository}/actions/runs/{_text(found, 'run_id')}",
        _text(found, "actor"),
        repository,
        _text(found, "ref"),
    )


def of_gitlab(found: Mapping[str, object] | None, environ: Mapping[str, str]) -> Gate:
    """Return the gate of a job of GitLab CI: by its identity, or, where it has none for us, by its variables."""
    if found is None:
        name, commit = environ.get("CI_ENVIRONMENT_NAME", ""), environ.get("CI_COMMIT_SHA", "")
        actor, repository = environ.get("GITLAB_USER_LOGIN", ""), environ.get("CI_PROJECT_PATH", "")
        ref, protected = environ.get("CI_COMMIT_REF_NAME", ""), None
    else:
        name, commit, actor = _text(found, "environment"), _text(found, "sha"), _text(found, "user_login")
        repository, ref = _text(found, "project_path"), _text(found, "ref")
        told = _text(found, "environment_protected")
        protected = told == "true" if told else None
    return Gate("GitLab CI", name, commit, environ.get("CI_JOB_URL", ""), actor, repository, ref, protected)


def of_azure(environ: Mapping[str, str]) -> Gate:
    """Return the gate of a deployment job of Azure Pipelines, by its variables."""
    collection, project = environ.get("SYSTEM_COLLECTIONURI", ""), environ.get("SYSTEM_TEAMPROJECT", "")
    return Gate(
        "Azure Pipelines",
        environ.get("ENVIRONMENT_NAME", ""),
        environ.get("BUILD_SOURCEVERSION", ""),
        f"{collection}{project}/_build/results?buildId={environ.get('BUILD_BUILDID', '')}",
        environ.get("BUILD_REQUESTEDFOR", ""),
        environ.get("BUILD_REPOSITORY_NAME", ""),
        environ.get("BUILD_SOURCEBRANCH", ""),
    )


def refusal(gate: Gate, environment: str, commit: str) -> str:
    """Return why *gate* is not the one that was agreed on; nothing where it is.

    :param environment: as configured.
    :param commit: the one that is released.
    """
    if not gate.environment:
        return f"this job of {gate.ci} belongs to no environment, so nothing has held it back"
    if gate.environment != environment:
        return f"this job belongs to the environment {gate.environment}, and release-environment is {environment}"
    if gate.commit != commit:
        return f"{gate.ci} runs this job for {gate.commit[:12] or 'no commit'}, and {commit[:12]} is to be released"
    if gate.protected is False:
        return f"the environment {environment} is not protected, so nothing has held the job back"
    return ""


def _text(found: Mapping[str, object], claim: str) -> str:
    return str(found.get(claim) or "")
