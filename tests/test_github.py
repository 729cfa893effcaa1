"""Releases on GitHub: made once, completed by whoever comes next, and never at the price of the token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from github_api import RELEASES, REPOSITORY, TOKEN, Failure, FakeGitHub, fake_github
from nox_release.errors import Blocked
from nox_release.github import TRIES, GitHub, Place, place

TAG, BODY = "demo_1.0", "- It is *there*."


@dataclass
class FakeClock:
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with fake_github() as one:
        yield one


@pytest.fixture
def assets(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("demo-1.0.tar.gz", "demo-1.0.cdx.json")]
    for path in paths:
        path.write_text(path.name)
    return paths


def release(hub: FakeGitHub, assets: list[Path], clock: FakeClock | None = None, token: str = TOKEN) -> str:
    with closing(GitHub(Place(hub.url, REPOSITORY, token), {}, clock or FakeClock())) as github:
        return github.release(TAG, BODY, False, assets)


def test_a_release_is_made_for_the_tag(hub: FakeGitHub, assets: list[Path]) -> None:
    """With the changelog's entry as its text, and the files as its assets; a second time nothing is done."""
    assert release(hub, assets) == f"https://github.com/{REPOSITORY}/releases/tag/{TAG}"
    made = hub.releases[TAG]
    assert (made["name"], made["body"], made["prerelease"]) == (TAG, BODY, False)
    assert {name: one["size"] for name, one in hub.assets.items()} == {
        path.name: path.stat().st_size for path in assets
    }
    hub.asked.clear()
    release(hub, assets)
    assert {method for method, _ in hub.asked} == {"GET"}


def test_a_release_that_is_there_is_left_and_completed(hub: FakeGitHub, assets: list[Path]) -> None:
    """Somebody's text stays, what lacks is added, and a broken upload is made anew."""
    release(hub, [])
    hub.releases[TAG]["body"] = "written by hand"
    hub.add_asset(assets[0].name, b"", state="starter")
    release(hub, assets)
    assert hub.releases[TAG]["body"] == "written by hand"
    assert hub.assets[assets[0].name]["state"] == "uploaded"
    assert ("DELETE", f"{RELEASES}/assets/1") in hub.asked
    assert len(hub.assets) == 2


@pytest.mark.parametrize("digests", [True, False], ids=["by digest", "by size"])
def test_another_file_under_an_assets_name_is_told(hub: FakeGitHub, assets: list[Path], digests: bool) -> None:
    """It is not replaced: which of them is right, a person has to see."""
    hub.digests = digests
    release(hub, [])
    hub.add_asset(assets[0].name, b"something else")
    with pytest.raises(Blocked, match=r"the GitHub release has another demo-1\.0\.tar\.gz"):
        release(hub, assets)


PASSING = [
    Failure("GET", 503),
    Failure("GET", 0),
    Failure("POST", 502),
    Failure("POST", 500, done=True),
    Failure("POST", 0, done=True),
    Failure("POST", 422, body={"message": "Validation Failed", "errors": [{"code": "already_exists"}]}, done=True),
    Failure("POST", 429, {"Retry-After": "7"}),
    Failure("POST", 403, {"Retry-After": "7"}),
    Failure("GET", 403, {"X-RateLimit-Remaining": "0"}),
]


@pytest.mark.parametrize("failure", PASSING, ids=lambda one: f"{one.method} {one.status} {'done' if one.done else ''}")
def test_what_passes_is_tried_again_and_nothing_is_made_twice(
    hub: FakeGitHub, assets: list[Path], failure: Failure
) -> None:
    """An error hides a success at times: it looks before it asks again, and waits as long as it is asked to."""
    hub.failures.append(failure)
    clock = FakeClock()
    release(hub, assets, clock)
    assert clock.slept == [float(failure.headers.get("Retry-After", 2))]
    assert list(hub.releases) == [TAG]
    assert len(hub.assets) == 2


@pytest.mark.parametrize("failure", PASSING, ids=lambda one: f"{one.method} {one.status} {'done' if one.done else ''}")
def test_an_upload_that_fails_is_looked_at_again(hub: FakeGitHub, assets: list[Path], failure: Failure) -> None:
    """The same holds for assets."""
    release(hub, [])
    hub.failures.append(failure)
    release(hub, assets)
    assert {one["state"] for one in hub.assets.values()} == {"uploaded"}
    assert len(hub.assets) == 2


