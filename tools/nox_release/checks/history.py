"""What the target index must not have yet, and what it must have, before a version is released."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.history import History, Need
from nox_release.model import Kind
from nox_release.wording import some

HISTORY: Family[History] = Family("HIS", "what the index has already")

OPEN = timedelta(days=14)
"""How long PyPI lets files be added to a release, from its first upload."""


@HISTORY.check("HIS101", "The index has no such version yet", pypi=True)
def version_is_free(history: History) -> Iterator[Problem]:
    """PyPI never takes a file name twice, not even after it was deleted, and users trust that a version stays the same.

    Versions are compared as PEP 440 does: 1.0 is 1.0.0. Where the files are built already and those on the index
    are the same bytes, an upload that broke off is only to be finished, and nothing is wrong.
    """
    if not (files := history.conflicts) or (history.undecided and not _closed(history)):
        return
    names = some([file.filename for file in files])
    when = f", uploaded {history.first_upload:%Y-%m-%d}" if history.first_upload else ""
    last = history.published.last() if history.published else None
    above = f" above {last}, the last release" if last is not None and last >= history.version else ""
    fix = f"raise the version{above}; none is taken twice"
    if not history.artifacts and not _closed(history):
        fix += (
            f". If this is an upload of yours that broke off: nox -s build-wheel -- {history.name}, and this again; "
            "files of the same bytes are no obstacle"
        )
    ours = {artifact.filename for artifact in history.artifacts}
    differ = all(file.sha256 and file.filename in ours for file in files)
    other = " in other bytes than those built here" if differ else ""
    yield Problem(f"version {history.version}", fix, f"{history.index} has {names}{other}{when}")


@HISTORY.check("HIS102", "The release still takes files", pypi=True)
def release_is_open(history: History) -> Iterator[Problem]:
    """PyPI closes a release to new files 14 days after its first one, so that a stolen token cannot add to it."""
    if history.begun and _closed(history):
        names = ", ".join(artifact.filename for artifact in history.absent)
        if names:
            yield Problem(
                f"version {history.version}",
                "raise the version and release that as a whole",
                f"{history.index} lacks {names}, and has had the first file since {history.first_upload:%Y-%m-%d}",
            )


def _closed(history: History) -> bool:
    return history.first_upload is not None and history.now - history.first_upload > OPEN


@HISTORY.check("HIS103", "The built bytes are on the index under no other name", pypi=True)
def bytes_are_new(history: History) -> Iterator[Problem]:
    """PyPI knows files by their digests and takes the same bytes under one name only.

    Asked of the project's own files; that another project has them cannot be seen.
    """
    known = {file.sha256: file.filename for file in (history.published.files if history.published else ())}
    for artifact in history.artifacts:
        there = known.get(artifact.sha256, artifact.filename)
        if there != artifact.filename:
            yield Problem(artifact.filename, "build it anew from its own source", f"{history.index} has it as {there}")


@HISTORY.check("HIS104", "The release has one sdist", pypi=True)
def one_sdist(history: History) -> Iterator[Problem]:
    """PyPI takes one sdist for a version, whatever its file is called: installers could not choose between two."""
    there = [file.filename for file in history.release if file.is_sdist]
    absent = [artifact.filename for artifact in history.absent if artifact.kind is Kind.SDIST]
    if history.begun and there and absent:
        yield Problem(absent[0], "raise the version", f"{history.index} has {there[0]} for version {history.version}")


@HISTORY.check("HIS105", "No file of the version was deleted", Severity.WARNING)
def version_was_not_deleted(history: History) -> Iterator[Problem]:
    """PyPI never takes the name of a deleted file again; a version that it names without files had some, mostly.

    Which names they were it does not say, and of a release that was deleted as a whole it says nothing.
    """
    if history.published is not None and history.version in history.published.emptied:
        yield Problem(
            f"version {history.version}",
            "raise the version, unless it is certain that it never had a file",
            f"{history.index} names it and has no file of it",
        )


@HISTORY.check("HIS106", "The index has nothing of the version that is being released", Severity.WARNING)
def release_is_begun_here(history: History) -> Iterator[Problem]:
    """A release that broke off is finished by the same command, on another machine, too, that has built nothing yet.

    The builds are reproducible, so the bytes tell whether that is so: they are compared before any is sent.
    """
    if history.undecided and not _closed(history):
        names = ", ".join(file.filename for file in history.release)
        fix = "nothing, if this release broke off: other bytes stop it before any is sent; else raise the version"
        yield Problem(f"version {history.version}", fix, f"{history.index} has {names}")


@HISTORY.check("HIS201", "The version is higher than the last release", Severity.WARNING)
def version_is_higher(history: History) -> Iterator[Problem]:
    """Installers take the highest version (PEP 440): nobody gets a lower one who does not ask for it.

    A fix for an older line is released like that on purpose; a version that was not raised is not.
    """
    if history.published is None or history.release:
        return
    last = history.published.last()
    if history.version.is_prerelease:
        last = max(history.published.releases, default=None)
    if last is not None and history.version < last:
        yield Problem(
            f"version {history.version}",
            f"raise it above {last}, or go on if this is a fix for an older line",
            f"{history.index} has {last} already",
        )


@HISTORY.check("HIS301", "Every sibling that is required is released, or in this plan")
def siblings_are_there(history: History) -> Iterator[Problem]:
    """Users get siblings from the index: where it has none that suits, the package cannot be installed."""
    for need in history.needs:
        if not _satisfied(need):
            name = need.requirement.name
            release = f"raise {name} to what suits" if need.planned else f"release {name} before, or name it beside"
            yield Problem(
                f"requires {need.requirement}",
                f"{release}; or require what there is",
                f"{_what_is_there(need, history.index)}, and {_what_is_planned(need)}",
            )


def _satisfied(need: Need) -> bool:
    specifier = need.requirement.specifier
    if need.planned and (need.version is None or specifier.contains(need.version, prereleases=True)):
        return True
    exact = any(item.operator in {"==", "==="} and not item.version.endswith(".*") for item in specifier)
    return any(
        specifier.contains(version, prereleases=True)
        and (exact or not all(file.yanked for file in files))  # PEP 592: what is yanked has to be asked for exactly
        for version, files in (need.published.releases.items() if need.published else ())
    )


def _what_is_there(need: Need, index: str) -> str:
    if need.published is None:
        return f"{index} knows no {need.requirement.name}"
    last: Version | None = need.published.last()
    return f"{index} has {f'{last} as the last release' if last else 'no release'} of {need.requirement.name}"


def _what_is_planned(need: Need) -> str:
    return f"this plan has {need.version}" if need.planned else "this plan does not release it"


@HISTORY.check("HIS401", "The project takes uploads", pypi=True)
def takes_uploads(history: History) -> Iterator[Problem]:
    """An index refuses files for a project that its owners archived or its administrators quarantined (PEP 792)."""
    if history.published is not None and history.published.status in {"archived", "quarantined"}:
        fix = {
            "archived": "unarchive it on the project's settings page",
            "quarantined": "write to the administrators of the index",
        }[history.published.status]
        yield Problem(history.name, fix, f"{history.index} says that it is {history.published.status}")


@HISTORY.check("HIS402", "The project has releases, or is new", Severity.WARNING)
def not_emptied(history: History) -> Iterator[Problem]:
    """A project without files was reserved, or emptied; names of deleted files are refused for ever, and not listed."""
    if history.published is not None and not history.published.files:
        yield Problem(
            history.name,
            f"make sure that {history.version} was never uploaded, or take a version that surely was not",
            f"{history.index} knows it, and lists no file; which names were used up is unknown",
        )


@HISTORY.check("HIS403", "A new name is not too like an existing one", pypi=True)
def name_is_distinct(history: History) -> Iterator[Problem]:
    """PyPI refuses a new name that equals another one without `.`, `_` and `-`, and with l and i as 1 and o as 0.

    Users could confuse them. A few likely names are asked about; the list of all is not downloaded.
    """
    if history.published is None:
        for other in history.look_alikes:
            yield Problem(history.name, "choose another name", f"{history.index} has {other}")
