"""The same source is the same bytes, by way of the sdist or without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nox_release.check import Family, Problem, Severity
from nox_release.differences import Difference


@dataclass(frozen=True)
class Rebuilt:
    """What came of building a package a second time: in other folders, from files of another age, later."""

    sdist_name: str
    wheel_name: str
    sdist: tuple[Difference, ...] | str = ()
    """Where the second sdist differs from the first; a string says why there is none."""
    wheel: tuple[Difference, ...] | str = ()
    """Where two wheels of the same sdist differ; a string says why there is no second."""
    tree: tuple[Difference, ...] | str = ()
    """Where the wheel from the tree is another one, and not by chance; a string says why there is none."""
    made: tuple[Difference, ...] = ()
    """The same of modules that the build makes: git has no such files."""

    @property
    def same(self) -> bool:
        """Whether all builds agree byte by byte."""
        return not (self.sdist or self.wheel or self.tree or self.made)


REPRODUCIBILITY: Family[Rebuilt] = Family("REP", "a second build beside the first")


@REPRODUCIBILITY.check("REP101", "The sdist is the same bytes when it is built again", Severity.WARNING)
def same_sdist(rebuilt: Rebuilt) -> Iterator[Problem]:
    """Whoever builds the tag again can prove that nobody added anything to the file (reproducible-builds.org).

    The second build has another folder, and files of another time.
    """
    yield from _told(rebuilt.sdist, rebuilt.sdist_name, "let nothing but the source and SOURCE_DATE_EPOCH into it")


@REPRODUCIBILITY.check("REP102", "The wheel is the same bytes when it is built again", Severity.WARNING)
def same_wheel(rebuilt: Rebuilt) -> Iterator[Problem]:
    """As for the sdist. Compilers write the folder into debug information; scripts write the time."""
    yield from _told(rebuilt.wheel, rebuilt.wheel_name, "let nothing but the source and SOURCE_DATE_EPOCH into it")


@REPRODUCIBILITY.check("REP201", "The sdist builds the wheel that the tree builds")
def same_from_tree(rebuilt: Rebuilt) -> Iterator[Problem]:
    """Distributors and ``--no-binary`` build from the sdist, developers from a checkout: both should get the same.

    They do not where the sdist lacks a file, or the build asks what only the repository has.
    """
    fix = "have the sdist ship all that the build reads (MANIFEST.in, include), and the build read nothing else"
    yield from _told(rebuilt.tree, rebuilt.wheel_name, fix)


@REPRODUCIBILITY.check("REP202", "What the build writes is the same from the sdist and the tree", Severity.WARNING)
def same_made(rebuilt: Rebuilt) -> Iterator[Problem]:
    """A file that the build makes, of the version for example, may tell of the commit, which an sdist does not know.

    The published wheel is built from the sdist: what such a file says there is what users get.
    """
    fix = "leave out what only the repository can tell, or nothing at all if the difference is meant"
    yield from _told(rebuilt.made, rebuilt.wheel_name, fix)


def _told(found: tuple[Difference, ...] | str, filename: str, fix: str) -> Iterator[Problem]:
    if isinstance(found, str):
        if found:
            yield Problem(filename, fix, f"the second build failed: {found}")
        return
    if found:
        shown = "; ".join(": ".join(filter(None, (item.member, item.what))) for item in found[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        yield Problem(filename, fix, f"{shown}{more}")
