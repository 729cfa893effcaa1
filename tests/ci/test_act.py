"""The workflows of GitHub Actions, run by act on this machine; only GitHub's own actions are stood in for."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ci.conftest import APP, CORE, Repository, said
from servers.indexes import PASSWORD, USER, pypiron
from tokens import token

pytestmark = pytest.mark.end_to_end


@contextmanager
def identities(claims: dict[str, str]) -> Iterator[str]:
    """GitHub's endpoint for the identity of a job, which says what *claims* hold then; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            audience = self.path.rpartition("audience=")[2]
            body = json.dumps({"value": token(aud=audience, **claims)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token?a=b"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_pull_request_that_changes_no_package_passes_and_says_so(repository: Repository) -> None:
    """Nothing matched, so nothing is verified, and the check that a repository requires is green."""
    repository.pull_request({"docs/page.md": "words\n"})
    done = repository.act("verify.yml", "pull_request")
    assert done.returncode == 0, done.stdout
    assert "nothing to do: changed-since:HEAD^1 matches nothing" in said(done)
    assert "This pull request changes no package." in said(done, "verify/verified")
    assert "shard 1" not in said(done)


@pytest.mark.slow
@pytest.mark.parametrize("body", ["", "raise SystemExit('broken')"])
def test_a_pull_request_is_verified_for_what_it_changes(repository: Repository, body: str) -> None:
    """The package that changed, alone, with what it needs built here; what fails fails the required check."""
    repository.pull_request({f"packages/{APP}/src/contoso_app/__init__.py": f'"""Another."""\n{body}\n'})
    done = repository.act("verify.yml", "pull_request")
    assert bool(done.returncode) == bool(body), done.stdout
    assert f"with {CORE} 1.0, built here as a companion" in said(done, "shard 1")
    assert ("plan: success, verify: failure" in said(done, "verify/verified")) == bool(body)
    assert ("ok      test contoso-app 2.0" in said(done)) != bool(body)


@pytest.mark.slow
def test_what_the_plan_cannot_find_fails(repository: Repository) -> None:
    """A name that no package has is an error, of a release as anywhere else."""
    done = repository.act("release.yml", "workflow_dispatch", package="contoso-croe")
    assert done.returncode and "did you mean contoso-core" in said(done)


@pytest.mark.slow
def test_a_package_is_named_and_not_run(repository: Repository, tmp_path: Path) -> None:
    """What is typed as the package's name reaches no shell."""
    done = repository.act("release.yml", "workflow_dispatch", package=f"$(touch {tmp_path}/a)`touch {tmp_path}/b`\"'")
    assert done.returncode
    assert not {path.name for path in tmp_path.iterdir()} & {"a", "b"}


@pytest.mark.slow
def test_by_default_it_is_a_rehearsal(repository: Repository) -> None:
    """Two shards build and test, their evidence is merged, and nothing is published or built again."""
    done = repository.act("release.yml", "workflow_dispatch", package="contoso-* !contoso-none contoso-core")
    assert done.returncode, "the exclusion matches nothing"
    done = repository.act("release.yml", "workflow_dispatch", package="contoso-*")
    assert done.returncode == 0, done.stdout
    assert "2 folders" in said(done, "release/prove")
    assert "Rehearsed: 2 of 2" in said(done, "release/prove")
    assert not re.search(r"ok +(build|test|verify)", said(done, "release/prove"))
    assert "release/publish" not in said(done)
    assert {path.name for path in (repository.handover / "cached/test").iterdir()} == {CORE, APP}


@pytest.mark.slow
def test_a_candidate_is_published_from_the_job_behind_the_gate(repository: Repository, tmp_path: Path) -> None:
    """Exactly what was proven in jobs without credentials, and nothing is built where there are some."""
    claims = {"environment": "release", "repository": "contoso/sdk", "actor": "somebody"}
    with pypiron(tmp_path) as server, identities(claims) as url:
        where = f"--repository-url {server.upload_url} --index-url {server.simple_url}"
        approve, digest = 'nox -s approve -- "${targets[@]}"', '--approved "$DIGEST"'
        credentials = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
            "TWINE_USERNAME": USER,
            "TWINE_PASSWORD": PASSWORD,
        }
        first = "GIT_AUTHOR_NAME: github-actions[bot]\n"
        lines = "".join(f"          {name}: {value}\n" for name, value in credentials.items())
        repository.replace(
            ".github/workflows/release.yml",
            (approve, f"{approve} {where}"),
            (digest, f"{digest} {where}"),
            (first, first + lines),
        )
        repository.git("push", "-q", "upstream", "main")
        claims["sha"] = repository.git("rev-parse", "HEAD")
        inputs = {"package": "contoso-*", "candidate_for_release": "true", "first_release": "true"}
        done = repository.act("release.yml", "workflow_dispatch", **inputs)
        assert done.returncode == 0, done.stdout
        publish = said(done, "release/publish")
        assert "approved by the environment release of GitHub Actions" in publish
        assert not re.search(r"ok +(build|test|verify)", publish)
        for name in (CORE, APP):
            page = urllib.request.urlopen(f"{server.simple_url}{name}/", timeout=60).read().decode()
            assert page.count("#sha256=") == 2
    tags = repository.git("ls-remote", "--tags", "upstream")
    assert f"{CORE}_1.0" in tags and f"{APP}_2.0" in tags
