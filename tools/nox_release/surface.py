"""The public API of a release as a value, and what changed between two of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nox_release.breakage import Pair, breakages
from nox_release.difference import Change, Nature


@dataclass(frozen=True)
class Thing:
    """A class, a function, or a value."""

    kind: str = ""
    """``class``, ``function``, ``property`` or ``attribute``; empty where it is not known."""
    signature: str = ""
    """Of a function, as ``f(x: int = 0) -> str``."""
    bases: tuple[str, ...] = ()
    """Paths of the base classes."""
    members: Mapping[str, Thing] = field(default_factory=dict)
    """What a class defines itself."""


@dataclass(frozen=True)
class Surface:
    """The public API: what :mod:`nox_release.extractor` finds."""

    modules: tuple[str, ...] = ()
    """The public ones."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Public path of every name in a public module → path of what it stands for, a key of ``things`` if known."""
    things: Mapping[str, Thing] = field(default_factory=dict)
    """Path of the definition → what is defined: all that is public, and the private bases of that."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Module that could not be read → why."""

    def inherited(self, thing: Thing) -> dict[str, tuple[str, Thing]]:
        """Members that a class has from its bases, as far as they are known: name → where it is defined, and what."""
        found: dict[str, tuple[str, Thing]] = {}
        for base in self.ancestors(thing):
            for name, member in self.things.get(base, Thing()).members.items():
                found.setdefault(name, (f"{base}.{name}", member))
        return found

    def ancestors(self, thing: Thing) -> Iterator[str]:
        """Yield the paths of all base classes, the near ones first; hierarchies may be circles in broken sources."""
        todo, seen = list(reversed(thing.bases)), set()
        while todo:
            if (base := todo.pop()) not in seen:
                seen.add(base)
                yield base
                todo += reversed(self.things.get(base, Thing()).bases)


def compare(old: Surface, new: Surface) -> tuple[Change, ...]:
    """Return how the public API changed, in the order of the paths.

    Modules that one of both could not be read for are left out.
    """
    return _Comparison(old, new).changes()


_EVERYWHERE = frozenset(dir(object))
_LOOSE = frozenset({"", "attribute"})
"""Kinds of which nobody knows what the value is: it may well be a class or a function."""
_VALUES = frozenset({"property", *_LOOSE})
_IDLE = frozenset({"object", "abc.ABC", "ABC", "typing.Generic", "Generic", "typing.Protocol", "Protocol"})
"""Bases that nobody asks for with ``isinstance``."""


