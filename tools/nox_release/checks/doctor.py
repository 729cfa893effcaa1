"""Whether a workspace can release at all: what `nox -s doctor` looks at, each with its mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nox_release.check import Family, Problem, Severity, Verdict
from nox_release.standing import Standing
from nox_release.status import how_to_add
from nox_release.wording import some


@dataclass(frozen=True)
class Unlooked:
    """What could not be looked at."""

    message: str
    hint: str = ""
    misuse: bool = False
    """The command line or the configuration is what keeps it from being looked at."""


@dataclass(frozen=True)
class Area:
    """What was looked at together: another that cannot be looked at does not hide it."""

    title: str
    facts: tuple[str, ...] = ()
    """What is there, for people."""
    verdict: Verdict = field(default_factory=Verdict)
    blocked: tuple[Unlooked, ...] = ()
    """What could not be looked at."""

    @property
    def fails(self) -> bool:
        """Whether something here keeps the workspace from releasing, as far as is known."""
        return bool(self.blocked) or self.verdict.fails


@dataclass(frozen=True)
class Index:
    """The index that releases go to."""

    url: str
    """Where is uploaded to."""
    pages: str
    """Where it has its pages for people; empty where that is not known."""
    packages: tuple[Standing, ...] = ()
    credentials: str = ""
    """Why there are none, with what to do in the next line."""


@dataclass(frozen=True)
class Checkout:
    """What git is set to here."""

    committer_problem: str = ""
    """Why git does not know who makes a tag; empty where it does."""
    remote: str = "origin"
    """Name of the git remote."""
    remote_problem: str = ""
    """Why the remote cannot be asked."""
    signing_problem: str = ""
    """Why tags, which git is told to sign, cannot be; empty where they can, or need not."""


@dataclass(frozen=True)
class Keys:
    """With what approvals are signed, where the configuration demands signatures."""

    keygen_problem: str = ""
    """Why ssh-keygen is no use."""
    file: str = ".github/allowed_signers"
    """The file of those who may sign."""
    committed: bool = True
    signers: tuple[str, ...] = ()
    """Those that it names."""
    needed: int = 1
    """How many of them have to sign."""
    own: tuple[str, ...] = ()
    """Public keys of this user, wherever they were found."""
    allowed: bool = True
    """Whether one of these stands in the file."""


INDEX: Family[Index] = Family("DOC1", "the index that a workspace releases to")
OWNERS: Family[Index] = Family("DOC2", "owners and first releases")
CHECKOUT: Family[Checkout] = Family("DOC3", "git as a release needs it")
KEYS: Family[Keys] = Family("DOC7", "keys that approvals are signed with")


@INDEX.check("DOC101", "The index can be read")
def index_reachable(index: Index) -> Iterator[Problem]:
    """Every decision about a release rests on what the index has: what cannot be read stops it."""
    problems: dict[str, list[str]] = {}
    for standing in index.packages:
        if standing.shelf.problem:
            problems.setdefault(standing.shelf.problem, []).append(standing.name)
    for problem, names in problems.items():
        fix = "see that the URL is the one of a Simple API, and that this machine reaches it"
        yield Problem(index.url, fix, f"{problem} ({len(names)} of {len(index.packages)} packages)")


@INDEX.check("DOC102", "There are credentials for the index", Severity.WARNING)
def has_credentials(index: Index) -> Iterator[Problem]:
    """Who never releases from this machine needs none; they are looked for and never shown, nor tried."""
    if index.credentials:
        message, _, fix = index.credentials.partition("\n")
        yield Problem(index.url, fix.strip() or "see the message", message)


@OWNERS.check("DOC201", "The required owners own every project")
def owners_there(index: Index) -> Iterator[Problem]:
    """A first release belongs to whoever made it: when that account is gone, nobody can mend the project."""
    for standing in index.packages:
        if missing := standing.missing_owners:
            found = ", ".join(standing.shelf.owners) or "nobody"
            message = f"{', '.join(missing)} missing; the owners are: {found}"
            yield Problem(standing.name, how_to_add(standing.name, missing, index.pages), message)


@OWNERS.check("DOC202", "The owners of every project can be read")
def owners_known(index: Index) -> Iterator[Problem]:
    """An index that does not tell owners leaves it unknown whether the required ones are there."""
    for standing in index.packages:
        if not standing.required_owners or not standing.shelf.exists or standing.owners_accepted:
            continue
        if standing.shelf.owners_unknown:
            fix = f'run again, or accept it: owners-unknown = {{ "{index.url}" = "reason" }}'
            yield Problem(standing.name, fix, standing.shelf.owners_unknown)


@OWNERS.check("DOC203", "Every package has had its first release", Severity.WARNING)
def released_once(index: Index) -> Iterator[Problem]:
    """A new project takes one of the day's few, needs a publisher that waits for it, and owners when it is there."""
    new = [item for item in index.packages if not item.shelf.exists and not item.shelf.problem]
    if new:
        owners = sorted({owner for item in new for owner in item.required_owners})
        then = f"; afterwards doctor fails until {', '.join(owners)} is an owner" if owners else ""
        fix = f"nox -s status -- {_typed(new)} --first-releases tells in which waves, and their publishers{then}"
        yield Problem(some([item.name for item in new]), fix, f"the index does not know {_them(len(new))}")


