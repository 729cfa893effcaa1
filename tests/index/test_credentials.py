"""Credentials: where they are found, that nobody is asked too early, and that they are never told."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from nox_release.errors import Blocked
from nox_release.index import ambient
from nox_release.index.credentials import Known, Trusted, find
from nox_release.repository import PYPI, Repository, Section
from scripted_index import Scripted

CORP = Repository("corp", "https://index.example/legacy/", "https://index.example/simple/", section="corp")
SECRET = "hunter2-secret"
CI = {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"}


def no_ring(service: str, username: str | None) -> tuple[str, str] | None:
    return None


def ring(service: str, username: str | None) -> tuple[str, str] | None:
    return (username or "ringer", SECRET) if service == CORP.upload_url else None


@pytest.mark.parametrize(
    ("repository", "section", "environ", "expected"),
    [
        (PYPI, {}, {"TWINE_PASSWORD": SECRET}, ("TWINE_PASSWORD", "__token__")),
        (CORP, {}, {"TWINE_USERNAME": "me", "TWINE_PASSWORD": SECRET}, ("TWINE_PASSWORD", "me")),
        (CORP, {"username": "you"}, {"TWINE_PASSWORD": SECRET}, ("TWINE_PASSWORD", "you")),
        (CORP, {"username": "you", "password": SECRET}, {"TWINE_USERNAME": "me"}, ("[corp] in .pypirc", "me")),
        (CORP, {"username": "you", "password": SECRET}, CI, ("[corp] in .pypirc", "you")),
        (PYPI, {"password": SECRET}, {}, ("[pypi] in .pypirc", "__token__")),
    ],
)  # fmt: skip
def test_the_first_place_that_has_them_counts(
    repository: Repository, section: Section, environ: Mapping[str, str], expected: tuple[str, str]
) -> None:
    """The environment goes before .pypirc; a user's name may stand elsewhere than the password."""
    found = find(repository, {repository.section: section}, environ, no_ring)
    assert (found.source, found.get()) == (expected[0], (expected[1], SECRET))


def test_a_token_needs_no_user() -> None:
    """A token of PyPI says itself whose it is."""
    token = "pypi-" + SECRET
    assert find(CORP, {}, {"TWINE_PASSWORD": token}, no_ring).get() == ("__token__", token)


@pytest.mark.parametrize(("username", "expected"), [(None, "ringer"), ("me", "me")])
def test_the_keyring_is_asked_next(username: str | None, expected: str) -> None:
    """It is asked for the upload URL, with the user's name where one is known."""
    environ = {"TWINE_USERNAME": username} if username else {}
    found = find(CORP, {}, environ, ring)
    assert (found.source, found.get()) == ("the keyring", (expected, SECRET))


@pytest.mark.parametrize(
    ("variable", "ci"),
    [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "GitHub Actions"),
        ("PYPI_ID_TOKEN", "GitLab CI"),
        ("SYSTEM_OIDCREQUESTURI", "Azure Pipelines"),
    ],
)
def test_a_ci_that_offers_an_identity_is_trusted(variable: str, ci: str) -> None:
    """That it does is seen by a variable; nobody is asked."""
    assert find(PYPI, {}, {variable: "http://127.0.0.1:9/"}, no_ring).source == f"trusted publishing from {ci}"


def test_none_at_all_says_where_was_looked() -> None:
    """The message names every place, and what to type."""
    with pytest.raises(Blocked, match=r"no credentials for https://upload\.pypi\.org/legacy/") as caught:
        find(PYPI, {}, {}, no_ring)
    for word in ("TWINE_PASSWORD", "~/.pypirc", "keyring set", "trusted publishing"):
        assert word in caught.value.hint


def test_a_password_without_a_user_is_told() -> None:
    """Which user it is for is not guessed."""
    with pytest.raises(Blocked, match="but no user") as caught:
        find(CORP, {}, {"TWINE_PASSWORD": SECRET}, no_ring)
    assert SECRET not in str(caught.value)


def test_no_value_shows_a_password() -> None:
    """Written down, credentials show where they come from and who they are of."""
    assert SECRET not in repr(Known("here", "me", SECRET))


