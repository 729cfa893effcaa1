"""Where a candidate goes: PyPI, TestPyPI, a section of .pypirc, or a URL; and where its files are read back."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from configparser import Error, RawConfigParser
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from nox_release.errors import Misuse

Section = Mapping[str, str | None]
"""A section of .pypirc: ``repository``, ``username``, ``password``, ``ca_cert``."""

_DEAD = ("pypi.python.org", "testpypi.python.org")
"""Hosts that took uploads until 2018, and stand in many a .pypirc."""


@dataclass(frozen=True)
class Wanted:
    """The part of the command line that says where a candidate goes."""

    repository: str = ""
    """``--repository``: pypi, testpypi, or a section of .pypirc."""
    repository_url: str = ""
    index_url: str = ""
    """The Simple API of the index behind ``repository_url``."""
    first_release: bool = False
    """New projects may be made."""

    @property
    def typed(self) -> str:
        """The options that lead to the same index, as they are typed, with a blank before each."""
        options = {
            "--repository": self.repository,
            "--repository-url": self.repository_url,
            "--index-url": self.index_url,
        }
        return "".join(f" {option} {shlex.quote(text)}" for option, text in options.items() if text)


@dataclass(frozen=True)
class Repository:
    """One index, from both sides."""

    name: str
    """``pypi``, ``testpypi``, the section of .pypirc, or the URL."""
    upload_url: str
    simple_url: str
    """Its Simple API, which installers read (PEP 503, PEP 691)."""
    json_url: str = ""
    """Where its JSON API has ``NAME/json``; empty where it has none that tells owners."""
    section: str = ""
    """The section of .pypirc whose credentials are meant; empty: none."""
    ca: str = ""
    """A file of certificate authorities for it alone: ``ca_cert`` of .pypirc; empty: those of the machine."""

    @property
    def pages(self) -> str:
        """Where it has pages for people, ending in a slash; empty where that is not known."""
        return self.json_url.removesuffix("pypi/")


PYPI = Repository(
    "pypi", "https://upload.pypi.org/legacy/", "https://pypi.org/simple/", "https://pypi.org/pypi/", "pypi"
)
TESTPYPI = Repository(
    "testpypi",
    "https://test.pypi.org/legacy/",
    "https://test.pypi.org/simple/",
    "https://test.pypi.org/pypi/",
    "testpypi",
)
_KNOWN = {PYPI.upload_url: PYPI, TESTPYPI.upload_url: TESTPYPI}


PYPIRC = Path("~/.pypirc")


def read_pypirc(path: Path = PYPIRC) -> Mapping[str, Section]:
    """Return the sections of a .pypirc, with PyPI and TestPyPI whether it names them or not.

    Its form: https://packaging.python.org/specifications/pypirc/

    :raises Misuse: where it cannot be read as one; the message never shows its content.
    """
    parser = RawConfigParser()
    try:
        with path.expanduser().open(encoding="utf-8-sig") as file:
            parser.read_file(file)
    except FileNotFoundError:
        pass
    except (Error, OSError, UnicodeDecodeError) as error:
        # What a parser says of a line would show the line, and a password may stand in it.
        raise Misuse(
            f"{path} cannot be read: {type(error).__name__}",
            "its form: https://packaging.python.org/specifications/pypirc/",
        ) from None
    servers = parser.get("distutils", "index-servers", fallback="").split()
    found: dict[str, Section] = {item.name: {"repository": item.upload_url} for item in (PYPI, TESTPYPI)}
    for name in {*servers, *found}:
        if parser.has_section(name):
            found[name] = {**found.get(name, {}), **parser[name]}
    return found


def choose(wanted: Wanted, sections: Mapping[str, Section], environ: Mapping[str, str]) -> Repository:
    """Return the repository that the command line asks for.

    :param environ: ``TWINE_REPOSITORY`` and ``TWINE_REPOSITORY_URL`` stand in for the options, and ``TWINE_CERT`` for
        ``ca_cert``, as in twine.
    :raises Misuse: where they name none, or contradict one another.
    """
    name, url = wanted.repository, wanted.repository_url
    if name and url:
        raise Misuse("--repository and --repository-url both say where to upload", "give one of them")
    if not name and not url:
        name, url = environ.get("TWINE_REPOSITORY", ""), environ.get("TWINE_REPOSITORY_URL", "")
    if url:  # before the name, as in twine
        found = _at(url, url, wanted.index_url, "", "--repository-url")
        return replace(found, ca=_authorities("", environ, ""))
    name = name or PYPI.name
    section = sections.get(name)
    if section is None:
        raise Misuse(
            f"there is no repository {name}",
            f"name a section of .pypirc ({', '.join(sorted(sections))}), or give --repository-url and --index-url",
        )
    found = _at(section.get("repository") or "", name, wanted.index_url, name, f"[{name}] in .pypirc")
    return replace(found, ca=_authorities(section.get("ca_cert") or "", environ, f"ca_cert of [{name}] in .pypirc"))


def _authorities(path: str, environ: Mapping[str, str], where: str) -> str:
    if not path:
        path, where = environ.get("TWINE_CERT", ""), "TWINE_CERT"
    if not path:
        return ""
    if not (found := Path(path).expanduser()).is_file():
        raise Misuse(f"{where} names {path}, which is no file", "name a PEM file, or take it out")
    return str(found.absolute())


def _at(url: str, name: str, index_url: str, section: str, where: str) -> Repository:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no address
        parts = urlsplit("")
    if parts.hostname in _DEAD:
        working = TESTPYPI if "test" in str(parts.hostname) else PYPI
        raise Misuse(
            f"{where} names {url}, which has taken no uploads since 2018",
            f"write repository = {working.upload_url} there, or take the line out",
        )
    if parts.username or parts.password:
        raise Misuse(f"{where} has a user or a password in its URL", "put them into TWINE_USERNAME and TWINE_PASSWORD")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misuse(f"{where}: {url!r} is no URL of an index", "write https://HOST/PATH")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Misuse(f"{where}: {url} would send the password in clear", "use https://")
    if known := _KNOWN.get(f"{url.rstrip('/')}/"):
        if index_url and f"{index_url.rstrip('/')}/" != known.simple_url:
            raise Misuse(f"--index-url {index_url} is not the index that {url} uploads to", "leave --index-url out")
        return Repository(name, known.upload_url, known.simple_url, known.json_url, section)
    if not index_url:
        raise Misuse(
            f"nothing says where the files uploaded to {url} can be read back",
            "give its Simple API: --index-url https://HOST/simple/",
        )
    return Repository(name, url, f"{index_url.rstrip('/')}/", "", section)
