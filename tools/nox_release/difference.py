"""What differs between two releases of a package: values, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Shipped:
    """What a wheel or an sdist ships."""

    filename: str
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → digest; what names the version (``.dist-info``, the sdist's top folder) is left out of the path."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Path → bytes."""
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field in lower case → its values."""
    entry_points: Mapping[str, str] = field(default_factory=dict)
    """``group: name`` → object."""

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(self.sizes.values())


class Nature(StrEnum):
    """What a change of the public API means for its users."""

    ADDED = "added"
    REMOVED = "removed"
    INCOMPATIBLE = "changed incompatibly"
    """Calls that worked fail now."""
    DIFFERENT = "changed"
    """Calls that worked do something else now, or may."""


@dataclass(frozen=True)
class Change:
    """One change of the public API."""

    nature: Nature
    path: str
    """The public path of the object."""
    detail: str = ""
    """What changed, for a person."""
    origin: str = ""
    """Where the object was defined: what classes inherit from one place changes in one place."""


@dataclass(frozen=True)
class Keyed:
    """How a table of keys and values changed."""

    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Key → old and new value."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class Difference:
    """What differs between two files of one kind; empty between a file and itself."""

    old: str
    """File name."""
    new: str
    files_added: tuple[str, ...] = ()
    files_removed: tuple[str, ...] = ()
    files_changed: tuple[str, ...] = ()
    size: tuple[int, int] = (0, 0)
    """Bytes unpacked, before and now."""
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of file (its suffix) → bytes before and now, where they differ."""
    metadata: Keyed = field(default_factory=Keyed)
    """Fields beside those that stand below."""
    requirements: Keyed = field(default_factory=Keyed)
    """``name`` or ``name [extra]`` → specifier and marker."""
    extras_removed: tuple[str, ...] = ()
    pythons_lost: tuple[str, ...] = ()
    """Pythons that Requires-Python let in and lets in no more."""
    entry_points: Keyed = field(default_factory=Keyed)
    api: tuple[Change, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    """Public module → why it was not compared."""

    def count(self, *natures: Nature) -> int:
        """How many changes of the API are of these natures."""
        return sum(change.nature in natures for change in self.api)


_TOLD_APART = frozenset({"requires-dist", "provides-extra", "requires-python", "version", "description"})


def difference(
    old: Shipped, new: Shipped, api: tuple[Change, ...] = (), unread: Mapping[str, str] | None = None
) -> Difference:
    """Return what differs between two files, and *api* between what they install."""
    common = old.files.keys() & new.files.keys()
    kinds_old, kinds_new = _by_kind(old.sizes), _by_kind(new.sizes)
    extras = [{canonicalize_name(extra) for extra in file.metadata.get("provides-extra", ())} for file in (old, new)]
    return Difference(
        old.filename,
        new.filename,
        tuple(sorted(new.files.keys() - common)),
        tuple(sorted(old.files.keys() - common)),
        tuple(sorted(path for path in common if old.files[path] != new.files[path])),
        (old.size, new.size),
        {
            kind: (kinds_old.get(kind, 0), kinds_new.get(kind, 0))
            for kind in sorted({*kinds_old, *kinds_new})
            if kinds_old.get(kind, 0) != kinds_new.get(kind, 0)
        },
        _keyed(_fields(old), _fields(new)),
        _keyed(_requirements(old), _requirements(new)),
        tuple(sorted(extras[0] - extras[1])),
        tuple(pythons_lost(_one(old, "requires-python"), _one(new, "requires-python"))),
        _keyed(old.entry_points, new.entry_points),
        api,
        dict(unread or {}),
    )


def _keyed(old: Mapping[str, str], new: Mapping[str, str]) -> Keyed:
    return Keyed(
        {key: new[key] for key in sorted(new.keys() - old.keys())},
        {key: old[key] for key in sorted(old.keys() - new.keys())},
        {key: (old[key], new[key]) for key in sorted(old.keys() & new.keys()) if old[key] != new[key]},
    )


def _by_kind(sizes: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for path, size in sizes.items():
        kind = PurePosixPath(path).suffix or "other"
        found[kind] = found.get(kind, 0) + size
    return found


def _one(file: Shipped, name: str) -> str:
    return next(iter(file.metadata.get(name, ())), "")


def _fields(file: Shipped) -> dict[str, str]:
    return {key: "; ".join(sorted(values)) for key, values in file.metadata.items() if key not in _TOLD_APART}


def _requirements(file: Shipped) -> dict[str, str]:
    """``name`` or ``name [extra]`` → the rest; several lines of one name are put together."""
    found: dict[str, set[str]] = {}
    for text in file.metadata.get("requires-dist", ()):
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            found.setdefault(text, set()).add("")
            continue
        marker = str(wanted.marker or "")
        extras = [name for name in file.metadata.get("provides-extra", ()) if f'extra == "{name}"' in marker]
        extra = f" [{', '.join(extras)}]" if extras else ""
        brings = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
        rest = f"{brings}{wanted.url or wanted.specifier}" + (f"; {marker}" if marker and not extras else "")
        found.setdefault(f"{canonicalize_name(wanted.name)}{extra}", set()).add(rest or "any version")
    return {key: ", ".join(sorted(rest)) for key, rest in found.items()}


def pythons_lost(old: str, new: str) -> Iterator[str]:
    """Yield the minor versions of Python of which *old* lets some in, and *new* none."""
    try:
        before, now = SpecifierSet(old), SpecifierSet(new)
    except InvalidSpecifier:
        return
    for minor in ("2.7", *(f"3.{number}" for number in range(40))):
        patches = [f"{minor}.{number}" for number in range(30)]
        if _admits(before, patches) and not _admits(now, patches):
            yield minor


def _admits(specifiers: SpecifierSet, versions: Iterable[str]) -> bool:
    return any(specifiers.contains(version) for version in versions)
