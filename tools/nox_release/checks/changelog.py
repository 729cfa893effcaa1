"""Checks of the changelog."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from packaging.version import Version

from nox_release.changelog import UNRELEASED, Entry
from nox_release.check import Family, Problem, Severity
from nox_release.project import Project
from nox_release.project.dates import day

CHANGELOG: Family[Project] = Family("PRJ4", "the changelog")


@CHANGELOG.check("PRJ401", "A changelog is there", Severity.WARNING)
def has_changelog(project: Project) -> Iterator[Problem]:
    """Whoever upgrades asks what has changed (https://keepachangelog.com)."""
    if project.changelog is None:
        yield Problem("CHANGELOG.md", "write a CHANGELOG.md", "no CHANGELOG, CHANGES, HISTORY or NEWS")


@CHANGELOG.check("PRJ402", "The changelog has an entry for the version")
def changelog_has_entry(project: Project) -> Iterator[Problem]:
    """A version that the changelog does not know was bumped in haste, or the entry still has the name of another."""
    entries, entry = project.entries, project.entry
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
    entry = project.entry
    if project.changelog is not None and entry is not None and entry.blank:
        where = f"{project.changelog.path}:{entry.line}"
        yield Problem(where, "write what has changed for those who use the package", f"nothing below `{entry.heading}`")


@CHANGELOG.check("PRJ404", "The changelog's entry for the version is dated", Severity.WARNING)
def changelog_entry_is_dated(project: Project) -> Iterator[Problem]:
    """An entry that is still called unreleased will be so for ever in the archives of the version that it describes."""
    entry = project.entry
    if project.changelog is not None and entry is not None and entry.date in ("", UNRELEASED):
        message = f"`{entry.heading}` {'has no date' if not entry.date else 'is still unreleased'}"
        mend = f"write the day of the release: `{entry.version} (YYYY-MM-DD)`"
        yield Problem(f"{project.changelog.path}:{entry.line}", mend, message)


@CHANGELOG.check("PRJ405", "The changelog's dates are days that there are", Severity.WARNING)
def dates_exist(project: Project) -> Iterator[Problem]:
    """A 30th of February is a slip in the one place where people look for the day of a release."""
    for entry in project.entries:
        try:
            day(entry.date)
        except ValueError:
            where = f"{project.changelog.path}:{entry.line}" if project.changelog else ""
            yield Problem(where, "correct the date", f"`{entry.heading}`: no calendar has that day")


@CHANGELOG.check("PRJ406", "The changelog's newest entry comes first", Severity.WARNING)
def newest_comes_first(project: Project) -> Iterator[Problem]:
    """An entry that is older than one below it mostly has last year in its date; and readers stop at what they know.

    Keep a Changelog: "The latest version comes first." An older line may have the newer release (1.9.5 below 2.0.0),
    so only entries of one line are compared, and all of them with the version that is to be released.
    """
    if project.changelog is None or (found := _out_of_order(project.entries, project.entry)) is None:
        return
    early, late = found
    message = f"`{early.heading}` is older than `{late.heading}` in line {late.line}"
    mend = "correct the date that is wrong, or put the newer entry first"
    yield Problem(f"{project.changelog.path}:{early.line}", mend, message)


def _out_of_order(entries: Sequence[Entry], released: Entry | None) -> tuple[Entry, Entry] | None:
    """Return the first entry that is dated before one that has to be older, and that one."""
    dated = [(entry, moment) for entry in entries if (moment := _day(entry))]
    if released and dated and (moment := _day(released)):
        late, latest = max(dated, key=lambda pair: pair[1])
        if latest > moment:
            return released, late
    above: dict[tuple[int, ...], tuple[Entry, date]] = {}
    for entry, moment in dated:
        if version := _version(entry.version):
            line = version.release[:2]
            if line in above and moment > above[line][1]:
                return above[line][0], entry
            above[line] = (entry, moment)
    return None


@CHANGELOG.check("PRJ407", "The changelog's entry for the version is not dated ahead", Severity.WARNING)
def entry_is_not_of_the_future(project: Project) -> Iterator[Problem]:
    """The date is that of the release, for ever; one that lies ahead is a slip, or the release is too early."""
    entry, today = project.entry, project.circumstances.today
    if project.changelog is not None and entry is not None and (moment := _day(entry)) and moment > today:
        message = f"`{entry.heading}` is dated ahead of {today}, the latest day anywhere on earth at this check"
        yield Problem(
            f"{project.changelog.path}:{entry.line}", "write the day of the release, once it is known", message
        )


def _day(entry: Entry) -> date | None:
    try:
        return day(entry.date)
    except ValueError:  # told by PRJ405
        return None


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return None
