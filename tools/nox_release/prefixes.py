"""What has to be tried so that no state between two uploads breaks anybody: decided from the plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.matrix import Resolution
from nox_release.requirements import parsed


@dataclass(frozen=True)
class Release:
    """One release of a package: of the plan, or the last one that is public."""

    name: str
    """Normalized name (PEP 503)."""
    version: str
    requires: tuple[str, ...] | None = ()
    """Requirements (PEP 508), those of extras among them; None: only installing it can tell."""
    requires_python: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Trial:
    """One release, to be installed in one state of the index."""

    step: int
    """How many uploads have been made by then."""
    release: Release
    resolution: Resolution


def trials(uploads: Sequence[Release], public: Mapping[str, Release]) -> tuple[Trial, ...]:
    """Return what to try after each upload.

    That is the release that was uploaded, and the last release of every package that may get it: because it
    requires it, or requires what requires it. What rules the version out itself never gets it. A requirement counts
    on every platform and with every extra: trying one more is cheap, trying one less may break somebody.

    A single upload that nothing public needs has no state in between, and needs no trial.

    :param uploads: in the order of the plan.
    :param public: the last release of each package of the workspace that has one.
    """
    state, found = dict(public), []
    for step, upload in enumerate(uploads, 1):
        if _succeeds(upload, state.get(upload.name)):
            state[upload.name] = upload
        tried = (upload, *(state[name] for name in sorted(affected(upload, state))))
        found += [Trial(step, release, resolution) for release in tried for resolution in Resolution]
    return tuple(found) if len(found) > len(Resolution) else ()


def baselines(wanted: Iterable[Trial], public: Mapping[str, Release]) -> tuple[Trial, ...]:
    """Return what to try before the first upload: only what worked then can be broken."""
    last = set(public.values())
    return tuple(dict.fromkeys(Trial(0, trial.release, trial.resolution) for trial in wanted if trial.release in last))


def affected(upload: Release, state: Mapping[str, Release]) -> set[str]:
    """Return the packages whose last release in *state* may be installed with *upload*."""
    users: dict[str | None, list[str]] = {}
    for release in state.values():
        for name in _required(release):
            users.setdefault(name, []).append(release.name)
    found, todo = {upload.name}, [upload.name]
    while todo:
        for name in (*users.get(todo.pop(), ()), *users.get(None, ())):
            if name not in found and not _excludes(state[name], upload):
                found.add(name)
                todo.append(name)
    return found - {upload.name}


def sibling_requirements(release: Release, names: Iterable[str]) -> tuple[str, ...]:
    """Return what *release* itself requires of the packages *names*, outside its extras."""
    wanted = {*names} - {release.name}
    return tuple(
        text
        for text in release.requires or ()
        if canonicalize_name(parsed(text).name) in wanted and "extra" not in str(parsed(text).marker)
    )


def _succeeds(upload: Release, last: Release | None) -> bool:
    """Whether installers take *upload* from now on: a fix of an older line, or a prerelease, they do not."""
    if last is None:
        return True
    old, new = Version(last.version), Version(upload.version)
    return new >= old and (old.is_prerelease or not new.is_prerelease)


def _required(release: Release) -> Iterator[str | None]:
    """Names of what it requires; None stands for anything."""
    if release.requires is None:
        yield None
    else:
        yield from {canonicalize_name(parsed(text).name) for text in release.requires}


def _excludes(release: Release, upload: Release) -> bool:
    """Whether it requires other versions of the package, on every platform."""
    return any(
        canonicalize_name(requirement.name) == upload.name
        and requirement.marker is None
        and not requirement.specifier.contains(upload.version, prereleases=True)
        for requirement in map(parsed, release.requires or ())
    )
