"""What follows from how a package stands: pure decisions over :class:`~nox_release.standing.Standing`.

Every package is in exactly one :class:`Position` on the way from source to release; beside that it may have
troubles, which stand for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from packaging.version import InvalidVersion, Version

from nox_release.standing import Standing
from nox_release.wording import number


class Position(StrEnum):
    """Where a package is on its way; exactly one is true."""

    UNKNOWN = "not known"
    CONFLICT = "other bytes on the index"
    HALF = "half uploaded"
    UNTAGGED = "uploaded, not tagged"
    UNPUSHED = "tag not pushed"
    TAGGED = "tagged, not on the index"
    DELETED = "deleted on the index"
    APPROVED = "approved, not uploaded"
    PROVEN = "proven, not approved"
    BUILT = "built, not proven"
    RELEASED = "released"
    UNRELEASED = "not released"


class Trouble(StrEnum):
    """What is wrong beside that."""

    BEHIND = "index is ahead"
    CHANGED = "source changed since"
    MISTAGGED = "tag in two places"
    ELSEWHERE = "tag at another commit"
    UNFETCHED = "tag not fetched"
    REMOTE = "remote not asked"
    OWNERS = "owner missing"
    OWNERS_UNKNOWN = "owners not known"
    YANKED = "yanked"
    UNDATED = "changelog undated"


@dataclass(frozen=True)
class Told:
    """A position or a trouble, why, and what to type next."""

    state: Position | Trouble
    why: str
    next: str = ""
    """A command or an instruction; empty: nothing is to be done."""


DONE = frozenset({Position.RELEASED, Position.UNRELEASED})
"""Positions in which nothing is half done."""


def judge(standing: Standing, options: str = "", pages: str = "") -> tuple[Told, ...]:
    """Return the position, then the troubles.

    :param options: those that lead to the same index, as they have to be typed.
    :param pages: where the index has its pages for people; empty where that is not known.
    """
    return (position(standing, options), *_troubles(standing, pages))


def position(standing: Standing, options: str = "") -> Told:
    """Return where the package is."""
    if standing.shelf.problem:
        return Told(Position.UNKNOWN, f"the index could not be looked at: {standing.shelf.problem}", "run it again")
    return _uploaded(standing, options) if standing.shelf.files else _not_uploaded(standing, options)


def _uploaded(standing: Standing, options: str) -> Told:
    version, tag, remote = standing.version, standing.tag, standing.remote_name
    publish = _publish((standing.name,), options, standing.shelf.alone)
    if differing := standing.differing:
        why = f"dist/ has other bytes of {version} than the index: {', '.join(differing)}"
        mend = (
            "a file name is taken for ever: set a higher version, or build the tagged commit if the source is the same"
        )
        return Told(Position.CONFLICT, why, mend)
    if absent := standing.absent:
        why = f"the index has {number(len(standing.shelf.files), 'file')} of {version} and lacks {', '.join(absent)}"
        if standing.tagged and standing.tagged != standing.commit:
            return Told(Position.HALF, why, f"git checkout {standing.tagged[:12]}, and there: {publish}")
        return Told(Position.HALF, why, publish)
    if standing.local and not standing.remote and not standing.remote_unknown:
        why = f"{version} is on the index; its tag is set here and not on {remote}"
        return Told(Position.UNPUSHED, why, f"git push {remote} {tag}")
    if standing.tagged:
        return Told(Position.RELEASED, f"{version} is on the index, and tagged at {standing.tagged[:12]}")
    if standing.remote_unknown:
        return Told(Position.UNKNOWN, f"{version} is on the index; whether it is tagged is not known", "run it again")
    why = f"all files of {version} are on the index, and no tag says from which commit"
    if standing.built and standing.built_commit:
        commit = standing.built_commit
        if commit == standing.commit:
            return Told(Position.UNTAGGED, why, publish)
        return Told(
            Position.UNTAGGED,
            why,
            f"git tag --annotate --message '{standing.name} {version}' {tag} {commit}, then git push {remote} {tag}",
        )
    return Told(Position.UNTAGGED, why, f"find the commit that it was built from, then git tag --annotate {tag} COMMIT")


def _not_uploaded(standing: Standing, options: str) -> Told:
    version = standing.version
    publish = _publish(standing.approved or (standing.name,), options, not standing.shelf.exists)
    if standing.shelf.deleted:
        why = f"the index had {version} once; the names of its files are taken for ever"
        return Told(Position.DELETED, why, "set a higher version")
    if standing.tagged:
        why = f"the tag {standing.tag} says that {version} is released, and the index has no file of it"
        if standing.tagged == standing.commit:
            return Told(Position.TAGGED, why, publish)
        return Told(
            Position.TAGGED,
            why,
            f"git checkout {standing.tagged[:12]}, and there: {publish}; or, if the tag was a mistake, delete it",
        )
    if standing.approved:
        return Told(Position.APPROVED, f"exactly these files of {version} are approved for this index", publish)
    if standing.proven and standing.built:
        return Told(
            Position.PROVEN,
            f"all stages have passed for this source of {version}",
            f"nox -s approve -- {standing.name}{options}",
        )
    if standing.built:
        why = f"dist/ has files of {version}, and no release manifest of this source"
        return Told(Position.BUILT, why, f"nox -s publish -- {standing.name} rehearses and proves it")
    return Told(Position.UNRELEASED, f"{version} is not on the index, and nothing is begun")


def _publish(names: tuple[str, ...], options: str, first: bool) -> str:
    return f"nox -s publish -- {' '.join(names)} --candidate-for-release{' --first-release' * first}{options}"


def _troubles(standing: Standing, pages: str) -> Iterator[Told]:
    yield from _tag_troubles(standing)
    shelf, version = standing.shelf, standing.version
    if shelf.problem:
        return
    if _lower(version, shelf.highest):
        why = f"the index has {shelf.highest}, the workspace {version}"
        yield Told(Trouble.BEHIND, why, f"set a version above {shelf.highest}, unless this is an older line")
    yanked = [file for file in shelf.files if file.yanked]
    if yanked:
        whole = len(yanked) == len(shelf.files)
        what = version if whole else f"{len(yanked)} of {len(shelf.files)} files of {version}"
        yield Told(Trouble.YANKED, f"{what} is yanked: installers pass it over", "release a higher version")
    if shelf.files and _undated(standing.changelog):
        found = "says Unreleased" if standing.changelog else "has no dated entry for it"
        yield Told(Trouble.UNDATED, f"{version} is on the index, and the changelog {found}", "write the date into it")
    if missing := standing.missing_owners:
        first = "first release, " if shelf.alone else ""
        why = f"{first}required owners that do not own it: {', '.join(missing)}"
        yield Told(Trouble.OWNERS, why, how_to_add(standing.name, missing, pages))
    elif standing.required_owners and shelf.exists and shelf.owners_unknown and not standing.owners_accepted:
        yield Told(Trouble.OWNERS_UNKNOWN, shelf.owners_unknown, "accept it with a reason in owners-unknown")


def _tag_troubles(standing: Standing) -> Iterator[Told]:
    local, remote, tag = standing.local, standing.remote, standing.tag
    if standing.remote_unknown:
        yield Told(Trouble.REMOTE, standing.remote_unknown, f"see that `git ls-remote {standing.remote_name}` works")
    if local and remote and local != remote:
        why = f"{tag} is at {local[:12]} here and at {remote[:12]} on {standing.remote_name}"
        yield Told(Trouble.MISTAGGED, why, f"see which was released; git tag --delete {tag} drops the one here")
    elif remote and not local:
        why = f"{tag} is on {standing.remote_name} and not here"
        yield Told(Trouble.UNFETCHED, why, f"git fetch {standing.remote_name} tag {tag}")
    tagged = standing.tagged
    if tagged and standing.changed:
        done = "is on the index" if standing.shelf.files else "is tagged"
        why = f"{standing.version} {done}, and the source has changed since {tag}"
        yield Told(Trouble.CHANGED, why, "set a higher version before the next release")
    elif tagged and standing.proven and standing.built_commit not in ("", tagged) and not standing.differing:
        why = f"{tag} is at {tagged[:12]}, and dist/ was built from {standing.built_commit[:12]}"
        yield Told(Trouble.ELSEWHERE, why, f"build the tagged commit: git checkout {tagged[:12]}")


def how_to_add(name: str, owners: tuple[str, ...], pages: str) -> str:
    """Return how somebody becomes an owner of a project.

    :param pages: where the index has its pages for people; empty where that is not known.
    """
    who = ", ".join(owners)
    if not pages:
        return f"add {who} as Owner of {name}: ask the administrator of the index"
    return f"add {who} as Owner of {name} at {pages}manage/project/{name}/collaboration/"


def _lower(version: str, other: str) -> bool:
    try:
        return Version(version) < Version(other)
    except InvalidVersion:
        return False


def _undated(changelog: str) -> bool:
    return changelog in ("", "Unreleased")
