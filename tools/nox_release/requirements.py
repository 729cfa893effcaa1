"""Requirements files (pip's format), as far as the tests of a package use them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from nox_release.errors import Blocked

_OPTIONS = (
    "-i ",
    "--index-url",
    "--extra-index-url",
    "--find-links",
    "-f ",
    "--pre",
    "--no-binary",
    "--only-binary",
    "-c ",
)


@dataclass(frozen=True)
class Requirements:
    """What a file asks for."""

    requires: tuple[str, ...] = ()
    """Requirements as PEP 508 writes them."""
    folders: tuple[str, ...] = ()
    """Folders of the workspace that are to be installed, relative to it."""

    def __add__(self, other: Requirements) -> Requirements:
        return Requirements((*self.requires, *other.requires), (*self.folders, *other.folders))


def read_requirements(
    path: str, read: Callable[[str], bytes | None], seen: frozenset[str] = frozenset()
) -> Requirements:
    """Return what the file at *path* (relative to the workspace) asks for, with the files it includes.

    Options that say where to download from are the machine's business and are passed over.

    :raises Blocked: for a line that is neither, or a file that is not there; the message says where.
    """
    content = read(path)
    if content is None:
        raise Blocked(f"{path} is not committed, but the tests need it", "commit it, or mend the line that includes it")
    found = Requirements()
    here = posixpath.dirname(path)
    text = content.decode("utf-8-sig", errors="replace").replace("\\\n", " ")
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split(" #")[0].strip()
        if not line or line.startswith("#") or line.startswith(_OPTIONS):
            continue
        for option in ("-r", "--requirement", "-e", "--editable"):
            if line.startswith((f"{option} ", f"{option}=")):
                value = line[len(option) + 1 :].strip()
                break
        else:
            option, value = "", line
        target = posixpath.normpath(posixpath.join(here, value.split("[")[0]))
        if option in {"-r", "--requirement"}:
            if target not in seen:
                found += read_requirements(target, read, seen | {path})
        elif option or value.startswith((".", "/")):
            found += Requirements(folders=(target,))
        else:
            try:
                found += Requirements((str(Requirement(value.split(" --")[0])),))
            except InvalidRequirement as error:
                where = f"{path}:{number}"
                raise Blocked(
                    f"{where}: {value!r} is no requirement: {str(error).splitlines()[0]}", "mend the line"
                ) from None
    return found
