"""Tags of releases on a real remote: set once, at the built commit, and never moved."""

from __future__ import annotations

import shutil
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nox_release.errors import Blocked
from nox_release.source import Git
from nox_release.tagging import Tagged, Tags

A, B = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("tagged", "create", "push", "conflict"),
    [
        (Tagged("v1", A), True, True, False),
        (Tagged("v1", A, local=A), False, True, False),
        (Tagged("v1", A, remote=A), True, False, False),
        (Tagged("v1", A, A, A), False, False, False),
        (Tagged("v1", A, local=B), False, False, True),
        (Tagged("v1", A, remote=B), False, False, True),
        (Tagged("v1", A, A, B), False, False, True),
        (Tagged("v1", A, B, A), False, False, True),
    ],
)
def test_what_has_to_be_done(tagged: Tagged, create: bool, push: bool, conflict: bool) -> None:
    """A tag is made where it is absent, pushed where the remote lacks it, and left alone where it is elsewhere."""
    assert (tagged.to_create, tagged.to_push, bool(tagged.conflict)) == (create, push, conflict)


class Repository:
    """A checkout with a bare remote."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.root = folder / "remote.git", folder / "checkout"
        subprocess.run(["git", "init", "-q", "--bare", str(self.bare)], check=True)
        subprocess.run(["git", "init", "-q", "-b", "main", str(self.root)], check=True)
        self.git("config", "user.name", "tests")
        self.git("config", "user.email", "tests@example.com")
        self.git("config", "tag.gpgSign", "false")
        self.git("remote", "add", "origin", str(self.bare))
        self.first, self.second = self.commit("first"), self.commit("second")

    def git(self, *arguments: str, where: Path | None = None) -> str:
        done = subprocess.run(["git", *arguments], cwd=where or self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.git("push", "-q", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    @property
    def tags(self) -> Tags:
        return Tags(Git(self.root, self.root / "objects"), "origin")

    def on_remote(self, name: str) -> str:
        return self.git("rev-parse", f"{name}^{{commit}}", where=self.bare)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_tag_is_annotated_and_pushed(repository: Repository) -> None:
    """It is at the built commit on both sides, with the message, whatever is checked out."""
    repository.tags.set(repository.tags.look("demo_1.0", repository.first), "demo 1.0")
    assert repository.on_remote("demo_1.0") == repository.first
    assert repository.git("cat-file", "-t", "demo_1.0") == "tag"
    assert repository.git("for-each-ref", "refs/tags/demo_1.0", "--format=%(contents:subject)") == "demo 1.0"


def test_setting_it_again_changes_nothing(repository: Repository) -> None:
    """The second time both sides have it."""
    repository.tags.set(repository.tags.look("demo_1.0", repository.first), "demo 1.0")
    before = repository.git("rev-parse", "demo_1.0")
    again = repository.tags.look("demo_1.0", repository.first)
    assert (again.local, again.remote) == (repository.first, repository.first)
    repository.tags.set(again, "demo 1.0")
    assert repository.git("rev-parse", "demo_1.0", where=repository.bare) == before


@pytest.mark.parametrize("annotated", [True, False])
def test_a_tag_elsewhere_on_the_remote_is_seen(repository: Repository, annotated: bool) -> None:
    """A tag that was never fetched counts, annotated or not; nothing is set over it."""
    repository.git("tag", *(["-a", "-m", "x"] if annotated else []), "demo_1.0", repository.second)
    repository.git("push", "-q", "origin", "demo_1.0")
    repository.git("tag", "-d", "demo_1.0")
    found = repository.tags.look("demo_1.0", repository.first)
    assert (found.local, found.remote) == ("", repository.second)
    with pytest.raises(Blocked, match="is tagged on the remote at"):
        repository.tags.set(found, "demo 1.0")
    assert repository.git("tag", "--list") == ""


def test_several_tags_are_looked_at_at_once(repository: Repository) -> None:
    """Each is told apart, annotated or not, and one whose name begins like another is another."""
    repository.git("tag", "-a", "-m", "x", "demo_1.0", repository.first)
    repository.git("tag", "demo_1.0.1", repository.second)
    repository.git("push", "-q", "origin", "demo_1.0", "demo_1.0.1")
    found = repository.tags.look_at(["demo_1.0", "demo_1.0.1", "demo_2.0"], repository.first)
    assert [tag.remote for tag in found] == [repository.first, repository.second, ""]


def test_what_a_killed_git_left_is_told(repository: Repository) -> None:
    """Its lock file keeps the tag from being set; the message says what is done already and what to do."""
    lock = repository.root / ".git/refs/tags/demo_1.0.lock"
    lock.touch()
    with pytest.raises(Blocked, match=r"everything is published, and demo_1\.0 could not be set: .*\.lock"):
        repository.tags.set(repository.tags.look("demo_1.0", repository.first), "demo 1.0")
    lock.unlink()
    repository.tags.set(repository.tags.look("demo_1.0", repository.first), "demo 1.0")
    assert repository.on_remote("demo_1.0") == repository.first


def test_a_push_that_fails_is_told_and_finished_later(repository: Repository) -> None:
    """The tag stays here; the next time it is pushed."""
    hook = repository.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho the remote says no >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Blocked, match=r"could not be pushed to origin: .*the remote says no") as caught:
        repository.tags.set(repository.tags.look("demo_1.0", repository.first), "demo 1.0")
    assert "git push origin demo_1.0" in caught.value.hint
    hook.unlink()
    repository.tags.set(repository.tags.look("demo_1.0", repository.first), "demo 1.0")
    assert repository.on_remote("demo_1.0") == repository.first


def test_a_remote_that_cannot_be_asked_blocks(repository: Repository) -> None:
    """Not being able to look is not an absent tag."""
    with pytest.raises(Blocked, match="the tags of nowhere cannot be read"):
        replace(repository.tags, remote="nowhere").look("demo_1.0", repository.first)


@pytest.mark.skipif(not shutil.which("ps"), reason="THERE IS NO ps: what git started was not looked for")
def test_a_remote_that_never_answers_is_given_up(repository: Repository) -> None:
    """It takes the connection, and says nothing; no helper of git waits on."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        remote = f"http://127.0.0.1:{silent.getsockname()[1]}/nothing"
        with pytest.raises(Blocked, match=r"git ls-remote had not ended in .* after 1 s"):
            repository.tags.git.ls_remote(remote, patience=1.0)
    at_work = subprocess.run(["ps", "-A", "-o", "stat=,args="], check=True, capture_output=True, text=True).stdout
    assert not [line for line in at_work.splitlines() if remote in line and not line.startswith("Z")]


def test_all_tags_of_the_remote_at_once(tmp_path: Path) -> None:
    """Each with the commit that it names, whether it is annotated or not."""
    repository = Repository(tmp_path)
    repository.git("tag", "plain", repository.first)
    repository.git("tag", "--annotate", "--message", "x", "annotated", repository.second)
    repository.git("push", "-q", "origin", "--tags")
    assert repository.tags.on_remote() == {"plain": repository.first, "annotated": repository.second}
