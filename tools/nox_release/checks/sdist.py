"""The sdist is what git has."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nox_release.check import Family, Problem, Severity
from nox_release.wording import some


@dataclass(frozen=True)
class Comparison:
    """The files of an sdist beside those that git has for the package; paths relative to its folder."""

    shipped: frozenset[str]
    tracked: frozenset[str]
    has_manifest: bool
    """The backend picks files by MANIFEST.in (setuptools), so what is left out may be an oversight."""
    excluded: Callable[[str], bool]
    """What check-manifest's defaults, its configuration and MANIFEST.in leave out on purpose."""
    generated: tuple[str, ...] = ()
    """Tracked files that builds make, by check-manifest's rules and configuration (``ignore-bad-ideas``)."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Tracked files that were not shipped, in order."""
        return tuple(sorted(path for path in self.tracked - self.shipped if not self.excluded(path)))

    def in_import_package(self, path: str) -> bool:
        """Whether *path* lies in an import package that is shipped, tests and examples aside."""
        folder = posixpath.dirname(path)
        if any(part in _BESIDE for part in folder.split("/")):
            return False
        while folder:
            if f"{folder}/__init__.py" in self.shipped:
                return True
            folder = posixpath.dirname(folder)
        return False


_BESIDE = frozenset("test tests testing example examples sample samples doc docs stress perf".split())
_LEGAL = ("licen[cs]e*", "copying*", "notice*", "authors*")
_BUILD_FILES = ("pyproject.toml", "setup.py")
_READMES = ("readme", "readme.md", "readme.rst", "readme.txt", "readme.markdown")
# What backends write that is not in git: metadata, a version module, hatchling's and uv's own copies.
_GENERATED = ("PKG-INFO", "*.egg-info/*", "setup.cfg", "*version*.py", ".gitignore", "pyproject.toml.orig", "setup.py")

SDIST: Family[Comparison] = Family("SDI", "an sdist beside git")


@SDIST.check("SDI101", "The sdist has every file of its import packages")
def import_packages_complete(comparison: Comparison) -> Iterator[Problem]:
    """Data files that MANIFEST.in forgets are the classic broken sdist: all is well until somebody builds from it.

    The rules and the configuration are check-manifest's (``[tool.check-manifest] ignore``). Backends without
    MANIFEST.in take everything that their configuration does not exclude, so there nothing is forgotten.
    """
    for path in comparison.missing:
        if comparison.has_manifest and comparison.in_import_package(path):
            yield Problem(
                path,
                "include it in MANIFEST.in (or package-data), or exclude it there by name",
                "in git, not in the sdist",
            )


@SDIST.check("SDI102", "The sdist has the licence")
def licence_included(comparison: Comparison) -> Iterator[Problem]:
    """Most licences demand that their text goes with every copy (PEP 639: ``license-files``)."""
    for path in comparison.missing:
        if "/" not in path and any(fnmatch.fnmatchcase(path.lower(), glob) for glob in _LEGAL[:2]):
            yield Problem(
                path, 'add it to license-files in [project], or "include" it in MANIFEST.in', "in git, not in the sdist"
            )


@SDIST.check("SDI103", "The sdist has what it is built from")
def build_files_included(comparison: Comparison) -> Iterator[Problem]:
    """Without its pyproject.toml or setup.py an sdist builds as something else, or not at all (PEP 517)."""
    for path in _BUILD_FILES:
        if path in comparison.tracked - comparison.shipped:
            yield Problem(path, "do not exclude it from the sdist", "in git, not in the sdist")


@SDIST.check("SDI104", "The sdist has the README", Severity.WARNING)
def readme_included(comparison: Comparison) -> Iterator[Problem]:
    """It is the first that a distributor or a user of the sdist reads, and many builds read it for the metadata."""
    for path in comparison.missing:
        if path.lower() in _READMES:
            yield Problem(
                path, 'name it as readme in [project], or "include" it in MANIFEST.in', "in git, not in the sdist"
            )


@SDIST.check("SDI201", "The sdist has the other files that git has", Severity.WARNING)
def rest_included(comparison: Comparison) -> Iterator[Problem]:
    """Distributors build and test from sdists. Many projects leave tests and working files out on purpose."""
    rest = [path for path in comparison.missing if "/" not in path or not comparison.in_import_package(path)]
    told = {*_BUILD_FILES, *(path for path in rest if path.lower() in _READMES)}
    rest = [path for path in rest if path not in told and comparison.has_manifest]
    if rest:
        yield Problem(
            "MANIFEST.in",
            "include them, or exclude them in MANIFEST.in or [tool.check-manifest] ignore",
            f"in git, not in the sdist: {some(rest, 4)}",
        )


@SDIST.check("SDI202", "The sdist has nothing that git does not have", Severity.WARNING)
def nothing_else(comparison: Comparison) -> Iterator[Problem]:
    """What a build makes on the way should not be shipped; the build runs on a clean export, so it made this.

    check-manifest's ``ignore`` holds here as well.
    """
    for path in sorted(comparison.shipped - comparison.tracked):
        if not any(fnmatch.fnmatchcase(path, glob) for glob in _GENERATED) and not comparison.excluded(path):
            yield Problem(path, "commit it, or keep the build from shipping it", "in the sdist, not in git")


@SDIST.check("SDI203", "Git has nothing that builds make", Severity.WARNING)
def nothing_generated(comparison: Comparison) -> Iterator[Problem]:
    """What is compiled or generated goes stale in git, and the sdist ships it beside its source.

    The rule is check-manifest's, its exemptions are ``ignore-bad-ideas``; what lies among tests may be meant.
    """
    found = [path for path in comparison.generated if not _BESIDE.intersection(path.split("/"))]
    if found:
        fix = "git rm --cached it and ignore it, or name it in [tool.check-manifest] ignore-bad-ideas"
        yield Problem(found[0], fix, f"in git: {some(found, 4)}")
