"""Reads the public API of unpacked Python sources with griffe, and imports none of them.

Run as ``python -I extractor.py ROOT ANSWER``, in a process of its own: sources of others may be huge, or
nested beyond what a parser takes. ANSWER becomes the JSON of a :class:`nox_release.surface.Surface`.
"""

from __future__ import annotations

import gc
import json
import logging
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

MEMORY = 3 << 30
"""Bytes of address space; the largest package known takes a sixth of it."""
SKIPPED = frozenset({"tests", "test", "conftest"})
_CALLS = re.compile(r"(\w+\.)?(TypeVar|TypeVarTuple|ParamSpec|getLogger)\(")  # a module's own tools
Record = dict[str, Any]


def main() -> None:
    """Write the answer."""
    root, answer = Path(sys.argv[1]), Path(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    gc.disable()  # it halves the time, and the process ends soon
    logging.getLogger("griffe").setLevel(logging.CRITICAL)
    answer.write_text(json.dumps(Extractor(root).surface()), encoding="utf-8")


class Extractor:
    """Walks what griffe loaded, and keeps what is public and what that is made of."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.loader = griffe.GriffeLoader(search_paths=[root], allow_inspection=False, store_source=False)
        self.tree = self.loader.modules_collection
        self.modules: list[str] = []
        self.names: dict[str, str] = {}
        self.things: dict[str, Record] = {}
        self.unread: dict[str, str] = {}

    def surface(self) -> Record:
        """Return the public API as a record."""
        for top in sorted({path.name.partition(".")[0] for path in self.root.iterdir()}):
            try:
                self.loader.load(top, try_relative_path=False)
            except Exception as error:  # of whatever kind: what cannot be read is told, not raised
                self.unread[top] = _reason(error)
        try:
            self.loader.resolve_aliases(implicit=False, external=False)
        except Exception as error:
            self.unread["*"] = _reason(error)
        for module in list(self.tree.members.values()):
            self._module(module)
        self._missed()
        return {"modules": self.modules, "names": self.names, "things": self.things, "unread": self.unread}

    def _module(self, module: Any) -> None:
        if module.name.startswith("_") or module.name in SKIPPED:
            return
        self.modules.append(module.path)
        for name, member in list(module.members.items()):
            if not member.is_alias and member.is_module:
                self._module(member)
            elif _is_public(module, member):
                target = self._denoted(member)
                # What ``import *`` brought from elsewhere is no offer of this module.
                if target in self.things or target in self.tree or member.is_exported:
                    self.names[f"{module.path}.{name}"] = target
        for name in module.exports or ():  # what a module's __getattr__ makes when it is asked for
            if str(name) not in module.members:
                self.names[f"{module.path}.{name}"] = ""

    def _denoted(self, member: Any) -> str:
        """Return the path of what a name stands for, after noting what that is."""
        try:
            thing = member.final_target if member.is_alias else member
        except (griffe.AliasResolutionError, griffe.CyclicAliasError):
            return str(member.target_path)  # of another distribution
        path = str(thing.path)
        if not thing.is_module and path not in self.things:
            self.things[path] = {}  # classes may go round in a circle
            self.things[path] = self._thing(thing)
        return path

    def _thing(self, thing: Any) -> Record:
        if thing.is_class:
            members = {
                name: self._thing(member)
                for name, member in thing.members.items()
                if not member.is_alias and not member.is_private and not member.is_class_private
            }
            overloaded = {name for name in thing.overloads if name[0] != "_" or name.endswith("__")} - members.keys()
            members |= {name: {"kind": "function"} for name in overloaded}
            if "__getattr__" in members:
                members = {**{name: {"kind": "attribute"} for name in _listed(thing)}, **members}
            return {"kind": "class", "bases": list(self._bases(thing)), "members": members}
        if thing.is_function:
            return {"kind": "function", "signature": _signature(thing)}
        return {"kind": "property" if "property" in thing.labels else "attribute"}

    def _bases(self, thing: Any) -> Iterator[str]:
        for base in thing.bases:
            path = str(base if isinstance(base, str) else base.canonical_path).partition("[")[0]
            try:
                found = self.tree.get_member(path)
            except (KeyError, ValueError, griffe.GriffeError):
                yield path
            else:
                yield self._denoted(found)

    def _missed(self) -> None:
        """Tell the public modules that griffe left out, with the reason."""
        there = set(self.modules)
        for path in sorted(self.root.rglob("*.py")):
            parts = path.relative_to(self.root).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            name = ".".join(parts)
            public = all(part.isidentifier() and part[0] != "_" and part not in SKIPPED for part in parts)
            if parts and public and name not in there and parts[0] not in self.unread:
                try:
                    compile(path.read_bytes(), name, "exec", dont_inherit=True)
                except Exception as error:
                    self.unread[name] = _reason(error)


def _is_public(module: Any, member: Any) -> bool:
    """Griffe's rule, and two conventions for modules without ``__all__``.

    ``import x as x`` is meant for others (typing documentation, "Library interface"), and so is what an
    ``__init__.py`` takes from a private module of its own package: there is no other way to it.
    """
    if member.is_special or (not member.is_alias and member.is_attribute and _CALLS.match(str(member.value))):
        return False
    if module.exports is not None:  # an empty __all__, too
        return bool(member.is_exported)
    if member.is_public or member.is_private:
        return bool(member.is_public)
    if not member.is_alias or member.is_wildcard_exposed is False or not module.is_init_module:
        return False
    source, _, _ = str(member.target_path).rpartition(".")
    inside = source.removeprefix(f"{module.path}.")
    return inside != source and any(part.startswith("_") for part in inside.split("."))


def _listed(thing: Any) -> list[str]:
    """Names that a class with ``__getattr__`` lists in a constant: it answers to them."""
    found = []
    for member in thing.members.values():
        if not member.is_alias and member.is_attribute and isinstance(member.value, griffe.ExprList):
            texts = [str(item).strip("'\"") for item in member.value.elements]
            found += [text for text in texts if text.isidentifier() and text[0] != "_"]
    return found


def _signature(function: Any) -> str:
    try:
        return str(function.signature(return_type=True, name="f"))
    except Exception:
        return ""


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


if __name__ == "__main__":
    main()
