"""What the checks of a package's source look at: its own files, read without running any of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from packaging.requirements import Requirement

from nox_release.changelog import Entry, entry_for, parse
from nox_release.model import Package
from nox_release.project.description import description, readme, readme_type
from nox_release.project.document import Document, Read, Source
from nox_release.project.legacy import Legacy, legacy
from nox_release.project.page import Page, render
from nox_release.project.places import requirement_line
from nox_release.project.stated import Statement, statements
from nox_release.project.tables import first, named, strings, subtable

__all__ = [
    "Circumstances",
    "Document",
    "Page",
    "Project",
    "ReleasedTag",
    "Source",
    "Statement",
    "changelog_of",
    "project",
]

CHANGELOGS = tuple(
    f"{stem}{suffix}" for stem in ("changelog", "changes", "history", "news") for suffix in (".md", ".rst", ".txt", "")
)


@dataclass(frozen=True)
class ReleasedTag:
    """The tag of exactly the version that is to be released."""

    name: str
    commit: str
    same_source: bool
    """The package's source tree at the tag equals the one to be released."""


@dataclass(frozen=True)
class Circumstances:
    """What is known of a package that does not stand in its own files."""

    today: date
    """The latest day that it is anywhere on earth."""
    tag: ReleasedTag | None = None
    siblings: frozenset[str] = frozenset()
    """Packages of the workspace that it requires."""
    git_decides: bool = False
    """The version follows from git's tags, so what files say of it is a placeholder."""
    classifier_policy: str = "consistent"
    """See :attr:`nox_release.config.Settings.classifier_policy`."""


@dataclass(frozen=True)
class Project:
    """A package's source, as far as it can be told without running it."""

    package: Package
    files: tuple[str, ...]
    """Tracked files, relative to the package's folder."""
    pyproject: Mapping[str, object] | None
    readme: Document | None
    """What is declared as the description, or else the file of that name."""
    readme_type: str
    """Content type without parameters, as declared or by the file's suffix; empty where the package certainly
    declares none, so that PyPI takes it for reStructuredText."""
    changelog: Document | None
    classifiers: tuple[str, ...] | None
    """None where only the build backend can tell them."""
    circumstances: Circumstances
    text: Document | None = None
    """The file that describes the package."""
    statements: tuple[Statement, ...] = ()
    """Where else the version stands."""
    described: bool = True
    """False where the declarations certainly leave the README out, so that its page on PyPI would be blank."""
    classifiers_path: str = "pyproject.toml"
    """The file that the classifiers were read from."""
    composed: bool = False
    """The page on PyPI is made of the README by rules that nobody here knows."""
    assumed: bool = False
    """The page on PyPI is made by code, mostly of the README as it is."""

    @cached_property
    def page(self) -> Page | None:
        """The README as PyPI shows it; None where there is nothing to show."""
        return render(self.readme, self.readme_type) if self.readme and self.readme.text.strip() else None

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What the changelog says, in its order."""
        return parse(self.changelog.text) if self.changelog else ()

    @property
    def entry(self) -> Entry | None:
        """What the changelog says of the version."""
        return entry_for(self.entries, self.package.version or "")

    @property
    def path(self) -> str:
        """The file that describes the package, relative to its folder."""
        return self.package.described_by.removeprefix(f"{self.package.directory}/")

    @property
    def table(self) -> Mapping[str, object]:
        """[project] of pyproject.toml."""
        return subtable(self.pyproject or {}, "project")

    def at(self, pattern: str) -> str:
        """Return the describing file with the line where *pattern* first matches, see :meth:`Document.at`."""
        return self.text.at(pattern) if self.text else self.path

    def classifier_at(self, classifier: str) -> str:
        """Return where *classifier* stands."""
        if self.classifiers_path != self.path:
            return self.classifiers_path
        return self.at(rf"{re.escape(classifier)}(?![\w. ])")

    def requirement_at(self, requirement: Requirement) -> str:
        """Return the describing file with the line that has *requirement*, however it is spelt there."""
        line = requirement_line(requirement, self.text.text) if self.text else 0
        return f"{self.path}:{line}" if line else self.path


def project(package: Package, files: Sequence[str], read: Read, circumstances: Circumstances) -> Project:
    """Read what the checks need of *package*.

    :param files: the tracked files, relative to the package's folder.
    :raises Blocked: for a file that is not UTF-8 or cannot be parsed.
    """
    source = Source(package.directory, read)
    pyproject = source.toml("pyproject.toml")
    keywords = legacy(source)
    described = description(pyproject or {}, keywords)
    page = readme(described, files, source)
    classifiers, classifiers_path = _classifiers(pyproject or {}, keywords, source)
    return Project(
        package=package,
        files=tuple(files),
        pyproject=pyproject,
        readme=page,
        readme_type=readme_type(described, page),
        changelog=changelog_of(source, files),
        classifiers=classifiers,
        circumstances=circumstances,
        text=source.about(package.described_by.removeprefix(f"{package.directory}/")),
        statements=()
        if circumstances.git_decides
        else statements(package.name, files, source, pyproject or {}, keywords),
        composed=described.composed,
        assumed=described.assumed or (page is not None and not described.path and described.declared),
        described=described.declared,
        classifiers_path=classifiers_path,
    )


def changelog_of(source: Source, files: Sequence[str]) -> Document | None:
    """Return the changelog; None where the package has none.

    :param files: the tracked files, relative to the package's folder.
    :raises Blocked: where it is not UTF-8.
    """
    return source.document(named(files, CHANGELOGS) or _documented(files))


def _classifiers(pyproject: Mapping[str, object], legacy: Legacy, source: Source) -> tuple[tuple[str, ...] | None, str]:
    table, tools = subtable(pyproject, "project"), subtable(pyproject, "tool")
    for declared in (table, subtable(tools, "poetry"), subtable(subtable(tools, "flit"), "metadata")):
        if "classifiers" in declared:
            return strings(declared["classifiers"]), "pyproject.toml"
        if declared and "classifiers" not in strings(declared.get("dynamic")):
            return (), "pyproject.toml"
    setuptools = subtable(subtable(subtable(tools, "setuptools"), "dynamic"), "classifiers")
    if (path := first(setuptools.get("file"))) and (document := source.about(path)):
        return tuple(line.strip() for line in document.text.split("\n") if line.strip()), path
    given = legacy.keywords.get("classifiers")
    if isinstance(given, list | tuple):
        return strings(given), legacy.path("classifiers")
    return (() if legacy.complete and "classifiers" not in legacy.keywords else None), legacy.path("classifiers")


def _documented(files: Sequence[str]) -> str:
    """Return the changelog in docs/, or ``""``."""
    wanted = {f"docs/changelog{suffix}" for suffix in (".md", ".rst", ".txt", "")}
    return next((path for path in sorted(files) if path.lower() in wanted), "")
