"""What a package shares with its neighbours: namespaces, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nox_release.check import Family, Problem, Severity
from nox_release.namespaces import Installed, Mixed, Shared, mixed, shared
from nox_release.wording import some


@dataclass(frozen=True)
class Neighbourhood:
    """What one wheel installs, beside others that may be installed with it."""

    mine: Installed
    others: tuple[Installed, ...]

    @cached_property
    def shared(self) -> tuple[Shared, ...]:
        """Files that this wheel and others install."""
        return tuple(shared((self.mine, *self.others), self.mine))

    @cached_property
    def mixed(self) -> tuple[Mixed, ...]:
        """Folders that this wheel and others share without being one kind of namespace."""
        return tuple(mixed((self.mine, *self.others), self.mine))


NAMESPACES: Family[Neighbourhood] = Family("NSP", "a package among its neighbours")


@NAMESPACES.check("NSP101", "No other package installs a file of this one")
def no_collision(neighbourhood: Neighbourhood) -> Iterator[Problem]:
    """Installers overwrite without a word: whichever comes last wins, and uninstalling one breaks the other."""
    others = (item for item in neighbourhood.shared if not item.same)
    yield from _shared(others, neighbourhood.mine, "the contents differ")


@NAMESPACES.check("NSP102", "No other package installs the same file", Severity.WARNING)
def no_copy(neighbourhood: Neighbourhood) -> Iterator[Problem]:
    """Nothing is overwritten with something else; but uninstalling one package takes the file from the others."""
    copies = (item for item in neighbourhood.shared if item.same)
    yield from _shared(copies, neighbourhood.mine, "the contents are the same")


def _shared(items: Iterable[Shared], mine: Installed, how: str) -> Iterator[Problem]:
    paths: dict[tuple[str, ...], list[str]] = {}
    for item in items:
        paths.setdefault(item.owners, []).append(item.path)
    for owners, found in paths.items():
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        fix = "let one distribution ship it, or move it below a folder that is this one's alone"
        yield Problem(found[0], fix, f"{_names(owners, mine)} too{more}: {how}")


@NAMESPACES.check("NSP201", "A shared folder is one kind of namespace")
def one_kind(neighbourhood: Neighbourhood) -> Iterator[Problem]:
    """Where kinds mix, some modules cannot be imported, depending on what was installed where and when.

    A namespace is implicit (PEP 420: no ``__init__.py``), of pkgutil or of pkg_resources, in every distribution that
    has a part of it (packaging guide, "Packaging namespace packages"). A folder with an ``__init__.py`` of its own is
    one distribution's alone.
    """
    yield from _mixed((item for item in neighbourhood.mixed if not item.compatible), neighbourhood.mine)


@NAMESPACES.check("NSP202", "No part of a shared folder depends on another's __init__.py", Severity.WARNING)
def no_dependence(neighbourhood: Neighbourhood) -> Iterator[Problem]:
    """A part without the ``__init__.py`` that others have works beside them in one folder, and not in every other way.

    Of a regular package only the part in its own folder is found: not one that is installed editable, for the user
    or in another folder of ``sys.path``. A pkgutil namespace finds all parts as long as one with the file is there.
    """
    yield from _mixed((item for item in neighbourhood.mixed if item.compatible), neighbourhood.mine)


def _mixed(items: Iterable[Mixed], mine: Installed) -> Iterator[Problem]:
    for item in items:
        kind = item.styles[mine.owner]
        owners: dict[str, list[str]] = {}
        for owner, other in item.styles.items():
            if owner != mine.owner and (other != kind or other.value == "regular"):
                owners.setdefault(other, []).append(owner)
        told = "; ".join(f"{other} in {_names(names, mine)}" for other, names in owners.items())
        fix = "take __init__.py out of the shared folder in all of them; else let each have the very same one"
        yield Problem(f"{item.folder}/", fix, f"{kind} here, {told}")


def _names(owners: Iterable[str], mine: Installed) -> str:
    return some([owner for owner in owners if owner != mine.owner])
