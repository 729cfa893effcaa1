"""What must hold before a candidate: told all at once, before anything expensive and before the first byte is sent."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.index.owners import Owners
from nox_release.status import how_to_add
from nox_release.tagging import Tagged
from nox_release.wording import some


@dataclass(frozen=True)
class Checkout:
    """Where a release is made from."""

    commit: str
    branch: str
    """Empty: none, a commit is checked out by itself."""
    remote: str
    """Name of the git remote."""
    pushed: bool
    """The remote's branch has the commit."""
    uncommitted: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    """Globs of the branches that releases are made from."""
    nameless: str = ""
    """Why git can make no tag in anybody's name; empty: it can."""
    unasked: str = ""
    """Why the remote could not be asked what it has; empty: it was."""


@dataclass(frozen=True)
class Readiness:
    """One package that is about to be released, and all that has a say in whether it may be."""

    name: str
    version: str
    index: str
    """URL that it would be uploaded to."""
    checkout: Checkout
    owners: Owners
    tag: Tagged | None
    """None: the remote's tags could not be read."""
    last: str = ""
    """The last release on the index; empty: there is none."""
    there: Mapping[str, str] = field(default_factory=dict)
    """File name → sha256 of what the index has of this version already; empty where it does not tell."""
    built: Mapping[str, str] = field(default_factory=dict)
    """File name → sha256 of what was built; empty: not yet."""
    dated: str = ""
    """What is wrong with the changelog's entry; empty: it is dated and says something."""
    changelog: str = "CHANGELOG.md"
    """Where that entry is, with its line."""
    unreleased: tuple[str, ...] = ()
    """Siblings that it needs, that the index does not have and this plan does not publish before it."""
    prereleases: bool = True
    """Whether a prerelease may be published."""
    required_owners: tuple[str, ...] = ()
    pages: str = ""
    """Where the index has its pages for people; empty where that is not known."""
    first_release: bool = False
    """``--first-release`` was given."""
    alone: bool = False
    """The index has no other version than this one: a first release that is to be finished."""
    owners_unknown: str = ""
    """The reason that the configuration gives for accepting that this index does not tell owners."""
    credentials: str = ""
    """Why there are none; empty: they are there."""
    unattestable: str = ""
    """Why it cannot be attested, where it has to be."""
    unannounced: str = ""
    """Why the GitHub release that is asked for cannot be made."""
    unapproved: tuple[str, ...] = ()
    """Why it is not approved, as far as that is known already; what to do may follow in the next line."""


PREFLIGHT: Family[Readiness] = Family("PRE", "before a candidate")


# The checkout


@PREFLIGHT.check("PRE101", "Everything is committed", essential=True)
def committed(ready: Readiness) -> Iterator[Problem]:
    """What is released has to be built again by anybody from the commit; uncommitted work cannot be.

    The configuration counts as it lies in the folder, so this keeps it from deciding over its own release.
    """
    if paths := ready.checkout.uncommitted:
        yield Problem("git", "commit or stash it", f"not committed: {some(paths)}")


@PREFLIGHT.check("PRE102", "It is made from a release branch")
def on_release_branch(ready: Readiness) -> Iterator[Problem]:
    """A release from a side branch is one whose changes the next release may not have."""
    branch, globs = ready.checkout.branch, ready.checkout.branches
    if not any(fnmatch.fnmatchcase(branch, glob) for glob in globs):
        found = f"the branch is {branch}" if branch else "no branch is checked out"
        yield Problem("git", f"release from {' or '.join(globs)}, or set release-branches", found)


@PREFLIGHT.check("PRE103", "The commit is pushed")
def pushed(ready: Readiness) -> Iterator[Problem]:
    """Users look the released commit up where the repository is, and the tag goes there."""
    checkout = ready.checkout
    if checkout.unasked:
        fix = f"see that `git ls-remote {checkout.remote}` works, or set remote in [tool.nox-release]"
        yield Problem("git", fix, checkout.unasked)
    elif not checkout.pushed:
        branch = checkout.branch
        where = f"{checkout.remote}/{branch} lacks {checkout.commit[:12]}" if branch else "no branch to look for"
        yield Problem("git", f"git push {checkout.remote} {branch or 'HEAD:BRANCH'}", where)


# The version


@PREFLIGHT.check("PRE201", "The version is one to publish")
def publishable(ready: Readiness) -> Iterator[Problem]:
    """Development and local versions are none for an index (PEP 440); prereleases are where the policy says so."""
    version = Version(ready.version)
    if version.is_devrelease or version.local:
        yield Problem("version", f"set it to {version.base_version}", f"{version} is a development or local version")
    elif version.is_prerelease and not ready.prereleases:
        yield Problem(
            "version", f"set it to {version.base_version}", f"{version} is a prerelease (prereleases = false)"
        )


@PREFLIGHT.check("PRE202", "The version is greater than the last release")
def greater(ready: Readiness) -> Iterator[Problem]:
    """Installers take the greatest version: a lower one would reach nobody who does not ask for it.

    A fix for an older line is lower on purpose; ignore the check for it with that reason.
    """
    if ready.last and Version(ready.version) < Version(ready.last):
        yield Problem(
            "version", f"set it above {ready.last}", f"{ready.version} is below the last release {ready.last}"
        )


