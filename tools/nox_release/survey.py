"""Reads an index for `status` and `doctor`: what it has of each package, and who owns it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from email.parser import BytesHeaderParser

import requests
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.index.credentials import find
from nox_release.index.owners import Owners, read_owners
from nox_release.index.session import configured
from nox_release.index.target import Published, Target, TargetIndex
from nox_release.process import in_parallel
from nox_release.repository import read_pypirc
from nox_release.requirements import parsed
from nox_release.standing import Shelf, Shelved
from nox_release.work import SurveyAnswer, SurveyOrder
from nox_release.yank import Dependent

AT_ONCE = 8
"""Pages of an index that are read side by side."""


def survey(order: SurveyOrder, environ: Mapping[str, str] = os.environ, target: Target | None = None) -> SurveyAnswer:
    """Look at every package of the order; what cannot be looked at is said of the package."""
    repository, sections = order.repository, read_pypirc()
    credentials = source = ""
    if order.credentials:
        try:
            source = find(repository, sections, environ).source
        except Blocked as error:
            credentials = str(error)
    index = target or TargetIndex(repository.simple_url, Store(order.root).root / "downloads", ca=repository.ca)
    with configured(
        requests.Session(), repository.json_url or repository.simple_url, environ, repository.ca
    ) as session:

        def look(name: str) -> Shelf:
            try:
                published = index.project(name)
            except Blocked as error:
                return Shelf(problem=error.message)
            owners = Owners(False)
            if name in order.owned:
                owners = read_owners(session, repository, name, bool(published and published.files))
            return shelf(published, order.names[name], owners)

        shelves = dict(in_parallel(look, sorted(order.names), AT_ONCE))
    releases = _releases(index, order.withdrawn)
    dependents = tuple(_dependent(index, name, order.withdrawn) for name in order.dependents)
    return SurveyAnswer(shelves, releases, dependents, credentials, source)


def shelf(published: Published | None, version: str, owners: Owners) -> Shelf:
    """Return what is said of *version* among all that the index has."""
    if published is None:
        return Shelf()
    try:
        wanted = Version(version)
    except InvalidVersion:  # only the build tells it
        wanted = None
    files = published.releases.get(wanted, ()) if wanted else ()
    return Shelf(
        exists=True,
        last=_text(published.last()),
        highest=_text(max(published.releases, default=None)),
        files=tuple(
            Shelved(file.filename, file.sha256, file.uploaded.isoformat() if file.uploaded else "", file.yanked)
            for file in sorted(files, key=lambda file: file.filename)
        ),
        deleted=wanted in published.emptied,
        alone=bool(files) and len(published.releases) == 1 and not published.emptied,
        owners=tuple(sorted(owners.users)),
        owners_unknown=owners.unknown,
    )


def _text(version: Version | None) -> str:
    return "" if version is None else str(version)


def _releases(index: Target, name: str) -> dict[str, bool]:
    published = index.project(name) if name else None
    found = published.releases if published else {}
    return {str(version): all(file.yanked for file in files) for version, files in found.items()}


def _dependent(index: Target, name: str, needed: str) -> Dependent:
    """What the last release of *name* requires of *needed*, by the METADATA of its wheel."""
    try:
        published = index.project(name)
        last = published.last() if published else None
        if published is None or last is None:
            return Dependent(name, "")
        wheel = next((file for file in published.releases[last] if file.filename.endswith(".whl")), None)
        if wheel is None:
            return Dependent(name, str(last), problem=f"{last} has no wheel to read its requirements from")
        with zipfile.ZipFile(index.fetch(wheel)) as archive:
            path = next(item for item in archive.namelist() if item.endswith(".dist-info/METADATA"))
            requires = BytesHeaderParser().parsebytes(archive.read(path)).get_all("Requires-Dist", [])
        mine = tuple(text for text in map(str, requires) if canonicalize_name(parsed(text).name) == needed)
        return Dependent(name, str(last), mine)
    except Blocked as error:
        return Dependent(name, "", problem=error.message)
    except (zipfile.BadZipFile, StopIteration, ValueError) as error:
        return Dependent(name, "", problem=f"its wheel cannot be read: {error}")