def test_it_gives_up_after_a_while(hub: FakeGitHub, assets: list[Path]) -> None:
    """The tries are counted; the next command finishes it."""
    hub.failures += [Failure("POST", 503)] * TRIES
    clock = FakeClock()
    with pytest.raises(Blocked, match=f"GitHub answers 503, {TRIES} times") as caught:
        release(hub, assets, clock)
    assert "run the same command again" in caught.value.hint
    assert clock.slept == [2.0, 4.0, 8.0]
    release(hub, assets)
    assert len(hub.assets) == 2


def test_a_long_wait_is_not_waited(hub: FakeGitHub, assets: list[Path]) -> None:
    """A limit that lasts an hour is told."""
    hub.failures.append(Failure("GET", 429, {"Retry-After": "3600"}))
    clock = FakeClock()
    with pytest.raises(Blocked, match="left alone for 3600 s"):
        release(hub, assets, clock)
    assert clock.slept == []


def test_a_refusal_is_told_with_what_to_do_and_without_the_token(hub: FakeGitHub, assets: list[Path]) -> None:
    """A token that is not valid, one that may not write, a repository that is not there, a tag that GitHub dislikes."""
    with pytest.raises(Blocked, match="GitHub answers 401 Bad credentials") as caught:
        release(hub, assets, token="ghs_expired-secret")
    assert "make a new one" in caught.value.hint
    assert "secret" not in str(caught.value)
    for status, hint in ((403, "contents: write"), (404, "see that the repository is right"), (422, "mend it")):
        hub.failures.append(Failure("POST", status, body={"message": "no"}))
        with pytest.raises(Blocked, match=f"GitHub answers {status} no") as caught:
            release(hub, assets)
        assert hint in caught.value.hint
    assert hub.releases == {}


def test_nobody_there_is_told(assets: list[Path]) -> None:
    """A closed port ends in a message, too."""
    with (
        closing(GitHub(Place("http://127.0.0.1:9", REPOSITORY, TOKEN), {}, FakeClock())) as github,
        pytest.raises(Blocked, match="GitHub cannot be reached: ConnectionError, 4 times"),
    ):
        github.release(TAG, BODY, False, assets)


GH = {"GITHUB_TOKEN": TOKEN}


@pytest.mark.parametrize(
    ("environ", "remote", "expected"),
    [
        (GH, "https://github.com/contoso/sdk.git", Place("https://api.github.com", "contoso/sdk", TOKEN)),
        ({"GH_TOKEN": TOKEN}, "ssh://github.com/contoso/sdk", Place("https://api.github.com", "contoso/sdk", TOKEN)),
        ({**GH, "GITHUB_REPOSITORY": "a/b"}, "", Place("https://api.github.com", "a/b", TOKEN)),
        (
            {**GH, "GITHUB_API_URL": "https://git.contoso.example/api/v3/"},
            "https://git.contoso.example/team/sdk",
            Place("https://git.contoso.example/api/v3", "team/sdk", TOKEN),
        ),
    ],
)
def test_where_it_goes(environ: Mapping[str, str], remote: str, expected: Place) -> None:
    """By GitHub's own variables, else by the remote."""
    assert place(environ, remote) == expected
    assert TOKEN not in repr(place(environ, remote))


@pytest.mark.parametrize(
    ("environ", "remote", "why"),
    [
        (GH, "https://gitlab.com/contoso/sdk", "https://gitlab.com/contoso/sdk is no repository of GitHub"),
        (GH, "https://github.com/contoso", "is no repository of GitHub"),
        (GH, "", "the git remote is no repository of GitHub"),
        ({}, "https://github.com/contoso/sdk", "there is no token"),
        ({**GH, "GITHUB_API_URL": "http://api.example"}, "https://github.com/a/b", "would send the token in clear"),
    ],
)
def test_where_it_cannot_go(environ: Mapping[str, str], remote: str, why: str) -> None:
    """A token goes to no host that is not GitHub's by name or by its own variable, and over no plain HTTP."""
    with pytest.raises(Blocked, match=why):
        place(environ, remote)
