"""What compiled extensions need of the machine that they are installed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nox_release.check import Family, Problem

LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


@dataclass(frozen=True)
class Extension:
    """A compiled extension of the stable ABI, as abi3audit sees it."""

    name: str
    baseline: str
    """The lowest Python that the wheel's tag promises."""
    computed: str
    """The lowest Python that has all that it uses."""
    foreign: tuple[str, ...] = ()
    """Symbols of the interpreter that are not in the stable ABI."""


@dataclass(frozen=True)
class Binaries:
    """The compiled part of one wheel."""

    filename: str
    platforms: tuple[str, ...]
    """The platform tags that its name claims."""
    consistent: str = ""
    """The most widely installable platform tag that auditwheel finds right; empty where it was not asked."""
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """System library → versions of its symbols that are used."""
    external: tuple[str, ...] = ()
    """Libraries that are neither in the wheel nor on every system."""
    extensions: tuple[Extension, ...] = ()


NATIVE: Family[Binaries] = Family("NAT", "the compiled part of a wheel")


@NATIVE.check("NAT101", "The platform tag promises no more than the libraries allow")
def honest_platform(binaries: Binaries) -> Iterator[Problem]:
    """A tag names the oldest system that a wheel works on (PEP 600, PEP 656); on older ones it does not load.

    auditwheel reads what the libraries need. That a wheel of plain ``linux`` cannot be uploaded is told elsewhere.
    """
    found = _libc(binaries.consistent)
    for tag in binaries.platforms:
        claimed = _libc(tag)
        # A static program may claim both C libraries, of which auditwheel judges one; of musl it takes the version
        # of the machine that it runs on, or the latest, so that only what fits none is told.
        if claimed is None or not binaries.consistent or (found and (found[0] != claimed[0] or found <= claimed)):
            continue
        if found and found[0] == "musllinux":
            continue
        newest = ", ".join(f"{library} {versions[-1]}" for library, versions in binaries.needs.items() if versions)
        outside = f"; not on every system: {', '.join(binaries.external)}" if binaries.external else ""
        yield Problem(
            binaries.filename,
            "build in a container of that platform and run auditwheel repair",
            f"it claims {tag}, and works from {binaries.consistent} on ({newest}{outside})",
        )


def _libc(tag: str) -> tuple[str, int, int] | None:
    """Return kind and version of the C library of a tag; None for one that promises none."""
    if match := re.match(r"(manylinux|musllinux)_(\d+)_(\d+)_", tag):
        return match[1], int(match[2]), int(match[3])
    legacy = LEGACY.get(tag.partition("_")[0])
    return ("manylinux", *legacy) if legacy else None


@NATIVE.check("NAT201", "Extensions of the stable ABI use nothing else")
def stable_abi(binaries: Binaries) -> Iterator[Problem]:
    """A wheel tagged abi3 is installed on every later Python (PEP 384), and has to load there.

    What is not in the stable ABI, or came to it later than the tag says, does not. abi3audit reads the symbols.
    """
    for extension in binaries.extensions:
        if extension.foreign:
            told = f"not in the stable ABI: {', '.join(extension.foreign[:4])}"
            yield Problem(extension.name, "define Py_LIMITED_API, or take the abi3 tag off", told)
        elif _python(extension.computed) > _python(extension.baseline):
            told = f"it needs Python {extension.computed}, and the wheel's tag promises {extension.baseline}"
            yield Problem(extension.name, "set Py_LIMITED_API and the tag to the same version", told)


def _python(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