@PREFLIGHT.check("PRE203", "The index has no other files of this version", pypi=True)
def absent(ready: Readiness) -> Iterator[Problem]:
    """A file name is taken for ever. Files that were built here and are there already are a release half done.

    Where the index tells no digest, publish hashes what it serves, before it sends anything.
    """
    for filename, digest in ready.there.items():
        built = ready.built.get(filename, "no such file")
        if ready.built and built != digest and (digest or filename not in ready.built):
            found = f"the index has sha256 {digest or 'unknown'}, built was {built}"
            yield Problem(filename, "bump the version: nothing can replace what the index has", found)


@PREFLIGHT.check("PRE204", "The tag is free, or at this commit")
def tag_free(ready: Readiness) -> Iterator[Problem]:
    """One version with two sources is a trap for whoever debugs it, so this is known before anything is sent."""
    if ready.tag is None:
        fix = f"see that `git ls-remote --tags {ready.checkout.remote}` works"
        yield Problem("git", fix, f"the tags of {ready.checkout.remote} cannot be read")
    elif ready.tag.conflict:
        yield Problem("git", "bump the version, or take the wrong tag away", ready.tag.conflict)


@PREFLIGHT.check("PRE205", "Git knows who sets the tag")
def tagger_known(ready: Readiness) -> Iterator[Problem]:
    """An annotated tag has a tagger. In CI git often knows nobody, and would say so when everything is uploaded."""
    if ready.checkout.nameless and not (ready.tag and ready.tag.local):
        fix = "git config user.name NAME and git config user.email ADDRESS, or set GIT_COMMITTER_NAME and _EMAIL"
        yield Problem("git", fix, ready.checkout.nameless)


@PREFLIGHT.check("PRE301", "The changelog's entry is dated and says something")
def changelog_dated(ready: Readiness) -> Iterator[Problem]:
    """An entry that is called unreleased will be so for ever in the archives of the version that it describes."""
    if ready.dated:
        yield Problem(ready.changelog, f"write what has changed below `{ready.version} (date)`", ready.dated)


# Others


@PREFLIGHT.check("PRE401", "Every sibling that it needs is released, or goes before it")
def siblings_released(ready: Readiness) -> Iterator[Problem]:
    """Users could not install a package that needs what no index has."""
    for sibling in ready.unreleased:
        yield Problem("requirements", f"name {sibling} as a target, too", f"{sibling} is not released")


@PREFLIGHT.check("PRE501", "The required owners own it")
def owned(ready: Readiness) -> Iterator[Problem]:
    """A project that its organization does not own cannot be mended when its only owner is gone."""
    if ready.owners.unknown or not ready.owners.exists or (ready.alone and ready.first_release):
        return
    for owner in ready.required_owners:
        if owner.lower() not in ready.owners.users:
            yield Problem(
                "owners",
                how_to_add(ready.name, (owner,), ready.pages),
                f"{owner} is not among the owners: {', '.join(sorted(ready.owners.users)) or 'none'}",
            )


@PREFLIGHT.check("PRE502", "A first release is meant to be one")
def first_release_meant(ready: Readiness) -> Iterator[Problem]:
    """A slip in a name makes a new project that can never be taken back."""
    if not ready.owners.exists and not ready.owners.unknown and not ready.first_release:
        yield Problem(ready.name, "give --first-release if it is meant", "the index has no project of this name")


@PREFLIGHT.check("PRE503", "The owners can be read")
def owners_known(ready: Readiness) -> Iterator[Problem]:
    """Unknown is not in order: where an index cannot tell, the configuration has to accept that for it."""
    if ready.required_owners and ready.owners.unknown and not ready.owners_unknown:
        fix = f'run again, or accept it: owners-unknown = {{ "{ready.index}" = "reason" }}'
        yield Problem("owners", fix, ready.owners.unknown)


@PREFLIGHT.check("PRE504", "Unknown owners are accepted with a reason", Severity.WARNING)
def owners_accepted(ready: Readiness) -> Iterator[Problem]:
    """What the configuration accepts for an index is told every time."""
    if ready.required_owners and ready.owners.unknown and ready.owners_unknown:
        yield Problem("owners", "nothing, as long as the reason holds", f"not looked at: {ready.owners_unknown}")


@PREFLIGHT.check("PRE601", "There are credentials for this index")
def has_credentials(ready: Readiness) -> Iterator[Problem]:
    """Whether they are good, only the upload itself can tell: minting a token as a test may create a project."""
    if ready.credentials:
        message, _, fix = ready.credentials.partition("\n")
        yield Problem("credentials", fix.strip() or "see the message", message)


@PREFLIGHT.check("PRE602", "It is approved, byte for byte")
def approved(ready: Readiness) -> Iterator[Problem]:
    """Somebody who has looked at these very files answers for them."""
    for why in ready.unapproved:
        message, _, fix = why.partition("\n")
        yield Problem("approval", fix or "nox -s approve, with the same targets and --repository options", message)


@PREFLIGHT.check("PRE603", "It can be attested, where it has to be")
def attestable(ready: Readiness) -> Iterator[Problem]:
    """``attestations = "required"`` lets nothing out of which nobody can check who published it (PEP 740)."""
    if ready.unattestable:
        fix = 'publish from a CI with trusted publishing, or say why not: attestation-exempt = "the reason"'
        yield Problem("credentials", fix, ready.unattestable)


@PREFLIGHT.check("PRE604", "A GitHub release can be made, where it is asked for")
def announceable(ready: Readiness) -> Iterator[Problem]:
    """It comes last; what it lacks is better known before the first file is out than after the last."""
    if ready.unannounced:
        message, _, fix = ready.unannounced.partition("\n")
        yield Problem("github-release", fix.strip(), message)
