"""What distributions install side by side: whose is each file, and of what kind are the folders that they share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Style(StrEnum):
    """What a folder of modules is to the import system (packaging guide, "Packaging namespace packages")."""

    IMPLICIT = "implicit (PEP 420)"
    """It has no ``__init__.py``."""
    PKGUTIL = "pkgutil"
    """``__path__ = __import__("pkgutil").extend_path(__path__, __name__)``"""
    PKG_RESOURCES = "pkg_resources"
    """``__import__("pkg_resources").declare_namespace(__name__)``"""
    REGULAR = "regular"
    """A package of its own, whose ``__init__.py`` is for one distribution alone."""


def style(text: str) -> Style:
    """Return what the text of an ``__init__.py`` makes of its folder."""
    if "extend_path" in text:  # with pkg_resources before it in a try it is both, and works as this one
        return Style.PKGUTIL
    return Style.PKG_RESOURCES if "declare_namespace" in text else Style.REGULAR


@dataclass(frozen=True)
class Installed:
    """What one wheel installs into site-packages."""

    owner: str
    """Name and version of the distribution, and where the wheel is from."""
    files: Mapping[str, str]
    """Path → sha256, without what is of the distribution alone (``.dist-info``)."""
    styles: Mapping[str, Style] = field(default_factory=dict)
    """Path of each ``__init__.py`` → what it makes of its folder."""
    declared: frozenset[str] = frozenset()
    """Packages that ``namespace_packages.txt`` names; setuptools leaves out their ``__init__.py``."""

    @cached_property
    def folders(self) -> Mapping[str, Style]:
        """Every folder below which there are modules, and its kind."""
        found: dict[str, Style] = {}
        for path in self.files:
            folder = posixpath.dirname(path) if path.endswith((".py", ".pyi", ".so", ".pyd")) else ""
            while folder and folder not in found:
                named = folder.replace("/", ".") in self.declared
                found[folder] = (
                    Style.PKG_RESOURCES if named else self.styles.get(f"{folder}/__init__.py", Style.IMPLICIT)
                )
                folder = posixpath.dirname(folder)
        return found


@dataclass(frozen=True)
class Shared:
    """A file that several distributions install."""

    path: str
    owners: tuple[str, ...]
    same: bool
    """Each installs the same bytes."""


@dataclass(frozen=True)
class Mixed:
    """A folder that several distributions share, which is not one kind of namespace in all of them."""

    folder: str
    styles: Mapping[str, Style]
    """Owner → what the folder is there."""

    @property
    def compatible(self) -> bool:
        """Whether it works while all of them are installed into one folder: no two quarrel about ``__init__.py``."""
        kinds = [kind for kind in self.styles.values() if kind is not Style.IMPLICIT]
        return len(kinds) < len(self.styles) and (set(kinds) == {Style.PKGUTIL} or kinds == [Style.REGULAR])


def shared(installed: Iterable[Installed], within: Installed | None = None) -> Iterator[Shared]:
    """Yield the files that more than one of *installed* has, in one pass over all of them.

    Not ``__init__.py``: whether that may be shared is a matter of its folder, see :func:`mixed`.

    :param within: look at the files of this one alone.
    """
    owners: dict[str, list[tuple[str, str]]] = {}
    for one in installed:
        for path in one.files if within is None else one.files.keys() & within.files.keys():
            if not path.endswith("/__init__.py"):
                owners.setdefault(path, []).append((one.owner, one.files[path]))
    for path, found in sorted(owners.items()):
        if len(found) > 1:
            yield Shared(path, tuple(owner for owner, _ in found), len({digest for _, digest in found}) == 1)


_NAMESPACES = ({Style.IMPLICIT}, {Style.PKGUTIL}, {Style.PKG_RESOURCES})


def mixed(installed: Iterable[Installed], within: Installed | None = None) -> Iterator[Mixed]:
    """Yield the outermost folders that several of *installed* share although they are no common namespace.

    :param within: look at the folders of this one alone.
    """
    folders: dict[str, dict[str, Style]] = {}
    for one in installed:
        for folder in one.folders if within is None else one.folders.keys() & within.folders.keys():
            folders.setdefault(folder, {})[one.owner] = one.folders[folder]
    told: set[str] = set()
    for folder in sorted(folders):
        if posixpath.dirname(folder) in told:
            told.add(folder)
        elif len(folders[folder]) > 1 and set(folders[folder].values()) not in _NAMESPACES:
            told.add(folder)
            yield Mixed(folder, folders[folder])


def quarrels(installed: Iterable[Installed]) -> Mapping[str, frozenset[str]]:
    """Return owner → owners with which it shares a file, or a folder that is no common namespace; in one pass."""
    everything = tuple(installed)
    found: dict[str, set[str]] = {}
    groups = [item.owners for item in shared(everything)]
    groups += [tuple(item.styles) for item in mixed(everything)]
    for owners in groups:
        for owner in owners:
            found.setdefault(owner, set()).update(owners)
    return {owner: frozenset(others - {owner}) for owner, others in found.items()}
