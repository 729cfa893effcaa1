"""Which version comes next: arithmetic over PEP 440, without files, clocks or indexes."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from packaging.version import InvalidVersion, Version

from nox_release.errors import Misuse
from nox_release.policy import Policy, Step, step, step_to_break


class Bump(StrEnum):
    """What ``--bump`` takes beside a version."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"
    PRE = "pre"


STEPS = {Step.PATCH: Bump.PATCH, Step.MINOR: Bump.MINOR, Step.MAJOR: Bump.MAJOR}


def wanted(text: str) -> Bump | Version:
    """Return what ``--bump TEXT`` asks for.

    :raises Misuse: where it is neither a step nor a version that an index takes.
    """
    try:
        return Bump(text)
    except ValueError:
        pass
    try:
        version = Version(text)
    except (InvalidVersion, ValueError):
        raise Misuse(f"--bump {text}: that is no version", "write patch, minor, major, pre, or a version") from None
    if version.local:
        raise Misuse(f"--bump {text}: no index takes the local part +{version.local}", f"write {version.public}")
    return version


def bumped(current: Version, bump: Bump | Version) -> Version:
    """Return the version that *bump* makes of *current*; *current* itself only where exactly that is asked for.

    A prerelease is finished rather than passed where it is one of the step's own target: from 1.3.0b1 a minor step
    leads to 1.3.0, from 1.2.1b1 it leads to 1.3.0, too.

    :raises Misuse: where it would be an earlier version.
    """
    if isinstance(bump, Version):
        new = bump
    elif bump is Bump.PRE:
        new = _preview(current)
    else:
        new = _stepped(current, bump)
    if new < Version(current.public):
        raise Misuse(
            f"{new} comes before {current}, which the source states", "write a later version; versions do not go back"
        )
    return new


def unreleased(new: Version, released: Collection[Version], tag: str) -> None:
    """See that *new* is not taken.

    :param tag: the name of its tag.
    :raises Misuse: where it is.
    """
    if new in released:
        latest = max(released)
        raise Misuse(f"{new} is released already: git has the tag {tag}", f"write a version after {latest}")


def opened(released: Version, policy: Policy) -> Version:
    """Return the version that work goes on with after *released*.

    A development version of the next patch: it promises the least, so that every step leads on from it, and
    lint-metadata keeps it from being released by mistake. Azure's own process opens the next patch, or the next beta.
    """
    if released.dev is not None and released.post is None:
        pre = "".join(map(str, released.pre or ()))
        return _version(released.epoch, released.release, f"{pre}.dev{released.dev + 1}")
    following = _preview(released) if released.pre else _stepped(released, Bump.PATCH)
    return following if policy is Policy.AZURE_PREVIEW else Version(f"{following}.dev0")


def demanded(last: Version, current: Version, breaks: int, adds: int) -> Bump | Version:
    """Return the bump that users of *last* can expect; *current* where that takes the step already.

    :param breaks: changes of the API that break its users.
    :param adds: those that add to it, or change what calls do.
    """
    needed = step_to_break(last) if breaks else Step.MINOR if adds and last.major else Step.PATCH
    finished = Version(current.base_version)
    if finished > last and step(last, finished) >= needed:
        return finished if current.is_prerelease else current
    return STEPS[needed]


def _stepped(current: Version, bump: Bump) -> Version:
    release = current.release
    place = {Bump.MAJOR: 0, Bump.MINOR: 1, Bump.PATCH: max(len(release) - 1, 2)}[bump]
    if current.is_prerelease and current.post is None and not any(release[place + 1 :]):
        return _version(current.epoch, release)
    padded = (*release, *(0 for _ in range(place + 1 - len(release))))
    return _version(current.epoch, (*padded[:place], padded[place] + 1, *(0 for _ in padded[place + 1 :])))


def _preview(current: Version) -> Version:
    if current.pre:
        letter, count = current.pre
        unfinished = current.dev is not None and current.post is None
        return _version(current.epoch, current.release, f"{letter}{count if unfinished else count + 1}")
    if current.dev is not None and current.post is None:
        return _version(current.epoch, current.release, "b1")
    following = _stepped(current, Bump.MINOR)
    return _version(following.epoch, following.release, "b1")


def _version(epoch: int, release: tuple[int, ...], rest: str = "") -> Version:
    return Version(f"{f'{epoch}!' if epoch else ''}{'.'.join(map(str, release))}{rest}")
