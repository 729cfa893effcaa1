"""The last release on the index: which one it is, which of its files to compare, and what differs."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from nox_release import extractor
from nox_release.archive import Unsound
from nox_release.checks.difference import Upgrade, examine
from nox_release.complaints import last_line
from nox_release.difference import Difference, Nature, difference
from nox_release.errors import Blocked
from nox_release.evidence import sha256, write_atomically
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Kind
from nox_release.policy import Policy, baselines
from nox_release.record import from_json, to_json
from nox_release.shipped import shipped, unpack_sources
from nox_release.surface import Surface, compare
from nox_release.wording import some
from nox_release.work import Job, Result

ALL = "*"
"""Stands for every module where nothing of a wheel could be read."""


def look_back(job: Job) -> Result:
    """Compare the built files with the last release; what could not be asked is the result's problem."""
    if reason := job.settings.index_exempt:
        return Result(facts={"last release": f"not looked for: {reason}"})
    try:
        upgrade = _upgrade(job, parse_wheel_filename(job.path(Kind.WHEEL).name)[1])
    except Blocked as error:
        return Result(facts={"last release": "could not be looked at"}, problem=error.message, hint=error.hint)
    told = facts(upgrade)
    if upgrade.listed:  # a later command may write over the file
        told["difference digest"] = sha256(job.order.root / upgrade.listed)
    return Result(examine(upgrade, job.settings.rules), facts=told)


def facts(upgrade: Upgrade) -> dict[str, str]:
    """Return the difference in few words."""
    told = {"last release": str(upgrade.last or "none on the index")}
    if upgrade.preview:
        told["last preview"] = str(upgrade.preview)
    for version, found in ((upgrade.last, upgrade.wheel), (upgrade.preview, upgrade.since_preview)):
        if found:
            told["api" if version == upgrade.last else "api since the last preview"] = _api(found, version)
    if upgrade.last and not upgrade.wheel:
        told["api"] = f"not compared: {upgrade.last} has no wheel"
    if found := upgrade.wheel:
        told["last release"] = f"{upgrade.last} ({found.old})"
        told["files"] = (
            f"{len(found.files_added)} added, {len(found.files_removed)} removed, "
            f"{len(found.files_changed)} changed; unpacked {found.size[0]:,} → {found.size[1]:,} bytes"
        )
        wanted = found.requirements
        changes = [f"+{name}" for name in wanted.added] + [f"-{name}" for name in wanted.removed]
        changes += [f"{name} {old} → {new}" for name, (old, new) in wanted.changed.items()]
        if changes:
            told["requirements"] = some(changes, 8)
    if upgrade.listed:
        told["difference"] = upgrade.listed
    return told


def _api(found: Difference, version: Version | None) -> str:
    if ALL in found.unread:
        return f"not compared with {version}: {found.unread[ALL]}"
    changed = found.count(Nature.INCOMPATIBLE, Nature.DIFFERENT)
    return (
        f"{found.count(Nature.ADDED)} added, {found.count(Nature.REMOVED)} removed, {changed} changed since {version}"
        + (f"; {len(found.unread)} modules not compared" if found.unread else "")
    )


def _upgrade(job: Job, version: Version) -> Upgrade:
    policy = Policy(job.settings.version_policy)
    published = job.target.project(job.planned.name)
    blank = Upgrade(version, policy=policy, allowances=job.settings.allow_changes)
    if published is None:
        return blank
    releases = _installable(published)
    last, preview = baselines(releases, version)
    wheel, sdist = job.path(Kind.WHEEL), job.path(Kind.SDIST)
    since = {other: _wheels(job, releases[other], wheel) for other in (last, preview) if other is not None}
    upgrade = replace(
        blank,
        last=last,
        preview=preview,
        wheel=since[last] if last else None,
        since_preview=since[preview] if preview else None,
        sdist=_sdists(job, releases[last], sdist) if last else None,
    )
    if not since:
        return upgrade
    path = job.store.folder("differences") / f"{job.planned.name}-{last or preview}-{version}.json"
    whole = {"wheel": upgrade.wheel, "sdist": upgrade.sdist, "since the last preview": upgrade.since_preview}
    write_atomically(path, to_json({key: found for key, found in whole.items() if found}).encode())
    return replace(upgrade, listed=path.relative_to(job.order.root).as_posix())


def _installable(published: Published) -> dict[Version, tuple[PublishedFile, ...]]:
    """Files of each release that is not yanked as a whole; nobody is asked to upgrade from such a one."""
    kept = {version: tuple(item for item in files if not item.yanked) for version, files in published.releases.items()}
    return {version: files for version, files in kept.items() if files}


def likest(files: Sequence[PublishedFile], ours: str) -> PublishedFile | None:
    """Return the wheel to compare with: a pure one, else one for the same platform, else any.

    :param ours: the name of the built wheel.
    """
    tags = parse_wheel_filename(ours)[3]
    platforms = {tag.platform for tag in tags}
    ranked = []
    for file in files:
        try:
            theirs = parse_wheel_filename(file.filename)[3]
        except InvalidWheelFilename:
            continue
        pure = all(tag.platform == "any" for tag in theirs)
        ranked.append(
            (pure, bool(theirs & tags), bool({tag.platform for tag in theirs} & platforms), file.filename, file)
        )
    return max(ranked, key=lambda item: item[:4])[-1] if ranked else None


def _wheels(job: Job, files: Sequence[PublishedFile], wheel: Path) -> Difference | None:
    file = likest(files, wheel.name)
    if file is None:
        return None
    path = job.target.fetch(file)
    try:
        before, now = shipped(path), shipped(wheel)
    except Unsound as error:
        raise Blocked(f"{file.filename} cannot be compared: {error}", 'say index-exempt = "reason"') from None
    old, new = surface(job, path), surface(job, wheel)
    unread = {**old.unread, **new.unread}
    return difference(before, now, () if ALL in unread else compare(old, new), unread)


def _sdists(job: Job, files: Sequence[PublishedFile], sdist: Path) -> Difference | None:
    file = next((item for item in files if item.filename.endswith(".tar.gz")), None)
    if file is None:
        return None
    try:
        return difference(shipped(job.target.fetch(file)), shipped(sdist))
    except Unsound as error:
        job.run.note(f"{file.filename} is not compared: {error}")  # it has no say: old sdists take many shapes
        return None


def surface(job: Job, wheel: Path) -> Surface:
    """Return the public API of a wheel; kept by the wheel's digest, for its bytes never change."""
    rules = hashlib.sha256(Path(extractor.__file__).read_bytes() + metadata.version("griffe").encode()).hexdigest()[:8]
    kept = job.store.folder("surfaces") / f"{sha256(wheel)}-{rules}.json"
    try:
        return from_json(Surface, kept.read_bytes())
    except (FileNotFoundError, ValueError):
        pass
    sources = unpack_sources(wheel, job.folder / f"sources-{kept.stem[:16]}")
    answer = sources.with_suffix(".json")
    command: list[str | Path] = [sys.executable, "-I", "-B", extractor.__file__, sources, answer]
    done = job.run(command, cwd=job.folder, env=job.environ, timeout=600)
    try:
        found = from_json(Surface, answer.read_bytes())
    except (FileNotFoundError, ValueError):
        return Surface(unread={ALL: f"griffe did not come to an end: {last_line(done.output)}"})
    write_atomically(kept, answer.read_bytes())
    return found
