"""The gate of a CI: read from the identity of the job, and refused unless it is the agreed one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.gate import Gate, claims, of_azure, of_github, of_gitlab, refusal
from tokens import token

COMMIT = "c" * 40
GITHUB = {
    "aud": "nox-release", "environment": "release", "repository": "Azure/sdk", "ref": "refs/heads/main",
    "run_id": "77", "actor": "ada", "sha": COMMIT,
}  # fmt: skip
GITLAB = {
    "aud": ["nox-release"], "environment": "release", "environment_protected": "true", "project_path": "group/sdk",
    "ref": "main", "user_login": "ada", "sha": COMMIT,
}  # fmt: skip
GATE = of_github(GITHUB, {})


def test_github_tells_it_in_its_token() -> None:
    """Who started which run of which commit for which environment, with the address of the run."""
    assert claims(token(**GITHUB)) == GITHUB
    expected = Gate("GitHub Actions", "release", COMMIT, "https://github.com/Azure/sdk/actions/runs/77", "ada",
                    "Azure/sdk", "refs/heads/main")  # fmt: skip
    assert of_github(GITHUB, {}) == expected
    assert GATE.by == "https://github.com/Azure/sdk/actions/runs/77 / ada"
    assert of_github(GITHUB, {"GITHUB_SERVER_URL": "https://ghe.example"}).run.startswith("https://ghe.example/Azure")


def test_gitlab_tells_it_in_its_token_or_in_variables() -> None:
    """Only the token says whether the environment is protected."""
    environ = {
        "CI_ENVIRONMENT_NAME": "release", "CI_COMMIT_SHA": COMMIT, "GITLAB_USER_LOGIN": "ada",
        "CI_PROJECT_PATH": "group/sdk", "CI_COMMIT_REF_NAME": "main", "CI_JOB_URL": "https://gitlab.com/j/1",
    }  # fmt: skip
    found = of_gitlab(GITLAB, environ)
    assert found == Gate(
        "GitLab CI", "release", COMMIT, "https://gitlab.com/j/1", "ada", "group/sdk", "main", protected=True
    )
    assert of_gitlab(None, environ) == replace(found, protected=None)


def test_azure_tells_it_in_variables() -> None:
    """A deployment job has the name of its environment."""
    environ = {
        "ENVIRONMENT_NAME": "release", "BUILD_SOURCEVERSION": COMMIT, "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/",
        "SYSTEM_TEAMPROJECT": "p", "BUILD_BUILDID": "7", "BUILD_REQUESTEDFOR": "Ada",
    }  # fmt: skip
    found = of_azure(environ)
    assert (found.environment, found.commit) == ("release", COMMIT)
    assert found.by == "https://dev.azure.com/o/p/_build/results?buildId=7 / Ada"


@pytest.mark.parametrize("gate", [GATE, replace(GATE, protected=True)])
def test_the_agreed_gate_counts(gate: Gate) -> None:
    """The configured environment, at the released commit."""
    assert refusal(gate, "release", COMMIT) == ""


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (replace(GATE, environment=""), "this job of GitHub Actions belongs to no environment"),
        (replace(GATE, environment="test"), "belongs to the environment test, and release-environment is release"),
        (replace(GATE, environment="Release"), "belongs to the environment Release"),
        (replace(GATE, commit="d" * 40), "runs this job for dddddddddddd, and cccccccccccc is to be released"),
        (replace(GATE, commit=""), "runs this job for no commit"),
        (replace(GATE, protected=False), "the environment release is not protected"),
    ],
)
def test_any_other_is_refused(gate: Gate, said: str) -> None:
    """Another environment, another commit, none at all, or one that holds nobody back."""
    assert said in refusal(gate, "release", COMMIT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON web token"),
        ("a.b", "no JSON web token"),
        ("a.!!!.c", "no JSON web token"),
        ("a.WzFd.c", "no JSON web token"),
        (token(**{**GITHUB, "aud": "pypi"}), "meant for 'pypi', not for nox-release"),
        (token(sha=COMMIT), "meant for None"),
    ],
)
def test_what_is_no_identity_for_us_is_refused(text: str, said: str) -> None:
    """A token of another form, or one that an index was to get."""
    with pytest.raises(ValueError, match=said):
        claims(text)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    """Whatever comes, it is refused in words."""
    with pytest.raises(ValueError, match="no JSON web token"):
        claims(text)
