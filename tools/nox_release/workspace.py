"""The packages of a workspace, found and read without running them."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.metadata import read_package
from nox_release.model import Package
from nox_release.requirements import parsed
from nox_release.snapshot import Snapshot
from nox_release.source import Git

_DESCRIBING = ("pyproject.toml", "setup.py", "setup.cfg")
# Where nothing says which folders hold packages: folders whose projects are there to be looked at.
_NOT_RELEASED = frozenset(
    "test tests testing examples example samples sample templates template docs doc vendor third_party "
    "_vendor node_modules benchmarks fixtures".split()
)


@dataclass(frozen=True)
class Broken:
    """A package that cannot be worked on; the others can."""

    name: str
    """Its name, or the folder where not even that could be read."""
    directories: tuple[str, ...]
    message: str
    hint: str


@dataclass(frozen=True)
class Workspace:
    """What was found: packages by name, and what could not be read."""

    packages: Mapping[str, Package]
    broken: tuple[Broken, ...] = ()

    def siblings(self, package: Package, extra: Iterable[str] = ()) -> tuple[tuple[Package, Requirement], ...]:
        """Packages of the workspace that *package* requires here and now, with the requirement of each.

        :param extra: further requirements, for example those of its tests.
        """
        found = []
        for text in (*package.requires, *extra):
            requirement = parsed(text)
            name = canonicalize_name(requirement.name)
            needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if needed and name in self.packages and name != package.name:
                found.append((self.packages[name], requirement))
        return tuple(found)

    def sibling_requires(self, package: Package) -> tuple[str, ...]:
        """Requirements of *package* and of its extras on packages of the workspace, on any platform."""
        texts = dict.fromkeys((*package.requires, *(text for extra in package.extras.values() for text in extra)))
        names = self.packages.keys() - {package.name}
        return tuple(text for text in texts if canonicalize_name(parsed(text).name) in names)


def discover(snapshot: Snapshot, git: Git, config: Config) -> Workspace:
    """Find the packages of the snapshot and read what their files say of them."""

    def read(path: str) -> bytes | None:
        entry = snapshot.files.get(path)
        return None if entry is None else git.blob(entry.oid)

    found: dict[str, list[Package]] = {}
    broken = []
    folders = package_folders(snapshot.files, config, read("pyproject.toml"))
    described = (posixpath.normpath(f"{folder}/{name}") for folder in folders for name in _DESCRIBING)
    git.prefetch(snapshot.files[path].oid for path in described if path in snapshot.files)
    for directory in folders:
        try:
            package = read_package(directory, read)
        except Blocked as error:
            broken.append(Broken(directory, (directory,), error.message, error.hint))
            continue
        if package is not None:
            found.setdefault(package.name or directory, []).append(with_links(package, snapshot, git))
    packages = {}
    for name, same in sorted(found.items()):
        if len(same) == 1:
            packages[name] = same[0]
            continue
        broken.append(namesakes(name, same))
    return Workspace(packages, tuple(broken))


def namesakes(name: str, same: Sequence[Package]) -> Broken:
    """What stands for packages that are all called *name*: nobody knows which one is meant."""
    files = " and ".join(package.described_by for package in same)
    return Broken(
        name,
        tuple(package.directory for package in same),
        f"two packages are named {name}: {files}",
        "rename one, or exclude its folder in [tool.nox-release]",
    )


def with_links(package: Package, snapshot: Snapshot, git: Git) -> Package:
    """Return *package* with the targets of its symbolic links that point out of its folder as ``outside`` files."""
    start = "" if package.directory == "." else f"{package.directory}/"
    outside = set(package.outside)
    for path in snapshot.below(package.directory):
        entry = snapshot.files[start + path]
        if entry.mode == "120000":
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(start + path), git.blob(entry.oid).decode(errors="replace"))
            )
            if not f"{target}/".startswith(start):
                folder = "" if target == "." else f"{target}/"
                outside |= {target} & snapshot.files.keys()
                outside |= {f"{folder}{below}" for below in snapshot.below(target)}
    # A link to a folder that holds the package's own leads back into it.
    outside = {path for path in outside if not path.startswith(start)} if start else outside
    return replace(package, outside=tuple(sorted(outside)))


def package_folders(files: Mapping[str, object], config: Config, root: bytes | None) -> tuple[str, ...]:
    """Return the folders that may hold a package, in order.

    The globs of the configuration, else the members of a uv workspace, else every folder with a
    pyproject.toml or setup.py, less those that only show or test something.
    """
    folders = {posixpath.dirname(path) or "." for path in files if posixpath.basename(path) in _DESCRIBING}
    excluded = [translate(glob) for glob in config.exclude]
    members, left_out = uv_members(root)
    if config.packages:
        wanted = [translate(glob) for glob in config.packages]
    elif members:
        wanted = [translate(glob) for glob in (*members, ".")]
        excluded += [translate(glob) for glob in left_out]
    else:
        wanted = [translate("**")]
        folders = {folder for folder in folders if not shown_only(folder)}
    return tuple(
        sorted(
            folder
            for folder in folders
            if any(glob.fullmatch(folder) for glob in wanted) and not any(glob.fullmatch(folder) for glob in excluded)
        )
    )


def shown_only(folder: str) -> bool:
    """Whether what lies in *folder* is there to be looked at or to test something, by the names of the folders."""
    return any(part in _NOT_RELEASED or (part.startswith(".") and part != ".") for part in folder.split("/"))


def uv_members(root: bytes | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Members and exclusions of ``[tool.uv.workspace]``; the file has been parsed before, for the configuration."""
    if root is None:
        return (), ()
    document: dict[str, Any] = tomllib.loads(root.decode("utf-8-sig"))
    table: Any = document.get("tool", {})
    for key in ("uv", "workspace"):
        table = table.get(key, {}) if isinstance(table, dict) else {}
    lists = [table.get(key, []) if isinstance(table, dict) else [] for key in ("members", "exclude")]
    members, excluded = (tuple(map(str, item)) if isinstance(item, list) else () for item in lists)
    return members, excluded


def translate(glob: str) -> re.Pattern[str]:
    """Compile a glob over paths: ``*`` stays within a folder, ``**`` does not."""
    glob = posixpath.normpath(glob)
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)
