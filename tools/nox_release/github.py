"""Releases on GitHub: made once for a tag, and completed where a command before did not come to its end.

The API: https://docs.github.com/en/rest/releases/releases
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import requests

from nox_release.clock import Clock, SystemClock
from nox_release.errors import Blocked
from nox_release.index.session import configured

TRIES = 4
LONGEST_PAUSE = 60.0
"""Seconds; who is asked to wait longer gives up, and the next command goes on."""
LONGEST_BODY = 125_000
"""Characters that GitHub takes."""
_AGAIN = "run the same command again: what is published and tagged stays, and only this is done"
T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """A repository on GitHub, or on an enterprise's own, and what may write to it."""

    api: str
    """URL of the REST API."""
    repository: str
    """``owner/name``."""
    token: str = field(repr=False)


def place(environ: Mapping[str, str], remote: str) -> Place:
    """Return where the release goes: what GitHub Actions says, else what the git remote's URL says.

    :param remote: without a password, see :func:`nox_release.provenance.statement.public`.
    :raises Blocked: where neither says, or there is no token.
    """
    parts = urlsplit(remote)
    at_github = parts.hostname == "github.com"
    path = parts.path.strip("/").removesuffix(".git") if at_github or environ.get("GITHUB_API_URL") else ""
    repository = environ.get("GITHUB_REPOSITORY") or path
    if repository.count("/") != 1:
        raise Blocked(
            f"a GitHub release is asked for, and {remote or 'the git remote'} is no repository of GitHub",
            "set GITHUB_REPOSITORY=owner/name, and GITHUB_API_URL for one that is not at github.com; or take "
            "github-release out",
        )
    # A token goes to no host that only the git remote names.
    api = environ.get("GITHUB_API_URL") or "https://api.github.com"
    if urlsplit(api).scheme != "https" and urlsplit(api).hostname not in ("127.0.0.1", "localhost"):
        raise Blocked(f"GITHUB_API_URL {api} would send the token in clear", "use https://")
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
    if not token:
        raise Blocked(
            f"a GitHub release of {repository} is asked for, and there is no token",
            "set GITHUB_TOKEN; in GitHub Actions: permissions: contents: write, env: GITHUB_TOKEN: ${{ github.token }}",
        )
    return Place(api.rstrip("/"), repository, token)


class _Passing(Exception):
    """What may be gone the next time."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


class GitHub:
    """The door to one repository's releases."""

    def __init__(self, place: Place, environ: Mapping[str, str] = os.environ, clock: Clock | None = None) -> None:
        self._releases = f"{place.api}/repos/{place.repository}/releases"
        self._clock = clock or SystemClock()
        self._session = configured(requests.Session(), place.api, environ)
        self._session.headers.update(
            {
                "Authorization": f"Bearer {place.token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        )

    def release(self, tag: str, body: str, prerelease: bool, assets: Sequence[Path]) -> str:
        """Make the release of *tag* with *assets*, or complete the one that is there; return its page.

        The text and the assets of a release that is there are left as they are; what it lacks is added.

        :raises Blocked: where GitHub refuses, cannot be reached, or has another file under an asset's name.
        """
        found = self._insist(lambda: self._found_or_made(tag, body, prerelease))
        for path in assets:
            self._insist(lambda: self._complete(found, path))  # noqa: B023
        return str(found["html_url"])

    def _found_or_made(self, tag: str, body: str, prerelease: bool) -> Any:
        answer = self._ask("GET", f"{self._releases}/tags/{quote(tag, safe='')}")
        if answer.status_code == 200:
            return _json(answer)
        if answer.status_code != 404:
            raise _refusal(answer)
        wanted = {"tag_name": tag, "name": tag, "body": body[:LONGEST_BODY], "prerelease": prerelease}
        answer = self._ask("POST", self._releases, json=wanted)
        if answer.status_code == 422 and "already_exists" in answer.text:
            raise _Passing(f"GitHub says that a release of {tag} is there, and does not show it")
        if answer.status_code != 201:
            raise _refusal(answer)
        return _json(answer)

    def _complete(self, release: Any, path: Path) -> None:
        """Add one asset, unless it is there."""
        answer = self._ask("GET", f"{self._releases}/{release['id']}/assets", params={"per_page": "100"})
        if answer.status_code != 200:
            raise _refusal(answer)
        there = next((asset for asset in _json(answer) if asset["name"] == path.name), None)
        if there and there.get("state") == "uploaded":
            if not _same(there, path):
                raise Blocked(
                    f"the GitHub release has another {path.name}",
                    f"see which is right on {release['html_url']}, and take the wrong one away there",
                )
            return
        if there:  # an upload that broke off leaves its name taken
            self._ask("DELETE", f"{self._releases}/assets/{there['id']}")
        with path.open("rb") as file:
            answer = self._ask(
                "POST",
                str(release["upload_url"]).partition("{")[0],
                params={"name": path.name},
                headers={"Content-Type": "application/octet-stream"},
                data=file,
            )
        if answer.status_code == 422 and "already_exists" in answer.text:
            raise _Passing(f"GitHub says that {path.name} is there, and does not show it")
        if answer.status_code != 201:
            raise _refusal(answer)

    def _insist(self, act: Callable[[], T]) -> T:
        """Do what may fail for a while; each time it looks first, so that nothing is made twice."""
        for number in range(1, TRIES):
            try:
                return act()
            except _Passing as passing:
                pause = 2.0**number if passing.pause is None else passing.pause
                if pause > LONGEST_PAUSE:
                    raise Blocked(f"{passing}; it asks to be left alone for {pause:.0f} s", _AGAIN) from None
                self._clock.sleep(pause)
        try:
            return act()
        except _Passing as passing:
            raise Blocked(f"{passing}, {TRIES} times", _AGAIN) from None

    def _ask(self, method: str, url: str, **more: Any) -> requests.Response:
        try:
            answer = self._session.request(method, url, **more)
        except requests.RequestException as error:
            raise _Passing(f"GitHub cannot be reached: {type(error).__name__}") from None
        limited = answer.status_code in (403, 429) and (
            "Retry-After" in answer.headers or answer.headers.get("X-RateLimit-Remaining") == "0"
        )
        if limited or answer.status_code == 429 or answer.status_code >= 500:
            after = answer.headers.get("Retry-After", "")
            raise _Passing(f"GitHub answers {answer.status_code}", float(after) if after.isdecimal() else None)
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise _Passing("GitHub answers with what is no JSON") from None


def _same(asset: Mapping[str, Any], path: Path) -> bool:
    """Whether an asset is the file; GitHub tells digests since 2025, an older server sizes alone."""
    if digest := asset.get("digest"):
        with path.open("rb") as file:
            return bool(digest == f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
    return bool(asset["size"] == path.stat().st_size)


_HINTS = {
    401: "the token is not valid; make a new one",
    403: "the token needs to write contents (GitHub Actions: permissions: contents: write)",
    404: "see that the repository is right, and that the token may write its contents",
}


def _refusal(answer: requests.Response) -> Blocked:
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.reason or ""
    status = answer.status_code
    return Blocked(f"GitHub answers {status} {message}".strip(), f"{_HINTS.get(status, 'mend it')}; then {_AGAIN}")