@CHECKOUT.check("DOC301", "Git knows who sets tags")
def committer(checkout: Checkout) -> Iterator[Problem]:
    """The tag of a release is annotated: it says who set it, and git refuses one of nobody."""
    if checkout.committer_problem:
        fix = 'git config user.name "Your Name", and git config user.email you@example.org'
        yield Problem("git", fix, checkout.committer_problem)


@CHECKOUT.check("DOC302", "The git remote can be asked")
def remote_reachable(checkout: Checkout) -> Iterator[Problem]:
    """A release is made from a pushed commit, and its tag is pushed."""
    if checkout.remote_problem:
        remote = checkout.remote
        fix = f"git remote add {remote} URL if there is none, see that `git ls-remote {remote}` works, or set remote"
        yield Problem(f"remote {checkout.remote}", fix, checkout.remote_problem)


@CHECKOUT.check("DOC303", "Tags that git is to sign can be signed")
def signing(checkout: Checkout) -> Iterator[Problem]:
    """With ``tag.gpgSign`` git sets no tag that it cannot sign; by then everything is uploaded."""
    if checkout.signing_problem:
        fix = "git config user.signingKey KEY, or git config tag.gpgSign false"
        yield Problem("tag.gpgSign", fix, checkout.signing_problem)


@KEYS.check("DOC701", "ssh-keygen can check signatures")
def keygen(keys: Keys) -> Iterator[Problem]:
    """Approvals are signed and checked with it (ssh-keygen(1), -Y)."""
    if keys.keygen_problem:
        yield Problem("ssh-keygen", "install the OpenSSH client, 8.2 or newer", keys.keygen_problem)


@KEYS.check("DOC702", "Those who may approve are committed, and are enough")
def signers(keys: Keys) -> Iterator[Problem]:
    """The committed file alone counts, and one person counts once."""
    if not keys.committed:
        fix = "commit a file with a line for each who may approve: e-mail, key type, key; or set allowed-signers"
        yield Problem(keys.file, fix, "it is not committed, so nobody's signature counts")
    elif len(keys.signers) < keys.needed:
        found = ", ".join(keys.signers) or "nobody"
        fix = "add a line for each who may approve: e-mail, key type, key; or lower approvals"
        yield Problem(keys.file, fix, f"{keys.needed} have to approve, and it names {found}")


@KEYS.check("DOC703", "A key of yours may approve", Severity.WARNING)
def own_key(keys: Keys) -> Iterator[Problem]:
    """Who does not approve needs none: others may sign elsewhere."""
    if keys.committed and not keys.allowed:
        if keys.own:
            fix = f'add a line "you@example.org {keys.own[0]}", if you are to approve'
            yield Problem(keys.file, fix, f"it has none of the {len(keys.own)} SSH keys found here")
        else:
            yield Problem(keys.file, "ssh-keygen -t ed25519, and add its public key", "there is no SSH key here")


def _typed(standings: list[Standing]) -> str:
    return " ".join(item.name for item in standings) if len(standings) <= 3 else "all"


def _them(count: int) -> str:
    return "it" if count == 1 else f"these {count}"
