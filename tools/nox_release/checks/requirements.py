"""Checks of what the package requires: Python itself, and other packages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.project import Project
from nox_release.project.tables import subtable
from nox_release.requirements import parsed

REQUIREMENTS: Family[Project] = Family("PRJ7", "requirements")

_PYTHON = r"^[ \t]*(?:requires-python|python_requires|python)[ \t]*="


@REQUIREMENTS.check("PRJ701", "It says which Pythons it runs on")
def requires_python(project: Project) -> Iterator[Problem]:
    """Without Requires-Python an installer on an old Python takes a version that cannot run there, and breaks.

    With it, it takes the last version that can. The field cannot be added to files that are on an index already.
    """
    if not project.package.requires_python and "requires-python" not in project.package.unknown:
        mend = 'write the oldest Python that is tested: requires-python = ">=3.10", or python_requires in setup()'
        yield Problem(project.path, mend, "no requires-python")


@REQUIREMENTS.check("PRJ702", "requires-python has no upper bound", Severity.WARNING)
def python_is_not_capped(project: Project) -> Iterator[Problem]:
    """An upper bound does not say "untested", it says "never": no release that follows can take it back.

    On a newer Python an installer then looks for an older version that lacks the bound, which is surely less fit; and
    a resolver that plans for all Pythons passes the bound on to everything that needs the package. A release that is
    found to break on a new Python can be yanked, or followed by one that has the bound.
    """
    said = project.package.requires_python
    if said and (bounds := _upper(SpecifierSet(said))):
        floors = ",".join(sorted(str(each) for each in SpecifierSet(said) if str(each) not in bounds))
        mend = f'write requires-python = "{floors}"' if floors else "write the lower bound alone"
        yield Problem(project.at(_PYTHON), mend, f"{said!r} keeps it from newer Pythons")


def _upper(specifiers: SpecifierSet) -> list[str]:
    """The parts that a later version breaks."""
    return sorted(str(each) for each in specifiers if each.operator in ("<", "<=", "~=", "==", "==="))


@REQUIREMENTS.check("PRJ703", "No requirement is a direct reference", pypi=True)
def no_direct_references(project: Project) -> Iterator[Problem]:
    """PyPI refuses `name @ URL` (PEP 440, direct references), in extras too: its files should need no other place."""
    for requirement in _all(project):
        if requirement.url:
            mend = f"require a released version: {requirement.name}>=…; a URL may stand in [dependency-groups]"
            yield Problem(project.requirement_at(requirement), mend, f"{requirement.name} comes from {requirement.url}")


@REQUIREMENTS.check("PRJ704", "No runtime requirement is pinned to one version", Severity.WARNING)
def no_exact_pins(project: Project) -> Iterator[Problem]:
    """Two packages that pin one requirement to different versions cannot be installed together.

    And a mended version of it reaches nobody before a new release of this package. What is deployed is pinned in a
    lock file of its own; a published package says what it can work with.
    """
    for requirement in _runtime(project):
        exact = [each for each in requirement.specifier if _is_exact(str(each))]
        if not exact:
            continue
        if canonicalize_name(requirement.name) in project.circumstances.siblings:
            message = f"{_plain(requirement)}, of this workspace: whenever it is released this package has to follow"
        else:
            message = f"{_plain(requirement)} leaves no other version"
        mend = f"write {requirement.name}>={exact[0].version}"
        yield Problem(project.requirement_at(requirement), mend, message)


def _is_exact(specifier: str) -> bool:
    return specifier.startswith("==") and not specifier.endswith(".*")


@REQUIREMENTS.check("PRJ705", "No runtime requirement has an upper bound", Severity.WARNING)
def no_upper_bounds(project: Project) -> Iterator[Problem]:
    """A bound guards against a version that may break this package, and costs something: weigh it.

    Nobody who needs this package can have that version until a new release of this one lifts the bound, though it
    may well work; and bounds of published files cannot be lifted. Packages of this workspace are left out: whoever
    releases them decides about both.
    """
    bound = {
        _plain(requirement): None
        for requirement in _runtime(project)
        if canonicalize_name(requirement.name) not in project.circumstances.siblings
        and any(not _is_exact(each) for each in _upper(requirement.specifier))
    }
    if bound:
        mend = "keep those that a known incompatibility asks for, and take away the others"
        yield Problem(project.path, mend, ", ".join(bound))


@REQUIREMENTS.check("PRJ706", "No requirement stands twice", Severity.WARNING)
def no_duplicates(project: Project) -> Iterator[Problem]:
    """All that is said of one package counts together, so who reads the first line does not know what is required."""
    for texts in (project.package.requires, *project.package.extras.values()):
        seen: dict[tuple[str, str, str], Requirement] = {}
        for text in texts:
            requirement = parsed(text)
            wanted = " ".join(sorted(requirement.extras))
            key = (canonicalize_name(requirement.name), wanted, str(requirement.marker))
            if key in seen:
                message = f"{_plain(requirement)} stands beside {_plain(seen[key])}"
                yield Problem(project.requirement_at(requirement), "make one of the two", message)
            seen[key] = requirement


@REQUIREMENTS.check("PRJ707", "It does not require itself")
def not_itself(project: Project) -> Iterator[Problem]:
    """A requirement on itself asks for nothing, unless one extra names another (`demo[all]` as `demo[a,b]`).

    An extra that is not there is passed over by installers with a warning, and what it should have brought is missing.
    """
    name, extras = project.package.name, project.package.extras
    for requirement in _runtime(project):
        if canonicalize_name(requirement.name) == name:
            yield Problem(project.requirement_at(requirement), "take it out", f"{name} requires {requirement}")
    if "extras" in project.package.unknown:
        return
    for extra, texts in extras.items():
        for requirement in map(parsed, texts):
            if canonicalize_name(requirement.name) != name:
                continue
            if not requirement.extras:
                message = f"the extra {extra} requires {name} itself"
                yield Problem(project.requirement_at(requirement), "take it out, or name an extra in brackets", message)
            for absent in sorted({canonicalize_name(each) for each in requirement.extras} - extras.keys()):
                message = f"the extra {extra} requires {name}[{absent}], and there is no extra {absent}"
                yield Problem(project.requirement_at(requirement), f"name one of {', '.join(extras)}", message)


@REQUIREMENTS.check("PRJ708", "Extras have normalized names", Severity.WARNING)
def extras_are_normalized(project: Project) -> Iterator[Problem]:
    """PEP 685: a build writes the normalized name, so the metadata has another one than the source.

    Old installers compare names as they are written, and two names with one normalized form are one extra.
    """
    seen: dict[str, str] = {}
    for name in subtable(project.table, "optional-dependencies"):
        normal = canonicalize_name(name)
        where = project.at(rf"""^[ \t]*["']?{re.escape(name)}["']?[ \t]*=""")
        if normal in seen:
            message = f"{seen[normal]} and {name} are one extra, {normal}"
            yield Problem(where, "put the two together", message)
        elif name != normal:
            yield Problem(where, f"call it {normal}", f"{name} is {normal} when normalized")
        seen[normal] = name


@REQUIREMENTS.check("PRJ709", "A final version requires no prerelease", Severity.WARNING)
def no_prereleases(project: Project) -> Iterator[Problem]:
    """A bound that names a prerelease makes installers take prereleases of that package, for users of a final version.

    PEP 440, handling of pre-releases.
    """
    version = _version(project.package.version or "")
    if version is None or version.is_prerelease:
        return
    found = [_plain(each) for each in _runtime(project) if any(map(_admits_prereleases, each.specifier))]
    if found:
        mend = "lower the bound to a final version, or release this package as a prerelease until there is one"
        yield Problem(project.path, mend, ", ".join(found))


def _admits_prereleases(specifier: Specifier) -> bool:
    bound = _version(specifier.version)
    return specifier.operator not in ("<", "<=", "!=") and bound is not None and bound.is_prerelease


def _runtime(project: Project) -> Iterator[Requirement]:
    return map(parsed, project.package.requires)


def _all(project: Project) -> Iterator[Requirement]:
    yield from _runtime(project)
    for texts in project.package.extras.values():
        yield from map(parsed, texts)


def _plain(requirement: Requirement) -> str:
    """Name, extras and specifier, without the marker."""
    return str(requirement).partition(";")[0].strip()


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one; `2.*` has none
        return None
