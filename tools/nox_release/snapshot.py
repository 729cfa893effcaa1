"""The state of a workspace as git has it: a value, looked at once, that all stages work on."""

from __future__ import annotations

import bisect
import hashlib
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A blob of the tree."""

    mode: str
    """As git writes it: ``100644``, ``100755`` or ``120000``."""
    oid: str


@dataclass(frozen=True)
class Snapshot:
    """The state of a workspace that a command works on from its first to its last stage."""

    root: Path
    """The workspace: the folder of the noxfile."""
    toplevel: Path
    """The git checkout that holds it."""
    prefix: str
    """Path of the workspace in the checkout: empty, or with a slash at its end."""
    git_dir: Path
    commit: str
    epoch: int
    """Time of the commit, seconds since 1970: SOURCE_DATE_EPOCH of every build."""
    tree: str
    """Tree id of the whole checkout."""
    uncommitted: tuple[str, ...]
    """Paths that differ from the commit, relative to the checkout."""
    files: Mapping[str, Entry]
    """Every tracked file of the workspace, by its path relative to the workspace."""
    folders: Mapping[str, str]
    """Tree id of every folder of the workspace; ``.`` is the workspace itself."""
    attributes: str = ""
    """The ``.gitattributes`` files of the checkout above the workspace, as git lists them."""

    def below(self, directory: str) -> tuple[str, ...]:
        """Paths of the files in *directory*, relative to it."""
        if directory == ".":
            return tuple(self.files)
        start = f"{directory}/"
        first = bisect.bisect_left(self._sorted, start)
        end = bisect.bisect_left(self._sorted, f"{directory}0", first)  # "0" is what comes after "/"
        return tuple(path[len(start) :] for path in self._sorted[first:end])

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.files)

    def digest(self, directory: str, outside: Iterable[str] = ()) -> str:
        """Digest of a package's source: its tree id and the ids of files *outside* its folder that it needs."""
        # Attributes from above the folder may change line endings in an export.
        above = ["/".join(directory.split("/")[:depth]) for depth in range(directory.count("/") + 1)]
        outside = {*outside, *(posixpath.join(folder, ".gitattributes") for folder in above)}
        parts = [self.folders.get(directory, ""), self.attributes]
        parts += [f"{path}:{entry.mode}:{entry.oid}" for path in sorted(outside) if (entry := self.files.get(path))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