@dataclass
class Oidc:
    """A CI and an index on loopback, as trusted publishing sees them."""

    scripted: Scripted
    time: float = 1000.0
    asked_for: list[str] = field(default_factory=list)

    @property
    def trusted(self) -> Trusted:
        repository = Repository("x", f"{self.scripted.url}/legacy/", f"{self.scripted.url}/simple/")
        return Trusted(repository, "a stub", self.identity, clock=lambda: self.time)

    def identity(self, audience: str) -> str | None:
        self.asked_for.append(audience)
        return "an-identity"

    def answers(self, status: int, **body: object) -> None:
        self.scripted.answers["/_/oidc/audience"] = (200, "application/json", b'{"audience": "pypi"}')
        self.scripted.answers["/_/oidc/mint-token"] = (status, "application/json", json.dumps(body).encode())


@pytest.fixture
def oidc(scripted: Scripted) -> Oidc:
    return Oidc(scripted)


def test_a_token_is_minted_when_it_is_needed(oidc: Oidc) -> None:
    """Nobody is asked before the first upload; then the identity is exchanged once."""
    oidc.answers(200, token=SECRET)
    trusted = oidc.trusted
    assert oidc.scripted.asked == []
    assert trusted.get() == ("__token__", SECRET)
    assert trusted.get() == ("__token__", SECRET)
    assert [path for _, path, _ in oidc.scripted.asked] == ["/_/oidc/audience", "/_/oidc/mint-token"]
    assert json.loads(oidc.scripted.bodies[1]) == {"token": "an-identity"}
    assert oidc.asked_for == ["pypi"]


def test_a_token_is_renewed_before_it_expires(oidc: Oidc) -> None:
    """With less than five of its fifteen minutes left, the next upload gets another."""
    oidc.answers(200, token=SECRET)
    trusted = oidc.trusted
    trusted.get()
    oidc.time += 599
    trusted.get()
    assert len(oidc.asked_for) == 1
    oidc.time += 2
    trusted.get()
    assert len(oidc.asked_for) == 2


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            422, {"errors": [{"code": "invalid-publisher", "description": "no such publisher"}]},
            "422: no such publisher",
        ),
        (200, {"nothing": 1}, "not understood"),
        (500, {}, "not understood"),
    ],
)  # fmt: skip
def test_a_refused_exchange_is_told(oidc: Oidc, status: int, body: Mapping[str, object], said: str) -> None:
    """With the index's own words, and never with the identity."""
    oidc.answers(status, **body)
    with pytest.raises(Blocked, match="trusted publishing from a stub: the index gave no token") as caught:
        oidc.trusted.get()
    assert said in str(caught.value)
    assert "an-identity" not in str(caught.value)


def test_a_ci_that_gives_none_is_told(oidc: Oidc) -> None:
    """An identity that is offered and not given stops here."""
    oidc.answers(200, token=SECRET)
    repository = Repository("x", f"{oidc.scripted.url}/legacy/", f"{oidc.scripted.url}/simple/")
    with pytest.raises(Blocked, match="offers no identity"):
        Trusted(repository, "a stub", lambda _: None).get()


def token(audience: str) -> str:
    """An identity token as GitHub's, unsigned."""
    payload = base64.urlsafe_b64encode(json.dumps({"aud": audience}).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.x"


def test_github_is_asked_for_an_identity(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library speaks to the runner's own endpoint, for the audience that the index wants."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{scripted.url}/id?a=b")
    wanted = json.dumps({"value": token("pypi")}).encode()
    scripted.answers["/id?a=b&audience=pypi"] = (200, "application/json", wanted)
    assert ambient.identity("pypi") == token("pypi")


def test_azure_is_asked_for_an_identity(scripted: Scripted) -> None:
    """With the job's own access token, for the service connection."""
    environ = {
        "SYSTEM_OIDCREQUESTURI": f"{scripted.url}/oidc",
        "SYSTEM_ACCESSTOKEN": "job",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection",
    }
    path = "/oidc?api-version=7.1&serviceConnectionId=connection"
    scripted.answers[path] = (200, "application/json", b'{"oidcToken": "an-identity"}')
    assert ambient.identity("pypi", environ) == "an-identity"
    assert scripted.asked[0][2]["authorization"] == "Bearer job"


def test_azure_without_its_token_says_what_to_map() -> None:
    """A step sees the job's token only where it is mapped."""
    with pytest.raises(Exception, match="SYSTEM_ACCESSTOKEN"):
        ambient.identity("pypi", {"SYSTEM_OIDCREQUESTURI": "http://127.0.0.1:9/"})
