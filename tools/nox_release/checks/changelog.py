"""Checks of the changelog."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from nox_release import changelog
from nox_release.check import Family, Problem, Severity
from nox_release.project import Project

CHANGELOG: Family[Project] = Family("PRJ4", "the changelog")


@CHANGELOG.check("PRJ401", "A changelog is there", Severity.WARNING)
def has_changelog(project: Project) -> Iterator[Problem]:
    """Whoever upgrades asks what has changed (https://keepachangelog.com)."""
    if project.changelog is None:
        yield Problem("CHANGELOG.md", "write a CHANGELOG.md", "no CHANGELOG, CHANGES, HISTORY or NEWS")


@CHANGELOG.check("PRJ402", "The changelog has an entry for the version")
def changelog_has_entry(project: Project) -> Iterator[Problem]:
    """A version that the changelog does not know was bumped in haste, or the entry still has the name of another."""
    entries, entry = _entries(project)
    if project.changelog is None or project.package.version is None or entry is not None:
        return
    version, path = project.package.version, project.changelog.path
    heading = f"an entry with the heading `{version} (date)`"
    if entries:
        top = entries[0]
        mend = f"write {heading}" if top.version else f"give this heading the version and the date: `{version} (date)`"
        yield Problem(f"{path}:{top.line}", mend, f"no entry for {version}; the top one is `{top.heading}`")
    else:
        yield Problem(path, f"write {heading}", f"no entry for {version}, nor any heading that names a version")


@CHANGELOG.check("PRJ403", "The changelog's entry for the version says something")
def changelog_entry_says_something(project: Project) -> Iterator[Problem]:
    """Headings without a line below them are the template of an entry, and tell the reader nothing."""
    _, entry = _entries(project)
    if project.changelog is not None and entry is not None and entry.blank:
        where = f"{project.changelog.path}:{entry.line}"
        yield Problem(where, "write what has changed for those who use the package", f"nothing below `{entry.heading}`")


@CHANGELOG.check("PRJ404", "The changelog's entry for the version is dated", Severity.WARNING)
def changelog_entry_is_dated(project: Project) -> Iterator[Problem]:
    """An entry that is still called unreleased will be so for ever in the archives of the version that it describes."""
    _, entry = _entries(project)
    if project.changelog is not None and entry is not None and entry.date in ("", changelog.UNRELEASED):
        message = f"`{entry.heading}` {'has no date' if not entry.date else 'is still unreleased'}"
        mend = f"write the day of the release: `{entry.version} (2026-11-20)`"
        yield Problem(f"{project.changelog.path}:{entry.line}", mend, message)


def _entries(project: Project) -> tuple[tuple[changelog.Entry, ...], changelog.Entry | None]:
    entries = _parsed(project.changelog.text) if project.changelog else ()
    return entries, changelog.entry_for(entries, project.package.version or "")


@functools.lru_cache(maxsize=1)
def _parsed(text: str) -> tuple[changelog.Entry, ...]:
    """Parse once for the three checks that look at the same changelog."""
    return changelog.parse(text)
