"""The metadata as an index receives them: what PyPI refuses, and what keeps twine from sending them."""

from __future__ import annotations

import email.utils
import functools
import itertools
import keyword
import pathlib
from collections.abc import Callable, Iterable, Iterator

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.metadata import Metadata, RawMetadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.description import TYPES, content_type, fault
from nox_release.submission import SINCE, Submission

SUBMISSION: Family[Submission] = Family("MTD", "metadata as it is sent")

METADATA_VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
"""What PyPI knows; packaging may know more. Nobody ever released 2.0, and old files that say it were let in."""
MOST = 10
"""Problems of one kind that are told."""


def _some(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the first few of *problems*: metadata may be of any length, a report may not."""
    first = list(itertools.islice(problems, MOST + 1))
    yield from first[:MOST]
    if len(first) > MOST:
        yield Problem(first[MOST].where, "correct these first", "and more of the same")


def _each(values: Iterable[str], where: str, mend: str, wrong: Callable[[str], str | None]) -> Iterator[Problem]:
    """Yield a problem for each of *values* that *wrong* has something to say about."""
    found = ((value, said) for value in dict.fromkeys(values) if (said := wrong(value)) is not None)
    return _some(Problem(where, mend, f"{_short(value)}{said and ': '}{said}") for value, said in found)


def _short(value: str) -> str:
    shown = ascii(value) if not value.isprintable() else repr(value)
    return shown if len(shown) <= 120 else f"{shown[:116]}…{shown[-1]}"


def _parses(parse: Callable[[str], object]) -> Callable[[str], str | None]:
    """What *parse* says of a value that it cannot parse."""

    def wrong(value: str) -> str | None:
        try:
            parse(value)
        except RecursionError:
            return "it is nested too deeply"
        except ValueError as error:
            return str(error).partition("\n")[0].strip()
        return None

    return wrong


# The form


@SUBMISSION.check("MTD101", "The metadata can be looked at")
def readable(submission: Submission) -> Iterator[Problem]:
    """What is too large, or would be taken for another sort of message, is not looked at, so nothing is known of it."""
    for reason in submission.unread:
        yield Problem("METADATA", "shorten it to what the core metadata specification has a field for", reason)


@SUBMISSION.check("MTD102", "Every field is UTF-8")
def utf8(submission: Submission) -> Iterator[Problem]:
    """The core metadata specification asks for UTF-8; twine sends no file whose metadata it cannot decode."""
    for name in submission.undecodable:
        yield Problem(name, "write the file that it comes from in UTF-8", "its bytes are no UTF-8")


@SUBMISSION.check("MTD103", "No field stands twice that may stand once", pypi=True)
def once(submission: Submission) -> Iterator[Problem]:
    """Nobody could say which of the two counts; the description stands in the body or in a header, not in both."""
    for name in submission.repeated:
        if name != "Project-URL":
            yield Problem(name, "keep one of them", f"{name} stands more than once")


@SUBMISSION.check("MTD104", "Every Project-URL has a label of its own", pypi=True)
def one_label_a_url(submission: Submission) -> Iterator[Problem]:
    """The labels are keys to PyPI, so of two alike it can show one only."""
    if "Project-URL" in submission.repeated:
        yield Problem("Project-URL", "give each URL another label", "two have the same label")


@SUBMISSION.check("MTD105", "Every header is a field of the core metadata")
def known_fields(submission: Submission) -> Iterator[Problem]:
    """An index would not look at it, but twine refuses the whole file for a header that the specification lacks."""
    return _some(
        Problem(_short(name), "leave it out", "the core metadata specification has no such field")
        for name in submission.unknown
    )


@SUBMISSION.check("MTD106", "The Metadata-Version is one that PyPI knows", pypi=True)
def metadata_version(submission: Submission) -> Iterator[Problem]:
    """A version is taken only once PyPI knows all of its fields; tools may write newer ones before that."""
    declared = submission.one("Metadata-Version")
    if declared is None and "Metadata-Version" not in submission.repeated:
        yield Problem("Metadata-Version", "build with a backend that writes it", "it is missing")
    elif declared is not None and declared not in METADATA_VERSIONS:
        known = f"{', '.join(METADATA_VERSIONS[:-1])} or {METADATA_VERSIONS[-1]}"
        yield Problem("Metadata-Version", f"build with a backend that writes {known}", _short(declared))


@SUBMISSION.check("MTD107", "No field is newer than the Metadata-Version", pypi=True)
def fields_of_the_version(submission: Submission) -> Iterator[Problem]:
    """A file has to declare at least the version of the specification that brought each of its fields.

    A License-File below 2.4 is left aside: setuptools wrote it there for years, and twine drops it.
    """
    declared = submission.one("Metadata-Version")
    for name in sorted(submission.fields):
        if declared in METADATA_VERSIONS and declared < SINCE[name]:
            mend = f"build with a backend that writes {name} as Metadata-Version {SINCE[name]} or later"
            yield Problem(name, mend, f"{name} came with {SINCE[name]}, and this is {declared}")


@SUBMISSION.check("MTD108", "No field that has a grammar is empty")
def nothing_blank(submission: Submission) -> Iterator[Problem]:
    """An index takes a field that is empty or says UNKNOWN for absent, but twine looks at it and sends nothing."""
    empty = "Dynamic Requires-Dist Provides-Extra License-Expression Description-Content-Type Requires-Python".split()
    for name in submission.blank:
        if name in empty:
            yield Problem(name, "leave the field out", "it is empty or says UNKNOWN")


# Name and version


@SUBMISSION.check("MTD201", "The name is one that a project may have", pypi=True)
def valid_name(submission: Submission) -> Iterator[Problem]:
    """A name is of ASCII letters, digits, `.`, `_` and `-`, and begins and ends with a letter or a digit (PEP 508)."""
    name = submission.one("Name")
    mend = "name the project with letters, digits, `.`, `_` and `-`, a letter or a digit at both ends"
    if name is None and "Name" not in submission.repeated:
        yield Problem("Name", mend, "it is missing")
    elif name is not None and _parses(functools.partial(canonicalize_name, validate=True))(name) is not None:
        yield Problem("Name", mend, _short(name))


@SUBMISSION.check("MTD202", "The name is not that of a standard library module", Severity.WARNING, pypi=True)
def not_of_the_standard_library(submission: Submission) -> Iterator[Problem]:
    """PyPI lets nobody begin a project that is called like a module of any Python version.

    Projects that are older than that rule go on, and from the file alone nobody can tell one; so it is a warning.
    """
    if (name := submission.one("Name")) is not None and canonicalize_name(name) in _standard_library():
        yield Problem("Name", "find another name, unless the project is on PyPI already", f"{name} is taken")


@functools.cache
def _standard_library() -> frozenset[str]:
    from stdlib_list import short_versions, stdlib_list  # what PyPI asks

    modules = {module for version in short_versions for module in stdlib_list(version)}
    parents = {module[:dot] for module in modules for dot, char in enumerate(module) if char == "."}
    return frozenset(canonicalize_name(module.strip("-_.")) for module in modules | parents)


@SUBMISSION.check("MTD203", "The version is one", pypi=True)
def valid_version(submission: Submission) -> Iterator[Problem]:
    """PEP 440 says what a version is; installers cannot put others in order."""
    version = submission.one("Version")
    if version is None and "Version" not in submission.repeated:
        yield Problem("Version", "give the project a version (PEP 440)", "it is missing")
    elif version is not None and _version(version) is None:
        yield Problem("Version", "write a version as in PEP 440, say 1.2.0, 1.2.0rc1 or 1.2.0.post1", _short(version))


@SUBMISSION.check("MTD204", "The version is no local one", pypi=True)
def no_local_version(submission: Submission) -> Iterator[Problem]:
    """What stands behind a `+` tells builds of one version apart (PEP 440), which an index may not hold.

    setuptools-scm and its like add it where the commit has no tag.
    """
    version = _version(submission.one("Version") or "")
    if version is not None and version.local:
        yield Problem("Version", f"release {version.public}: build from a tagged commit", f"{version} is local")


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        return None


# Summary and description


@SUBMISSION.check("MTD301", "The summary is one line", pypi=True)
def one_line(submission: Submission) -> Iterator[Problem]:
    """It is the line below the name on every page and in every list."""
    if "\n" in (submission.one("Summary") or ""):
        yield Problem("Summary", "write the description of the project in one line", "it has a line break")


@SUBMISSION.check("MTD302", "The summary has at most 512 characters", pypi=True)
def short_summary(submission: Submission) -> Iterator[Problem]:
    """PyPI cuts nothing off, so it refuses what does not fit."""
    if (length := len(submission.one("Summary") or "")) > 512:
        yield Problem("Summary", "shorten it; the README has room for the rest", f"it has {length}")


@SUBMISSION.check("MTD303", "The description's content type is one that PyPI renders", pypi=True)
def valid_content_type(submission: Submission) -> Iterator[Problem]:
    """Plain text, reStructuredText and Markdown are rendered, in UTF-8 and, of Markdown, two variants."""
    if (value := submission.one("Description-Content-Type")) is None:
        return
    kind, parameters = content_type(value)
    if kind not in TYPES:
        yield Problem("Description-Content-Type", f"declare one of {', '.join(TYPES)}", _short(value))
    elif (charset := parameters.get("charset", "UTF-8")) != "UTF-8":
        yield Problem("Description-Content-Type", "write charset=UTF-8, in capitals, or nothing", f"charset={charset}")
    elif kind == "text/markdown" and (variant := parameters.get("variant", "GFM")) not in ("GFM", "CommonMark"):
        yield Problem("Description-Content-Type", "write variant=GFM or variant=CommonMark", f"variant={variant}")


@SUBMISSION.check("MTD304", "The description renders", pypi=True)
def description_renders(submission: Submission) -> Iterator[Problem]:
    """PyPI refuses what readme_renderer cannot render: any warning of docutils, every role and directive of Sphinx.

    A description without a content type is taken for reStructuredText.
    """
    if not (text := submission.one("Description")):
        return
    kind, parameters = content_type(submission.one("Description-Content-Type") or "text/x-rst")
    variant = parameters.get("variant", "GFM")
    if kind in TYPES and variant in ("GFM", "CommonMark") and (why := fault(text, kind, variant)) is not None:
        declared = "Description-Content-Type" in submission.fields
        mend = "correct the markup: plain docutils has to read it" if declared else "declare its content type"
        yield Problem("Description", mend, why)


@SUBMISSION.check("MTD305", "twine can read the summary and the content type")
def readable_by_twine(submission: Submission) -> Iterator[Problem]:
    """PyPI lets some pass that twine, which asks packaging first, never sends: line separators, odd parameters."""
    for name in ("Summary", "Description-Content-Type"):
        if (value := submission.one(name)) is not None:
            raw: RawMetadata = {"metadata_version": "2.1", "name": "a", "version": "1"}
            raw["summary" if name == "Summary" else "description_content_type"] = value
            try:
                Metadata.from_raw(raw)
            except ExceptionGroup as group:
                yield Problem(name, "write it anew, in plain ASCII characters", str(group.exceptions[0]))


# Classifiers


@SUBMISSION.check("MTD401", "Every classifier is one of PyPI's", pypi=True)
def known_classifiers(submission: Submission) -> Iterator[Problem]:
    """Searching by classifiers works with a closed list. `Private ::` is never on it, to keep a package off PyPI."""
    from trove_classifiers import all_classifiers

    mend = "take it out, or choose another of PyPI's list of classifiers"
    return _each(sorted(set(submission.every("Classifier")) - set(all_classifiers)), "Classifier", mend, lambda _: "")


@SUBMISSION.check("MTD402", "No classifier is deprecated", pypi=True)
def current_classifiers(submission: Submission) -> Iterator[Problem]:
    """What replaces a classifier is known; PyPI refuses the old one in new files, and keeps it in old ones."""
    from trove_classifiers import deprecated_classifiers

    for classifier in sorted(set(submission.every("Classifier")) & deprecated_classifiers.keys()):
        instead = " or ".join(deprecated_classifiers[classifier])
        yield Problem("Classifier", f"write {instead}" if instead else "take it out", repr(classifier))


# People and links


@SUBMISSION.check("MTD501", "An e-mail address is one that mail can reach", pypi=True)
def deliverable_addresses(submission: Submission) -> Iterator[Problem]:
    """PyPI looks at an address that stands alone; several in one field, or what is none at all, it lets pass."""
    for name in ("Author-email", "Maintainer-email"):
        mend = "write a real address, or leave the field out"
        yield from _each(submission.every(name), name, mend, _undeliverable)


def _undeliverable(value: str) -> str | None:
    addresses = [address for _, address in email.utils.getaddresses([value])]
    if len(addresses) != 1 or not addresses[0]:
        return None
    from email_validator import EmailNotValidError, validate_email  # what PyPI asks

    try:
        validate_email(addresses[0], check_deliverability=False)
    except EmailNotValidError as error:
        return str(error)
    return None


@SUBMISSION.check("MTD502", "Home-page and Download-URL are http or https", pypi=True)
def web_pages(submission: Submission) -> Iterator[Problem]:
    """PyPI makes them links, which nothing else may be that a browser would follow."""
    for name in ("Home-page", "Download-URL"):
        yield from _each(submission.every(name), name, "write an http or https URL", _no_web_page)


@SUBMISSION.check("MTD503", "Every Project-URL has a label of at most 32 characters", pypi=True)
def short_labels(submission: Submission) -> Iterator[Problem]:
    """The label is what stands on the page, beside a symbol."""
    labels = [value.partition(",")[0].strip() for value in submission.every("Project-URL")]
    wrong = (Problem("Project-URL", "shorten it", f"{_short(each)} has {len(each)}") for each in labels if each[32:])
    yield from _some(wrong)
    if "" in labels:
        yield Problem("Project-URL", "write a label before the comma", "the label is empty")


@SUBMISSION.check("MTD504", "Every Project-URL is http or https", pypi=True)
def web_links(submission: Submission) -> Iterator[Problem]:
    """PyPI makes them links, which nothing else may be that a browser would follow."""
    urls = [value.partition(",")[2].strip() for value in submission.every("Project-URL")]
    return _each(urls, "Project-URL", "write `label, URL` with an http or https URL", _no_web_page)


def _no_web_page(url: str) -> str | None:
    from rfc3986 import exceptions, uri_reference, validators  # what PyPI asks

    validator = validators.Validator().allow_schemes("http", "https").require_presence_of("scheme")
    try:
        validator.check_validity_of("scheme", "host", "port", "path", "query").validate(uri_reference(url).normalize())
    except (exceptions.RFC3986Exception, ValueError):
        return ""
    return None


# Requirements


@SUBMISSION.check("MTD601", "Every Requires-Dist is a requirement", pypi=True)
def valid_requirements(submission: Submission) -> Iterator[Problem]:
    """Installers have to read it: PEP 508, with the versions of PEP 440."""
    mend = "write a requirement as in PEP 508, say `attrs>=22; python_version < '3.11'`"
    return _each(submission.every("Requires-Dist"), "Requires-Dist", mend, _parses(Requirement))


@SUBMISSION.check("MTD602", "Every Provides-Dist and Obsoletes-Dist is a requirement", pypi=True)
def valid_relations(submission: Submission) -> Iterator[Problem]:
    """They have the grammar of requirements (PEP 508)."""
    for name in ("Provides-Dist", "Obsoletes-Dist"):
        yield from _each(submission.every(name), name, "write a name, with versions if need be", _parses(Requirement))


@SUBMISSION.check("MTD603", "No requirement is a direct reference", pypi=True)
def no_direct_references(submission: Submission) -> Iterator[Problem]:
    """`name @ URL` would have installers fetch from outside of the index (PEP 440), also in an extra."""

    def direct(value: str) -> str | None:
        return "" if "@" in value and _parses(Requirement)(value) is None and Requirement(value).url else None

    for name in ("Requires-Dist", "Provides-Dist", "Obsoletes-Dist"):
        yield from _each(submission.every(name), name, "require a released version instead", direct)


@SUBMISSION.check("MTD604", "Requires-Python is a set of versions", pypi=True)
def valid_requires_python(submission: Submission) -> Iterator[Problem]:
    """Installers choose a release by it: PEP 440, where a `.*` goes with == and != only."""
    mend = "write versions as in PEP 440, say >=3.9"
    return _each(submission.every("Requires-Python"), "Requires-Python", mend, _parses(SpecifierSet))


@SUBMISSION.check("MTD605", "Every Provides-Extra is a name", pypi=True)
def valid_extras(submission: Submission) -> Iterator[Problem]:
    """Extras have the grammar of names (PEP 508, PEP 685)."""
    mend = "name it with letters, digits, `.`, `_` and `-`, a letter or a digit at both ends"
    wrong = _parses(functools.partial(canonicalize_name, validate=True))
    return _each(submission.every("Provides-Extra"), "Provides-Extra", mend, lambda value: wrong(value) and "")


@SUBMISSION.check("MTD606", "Dynamic names fields that may be dynamic", pypi=True)
def valid_dynamic(submission: Submission) -> Iterator[Problem]:
    """What an sdist leaves to the build it names (PEP 643); never Name, Version, Metadata-Version or Dynamic itself."""
    allowed = {name.lower() for name in SINCE} - {"name", "version", "metadata-version", "dynamic"}
    mend = "take it out, or name a field of the core metadata"
    return _each(submission.every("Dynamic"), "Dynamic", mend, lambda name: None if name.lower() in allowed else "")


# Licences and import names


@SUBMISSION.check("MTD701", "License-Expression is an SPDX expression", pypi=True)
def valid_expression(submission: Submission) -> Iterator[Problem]:
    """PEP 639: identifiers of SPDX, LicenseRef- for others, joined with AND, OR and WITH."""
    mend = "write an SPDX expression, say MIT or `Apache-2.0 OR BSD-3-Clause`"
    return _each(submission.every("License-Expression"), "License-Expression", mend, _no_expression)


def _no_expression(value: str) -> str | None:
    try:
        canonicalize_license_expression(value)
    except InvalidLicenseExpression as error:
        return str(error)
    except (RecursionError, MemoryError, ValueError):  # it asks Python's own parser
        return "it is nested too deeply"
    return None


@SUBMISSION.check("MTD702", "License does not stand beside License-Expression", pypi=True)
def one_license(submission: Submission) -> Iterator[Problem]:
    """PEP 639: the expression takes the place of the text. Classifiers of licences may stand beside it on PyPI."""
    if "License" in submission.fields and "License-Expression" in submission.fields:
        yield Problem("License", "leave it out; License-Expression says it", "both are there")


@SUBMISSION.check("MTD703", "Every License-File is a path inside", pypi=True)
def relative_licences(submission: Submission) -> Iterator[Problem]:
    """PEP 639: a path with `/`, relative, without `..` and without patterns."""
    mend = "name the file by its path from the project's folder, as in licenses/LICENSE"
    return _each(submission.every("License-File"), "License-File", mend, lambda path: "" if _leads_out(path) else None)


def _leads_out(path: str) -> bool:
    return (
        ".." in path
        or "*" in path
        or pathlib.PurePosixPath(path).is_absolute()
        or pathlib.PureWindowsPath(path).is_absolute()
        or pathlib.PureWindowsPath(path).as_posix() != path
    )


@SUBMISSION.check("MTD704", "Every License-File is in the archive", pypi=True)
def licences_are_there(submission: Submission) -> Iterator[Problem]:
    """PEP 639: below the top folder of an sdist, and in a wheel below licenses/ of its .dist-info."""
    if (there := submission.licences) is not None:
        mend = "build with a backend that puts it there, or do not name it"
        named = (path for path in submission.every("License-File") if not _leads_out(path))
        yield from _each(named, "License-File", mend, lambda path: None if path in there else "it is not there")


@SUBMISSION.check("MTD705", "Every Import-Name and Import-Namespace can be imported", pypi=True)
def valid_import_names(submission: Submission) -> Iterator[Problem]:
    """PEP 794: identifiers with dots, none of them a keyword, and `; private` behind a name if it is."""
    for name in ("Import-Name", "Import-Namespace"):
        yield from _each(submission.every(name), name, "write it as behind `import`", _no_import_name)


def _no_import_name(value: str) -> str | None:
    name, semicolon, private = value.partition(";")
    for part in name.rstrip().split("."):
        if not part.isidentifier():
            return f"{_short(part)} is no identifier"
        if keyword.iskeyword(part):
            return f"{part} is a keyword"
    return "only `private` may stand behind the semicolon" if semicolon and private.lstrip() != "private" else None
