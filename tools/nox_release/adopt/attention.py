"""Which packages need attention before a release, told by the checks and the plan that later stages go by."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from packaging.utils import canonicalize_name

from nox_release.check import Finding, Severity, Verdict
from nox_release.checks.changelog import CHANGELOG
from nox_release.checks.licence import LICENCE
from nox_release.checks.requirements import REQUIREMENTS
from nox_release.checks.tests import TESTS
from nox_release.checks.version import VERSION
from nox_release.config import Config, Settings
from nox_release.errors import Blocked
from nox_release.model import Package
from nox_release.plan import Plan, Planned
from nox_release.project import Circumstances, project
from nox_release.requirements import parsed
from nox_release.snapshot import Snapshot
from nox_release.source import Git
from nox_release.testing import NONE_COLLECTED
from nox_release.testrun import TestRun
from nox_release.workspace import Workspace

FAMILIES = (CHANGELOG, VERSION, LICENCE, REQUIREMENTS)
"""Of the families that lint-metadata runs, those that need none of its tools."""
_TESTS = ("test_*.py", "*_test.py")
"""What pytest collects, unless it is told otherwise."""
_TOLD_IN = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_OTHERWISE = re.compile(rb"\bpython_files\b|--doctest-")
Read = Callable[[str], bytes | None]
"""Path within a package → what git has there; None where that is nothing."""


@dataclass(frozen=True)
class Notice:
    """Something that one or several packages need."""

    names: tuple[str, ...]
    what: str
    mend: str
    stops: bool = False
    """The packages cannot be released as they are."""


def attention(
    workspace: Workspace, plan: Plan, snapshot: Snapshot, git: Git, config: Config, today: date
) -> list[Notice]:
    """Return what packages need, what stops one first; what several need in the same way is one notice."""
    found = [
        Notice((item.name,), item.message, item.hint, stops=True)
        for item in dict.fromkeys((*workspace.broken, *plan.broken))
    ]
    for planned in plan.targets:
        settings = config.for_package(planned.name)
        read = _reader(planned.package, snapshot, git)
        found += _of(planned, settings, snapshot, read)
        try:
            verdict = _look(planned, settings, snapshot, read, today)
        except Blocked as error:
            found.append(Notice((planned.name,), error.message, error.hint, stops=True))
            continue
        found += [_notice(planned.name, finding) for finding in verdict if not finding.exempt]
    private = [name for name, package in workspace.packages.items() if package.private]
    if private:
        why = "marked Private, so left out of everything but its own name"
        found.append(Notice(tuple(private), why, "nothing, or take the classifier out to release it"))
    return sorted(_together(found), key=lambda notice: not notice.stops)


def _reader(package: Package, snapshot: Snapshot, git: Git) -> Read:
    def read(path: str) -> bytes | None:
        entry = snapshot.files.get(posixpath.normpath(posixpath.join(package.directory, path)))
        return None if entry is None else git.blob(entry.oid)

    return read


def _look(planned: Planned, settings: Settings, snapshot: Snapshot, read: Read, today: date) -> Verdict:
    package = planned.package
    circumstances = Circumstances(
        today=today,
        siblings=frozenset(canonicalize_name(parsed(text).name) for text in planned.sibling_requires),
        git_decides=planned.history,
        classifier_policy=settings.classifier_policy,
    )
    subject = project(package, snapshot.below(package.directory), read, circumstances)
    # A version that the backend tells is known once the plan is made in earnest.
    families = [family for family in FAMILIES if package.version is not None or family is not VERSION]
    return sum((family.run(subject, settings.rules) for family in families), Verdict())


def _notice(name: str, finding: Finding) -> Notice:
    stops = finding.severity is Severity.ERROR
    where = f"{finding.where}: " if stops else ""
    return Notice((name,), f"{finding.code} {where}{finding.message or finding.title}", finding.fix, stops)


def _of(planned: Planned, settings: Settings, snapshot: Snapshot, read: Read) -> Iterator[Notice]:
    """Yield what the plan and the files tell, where no check has to look."""
    package, name = planned.package, (planned.name,)
    if package.version is None:
        backend = package.backend.partition(":")[0]
        if planned.history:
            mend = "set the release's tag on the commit that is released, and fetch tags in CI"
            yield Notice(name, f"no file states the version: {backend} takes it from git's tags", mend)
        else:
            mend = "nothing, or state the version in pyproject.toml so that plans need not run the backend"
            yield Notice(name, f"no file states the version: {backend} is asked for it", mend)
    if posixpath.basename(package.described_by) in ("setup.py", "setup.cfg") and "legacy" in package.backend:
        mend = "nothing now; a pyproject.toml with [build-system] says what the build needs"
        yield Notice(name, "setup.py without [build-system]: built as PEP 517 has it for old packages", mend)
    command, files = " ".join(settings.test_command), snapshot.below(package.directory)
    run = TestRun(command, refused=planned.test_problem)
    usual = not settings.test_exempt and settings.test_command == Settings().test_command
    if usual and not _collects(files, read):
        run = TestRun(command, NONE_COLLECTED, collected=0)
    yield from (_notice(planned.name, finding) for finding in TESTS.run(run, settings.rules) if not finding.exempt)


def _collects(files: Iterable[str], read: Read) -> bool:
    """Whether pytest may find a test; where it is told what one is, its session has the last word."""
    if any(fnmatch.fnmatchcase(posixpath.basename(path), glob) for path in files for glob in _TESTS):
        return True
    return any(_OTHERWISE.search(read(name) or b"") for name in _TOLD_IN)


def _together(notices: Iterable[Notice]) -> Iterator[Notice]:
    names: dict[tuple[str, str, bool], list[str]] = {}
    for notice in notices:
        names.setdefault((notice.what, notice.mend, notice.stops), []).extend(notice.names)
    for (what, mend, stops), whose in names.items():
        yield Notice(tuple(dict.fromkeys(whose)), what, mend, stops)
