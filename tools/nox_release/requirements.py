"""Requirements files (pip's format), as far as the tests of a package use them."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from nox_release.errors import Blocked

_INCLUDES = ("-r", "--requirement")
_CONSTRAINTS = ("-c", "--constraint")
_EDITABLES = ("-e", "--editable")


@dataclass(frozen=True)
class Requirements:
    """What the tests of a package ask for."""

    requires: tuple[str, ...] = ()
    """Requirements as PEP 508 writes them."""
    folders: tuple[str, ...] = ()
    """Folders of the workspace that are to be installed, relative to it, with extras in brackets behind them."""
    constraints: tuple[str, ...] = ()
    """Requirements that limit versions without asking for anything."""
    problem: str = ""
    """Why it is not known what they ask for."""

    def __add__(self, other: Requirements) -> Requirements:
        return Requirements(
            (*self.requires, *other.requires),
            (*self.folders, *other.folders),
            (*self.constraints, *other.constraints),
            self.problem or other.problem,
        )


@functools.cache
def parsed(text: str) -> Requirement:
    """Parse a requirement once, however many packages have it; nobody changes what this returns.

    :raises packaging.requirements.InvalidRequirement: where *text* is none.
    """
    return Requirement(text)


def read_requirements(path: str, read: Callable[[str], bytes | None]) -> Requirements:
    """Return what the file at *path* (relative to the workspace) asks for, with the files it includes.

    Options that say where to download from are the machine's business and are passed over.

    :raises Blocked: for a line that is neither, or a file that is not there; the message says where.
    """
    return _read(path, read, set())


def _read(path: str, read: Callable[[str], bytes | None], seen: set[str]) -> Requirements:
    content = read(path)
    if content is None:
        raise Blocked(f"{path} is not committed, but the tests need it", "commit it, or mend the line that includes it")
    seen.add(path)
    found = Requirements()
    for number, line in _lines(content.decode("utf-8-sig", errors="replace")):
        option, value = _split(line)
        folder, bracket, extras = value.partition("[")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), folder)) + bracket + extras
        if option in _INCLUDES:
            if place not in seen:
                found += _read(place, read, seen)
        elif option in _CONSTRAINTS:
            if place not in seen:
                limits = _read(place, read, {*seen})
                found += Requirements(constraints=(*limits.requires, *limits.constraints))
        elif not option and value.startswith("-"):
            continue
        elif "://" not in value and (option in _EDITABLES or value.startswith((".", "/"))):
            found += Requirements(folders=(place,))
        else:
            found += Requirements((_requirement(value, f"{path}:{number}"),))
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of the first and the text of each logical line, without comments."""
    started, joined = 0, ""
    for number, raw in enumerate([*text.splitlines(), ""], 1):
        started = started or number
        if raw.endswith("\\"):
            joined += f"{raw[:-1]} "
            continue
        line = re.split(r"\s#", f" {joined}{raw}", maxsplit=1)[0].strip()
        if line:
            yield started, line
        started, joined = 0, ""


def _split(line: str) -> tuple[str, str]:
    """Return the option that takes a file or folder, if the line starts with one, and its value."""
    for option in (*_INCLUDES, *_CONSTRAINTS, *_EDITABLES):
        rest = line.removeprefix(option)
        # pip takes "-r file", "-rfile", "--requirement file" and "--requirement=file".
        if rest != line and (rest[:1] in {" ", "=", "\t"} or len(option) == 2):
            return option, rest.lstrip("= \t")
    return "", line


def _requirement(text: str, where: str) -> str:
    url, _, name = text.partition("#egg=")
    wanted = f"{name} @ {url}" if name else text.split(" --")[0]
    try:
        return str(Requirement(wanted))
    except InvalidRequirement as error:
        raise Blocked(
            f"{where}: {text!r} is no requirement: {str(error).splitlines()[0]}",
            "mend the line; write NAME @ URL for a URL",
        ) from None
