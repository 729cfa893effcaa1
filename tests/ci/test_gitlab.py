"""The pipeline of GitLab CI, run by gitlab-ci-local with this machine's shell."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ci.conftest import CORE, Repository, said
from servers.indexes import PASSWORD, USER, pypiron
from servers.programs import ROOT
from tokens import token

pytestmark = pytest.mark.end_to_end
RUNNER = "gitlab-ci-local@4.70.0"
"""Of npm; later ones need a newer Node.js than Debian's."""


@pytest.fixture(scope="session")
def local() -> Path:
    """The program, installed once beside nox's virtualenvs; skipped where this machine cannot have it."""
    if absent := [name for name in ("npm", "node", "rsync", "bash") if not shutil.which(name)]:
        pytest.skip(f"GITLAB WORKFLOW NOT RUN: {RUNNER} needs {', '.join(absent)}, which pip cannot install")
    folder = ROOT / ".nox" / f"npm-{hashlib.sha256(RUNNER.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            done = subprocess.run(
                ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, RUNNER],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
            if done.returncode:
                pytest.skip(f"GITLAB WORKFLOW NOT RUN: npm cannot install {RUNNER}: {done.stderr[-300:]}")
            (folder / "whole").touch()
    return folder / "node_modules/.bin/gitlab-ci-local"


def run(local: Path, repository: Repository, **variables: str) -> subprocess.CompletedProcess[str]:
    options = [f"--variable={name}={value}" for name, value in variables.items()]
    return repository.run(
        [local, "--force-shell-executor", "--shell-isolation", *options], GCL_IGNORE_PREDEFINED_VARS=""
    )


def page(url: str) -> str:
    """What an index lists; nothing where it does not know the project."""
    try:
        text: str = urllib.request.urlopen(url, timeout=60).read().decode()
    except urllib.error.HTTPError:
        return ""
    return text


def test_a_merge_request_that_changes_no_package_passes_and_says_so(local: Path, repository: Repository) -> None:
    """Nothing matched, so nothing is verified, and that is well."""
    base = repository.git("rev-parse", "HEAD")
    repository.write({"docs/page.md": "words\n"})
    done = run(
        local, repository, CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_DIFF_BASE_SHA=base
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "This merge request changes no package." in said(done, "nox-release-verify")
    assert "nox-release-prove" not in said(done)


def test_a_failure_is_no_pass(local: Path, repository: Repository) -> None:
    """A base that git does not have is told, and fails."""
    done = run(local, repository, CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_DIFF_BASE_SHA="f" * 40)
    assert done.returncode and "git knows no commit" in said(done)


@pytest.mark.slow
def test_by_default_it_is_a_rehearsal(local: Path, repository: Repository) -> None:
    """The package that is named is proven, and there is no job that publishes."""
    done = run(local, repository, CI_PIPELINE_SOURCE="web", PACKAGE=CORE)
    assert done.returncode == 0, done.stdout
    assert "Rehearsed: 1 of 1" in said(done, "nox-release-prove")
    assert "nox-release-publish" not in said(done)


@pytest.mark.slow
@pytest.mark.parametrize("protected", ["false", "true"])
def test_a_candidate_takes_what_was_proven_to_the_gate(
    local: Path, repository: Repository, tmp_path: Path, protected: str
) -> None:
    """The second job builds nothing again, and publishes only where its environment is one that holds jobs back."""
    with pypiron(tmp_path) as server:
        where = f"--repository-url {server.upload_url} --index-url {server.simple_url}"
        approve, digest = 'nox -s approve -- "${targets[@]}"', '--approved "$digest"'
        pairs = ((approve, f"{approve} {where}"), (digest, f"{digest} {where}"))
        repository.replace(".gitlab/nox-release.yml", *pairs)
        repository.git("push", "-q", "upstream", "main")
        commit = repository.git("rev-parse", "HEAD")
        identity = token(aud="nox-release", environment="release", environment_protected=protected, sha=commit)
        done = run(
            local, repository, CI_PIPELINE_SOURCE="web", PACKAGE=CORE, CANDIDATE_FOR_RELEASE="true",
            FIRST_RELEASE="true", NOX_RELEASE_ID_TOKEN=identity, TWINE_USERNAME=USER, TWINE_PASSWORD=PASSWORD,
            GITLAB_USER_NAME="somebody", GITLAB_USER_EMAIL="somebody@example.com",
        )  # fmt: skip
        prove, publish = (said(done, f"nox-release-{job}") for job in ("prove", "publish"))
        assert re.search("sha256 [0-9a-f]{64}", prove), done.stdout
        assert not re.search(r"ok +(build|test|verify)", publish)
        assert ("the environment release is not protected" in publish) == (protected == "false"), done.stdout
        listed = page(f"{server.simple_url}{CORE}/")
        assert listed.count("#sha256=") == (0 if protected == "false" else 2), done.stdout
