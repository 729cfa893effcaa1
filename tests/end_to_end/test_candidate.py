"""A candidate's whole way, with everything real: nox, a terminal, git and its remote, twine and three index servers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme

from archives import make_wheel
from nox_release.index.credentials import Known
from nox_release.index.simple import Reader
from servers.gate import Gate, Moment, Strike, gate
from servers.indexes import INDEXES, PASSWORD, USER, Server, proxpi, pypiron
from terminal import answered
from uploads import put
from workspaces import LIMIT, NOXFILE, Workspace, package

pytestmark = pytest.mark.end_to_end
PROMPT = "name version: "
CORE, APP = "contoso-core", "contoso-app"
FILES = {
    "noxfile.py": NOXFILE,
    ".gitignore": "__pycache__/\n",
    **package(CORE),
    **package(APP, "2.0", dependencies='["contoso-core>=1.0"]'),
}
WHO = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "tests",
    "GIT_AUTHOR_EMAIL": "tests@example.com",
    "GIT_COMMITTER_NAME": "tests",
    "GIT_COMMITTER_EMAIL": "tests@example.com",
}


@dataclass(frozen=True)
class Candidate:
    """A workspace, and the index that its packages go to."""

    workspace: Workspace
    upload_url: str
    simple_url: str

    @property
    def where(self) -> tuple[str, ...]:
        """The options that name the index."""
        return ("--repository-url", self.upload_url, "--index-url", self.simple_url)

    def approve(self, *names: str) -> str:
        """Approve at a terminal, as a person does; returns what it showed."""
        versions = {CORE: "1.0", APP: "2.0"}
        code, said = self.at_terminal(
            [f"{name} {versions[name]}" for name in sorted(names)], "-s", "approve", "--", *names, *self.where
        )
        assert code == 0, said
        return said

    def at_terminal(self, lines: list[str], *arguments: str) -> tuple[int, str]:
        """Run nox at a pseudo-terminal, and type *lines*, one at each prompt."""
        environ = {**os.environ, **self.workspace.environ}
        return answered(self.workspace.command(*arguments), self.workspace.root, environ, PROMPT, lines, LIMIT)

    def arguments(self, *names: str) -> list[str]:
        """What is typed to publish."""
        return ["-s", "publish", "--", *names, "--candidate-for-release", "--first-release", *self.where]

    def publish(self, *names: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Publish, with nobody at a terminal."""
        return self.workspace.nox(*self.arguments(*names), **environ)

    def start(self, *names: str) -> subprocess.Popen[bytes]:
        """Start publishing, in a process group of its own."""
        return subprocess.Popen(
            self.workspace.command(*self.arguments(*names)), cwd=self.workspace.root, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **self.workspace.environ},
            start_new_session=True,
        )  # fmt: skip

    def approved(self, name: str = CORE) -> dict[str, str]:
        """File name → sha256 of what was approved."""
        manifest = json.loads((self.workspace.root / "dist" / name / "release-manifest.json").read_text())
        return {artifact["filename"]: artifact["sha256"] for artifact in manifest["artifacts"]}

    def published(self, name: str = CORE) -> dict[str, str]:
        """File name → sha256 of what the index serves."""
        with closing(Reader(self.simple_url)) as reader:
            return {filename: reader.digest(file) for filename, file in reader.files(name).items()}

    def tags(self) -> dict[str, str]:
        """Tag → commit, on the remote."""
        lines = self.workspace.git("ls-remote", "--tags", "origin").splitlines()
        return {line.split("refs/tags/")[1].removesuffix("^{}"): line.split()[0] for line in lines}

    def put(self, path: Path) -> None:
        """Upload a file of core by hand."""
        put(self.upload_url, self.simple_url, Known("by hand", USER, PASSWORD), CORE, [path])

    @property
    def head(self) -> str:
        """The commit that is released."""
        return self.workspace.git("rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory, envdir: Path) -> Workspace:
    """Two packages, one of which needs the other, with the evidence of all stages before publish."""
    made = Workspace(tmp_path_factory.mktemp("proven") / "workspace", envdir, WHO)
    made.root.mkdir()
    made.git("init", "-q", "-b", "main")
    made.write(FILES)
    made.commit("first")
    done = made.nox("-s", "lint-metadata", "verify-artifacts", "test", "--", "all")
    assert done.returncode == 0, done.stdout
    return made


@pytest.fixture
def workspace(proven: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it, pushed to a bare remote of its own."""
    credentials = {"TWINE_USERNAME": USER, "TWINE_PASSWORD": PASSWORD}
    made = Workspace(tmp_path / "workspace", proven.envdir, {**WHO, **credentials})
    shutil.copytree(proven.root, made.root, symlinks=True)
    made.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
    made.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    made.git("push", "-q", "origin", "main")
    return made


@contextmanager
def on(server: Server, workspace: Workspace) -> Iterator[tuple[Candidate, Gate]]:
    with gate(server) as passing:
        yield Candidate(workspace, passing.upload_url, passing.simple_url), passing


@pytest.fixture
def candidate(workspace: Workspace, tmp_path: Path) -> Iterator[tuple[Candidate, Gate]]:
    """A candidate for pypiron."""
    with pypiron(tmp_path) as server, on(server, workspace) as made:
        yield made


@pytest.mark.parametrize("name", INDEXES)
def test_what_was_approved_is_published_once(workspace: Workspace, tmp_path: Path, name: str) -> None:
    """Exactly the approved bytes are on the index, the tag is pushed, and a second run sends nothing."""
    with INDEXES[name](tmp_path) as server, on(server, workspace) as (candidate, passing):
        assert "approved by" in candidate.approve(CORE)
        done = candidate.publish(CORE)
        assert done.returncode == 0, done.stdout
        assert f"published {CORE} 1.0 to {candidate.upload_url}, tagged {CORE}_1.0" in done.stdout
        assert candidate.published() == candidate.approved()
        assert candidate.tags() == {f"{CORE}_1.0": candidate.head}
        again = candidate.publish(CORE)
        assert again.returncode == 0, again.stdout
        assert again.stdout.count("was there already") == 2
        assert [filename for filename, _ in passing.uploads] == list(candidate.approved())
        assert PASSWORD not in done.stdout + again.stdout


def test_other_bytes_stop_before_anything_is_sent(candidate: tuple[Candidate, Gate], tmp_path: Path) -> None:
    """Somebody else took the wheel's name: nothing is sent, and the file is named."""
    made, passing = candidate
    made.approve(CORE)
    made.put(make_wheel(tmp_path, {"contoso_core/__init__.py": ""}, CORE))
    passing.uploads.clear()
    done = made.publish(CORE)
    assert done.returncode != 0
    assert "contoso_core-1.0-py3-none-any.whl" in done.stdout, done.stdout
    assert "nothing can replace what the index has" in done.stdout
    assert (passing.uploads, made.tags()) == ([], {})


def test_a_half_published_release_is_finished(candidate: tuple[Candidate, Gate]) -> None:
    """The sdist is there already, with the approved bytes: the wheel follows, then the tag."""
    made, passing = candidate
    made.approve(CORE)
    sdist, wheel = made.approved()
    made.put(made.workspace.root / "dist" / CORE / sdist)
    done = made.publish(CORE)
    assert done.returncode == 0, done.stdout
    assert [filename for filename, _ in passing.uploads] == [sdist, wheel]
    assert f"{sdist}: was there already" in done.stdout
    assert made.published() == made.approved()


def test_another_machine_finishes_a_half_published_release(candidate: tuple[Candidate, Gate], tmp_path: Path) -> None:
    """A clone that has nothing but the approval builds the same bytes, and sends what is not there."""
    made, passing = candidate
    made.approve(CORE)
    sdist, wheel = made.approved()
    made.put(made.workspace.root / "dist" / CORE / sdist)
    passing.uploads.clear()
    there = replace(made, workspace=replace(made.workspace, root=tmp_path / "clone"))
    remote = made.workspace.git("remote", "get-url", "origin").strip()
    made.workspace.git("clone", "-q", "-b", "main", remote, str(there.workspace.root))
    approvals = Path(".nox-release", "approvals")
    shutil.copytree(made.workspace.root / approvals, there.workspace.root / approvals)
    done = there.publish(CORE)
    assert done.returncode == 0, done.stdout
    assert "HIS106" in done.stdout
    assert [filename for filename, _ in passing.uploads] == [wheel]
    assert there.published() == made.approved()
    assert there.tags() == {f"{CORE}_1.0": made.head}


def test_a_push_that_fails_is_told_and_finished_later(candidate: tuple[Candidate, Gate]) -> None:
    """The remote takes no tag: what is done is said, and the same command finishes when it does."""
    made, passing = candidate
    made.approve(CORE)
    hook = Path(made.workspace.git("remote", "get-url", "origin").strip(), "hooks/pre-receive")
    hook.write_text("#!/bin/sh\necho no tags on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    done = made.publish(CORE)
    assert done.returncode != 0
    assert f"{CORE}_1.0 is set here, and could not be pushed to origin" in done.stdout
    assert "no tags on Fridays" in done.stdout
    assert made.published() == made.approved()
    hook.unlink()
    again = made.publish(CORE)
    assert again.returncode == 0, again.stdout
    assert made.tags() == {f"{CORE}_1.0": made.head}
    assert len(passing.uploads) == 2


@pytest.mark.parametrize("where", ["here", "on the remote"])
def test_a_tag_at_another_commit_refuses_before_any_upload(candidate: tuple[Candidate, Gate], where: str) -> None:
    """Whether it is known here or only on the remote."""
    made, passing = candidate
    made.approve(CORE)
    git = made.workspace.git
    other = git("commit-tree", "-m", "other", "HEAD^{tree}").strip()
    git("tag", "-a", "-m", "other", f"{CORE}_1.0", other)
    if where == "on the remote":
        git("push", "-q", "origin", f"{CORE}_1.0")
        git("tag", "-d", f"{CORE}_1.0")
    done = made.publish(CORE)
    assert done.returncode != 0
    assert f"{CORE}_1.0 is tagged {where} at {other[:12]}" in done.stdout
    assert passing.uploads == []


def test_an_approval_is_void_for_other_bytes(candidate: tuple[Candidate, Gate]) -> None:
    """One changed file, committed and pushed, is another release, and nobody has approved it."""
    made, passing = candidate
    made.approve(CORE)
    made.workspace.write({f"packages/{CORE}/src/contoso_core/__init__.py": '"""Another module."""\n'})
    made.workspace.commit("change")
    made.workspace.git("push", "-q", "origin", "main")
    unbuilt = made.publish(CORE)
    assert unbuilt.returncode != 0
    assert "nobody can have approved what is not built" in unbuilt.stdout
    assert made.workspace.nox("-s", "lint-metadata", "verify-artifacts", "test", "--", CORE).returncode == 0
    done = made.publish(CORE)
    assert done.returncode != 0
    assert "is void: contoso-core was approved as built from" in done.stdout, done.stdout
    assert "contoso_core-1.0-py3-none-any.whl has other bytes" in done.stdout
    assert passing.uploads == []


def test_an_approval_is_void_for_another_index(candidate: tuple[Candidate, Gate], tmp_path: Path) -> None:
    """What may go to a test index may not go to the public one."""
    made, passing = candidate
    made.approve(CORE)
    other = replace(made, upload_url=f"{made.upload_url}other/")
    done = other.publish(CORE)
    assert done.returncode != 0
    assert f"it was approved for {made.upload_url}, not for {other.upload_url}" in done.stdout
    assert passing.uploads == []


def test_a_wrong_password_is_told(candidate: tuple[Candidate, Gate]) -> None:
    """Nothing is half done, and the right one finishes it."""
    made, _ = candidate
    made.approve(CORE)
    done = made.publish(CORE, TWINE_PASSWORD="guess")
    assert done.returncode != 0
    # An index may hang up on who it does not know, before it has read the file; then nobody hears its answer.
    assert "the index refuses it: 401" in done.stdout or "the connection broke" in done.stdout
    assert (made.published(), made.tags()) == ({}, {})
    done = made.publish(CORE)
    assert done.returncode == 0, done.stdout


def test_an_authority_that_pypirc_names_is_believed_by_all_who_read_the_index(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The checks, the preflight, the proof, twine and the installer: none of them knows it otherwise."""
    authority, tls, ca = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(ca))
    with pypiron(tmp_path) as server, gate(server, tls) as passing:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / ".pypirc").write_text(
            f"[distutils]\nindex-servers = corp\n[corp]\nrepository = {passing.upload_url}\nca_cert = {ca}\n"
        )
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": cache}
        there = replace(workspace, environ={**workspace.environ, **home})
        where = [CORE, "--repository", "corp", "--index-url", passing.simple_url]
        code, said = Candidate(there, "", "").at_terminal([f"{CORE} 1.0"], "-s", "approve", "--", *where)
        assert code == 0, said
        done = there.nox("-s", "publish", "--", *where, "--candidate-for-release", "--first-release")
        assert done.returncode == 0, done.stdout
        assert len(passing.uploads) == 2


def test_of_two_commands_at_once_one_is_refused(candidate: tuple[Candidate, Gate]) -> None:
    """Started while the first uploads, the second says who has the package."""
    made, passing = candidate
    made.approve(CORE)
    said: list[subprocess.CompletedProcess[str]] = []
    passing.strike = Strike(0, Moment.BODY, lambda: said.append(made.publish(CORE)), uploads=True, goes_on=True)
    first = made.publish(CORE)
    (second,) = said
    assert first.returncode == 0, first.stdout
    assert second.returncode != 0
    assert f"another command on this machine is releasing {CORE}" in second.stdout
    assert len(passing.uploads) == 2


@pytest.mark.parametrize(("number", "moment", "uploads"), [(0, Moment.BODY, 3), (1, Moment.ANSWERED, 2)])
def test_a_killed_command_is_finished_by_the_same_command(
    candidate: tuple[Candidate, Gate], number: int, moment: Moment, uploads: int
) -> None:
    """Nothing has to be approved again, what is there is not sent again, and the rest follows."""
    made, passing = candidate
    made.approve(CORE)
    passing.strike = Strike(number, moment, lambda: os.killpg(command.pid, signal.SIGKILL), uploads=True)
    command = made.start(CORE)
    assert command.wait(timeout=LIMIT) == -signal.SIGKILL
    done = made.publish(CORE)
    assert done.returncode == 0, done.stdout
    assert made.published() == made.approved()
    assert made.tags() == {f"{CORE}_1.0": made.head}
    assert (len(passing.uploads), [name for name, listed in passing.uploads if listed]) == (uploads, [])


def test_a_worker_that_outlives_its_command_keeps_others_out(candidate: tuple[Candidate, Gate]) -> None:
    """Only nox is killed: what it left uploading is waited for, and then the same command finishes."""
    made, passing = candidate
    made.approve(CORE)
    said: list[subprocess.CompletedProcess[str]] = []

    def kill_nox_alone() -> None:
        command.kill()
        command.wait()
        said.append(made.publish(CORE))

    passing.strike = Strike(0, Moment.TAKEN, kill_nox_alone, uploads=True, goes_on=True)
    command = made.start(CORE)
    command.wait(timeout=LIMIT)
    wait_for(lambda: said)
    assert said[0].returncode != 0
    assert f"a command that was killed is still uploading {CORE}" in said[0].stdout
    wait_for(lambda: made.publish(CORE).returncode == 0)
    assert made.published() == made.approved()
    assert len(passing.uploads) == 2


def test_git_that_knows_nobody_is_told_before_anything_is_sent(candidate: tuple[Candidate, Gate]) -> None:
    """As in CI: the tag could not be set once everything is uploaded."""
    made, passing = candidate
    made.approve(CORE)
    made.workspace.git("config", "user.useConfigOnly", "true")
    done = made.publish(CORE, GIT_COMMITTER_NAME="", GIT_COMMITTER_EMAIL="")
    assert done.returncode != 0
    assert f"error PRE205 {CORE}: git: git knows no committer" in done.stdout
    assert passing.uploads == []


def test_packages_go_in_order_and_wait_for_a_mirror_that_lags(workspace: Workspace, tmp_path: Path) -> None:
    """Users read a mirror: the package that needs the other is sent when the mirror lists that one."""
    with pypiron(tmp_path) as server, gate(server) as passing, proxpi(tmp_path, server.simple_url, 3) as mirror:
        made = Candidate(workspace, passing.upload_url, mirror.simple_url)
        made.approve(APP, CORE)
        listed: list[dict[str, str]] = []
        passing.strike = Strike(2, Moment.BEFORE, lambda: listed.append(made.published()), uploads=True, goes_on=True)
        done = made.publish(APP, CORE)
        assert done.returncode == 0, done.stdout
        assert [filename for filename, _ in passing.uploads] == [*made.approved(CORE), *made.approved(APP)]
        assert listed == [made.approved(CORE)]
        assert made.published(APP) == made.approved(APP)
        assert set(made.tags()) == {f"{CORE}_1.0", f"{APP}_2.0"}


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until *condition* holds, within bounds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.2)
