"""Checks of a package's own files: its metadata, its README, its changelog and its version."""

from __future__ import annotations

import copy
import difflib
import functools
import io
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version
from readme_renderer import markdown, rst
from trove_classifiers import classifiers as known_classifiers
from trove_classifiers import deprecated_classifiers
from validate_pyproject import api, extra_validations, formats, plugins
from validate_pyproject.error_reporting import ValidationError

from nox_release import changelog
from nox_release.check import Family, Problem, Severity
from nox_release.project import TYPES, Project

PROJECT: Family[Project] = Family("PRJ", "the project's source")

SPECIFICATION = "https://packaging.python.org/specifications/pyproject-toml"
STANDARD_TABLES = frozenset(("build-system", "project", "dependency-groups", "tool"))
"""The tables of pyproject.toml that PEP 518, PEP 621 and PEP 735 name."""

_FORMATS = {
    "pep440": "a version (PEP 440)",
    "pep508": "a requirement (PEP 508)",
    "pep508-identifier": "a name of letters, digits, `.`, `-` and `_` (PEP 508)",
    "pep508-versionspec": "a version specifier (PEP 440)",
    "pep517-backend-reference": "a build backend's import path, `module:object` (PEP 517)",
    "python-entrypoint-reference": "an entry point, `module:object`",
    "url": "a URL with its scheme",
}
_REPORT = re.compile(r"<string>:(\d*): \(\w+/\d\) (.*)")  # how docutils words what it found


# pyproject.toml


@PROJECT.check("PRJ101", "pyproject.toml follows its schema")
def follows_schema(project: Project) -> Iterator[Problem]:
    """A backend stops at, or silently ignores, what the standards do not allow.

    [build-system] is of PEP 518, [project] of PEP 621 with its successors, [dependency-groups] of PEP 735, and
    setuptools reads [tool.setuptools] by a schema of its own. Tables of other tools are not looked at.
    """
    standard = {key: value for key, value in (project.pyproject or {}).items() if key in STANDARD_TABLES}
    for where, message in _schema_errors(standard):
        yield Problem("pyproject.toml", f"correct {where}; {SPECIFICATION} says what it may be", message)


@PROJECT.check("PRJ102", "pyproject.toml has no table of its own invention", Severity.WARNING)
def only_standard_tables(project: Project) -> Iterator[Problem]:
    """PEP 518 keeps every table but [tool] for standards to come, and a backend may refuse the file for one."""
    for key in sorted((project.pyproject or {}).keys() - STANDARD_TABLES):
        near = difflib.get_close_matches(key, STANDARD_TABLES, 1)
        mend = f"call it [{near[0]}]" if near else f"move it to [tool.{key}]"
        yield Problem("pyproject.toml", mend, f"no standard names a table [{key}]")


@functools.cache
def _validator() -> api.Validator:
    """Build the validator, whose schemas take a tenth of a second to compile, once; nothing in it asks the network."""
    # It logs advice at every call, to stderr where nobody has set up logging; only errors matter here.
    logging.getLogger(api.__package__).setLevel(logging.ERROR)
    ours = ("setuptools", "distutils")
    return api.Validator(
        plugins=[plugins.PluginWrapper(tool, api.load_builtin_plugin) for tool in ours],
        # Classifiers are PRJ301's affair.
        format_validators={**api.FORMAT_FUNCTIONS, formats.trove_classifier.__name__.replace("_", "-"): lambda _: True},
        # It compares the names of groups as they are spelt; PEP 735 normalizes them.
        extra_validations=[
            each
            for each in extra_validations.EXTRA_VALIDATIONS
            if each is not extra_validations.validate_include_dependency
        ],
    )


