"""Who builds, by the variables of a CI."""

from __future__ import annotations

import pytest

from nox_release.provenance.builder import LOCAL, builder

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "contoso/sdk",
    "GITHUB_RUN_ID": "7",
    "GITHUB_RUN_ATTEMPT": "2",
    "RUNNER_ENVIRONMENT": "github-hosted",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_URL": "https://gitlab.com/contoso/sdk",
    "CI_RUNNER_ID": "5",
    "CI_JOB_URL": "https://gitlab.com/contoso/sdk/-/jobs/8",
}
AZURE = {
    "TF_BUILD": "True",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
    "SYSTEM_TEAMPROJECT": "sdk",
    "SYSTEM_DEFINITIONID": "3",
    "BUILD_BUILDID": "9",
}


@pytest.mark.parametrize(
    ("environ", "identity", "invocation"),
    [
        (
            GITHUB,
            "https://github.com/actions/runner/github-hosted",
            "https://github.com/contoso/sdk/actions/runs/7/attempts/2",
        ),
        (
            {**GITHUB, "GITHUB_SERVER_URL": "https://git.contoso.example", "RUNNER_ENVIRONMENT": "self-hosted"},
            "https://git.contoso.example/actions/runner/self-hosted",
            "https://git.contoso.example/contoso/sdk/actions/runs/7/attempts/2",
        ),
        (GITLAB, "https://gitlab.com/contoso/sdk/-/runners/5", "https://gitlab.com/contoso/sdk/-/jobs/8"),
        (
            AZURE,
            "https://dev.azure.com/contoso/sdk/_build?definitionId=3",
            "https://dev.azure.com/contoso/sdk/_build/results?buildId=9",
        ),
    ],
    ids=["GitHub", "a GitHub of one's own", "GitLab", "Azure Pipelines"],
)
def test_a_job_of_a_ci_names_itself(environ: dict[str, str], identity: str, invocation: str) -> None:
    """Its builder, and the page of this very run."""
    assert builder(environ) == {"builder": identity, "invocation": invocation}


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}, {"GITHUB_REPOSITORY": "contoso/sdk"}, {"GITLAB_CI": "true"}])
def test_everything_else_is_a_local_build(environ: dict[str, str]) -> None:
    """A variable or two make no CI."""
    assert builder(environ) == {"builder": LOCAL}
