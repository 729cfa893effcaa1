"""Checks of the version that is to be released."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.project import Project

VERSION: Family[Project] = Family("PRJ5", "the version")


@VERSION.check("PRJ501", "The version is one to release")
def version_is_releasable(project: Project) -> Iterator[Problem]:
    """It must be known before anything is built and legal by PEP 440, and a development version is none to publish.

    PEP 440 asks that no development release is put on a public index.
    """
    where, version = project.path, project.package.version
    if version is None:
        mend = "write it into the metadata, or see that the backend can tell it from git's tags"
        yield Problem(where, mend, "the version could not be determined")
    elif (parsed := _version(version)) is None:
        yield Problem(where, "write a version of PEP 440, such as 1.2.0", f"{version!r} is not a version")
    elif parsed.is_devrelease:
        mend = f"set the version to {parsed.base_version}, or put the version's tag on this commit if git decides"
        yield Problem(where, mend, f"{version} is a development version")


@VERSION.check("PRJ502", "The version is not a local one")
def version_is_public(project: Project) -> Iterator[Problem]:
    """PEP 440 keeps `+local` for builds that somebody else patched: PyPI refuses such a version."""
    parsed = _version(project.package.version or "")
    if parsed is not None and parsed.local is not None:
        mend = f"set the version to {parsed.public}, or put its tag on a clean commit if git decides"
        yield Problem(project.path, mend, f"{parsed} has the local part +{parsed.local}")


@VERSION.check("PRJ503", "The version was not released from other source")
def version_is_new(project: Project) -> Iterator[Problem]:
    """An index never takes a version twice, and one version with two sources is a trap for whoever debugs it."""
    if (tag := project.circumstances.tag) is not None and not tag.same_source:
        message = f"{project.package.version} is tagged {tag.name} at {tag.commit[:12]}, where its source is another"
        yield Problem(project.path, "bump the version", message)


@VERSION.check("PRJ504", "The code states the version that is released")
def code_agrees(project: Project) -> Iterator[Problem]:
    """`__version__` is what users report and what programs ask; one that was forgotten says another release is running.

    Looked at are literals in the import package that the distribution is named after. A version that is computed, as
    by importlib.metadata, agrees by itself.
    """
    yield from _others(project, shipped=True)


@VERSION.check("PRJ505", "Nothing else in the source states another version", Severity.WARNING)
def everything_agrees(project: Project) -> Iterator[Problem]:
    """A bump that misses one file leaves a citation, a recipe or the next bump with the wrong version.

    Looked at are setup.py and setup.cfg beside [project], CITATION.cff, conda recipes, Sphinx' conf.py, the tables of
    bump-my-version and commitizen, and whether the changelog begins with a later version.
    """
    yield from _others(project, shipped=False)
    wanted, entry = _version(project.package.version or ""), project.entry
    if wanted is None or entry is None or project.changelog is None:
        return
    later = [each for each in project.entries if (said := _version(each.version)) and said > wanted]
    if later and project.entries[0] is later[0]:
        where, mend = (
            f"{project.changelog.path}:{later[0].line}",
            f"bump the version to {later[0].version}, or release that first",
        )
        yield Problem(where, mend, f"the changelog begins with {later[0].version}, {wanted} is to be released")


def _others(project: Project, *, shipped: bool) -> Iterator[Problem]:
    wanted = _version(project.package.version or "")
    for each in project.statements:
        said = _version(each.version)
        # What is no version is a template, or a word for something else.
        if each.shipped is shipped and wanted is not None and said is not None and said != wanted:
            yield Problem(each.where, f"write {wanted}", f"{each.what} is {each.version}, {wanted} is to be released")


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return None
