"""METADATA or PKG-INFO → the fields that an index receives, as twine 7 sends them and PyPI takes them up.

PyPI looks at the form that the client sends, not at the file inside the archive. twine fills that form from the
file with packaging's parser; what packaging cannot parse twine does not send at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from packaging.metadata import parse_email
from packaging.version import InvalidVersion, Version

SIZE_LIMIT = 8 << 20
"""Bytes of metadata that are looked at; a description is rarely longer than 100 KiB."""
WORK_LIMIT = 500_000
"""Header lines times different headers: the parser goes through all lines once for each header."""
VALUE_LIMIT = 10_000
"""Characters of a value that has a grammar; a longer one is not parsed."""

SINCE: Mapping[str, str] = {
    "Metadata-Version": "1.0",
    "Name": "1.0",
    "Version": "1.0",
    "Platform": "1.0",
    "Summary": "1.0",
    "Description": "1.0",
    "Keywords": "1.0",
    "Home-page": "1.0",
    "Author": "1.0",
    "Author-email": "1.0",
    "License": "1.0",
    "Supported-Platform": "1.1",
    "Download-URL": "1.1",
    "Classifier": "1.1",
    "Requires": "1.1",
    "Provides": "1.1",
    "Obsoletes": "1.1",
    "Maintainer": "1.2",
    "Maintainer-email": "1.2",
    "Requires-Dist": "1.2",
    "Provides-Dist": "1.2",
    "Obsoletes-Dist": "1.2",
    "Requires-Python": "1.2",
    "Requires-External": "1.2",
    "Project-URL": "1.2",
    "Description-Content-Type": "2.1",
    "Provides-Extra": "2.1",
    "Dynamic": "2.2",
    "License-Expression": "2.4",
    "License-File": "2.4",
    "Import-Name": "2.5",
    "Import-Namespace": "2.5",
}
"""Field of the core metadata → the version of the specification that brought it."""

_FIELDS = {name.lower(): name for name in SINCE}
_PLURALS = {
    "platforms": "Platform",
    "supported_platforms": "Supported-Platform",
    "classifiers": "Classifier",
    "project_urls": "Project-URL",
    "license_files": "License-File",
    "import_names": "Import-Name",
    "import_namespaces": "Import-Namespace",
}
"""The names of packaging's that are not those of the fields."""
_ONCE = frozenset(
    "Metadata-Version Name Version Summary Description Keywords Home-page Author Author-email License Download-URL "
    "Maintainer Maintainer-email Requires-Python Description-Content-Type License-Expression".split()
)
_TEXT = frozenset(("Description", "Keywords", "License", "Summary", "Author", "Maintainer"))
"""Fields without a grammar, of any length."""
_HEADER = re.compile(rb"^([!-9;-~]{1,200}):", re.MULTILINE)
_BODY = frozenset((b"content-type", b"content-transfer-encoding"))
"""Headers that make a parser of e-mails take the body for something else than text."""


@dataclass(frozen=True)
class Submission:
    """The metadata of one file as an index receives them."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field → its values, never none. The name is as written: twine sends ``-`` for what no name may have.

    Left out are each License-File below Metadata-Version 2.4, which twine drops, and what is in ``blank``.
    """
    repeated: tuple[str, ...] = ()
    """Fields that may stand once and stand twice, and ``Project-URL`` where two have one label."""
    undecodable: tuple[str, ...] = ()
    """Fields whose bytes are no UTF-8."""
    unknown: tuple[str, ...] = ()
    """Headers that are no fields of the core metadata."""
    blank: tuple[str, ...] = ()
    """Fields that are empty or say UNKNOWN: an index takes them for absent."""
    unread: tuple[str, ...] = ()
    """What was not looked at, and why."""
    licences: frozenset[str] | None = None
    """Paths that a License-File may name, as they are in the archive; None where that is not known."""

    @property
    def opaque(self) -> bool:
        """Nothing of it was read, so a field that is not in it may be in the file."""
        return bool(self.unread) and not self.fields

    def one(self, name: str) -> str | None:
        """Return the value of a field that stands once, None where it is not sent."""
        return next(iter(self.fields.get(name, ())), None)

    def every(self, *names: str) -> tuple[str, ...]:
        """Return the values of fields that may stand several times."""
        return tuple(value for name in names for value in self.fields.get(name, ()))


def read(content: bytes) -> Submission:
    """Read the bytes of a METADATA or PKG-INFO; nothing in them makes this raise, or take long."""
    if reason := _unreadable(content):
        return Submission(unread=(reason,))
    raw, unparsed = parse_email(content)
    values = {
        _PLURALS.get(key, _FIELDS.get(key.replace("_", "-"), key)): _sent(value)
        for key, value in cast("dict[str, Raw]", raw).items()
    }
    if _below_2_4(values.get("Metadata-Version", ("0",))[0]):
        values.pop("License-File", None)
        unparsed.pop("license-file", None)
    blank = {name for name, value in values.items() if value == ("",) or (value and value[-1].strip() == "UNKNOWN")}
    long = {name for name, value in values.items() if name not in _TEXT and any(len(v) > VALUE_LIMIT for v in value)}
    faulty = {name: _FIELDS[name] for name in unparsed.keys() & _FIELDS.keys()}
    repeated = {field for name, field in faulty.items() if _is_repeated(field, unparsed[name])}
    # A description may stand in a header and, undecodable, in the body.
    left_out = blank | long | set(faulty.values())
    return Submission(
        fields={name: value for name, value in values.items() if value and name not in left_out},
        repeated=tuple(sorted(repeated)),
        undecodable=tuple(sorted(set(faulty.values()) - repeated)),
        unknown=tuple(sorted(unparsed.keys() - _FIELDS.keys())),
        blank=tuple(sorted(blank)),
        unread=tuple(f"a value of {name} is longer than {VALUE_LIMIT} characters" for name in sorted(long)),
    )


def _unreadable(content: bytes) -> str:
    """Say why the parser is not let near *content*; empty where it is."""
    if len(content) > SIZE_LIMIT:
        return f"it has more than {SIZE_LIMIT} bytes"
    head = re.split(rb"\n\r?\n|\r\r", content, maxsplit=1)[0].replace(b"\r", b"\n")
    names = {name.lower() for name in _HEADER.findall(head)}
    if strange := names & _BODY:
        return f"a header {strange.pop().decode()} makes it an e-mail whose text is not the description"
    lines = head.count(b"\n") + 1
    if lines * len(names) > WORK_LIMIT:
        return f"it has {lines} lines of headers, with {len(names)} different ones"
    return ""


Raw = str | list[str] | dict[str, str]
"""A value of packaging's."""


def _sent(value: Raw) -> tuple[str, ...]:
    """Return a value of packaging's as the values that twine puts into the form."""
    if isinstance(value, dict):
        return tuple(f"{label}, {url}" for label, url in value.items())
    return (value,) if isinstance(value, str) else tuple(value)


def _below_2_4(version: str) -> bool:
    try:
        return len(version) < 20 and Version(version) < Version("2.4")
    except InvalidVersion:
        return False


def _is_repeated(name: str, values: list[str]) -> bool:
    """Whether packaging could not parse a field because it stands twice; else its bytes are no UTF-8."""
    if name == "Project-URL":
        labels = [value.partition(",")[0].strip() for value in values]
        return len(set(labels)) < len(labels)
    return name in _ONCE and len(values) > 1
