"""Where a candidate goes: PyPI, TestPyPI, a section of .pypirc, or a URL; and where its files are read back."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from twine import utils
from twine.exceptions import TwineException

from nox_release.errors import Misuse

Section = Mapping[str, str | None]
"""A section of .pypirc: ``repository``, ``username``, ``password``, ``ca_cert``."""

_DEAD = ("pypi.python.org", "testpypi.python.org")
"""Hosts that took uploads until 2018, and stand in many a .pypirc."""


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


def read_pypirc(path: Path) -> Mapping[str, Section]:
    """Return the sections of a .pypirc; of one that is not there, those for PyPI and TestPyPI.

    :raises Misuse: where it cannot be read as one; the message never shows its content.
    """
    try:
        return utils.get_config(str(path) if path.is_file() else utils.DEFAULT_CONFIG_FILE)
    except (ConfigParserError, TwineException, OSError) as error:
        # What a parser says of a line would show the line, and a password may stand in it.
        raise Misuse(
            f"{path} cannot be read: {type(error).__name__}",
            "its form: https://packaging.python.org/specifications/pypirc/",
        ) from None


def choose(
    name: str, url: str, index_url: str, sections: Mapping[str, Section], environ: Mapping[str, str]
) -> Repository:
    """Return the repository that the command line asks for.

    :param name: of ``--repository``; empty where it is not given.
    :param url: of ``--repository-url``.
    :param index_url: of ``--index-url``: the Simple API of the same index.
    :param environ: ``TWINE_REPOSITORY`` and ``TWINE_REPOSITORY_URL`` stand in for the first two, as in twine.
    :raises Misuse: where they name none, or contradict one another.
    """
    if name and url:
        raise Misuse("--repository and --repository-url both say where to upload", "give one of them")
    if not name and not url:
        name, url = environ.get("TWINE_REPOSITORY", ""), environ.get("TWINE_REPOSITORY_URL", "")
        if name and url:
            url = ""  # twine's order
    if url:
        return _at(url, url, index_url, "", "--repository-url")
    name = name or "pypi"
    section = sections.get(name)
    if section is None:
        known = ", ".join(sorted(sections))
        raise Misuse(
            f"there is no repository {name}",
            f"name a section of .pypirc ({known}), or give --repository-url and --index-url",
        )
    return _at(section.get("repository") or "", name, index_url, name, f"[{name}] in .pypirc")


def _at(url: str, name: str, index_url: str, section: str, where: str) -> Repository:
    parts = urlsplit(url)
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
