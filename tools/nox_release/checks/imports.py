"""What the package imports, beside what it says that it needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nox_release.check import Family, Problem, Severity
from nox_release.imports import Import, Imports, Provided


@dataclass(frozen=True)
class Usage:
    """The imports of a wheel beside its requirements, and an installation of both."""

    name: str
    """Of the package, normalized."""
    imports: Imports = field(default_factory=Imports)
    requires: tuple[str, ...] = ()
    """Requires-Dist."""
    groups: frozenset[str] = frozenset()
    """Groups of the entry points that the wheel has."""
    provided: tuple[Provided, ...] = ()
    """What was installed with it; nothing is looked at where it could not be installed."""

    @cached_property
    def declared(self) -> frozenset[str]:
        """Normalized names of all requirements, extras included."""
        return frozenset(name for name, _ in _requirements(self.requires))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Those outside any extra."""
        return frozenset(name for name, extra in _requirements(self.requires) if not extra)

    @cached_property
    def providers(self) -> Mapping[str, frozenset[str]]:
        """Dotted name of a module → distributions that install it."""
        found: dict[str, set[str]] = {}
        for distribution in self.provided:
            for module in distribution.modules:
                found.setdefault(module, set()).add(distribution.name)
        return {module: frozenset(names) for module, names in found.items()}

    @cached_property
    def shared(self) -> frozenset[str]:
        """Namespaces: modules below which several distributions install something."""
        below: dict[str, set[str]] = {}
        for distribution in self.provided:
            for module in distribution.modules:
                while module := module.rpartition(".")[0]:
                    below.setdefault(module, set()).add(distribution.name)
        return frozenset(module for module, names in below.items() if len(names) > 1)

    def provides(self, statement: Import) -> frozenset[str]:
        """Return the distributions that an import is satisfied by; none where that is the package itself."""
        module = statement.name
        near = {module, module.rpartition(".")[0]}  # farther up, a namespace proves nothing
        while module and (module not in self.providers or (module in self.shared and module not in near)):
            module = module.rpartition(".")[0]
        found = self.providers.get(module, frozenset())
        return frozenset() if self.name in found else found

    @cached_property
    def used(self) -> frozenset[str]:
        """Distributions of which something is imported or mentioned anywhere."""
        statements = (*self.imports.statements, *(Import(text, "", False) for text in self.imports.mentioned))
        return frozenset(name for statement in statements for name in self.provides(statement))


def _requirements(texts: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    for text in texts:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        yield canonicalize_name(wanted.name), "extra ==" in str(wanted.marker or "")


IMPORTS: Family[Usage] = Family("IMP", "imports beside requirements")


@IMPORTS.check("IMP101", "What is imported is declared", Severity.WARNING)
def declared(usage: Usage) -> Iterator[Problem]:
    """A module that another requirement happens to bring along is there by luck: that one may drop it at any time.

    Only imports count that are carried out whenever their module is: not those in a function, an ``if`` or a
    ``try``. What nothing installs is found by importing it (INS103).
    """
    told: set[str] = set()
    for statement in usage.imports.statements:
        if not statement.sure or statement.name.partition(".")[0] in sys.stdlib_module_names:
            continue
        found = usage.provides(statement)
        if found and not found & usage.declared and not found <= told:
            told |= found
            name = min(found)
            path = _brought(usage, name)
            why = f"only {' → '.join(path)} brings it" if path else "nothing that is declared brings it"
            yield Problem(statement.where, f"add {name} to the requirements", f"{statement.name} is of {name}; {why}")


@IMPORTS.check("IMP102", "What is declared is imported", Severity.WARNING)
def imported(usage: Usage) -> Iterator[Problem]:
    """Every user installs it, and whoever clears licences or mends vulnerabilities has it on the list, for nothing.

    Not told of: what is in an extra, what a marker leaves out here, what has no modules, plugins, type stubs, what
    some text names, and packages with extension modules, whose imports nobody sees.
    """
    if usage.imports.compiled or not usage.imports.statements:
        return
    for distribution in usage.provided:
        name = distribution.name
        if name in usage.needed - usage.used and not _silent(usage, distribution):
            fix = f"take {name} out of the requirements; if it is needed all the same, exempt this and say why"
            yield Problem(f"Requires-Dist: {name}", fix, "no module imports anything of it")


_DATA = frozenset({"tzdata", "certifi-win32", "backports"})
"""Used by the standard library, or by being there."""


def _silent(usage: Usage, distribution: Provided) -> bool:
    """Whether a distribution is of use without being imported."""
    name = distribution.name
    modules = distribution.modules - usage.shared
    roots = {module.partition(".")[0].replace("_", "-") for module in modules}
    hosts = {canonicalize_name(group.partition(".")[0]) for group in usage.groups}
    return (
        not modules
        or distribution.plugin
        or name in _DATA
        or name in {canonicalize_name(text) for text in usage.imports.mentioned}  # a program that is called, say
        or name.startswith("types-")
        or name.endswith("-stubs")
        or any(host == name or host in roots or host.startswith((name, "pytest")) for host in hosts)
    )


def _brought(usage: Usage, name: str) -> list[str]:
    """Return the shortest way from a requirement to *name*, without *name*."""
    requires = {distribution.name: distribution.requires for distribution in usage.provided}
    paths = [[start] for start in sorted(usage.needed)]
    seen = set(usage.needed)
    for path in paths:
        for other in requires.get(path[-1], ()):
            if other == name:
                return path
            if other not in seen:
                seen.add(other)
                paths.append([*path, other])
    return []
