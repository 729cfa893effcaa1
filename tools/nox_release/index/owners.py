"""Who owns a project, as far as an index tells: the ``ownership`` of PyPI's JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import requests

from nox_release.repository import Repository


@dataclass(frozen=True)
class Owners:
    """Who owns the project on the index."""

    exists: bool
    """The index knows the project."""
    users: frozenset[str] = frozenset()
    """Owners and the owning organization, lower case."""
    unknown: str = ""
    """Why that cannot be read."""


def read_owners(session: requests.Session, repository: Repository, name: str, exists: bool) -> Owners:
    """Return who owns *name*; that it cannot be known is an answer, too.

    :param exists: whether the Simple API knows the project: the JSON API's 404 tells neither that nor why.
    """
    if not exists:
        return Owners(False)
    if not repository.json_url:
        return Owners(True, unknown=f"{repository.upload_url} has no API that tells who owns a project")
    url = f"{repository.json_url}{name}/json"
    try:
        answer = session.get(url)
        if answer.status_code != 200:
            return Owners(True, unknown=f"the index answers {answer.status_code} at {url}")
        return Owners(True, _users(answer.json()["ownership"]))
    except (requests.RequestException, KeyError, TypeError, ValueError, AttributeError) as error:
        return Owners(True, unknown=f"{url} does not tell the owners: {type(error).__name__}")


def _users(ownership: Mapping[str, object]) -> frozenset[str]:
    roles = ownership["roles"]
    if not isinstance(roles, list):
        raise TypeError("roles")
    users = {str(role["user"]).lower() for role in roles if role["role"] == "Owner"}
    organization = ownership.get("organization")
    return frozenset({*users, *([str(organization).lower()] if organization else [])})
