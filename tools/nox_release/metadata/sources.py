"""Files of one package as checked text: where they lie, what they say, and what is wrong with them."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.errors import Blocked
from nox_release.requirements import parsed

Read = Callable[[str], bytes | None]
"""Path relative to the workspace root, with forward slashes → the bytes there; None where no such file is."""


class Unreadable(Blocked):
    """A file that should describe a package is broken, so nothing may be concluded about the package."""


@dataclass(frozen=True)
class Source:
    """The text of one file, and the rules that values taken from it must keep."""

    path: str
    """Relative to the workspace root."""
    text: str

    def unreadable(self, problem: str, hint: str, needle: str = "", line: int = 0) -> Unreadable:
        """Return the error that says *problem* of this file, at *line* or where *needle* stands first."""
        if not line and needle and (at := self.text.find(needle)) >= 0:
            line = self.text.count("\n", 0, at) + 1
        return Unreadable(f"{self.path}{f':{line}' if line else ''}: {problem}", hint)

    def toml(self) -> dict[str, Any]:
        """Return the tables of the file.

        :raises Unreadable: if it is not TOML.
        """
        try:
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            at = re.search(r"at line (\d+)", str(error))
            hint = "mend the syntax (https://toml.io/en/v1.0.0)"
            raise self.unreadable(f"not TOML: {error}", hint, line=int(at[1]) if at else 0) from None

    def table(self, value: object, where: str) -> dict[str, Any]:
        """Return *value* as a table; an absent one is empty.

        :raises Unreadable: if it is something else.
        """
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.unreadable(f"{where} is not a table", f"write it as [{where}]", where)
        return value

    def string(self, value: object, where: str) -> str:
        """Return *value* as a string.

        :raises Unreadable: if it is something else.
        """
        if not isinstance(value, str):
            raise self.unreadable(f"{where} is not a string", "put it in quotes", where.rpartition(".")[2])
        return value

    def strings(self, value: object, where: str) -> tuple[str, ...]:
        """Return *value* as strings; an absent one is empty.

        :raises Unreadable: if it is not a list of strings.
        """
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self.unreadable(f"{where} is not a list of strings", "mend the value", where.rpartition(".")[2])
        return tuple(value)

    def name(self, value: str) -> str:
        """Return the normalized form of a project's name (PEP 503).

        :raises Unreadable: if it is not a valid name (PEP 508).
        """
        try:
            return canonicalize_name(value.strip(), validate=True)
        except InvalidName:
            hint = "letters, digits, '.', '-' and '_', with a letter or digit at both ends"
            raise self.unreadable(f"{value!r} is not a valid name (PEP 508)", hint, value) from None

    def version(self, value: str) -> str:
        """Return the normalized form of a version (PEP 440).

        :raises Unreadable: if it is not a version.
        """
        try:
            return str(Version(value))
        except InvalidVersion:
            hint = "write it like 1.2.3, 1.2.3b1 or 1.2.3.post1"
            raise self.unreadable(f"{value!r} is not a version (PEP 440)", hint, value) from None

    def requirement(self, value: str, marker: str = "") -> str:
        """Return the normalized form of a requirement (PEP 508), with *marker* as a further condition.

        :raises Unreadable: if either cannot be parsed.
        """
        try:
            if not marker:
                return str(parsed(value))
            bare = Requirement(value)
            condition, bare.marker = bare.marker, None
            both = f"({condition}) and ({marker})" if condition else marker
            return str(Requirement(f"{bare} ; {both}"))
        except InvalidRequirement as error:
            problem = f"{value!r} is not a requirement (PEP 508): {str(error).partition(chr(10))[0]}"
            raise self.unreadable(problem, "write it like name[extra]>=1.0; marker", marker or value) from None

    def requirements(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return the normalized form of each requirement.

        :raises Unreadable: if one of them cannot be parsed.
        """
        return tuple(self.requirement(value) for value in values)

    def specifiers(self, value: str) -> str:
        """Return *value* if it is a set of version specifiers (PEP 440).

        :raises Unreadable: if it is not.
        """
        try:
            SpecifierSet(value)
        except InvalidSpecifier:
            raise self.unreadable(f"{value!r} is not a set of specifiers (PEP 440)", "write >=3.10", value) from None
        return value.strip()

    def extras(self, tables: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Return the requirements of each extra by its normalized name (PEP 685).

        :raises Unreadable: if a name or a requirement is invalid.
        """
        found: dict[str, tuple[str, ...]] = {}
        for name, values in tables.items():
            key = self.name(name)
            found[key] = found.get(key, ()) + self.requirements(values)
        return found


@dataclass(frozen=True)
class Folder:
    """The folder of one package, as a part of its workspace."""

    directory: str
    """Relative to the workspace root; ``.`` is the root itself."""
    read: Read
    outside: set[str] = field(default_factory=set)
    """Existing files outside the folder that were looked at or declared."""

    def locate(self, path: str) -> str | None:
        """Return where *path*, relative to the folder, lies below the workspace root; None outside of it."""
        if posixpath.isabs(path) or "\0" in path:
            return None
        found = posixpath.normpath(posixpath.join(self.directory, path.replace("\\", "/")))
        return None if found == ".." or found.startswith("../") else found

    def data(self, path: str) -> bytes | None:
        """Return the bytes of *path*, relative to the folder; None where no such file is in the workspace."""
        found = self.locate(path)
        data = None if found is None else self.read(found)
        if data is not None and not self._holds(str(found)):
            self.outside.add(str(found))
        return data

    def declare(self, path: str) -> None:
        """Note that a build reads *path*; a file inside the folder is part of its source anyway."""
        if (found := self.locate(path)) is not None and not self._holds(found):
            self.data(path)

    def _holds(self, found: str) -> bool:
        return self.directory == "." or f"{found}/".startswith(f"{self.directory}/")

    def source(self, path: str) -> Source | None:
        """Return the text of *path*, without byte order mark and with plain line ends; None where there is none.

        :raises Unreadable: if it is not UTF-8.
        """
        data = self.data(path)
        if data is None:
            return None
        found = self.locate(path) or path
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise Source(found, "").unreadable("not UTF-8", "save the file as UTF-8", line=line) from None
        return Source(found, text.replace("\r\n", "\n"))


def plain_lines(text: str) -> Iterator[str]:
    """Yield the lines of a requirements list without comments and blanks, with continued lines joined."""
    for line in re.sub(r"\\\n", "", text).splitlines():
        if line := re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip():
            yield line