class _Comparison:
    def __init__(self, old: Surface, new: Surface) -> None:
        self.old, self.new = old, new
        self.unread = {*old.unread, *new.unread}
        self.found: dict[Change, None] = {}
        self.pairs: list[Pair] = []
        self.seen: set[tuple[str, str]] = set()
        self.old_public = {target: path for path, target in reversed(list(old.names.items()))}
        self.new_public = {target: path for path, target in reversed(list(new.names.items()))}

    def changes(self) -> tuple[Change, ...]:
        lost = _outermost(_offering(self.old) - set(self.new.modules))
        gained = _outermost(_offering(self.new) - set(self.old.modules))
        there = set(self.old.modules) & set(self.new.modules)
        for path in lost:
            self._note(Nature.REMOVED, path, "the module")
        for path in gained:
            self._note(Nature.ADDED, path, "the module")
        for path, target in self.old.names.items():
            module = path.rpartition(".")[0]
            if path in self.new.names:
                self._both(path, target, self.new.names[path])
            elif module in there and path not in self.new.modules:
                self._note(Nature.REMOVED, path, self._kind(self.old, target))
        for path, target in self.new.names.items():
            if path not in self.old.names and path.rpartition(".")[0] in there and path not in self.old.modules:
                self._note(Nature.ADDED, path, self._kind(self.new, target))
        for change in breakages(self.pairs):
            self._note(change.nature, change.path, change.detail, change.origin)
        return tuple(sorted(self.found, key=lambda change: (change.path, change.nature, change.detail)))

    def _note(self, nature: Nature, path: str, detail: str = "", origin: str = "") -> None:
        if not any(module in self.unread for module in (path, *_parents(path))):
            self.found[Change(nature, path, detail, origin)] = None

    @staticmethod
    def _kind(surface: Surface, target: str) -> str:
        return surface.things.get(target, Thing()).kind

    def _both(self, path: str, before: str, now: str) -> None:
        """Compare what one name stands for in both; what several names stand for is compared once."""
        if (before, now) not in self.seen and before in self.old.things and now in self.new.things:
            self.seen.add((before, now))
            self._things(path, before, self.old.things[before], self.new.things[now])

    def _things(self, path: str, origin: str, old: Thing, new: Thing) -> None:
        if old.kind == new.kind == "class":
            self._classes(path, origin, old, new)
        elif old.kind == new.kind == "function":
            if old.signature and new.signature and old.signature != new.signature:
                self.pairs.append(Pair(path, origin, old.signature, new.signature))
        elif not (old.kind in _LOOSE or (new.kind in _VALUES and old.kind in _VALUES)):
            self._note(Nature.INCOMPATIBLE, path, f"it was a {old.kind}, and is now a {new.kind}", origin)

    def _classes(self, path: str, origin: str, old: Thing, new: Thing) -> None:
        mine = {name: (f"{origin}.{name}", member) for name, member in old.members.items()}
        before = {**self.old.inherited(old), **mine}
        now = {**self.new.inherited(new), **{name: ("", member) for name, member in new.members.items()}}
        for name, (where, member) in before.items():
            if name in now:
                other = now[name][1]
                if member != other:
                    self._things(f"{path}.{name}", where, member, other)
            elif name not in _EVERYWHERE and not _special(name):
                self._gone(f"{path}.{name}", where, member, new, "__getattr__" in now)
        for name, (_, member) in now.items():
            if name not in before and name not in _EVERYWHERE and not _special(name):
                self._note(Nature.ADDED, f"{path}.{name}", member.kind)
        for base in self._bases_lost(old, new):
            self._note(Nature.INCOMPATIBLE, path, f"it is no {base} any more", origin)

    def _gone(self, path: str, where: str, member: Thing, new: Thing, dynamic: bool) -> None:
        """Note a member that the class does not have itself any more; a base may have it."""
        outside = [base for base in self.new.ancestors(new) if base not in self.new.things and base not in _IDLE]
        if any(_library_has(base, path.rpartition(".")[2]) for base in outside):
            return
        unknown = [base for base in outside if _library(base) is None]
        if dynamic and member.kind in _VALUES:
            self._note(Nature.DIFFERENT, path, "the class answers for it with __getattr__ now, if at all", where)
        elif unknown:
            self._note(Nature.DIFFERENT, path, f"the class has it from {unknown[0]} now, if at all", where)
        else:
            self._note(Nature.REMOVED, path, member.kind, where)

    def _bases_lost(self, old: Thing, new: Thing) -> Sequence[str]:
        """Public bases that are gone; not those of other distributions where a new one may derive from them."""
        before = _named(self.old, old, self.old_public)
        now = _named(self.new, new, self.new_public)
        gone = [base for base in before if base not in now and before[base] not in now.values()]
        foreign = [path for path in now.values() if path not in self.new.things and _library(path) is None]
        return [base for base in gone if not foreign or before[base] in self.old.things]


def _named(surface: Surface, thing: Thing, public: Mapping[str, str]) -> dict[str, str]:
    """Bases that a user can name: public path → path of the definition."""
    found = {}
    for base in surface.ancestors(thing):
        name = public.get(base, base)
        dotted = all(part.isidentifier() for part in name.split("."))
        if dotted and name not in _IDLE and not any(part.startswith("_") for part in name.split(".")):
            found[name] = base
    return found


def _library(base: str) -> object:
    """Return a class of the standard library; None where it is not known to be one. Nothing is imported."""
    module, _, name = base.replace("typing_extensions.", "typing.").rpartition(".")
    root = module.partition(".")[0]
    if module and root not in sys.stdlib_module_names:
        return None
    return getattr(sys.modules.get(module or "builtins"), name, None)


def _library_has(base: str, name: str) -> bool:
    return (found := _library(base)) is not None and hasattr(found, name)


def _special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in {"__call__", "__enter__", "__aenter__"}


def _offering(surface: Surface) -> set[str]:
    """Return the modules that have public names, themselves or below; a namespace alone is no loss to anyone."""
    return {parent for name in surface.names for parent in _parents(name)} & set(surface.modules)


def _outermost(modules: set[str]) -> list[str]:
    """Return those of *modules* that lie in no other of them."""
    return sorted(path for path in modules if not any(parent in modules for parent in _parents(path)))


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition(".")[0]:
        yield path