def _schema_errors(pyproject: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the path and the message of every error: of all keys of a table, and of one a key.

    The validator stops at the first, so what it names is taken out before it is asked again.
    """
    document = copy.deepcopy(dict(pyproject))
    while True:
        try:
            _validator()(document)
        except ValidationError as error:
            path = (error.name or "").strip("`").removeprefix("data.")
            yield path, _message(path, error)
            if not _mended(document, path, error):
                return
        else:
            break
    yield from _missing_groups(document)


def _message(path: str, error: ValidationError) -> str:
    summary = error.summary.split("\n")[0].rstrip(":").replace(" (0 matches found)", "")
    if error.rule == "format":
        wanted = (error.definition or {}).get("format", "")
        summary = f"`{path}` must be {_FORMATS.get(wanted, wanted)}"
    return f"{summary}, it is {error.value!r}" if isinstance(error.value, str | int) else summary


def _mended(document: dict[str, Any], path: str, error: ValidationError) -> bool:
    """Take what *error* names out of *document*, or put in what it misses; False where that cannot be done."""
    keys = re.split(r"[.\[]", path)
    table: Any = document
    for key in keys[: 2 if keys[0] == "tool" else 1]:
        parent, table = table, table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, dict):  # the table itself is none
        return isinstance(parent, dict) and parent.pop(key, None) is not None
    inner = keys[2 if keys[0] == "tool" else 1 :]
    sound: dict[str, Any] = {"name": "name", "version": "0", "requires": []}
    if inner:
        key = inner[0]
        # Without one of these the next complaint would be that it is missing.
        if key in sound and error.rule in ("format", "type") and table.get(key) != sound[key]:
            table[key] = sound[key]
            return True
        return table.pop(key, table) is not table
    if error.rule == "additionalProperties":
        unknown = table.keys() - (error.definition or {}).get("properties", {}).keys()
        for key in unknown:
            del table[key]
        return bool(unknown)
    missing = sound.keys() & set(re.findall(r"'([^']*)'", error.summary)) - table.keys()
    table.update({key: sound[key] for key in missing})
    return bool(missing)


def _missing_groups(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    groups = document.get("dependency-groups", {})
    known = {canonicalize_name(name) for name in groups}
    for name, items in groups.items():
        for item in items:
            if isinstance(item, dict) and canonicalize_name(item["include-group"]) not in known:
                yield f"dependency-groups.{name}", f"there is no group {item['include-group']!r} to include"


# The README


@PROJECT.check("PRJ201", "A README is there and says something")
def readme_says_something(project: Project) -> Iterator[Problem]:
    """It is the whole page of the package on PyPI; without one nobody can tell what they are about to install."""
    if project.readme is None:
        yield Problem("README.md", "write a README.md, commit it and declare it", "no README among the committed files")
    elif not project.readme.text.strip():
        path = project.readme.path
        yield Problem(path, "write it, or declare another file", f"{path} is blank or not among the committed files")


@PROJECT.check("PRJ202", "PyPI can render the README")
def readme_renders(project: Project) -> Iterator[Problem]:
    """PyPI refuses an upload whose description does not render, so only the last step would tell.

    It renders with readme_renderer, which turns every warning of docutils into an error, and knows neither Sphinx'
    roles nor its directives. A description without a content type is taken for reStructuredText.
    """
    if (readme := project.readme) is None or not readme.text.strip():
        return
    if project.readme_type in ("text/x-rst", ""):
        stream = io.StringIO()
        rendered = rst.render(readme.text, stream=stream)
        if rendered is None or not rendered.strip():
            report = _REPORT.search(stream.getvalue())
            line, message = report.groups() if report else ("", "nothing is left of it when rendered")
            inline = readme.path == "pyproject.toml"
            yield Problem(
                f"{readme.path}:{line}" if line and not inline else readme.path,
                _rst_mend(project),
                f"line {line} of the text: {message}" if line and inline else message,
            )
    elif project.readme_type == "text/markdown" and not (markdown.render(readme.text) or "").strip():
        yield Problem(readme.path, "write visible text", "nothing is left of it when rendered")


def _rst_mend(project: Project) -> str:
    if project.readme and _suffix_type(project.readme.path) == "text/markdown":
        return "declare the content type text/markdown: PyPI takes this Markdown for reStructuredText"
    return "correct the markup; plain docutils has to read it, without Sphinx"


@PROJECT.check("PRJ203", "The README's declared type is what the file is")
def readme_type_fits(project: Project) -> Iterator[Problem]:
    """Markdown shown as reStructuredText, or the reverse, is refused or unreadable; another type PyPI does not take.

    The three types are those of the core metadata's field Description-Content-Type.
    """
    if project.readme is None or not project.readme_type:
        return
    path, declared, suffix = project.readme.path, project.readme_type, _suffix_type(project.readme.path)
    if declared not in TYPES.values():
        yield Problem(path, f"declare one of {', '.join(sorted(set(TYPES.values())))}", f"declared as {declared}")
    elif "text/plain" not in (declared, suffix) and suffix and declared != suffix:
        yield Problem(path, f"declare {suffix}, or rename the file", f"declared as {declared}")


@PROJECT.check("PRJ204", "The README is declared, with its content type", Severity.WARNING)
def readme_is_declared(project: Project) -> Iterator[Problem]:
    """What no metadata names PyPI does not show, and what it names without a type is taken for reStructuredText.

    See the core metadata's fields Description and Description-Content-Type.
    """
    if (readme := project.readme) is None:
        return
    if not project.described:
        message = f"no metadata names {readme.path}, so the package's page on PyPI will be blank"
        yield Problem(readme.path, f'declare it: readme = "{readme.path}" in [project], or long_description', message)
    elif not project.readme_type:
        message = "no content type is declared, so PyPI takes it for reStructuredText"
        kind = _suffix_type(readme.path) or "text/x-rst"
        yield Problem(readme.path, f'declare it: long_description_content_type="{kind}", or as content-type', message)


def _suffix_type(path: str) -> str:
    return TYPES.get(path[path.rfind(".") :].lower(), "")


# Classifiers


@PROJECT.check("PRJ301", "PyPI knows every classifier")
def classifiers_are_known(project: Project) -> Iterator[Problem]:
    """PyPI refuses a classifier that is not in its list, https://pypi.org/classifiers, or deprecated."""
    for classifier in project.classifiers or ():
        if replacement := deprecated_classifiers.get(classifier):
            mend = f"replace it by {_quoted(replacement)}"
            yield Problem(project.classifiers_path, mend, f"{classifier!r} is deprecated")
        elif classifier in deprecated_classifiers:
            yield Problem(project.classifiers_path, "take it out", f"{classifier!r} is deprecated")
        elif classifier not in known_classifiers and not _is_private(classifier):
            near = difflib.get_close_matches(classifier, sorted(known_classifiers), 2, 0.8)
            mend = f"write {_quoted(near)}" if near else "take it out, or choose from https://pypi.org/classifiers"
            yield Problem(project.classifiers_path, mend, f"{classifier!r} is not in PyPI's list")


@PROJECT.check("PRJ302", "The package is meant to be published")
def not_private(project: Project) -> Iterator[Problem]:
    """A `Private ::` classifier says that it never leaves the house: PyPI refuses it, another index would not."""
    said = [each for each in project.classifiers or () if _is_private(each)]
    if said or project.package.private:
        message = f"marked {said[0]!r}" if said else "marked private"
        yield Problem(project.classifiers_path, "leave the package out of the release, or take the mark away", message)


def _is_private(classifier: str) -> bool:
    return classifier.casefold().startswith("private ::")


def _quoted(names: list[str]) -> str:
    return " or ".join(map(repr, names))


# The changelog


@PROJECT.check("PRJ401", "A changelog is there", Severity.WARNING)
def has_changelog(project: Project) -> Iterator[Problem]:
    """Whoever upgrades asks what has changed (https://keepachangelog.com)."""
    if project.changelog is None:
        yield Problem("CHANGELOG.md", "write a CHANGELOG.md", "no CHANGELOG, CHANGES, HISTORY or NEWS")


@PROJECT.check("PRJ402", "The changelog has an entry for the version")
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


@PROJECT.check("PRJ403", "The changelog's entry for the version says something")
def changelog_entry_says_something(project: Project) -> Iterator[Problem]:
    """Headings without a line below them are the template of an entry, and tell the reader nothing."""
    _, entry = _entries(project)
    if project.changelog is not None and entry is not None and entry.blank:
        where = f"{project.changelog.path}:{entry.line}"
        yield Problem(where, "write what has changed for those who use the package", f"nothing below `{entry.heading}`")


@PROJECT.check("PRJ404", "The changelog's entry for the version is dated", Severity.WARNING)
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


# The version


@PROJECT.check("PRJ501", "The version is one to release")
def version_is_releasable(project: Project) -> Iterator[Problem]:
    """It must be known before anything is built and legal by PEP 440, and a development version is none to publish.

    PEP 440 asks that no development release is put on a public index.
    """
    where, version = _described_by(project), project.package.version
    if version is None:
        mend = "write it into the metadata, or see that the backend can tell it from git's tags"
        yield Problem(where, mend, "the version could not be determined")
    elif (parsed := _version(version)) is None:
        yield Problem(where, "write a version of PEP 440, such as 1.2.0", f"{version!r} is not a version")
    elif parsed.is_devrelease:
        mend = f"set the version to {parsed.base_version}, or put the version's tag on this commit if git decides"
        yield Problem(where, mend, f"{version} is a development version")


@PROJECT.check("PRJ502", "The version is not a local one")
def version_is_public(project: Project) -> Iterator[Problem]:
    """PEP 440 keeps `+local` for builds that somebody else patched: PyPI refuses such a version."""
    parsed = _version(project.package.version or "")
    if parsed is not None and parsed.local is not None:
        mend = f"set the version to {parsed.public}, or put its tag on a clean commit if git decides"
        yield Problem(_described_by(project), mend, f"{parsed} has the local part +{parsed.local}")


@PROJECT.check("PRJ503", "The version was not released from other source")
def version_is_new(project: Project) -> Iterator[Problem]:
    """An index never takes a version twice, and one version with two sources is a trap for whoever debugs it."""
    if (tag := project.tag) is not None and not tag.same_source:
        message = f"{project.package.version} is tagged {tag.name} at {tag.commit[:12]}, where its source is another"
        yield Problem(_described_by(project), "bump the version", message)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return None


def _described_by(project: Project) -> str:
    """Return the file that describes the package, relative to its folder."""
    path, folder = project.package.described_by, project.package.directory
    return path.removeprefix(f"{folder}/")
