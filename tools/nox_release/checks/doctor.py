"""Whether a workspace can release at all: what `nox -s doctor` looks at, each with its mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nox_release.check import Family, Problem, Severity
from nox_release.status import Standing, how_to_add


@dataclass(frozen=True)
class Health:
    """A workspace beside the index and the remote that its releases go to."""

    index: str
    """URL of the index that is uploaded to."""
    pages: str
    """Where the index has its pages for people; empty where that is not known."""
    packages: tuple[Standing, ...] = ()
    remote: str = "origin"
    """Name of the git remote."""
    remote_problem: str = ""
    """Why the remote cannot be asked."""
    credentials: str = ""
    """Why there are none, with what to do in the next line."""


DOCTOR: Family[Health] = Family("DOC", "can this workspace release")


@DOCTOR.check("DOC101", "The index can be read")
def index_reachable(health: Health) -> Iterator[Problem]:
    """Every decision about a release rests on what the index has: what cannot be read stops it."""
    problems: dict[str, list[str]] = {}
    for standing in health.packages:
        if standing.shelf.problem:
            problems.setdefault(standing.shelf.problem, []).append(standing.name)
    for problem, names in problems.items():
        fix = "see that the URL is the one of a Simple API, and that this machine reaches it"
        yield Problem(health.index, fix, f"{problem} ({len(names)} of {len(health.packages)} packages)")


@DOCTOR.check("DOC102", "The git remote can be asked")
def remote_reachable(health: Health) -> Iterator[Problem]:
    """A release is made from a pushed commit, and its tag is pushed."""
    if health.remote_problem:
        fix = f"see that `git ls-remote {health.remote}` works, or set remote in [tool.nox-release]"
        yield Problem(f"remote {health.remote}", fix, health.remote_problem)


@DOCTOR.check("DOC103", "There are credentials for the index", Severity.WARNING)
def has_credentials(health: Health) -> Iterator[Problem]:
    """Who never releases from this machine needs none; they are looked for and never shown, nor tried."""
    if health.credentials:
        message, _, fix = health.credentials.partition("\n")
        yield Problem(health.index, fix.strip() or "see the message", message)


@DOCTOR.check("DOC201", "The required owners own every project")
def owners_there(health: Health) -> Iterator[Problem]:
    """A first release belongs to whoever made it: when that account is gone, nobody can mend the project."""
    for standing in health.packages:
        if missing := standing.missing_owners:
            found = ", ".join(standing.shelf.owners) or "nobody"
            message = f"{', '.join(missing)} missing; the owners are: {found}"
            yield Problem(standing.name, how_to_add(standing.name, missing, health.pages), message)


@DOCTOR.check("DOC202", "The owners of every project can be read")
def owners_known(health: Health) -> Iterator[Problem]:
    """An index that does not tell owners leaves it unknown whether the required ones are there."""
    for standing in health.packages:
        if not standing.required_owners or not standing.shelf.exists or standing.owners_accepted:
            continue
        if standing.shelf.owners_unknown:
            fix = f'run again, or accept it: owners-unknown = {{ "{health.index}" = "reason" }}'
            yield Problem(standing.name, fix, standing.shelf.owners_unknown)
