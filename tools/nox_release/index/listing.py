"""What an index lists of a project: one page of the Simple API, as JSON (PEP 691) or as HTML (PEP 503)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
"""What a reader asks for: JSON, and HTML of an index that has no other."""

_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.Z", ".tar", ".egg", ".exe", ".msi", ".rpm", ".deb")
# Where the version ends in the names of kinds of file that nobody uploads any more.
_PLATFORM = re.compile(r"-py\d|[.-](?:win32|win-amd64|linux-|macosx-)|-\d+\.(?:noarch|src)")


@dataclass(frozen=True)
class PublishedFile:
    """A file as the index lists it."""

    filename: str
    url: str
    """Absolute, without fragment."""
    sha256: str = ""
    """Empty where the index does not tell."""
    size: int | None = None
    """Bytes (PEP 700); None where the index does not tell."""
    uploaded: datetime | None = None
    """UTC (PEP 700); None where the index does not tell."""
    yanked: bool = False
    """Withdrawn from installers (PEP 592); the file is there, and its name is taken."""
    requires_python: str = ""
    version: Version | None = None
    """As the file's name says; None where that is not a version."""

    @property
    def is_sdist(self) -> bool:
        """Whether it is a source distribution, in any of the forms that there have been."""
        return self.filename.endswith((".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.Z"))


@dataclass(frozen=True)
class Published:
    """A project as the index has it."""

    name: str
    """Normalized name (PEP 503)."""
    files: tuple[PublishedFile, ...] = ()
    status: str = "active"
    """Project status (PEP 792): ``active``, ``archived``, ``quarantined`` or ``deprecated``."""
    emptied: frozenset[Version] = frozenset()
    """Versions that the index names (PEP 700) and has no file of."""

    @cached_property
    def releases(self) -> Mapping[Version, tuple[PublishedFile, ...]]:
        """Files of each version; ``1.0`` and ``1.0.0`` are one (PEP 440)."""
        found: dict[Version, list[PublishedFile]] = {}
        for file in self.files:
            if file.version is not None:
                found.setdefault(file.version, []).append(file)
        return {version: tuple(files) for version, files in found.items()}

    def last(self, before: Version | None = None) -> Version | None:
        """Return the last release lower than *before* (None: of all) that is not yanked as a whole.

        Of PEP 440's two kinds, final releases are preferred: a prerelease counts only where there is no final
        release, or where *before* is a prerelease itself, whose users come from the one before it. Post-releases
        are final; development releases are prereleases.
        """
        there = [
            version
            for version, files in self.releases.items()
            if (before is None or version < before) and not all(file.yanked for file in files)
        ]
        if before is None or not before.is_prerelease:
            there = [version for version in there if not version.is_prerelease] or there
        return max(there, default=None)


def listing(name: str, content: bytes, content_type: str, url: str) -> Published:
    """Return the project that a page describes.

    :param content_type: what the index says that the page is.
    :param url: where the page came from; links are relative to it.
    :raises ValueError: for what is no page of the Simple API.
    """
    name = canonicalize_name(name)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON or kind.endswith("json"):
        return _from_json(name, content, url)
    if kind in {"text/html", "application/vnd.pypi.simple.v1+html", "application/xhtml+xml"}:
        return _from_html(name, content, url)
    raise ValueError(f"it is {kind or 'of no declared type'}")


def _from_json(name: str, content: bytes, url: str) -> Published:
    try:
        page = json.loads(content)
        major = str(page.get("meta", {}).get("api-version", "1.0")).partition(".")[0]
        files = tuple(_file(name, url, item) for item in page["files"])
        status = page.get("project-status") or {}
        told = str(status.get("status", "active"))
        named = {version for text in page.get("versions", ()) if (version := _version(str(text))) is not None}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None
    if major != "1":
        raise ValueError(f"version {major} of the Simple API is not known")
    return Published(name, files, told, frozenset(named - {file.version for file in files}))


def _file(name: str, page: str, item: Mapping[str, object]) -> PublishedFile:
    link, fragment = urldefrag(urljoin(page, str(item["url"])))
    filename, size, hashes = str(item["filename"]), item.get("size"), item.get("hashes")
    told = hashes.get("sha256", "") if isinstance(hashes, Mapping) else _sha256(fragment)
    return PublishedFile(
        _plain(filename),
        link,
        _digest(str(told)),
        size if isinstance(size, int) else None,
        _when(item.get("upload-time")),
        item.get("yanked", False) is not False,  # a reason, too, may be empty
        str(item.get("requires-python") or ""),
        version_of(name, filename),
    )


class _Page(HTMLParser):
    """Collects the anchors of a page, and what its meta tags say."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[tuple[dict[str, str], str]] = []
        """Attributes and text."""
        self.meta: dict[str, str] = {}
        self._open: dict[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "a" and "href" in given:
            self._open, self._text = given, ""
        elif tag == "meta" and "name" in given:
            self.meta[given["name"]] = given.get("content", "")

    def handle_data(self, data: str) -> None:
        self._text += data if self._open is not None else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.anchors.append((self._open, self._text.strip()))
            self._open = None


def _from_html(name: str, content: bytes, url: str) -> Published:
    page = _Page()
    page.feed(content.decode("utf-8", "replace"))
    page.close()
    if not page.anchors and "pypi:repository-version" not in page.meta:
        raise ValueError("the page has no links, and does not say that it is of an index")
    files = []
    for attributes, text in page.anchors:
        link, fragment = urldefrag(urljoin(url, attributes["href"]))
        filename = unquote(urlsplit(link).path).rpartition("/")[2]
        if text != filename:  # PEP 503; a page for people, of a proxy or a login, has other links
            raise ValueError(f'a link reads "{text[:60]}" and leads to "{filename[:60]}"')
        files.append(
            PublishedFile(
                _plain(filename),
                link,
                _digest(_sha256(fragment)),
                yanked="data-yanked" in attributes,
                requires_python=attributes.get("data-requires-python", ""),
                version=version_of(name, filename),
            )
        )
    return Published(name, tuple(files), page.meta.get("pypi:project-status", "active"))


def _plain(filename: str) -> str:
    """The name itself, where it is one that may become a file of ours."""
    if not filename or filename in {".", ".."} or re.search(r"[/\\\0]", filename):
        raise ValueError(f"{filename!r} is no name of a file")
    return filename


def _digest(text: str) -> str:
    """The digest itself, where it is one that may become a folder of ours."""
    if text and not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise ValueError(f"{text[:80]!r} is no sha256")
    return text.lower()


def _sha256(fragment: str) -> str:
    return fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""


def _when(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def version_of(name: str, filename: str) -> Version | None:
    """Return the version that *filename* says, of a file of the project *name*.

    Laxer than today's rules for such names: an index has files from before them.
    """
    prefix = "[-_.]+".join(map(re.escape, canonicalize_name(name).split("-")))
    if (found := re.match(f"{prefix}-(.+)", filename, re.IGNORECASE)) is None:
        return None
    rest = found[1]
    if rest.endswith(".whl"):
        text = rest.partition("-")[0]
    else:
        suffix = next((suffix for suffix in _SUFFIXES if rest.endswith(suffix)), None)
        if suffix is None:
            return None
        text = _PLATFORM.split(rest.removesuffix(suffix), maxsplit=1)[0]
    return _version(text.replace("_", "-"))


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
