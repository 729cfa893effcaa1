"""How one package stands: what the workspace, the tags, dist/ and the index say of it, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shelved:
    """A file of the version, as the index lists it."""

    filename: str
    sha256: str = ""
    """Empty where the index does not tell."""
    uploaded: str = ""
    """When (ISO 8601); empty where the index does not tell."""
    yanked: bool = False


@dataclass(frozen=True)
class Shelf:
    """What the index has of a project."""

    exists: bool = False
    last: str = ""
    """The last release that installers take; empty: there is none."""
    highest: str = ""
    """The highest version that it has, yanked or not."""
    files: tuple[Shelved, ...] = ()
    """Those of the workspace's version."""
    deleted: bool = False
    """It names this version and has no file of it any more."""
    alone: bool = False
    """It has no other version than this one."""
    owners: tuple[str, ...] = ()
    owners_unknown: str = ""
    """Why owners cannot be told."""
    problem: str = ""
    """Why it could not be looked at."""


@dataclass(frozen=True)
class Standing:
    """One package, as everything that has a say in its release tells it."""

    name: str
    version: str
    """Of the workspace; a question mark where only the build tells it."""
    commit: str = ""
    """The commit that is checked out."""
    changelog: str = ""
    """Date of the version's entry, ``Unreleased``, or nothing where it has no entry or no date."""
    tag: str = ""
    """How the tag of this version is called."""
    local: str = ""
    """The commit that it names here; empty: there is no such tag."""
    remote: str = ""
    """The same on the remote."""
    remote_name: str = "origin"
    remote_unknown: str = ""
    """Why the remote could not be asked."""
    changed: bool = False
    """The package's source differs from what the tag names."""
    built: Mapping[str, str] = field(default_factory=dict)
    """File name → sha256 of what lies in dist/ of this version."""
    proven: bool = False
    """A release manifest of exactly this source lies beside it."""
    built_commit: str = ""
    """The commit that the manifest names."""
    approved: tuple[str, ...] = ()
    """The packages that were approved together with it, itself among them, for this index; empty: it is not."""
    required_owners: tuple[str, ...] = ()
    owners_accepted: bool = False
    """The configuration accepts that this index does not tell owners."""
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def tagged(self) -> str:
        """The commit that the tag names, here or on the remote."""
        return self.local or self.remote

    @property
    def listed(self) -> dict[str, str]:
        """File name → sha256 of what the index has of the version."""
        return {file.filename: file.sha256 for file in self.shelf.files}

    @property
    def differing(self) -> tuple[str, ...]:
        """Files whose bytes on the index are not those of dist/; all of them where no name is the same."""
        listed = self.listed
        both = self.built.keys() & listed.keys()
        if self.built and listed and not both:
            return tuple(sorted(listed))
        return tuple(sorted(name for name in both if listed[name] and listed[name] != self.built[name]))

    @property
    def absent(self) -> tuple[str, ...]:
        """What is built, or belongs to every release, and is not on the index."""
        if self.built:
            return tuple(sorted(self.built.keys() - self.listed.keys()))
        wheels = [name for name in self.listed if name.endswith(".whl")]
        return (("the wheel",) if not wheels else ()) + (("the sdist",) if len(wheels) == len(self.listed) else ())

    @property
    def missing_owners(self) -> tuple[str, ...]:
        """Required owners that do not own the project, as far as the index tells."""
        if not self.shelf.exists or self.shelf.owners_unknown or self.shelf.problem:
            return ()
        there = {owner.lower() for owner in self.shelf.owners}
        return tuple(owner for owner in self.required_owners if owner.lower() not in there)
