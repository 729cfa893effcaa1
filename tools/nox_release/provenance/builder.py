"""Who builds: this machine, or the job of a CI as its variables tell it."""

from __future__ import annotations

from collections.abc import Mapping

LOCAL = "https://nox-release.readthedocs.io/provenance/#built-locally"
"""Identity of a builder that nobody but its user vouches for."""


def builder(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the facts ``builder`` and, in a CI, ``invocation``: what builds, and the page of this very run.

    Variables are what the job says of itself; a signature over them is another thing, see docs/provenance.md.
    """
    if environ.get("GITHUB_ACTIONS") == "true" and (repository := environ.get("GITHUB_REPOSITORY")):
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        return {
            "builder": f"{server}/actions/runner/{environ.get('RUNNER_ENVIRONMENT', 'self-hosted')}",
            "invocation": f"{server}/{repository}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}"
            f"/attempts/{environ.get('GITHUB_RUN_ATTEMPT', '1')}",
        }
    if environ.get("GITLAB_CI") == "true" and (project := environ.get("CI_PROJECT_URL")):
        return {
            "builder": f"{project}/-/runners/{environ.get('CI_RUNNER_ID', '')}",
            "invocation": environ.get("CI_JOB_URL", project),
        }
    if environ.get("TF_BUILD") == "True" and (collection := environ.get("SYSTEM_COLLECTIONURI")):
        project = f"{collection.rstrip('/')}/{environ.get('SYSTEM_TEAMPROJECT', '')}/_build"
        return {
            "builder": f"{project}?definitionId={environ.get('SYSTEM_DEFINITIONID', '')}",
            "invocation": f"{project}/results?buildId={environ.get('BUILD_BUILDID', '')}",
        }
    return {"builder": LOCAL}
