"""Approvals of one workspace: recorded at a terminal, signed here or elsewhere, and found again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from checkouts import Checkout
from nox_release.approval import Release, Statement
from nox_release.approvals import Approvals, ask
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.evidence import FOLDER, Store
from nox_release.model import Artifact, Kind
from nox_release.process import Processes
from nox_release.source import Git

FILES = (Artifact("demo-1.0.tar.gz", Kind.SDIST, "a" * 64, 10),)
STATEMENT = Statement(1, "https://index.example/", (Release("demo", "1.0", "c" * 40, "d" * 64, FILES),))
OTHER = replace(STATEMENT, index="https://other.example/")
ALLOWED = ".github/allowed_signers"


@dataclass
class Keys:
    """People with SSH keys, and a workspace that allows some of them."""

    folder: Path

    def make(self, name: str) -> Path:
        path = self.folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
        return path

    def line(self, name: str) -> str:
        return f"{name}@example.com {self.make(name).with_suffix('.pub').read_text()}"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    return Keys(tmp_path)


@dataclass
class Workspace:
    """A workspace and its approvals."""

    checkout: Checkout
    git: Git
    config: Config

    @property
    def approvals(self) -> Approvals:
        root = self.checkout.root
        return Approvals(Store(root), self.git, self.git.snapshot(), self.config, Processes())


@pytest.fixture
def prompted(tmp_path: Path) -> Iterator[Workspace]:
    made = workspace(tmp_path, Config(), "")
    yield made
    made.git.close()


def workspace(folder: Path, config: Config, allowed: str) -> Workspace:
    files = {"README.md": "x", **({ALLOWED: allowed} if allowed else {})}
    checkout = Checkout.new(folder / "workspace", files)
    return Workspace(checkout, Git(checkout.root, checkout.root / FOLDER / "objects"), config)


def test_what_was_typed_at_a_terminal_is_found_again(prompted: Workspace) -> None:
    """The record covers exactly the statement that was shown, and another one is void."""
    assert prompted.approvals.missing(STATEMENT) == ("nobody has approved it",)
    prompted.approvals.record(STATEMENT, "ada")
    assert prompted.approvals.missing(STATEMENT) == ()
    (why,) = prompted.approvals.missing(OTHER)
    assert why.startswith("the approval by ada of ")
    assert "approved for https://index.example/, not for https://other.example/" in why


@pytest.mark.parametrize("damage", ["statement.json", "prompt.json"])
def test_a_record_that_was_changed_counts_for_nothing(prompted: Workspace, damage: str) -> None:
    """Half of a file, or another statement beside the record, approves nothing."""
    prompted.approvals.record(STATEMENT, "ada")
    path = prompted.approvals.folder(STATEMENT) / damage
    path.write_bytes(path.read_bytes()[:-9])
    assert prompted.approvals.missing(STATEMENT) == ("nobody has approved it",)
    path.write_bytes(OTHER.content)
    assert prompted.approvals.missing(STATEMENT) == ("nobody has approved it",)


def test_signatures_of_allowed_people_count(tmp_path: Path, keys: Keys) -> None:
    """Two different people sign, one here and one on another machine; one of them twice is not enough."""
    allowed = keys.line("ada") + keys.line("bob")
    made = workspace(tmp_path, Config(approval="signed", approvals=2), allowed)
    approvals = made.approvals
    approvals.sign(STATEMENT, keys.folder / "ada")
    approvals.sign(STATEMENT, keys.folder / "ada")
    assert approvals.missing(STATEMENT) == ("1 of 2 approvals: ada@example.com",)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    statement = elsewhere / "statement.json"
    shutil.copyfile(approvals.state(STATEMENT), statement)
    command = ["ssh-keygen", "-Y", "sign", "-n", "nox-release", "-f", str(keys.folder / "bob"), str(statement)]
    subprocess.run(command, check=True, capture_output=True)
    approvals.take(STATEMENT, elsewhere / "statement.json.sig")
    assert approvals.missing(STATEMENT) == ()
    assert approvals.missing(OTHER) != ()
    made.git.close()


def test_a_strangers_signature_is_not_taken(tmp_path: Path, keys: Keys) -> None:
    """A good signature by somebody who is not allowed, or none at all, is refused with what to do."""
    made = workspace(tmp_path, Config(approval="signed"), keys.line("ada"))
    with pytest.raises(Blocked, match="is no key of an allowed signer, so its signature does not count"):
        made.approvals.sign(STATEMENT, keys.make("eve"))
    assert list(made.approvals.folder(STATEMENT).glob("*.sig")) == []
    signature = made.approvals.folder(STATEMENT) / "by-hand.sig"
    made.approvals._signatures.sign(made.approvals.state(STATEMENT), keys.folder / "eve", signature)
    assert made.approvals.missing(STATEMENT) == ("nobody has approved it",)
    with pytest.raises(Blocked, match="no signature of an allowed signer"):
        made.approvals.take(STATEMENT, signature)
    with pytest.raises(Blocked, match="there is no signature at"):
        made.approvals.take(STATEMENT, tmp_path / "absent.sig")
    made.git.close()


@pytest.mark.parametrize("committed", [True, False])
def test_only_the_committed_list_of_signers_counts(tmp_path: Path, keys: Keys, committed: bool) -> None:
    """Whoever can write into the folder cannot make himself an approver, with a file or with a line in it."""
    made = workspace(tmp_path, Config(approval="signed"), keys.line("bob") if committed else "")
    made.checkout.write({ALLOWED: keys.line("ada")})
    refused = "ada is no key of an allowed signer" if committed else "allowed_signers is not committed"
    with pytest.raises(Blocked, match=refused):
        made.approvals.sign(STATEMENT, keys.folder / "ada")
    made.git.close()


def test_without_a_committed_list_of_signers_nobodys_signature_counts(tmp_path: Path, keys: Keys) -> None:
    """That is told before anybody signs in vain."""
    made = workspace(tmp_path, Config(approval="signed"), "")
    made.approvals.state(STATEMENT)
    with pytest.raises(Blocked, match=r"allowed_signers is not committed"):
        made.approvals.missing(STATEMENT)
    with pytest.raises(Blocked, match=r"allowed_signers is not committed"):
        made.approvals.sign(STATEMENT, keys.make("ada"))
    signature = tmp_path / "by-hand.sig"
    made.approvals._signatures.sign(made.approvals.state(STATEMENT), keys.folder / "ada", signature)
    with pytest.raises(Blocked, match=r"allowed_signers is not committed"):
        made.approvals.take(STATEMENT, signature)
    made.git.close()


def test_an_author_does_not_approve_their_own_work(tmp_path: Path, keys: Keys) -> None:
    """With self-approval off, a signature by the author of the commit is told and not counted."""
    made = workspace(tmp_path, Config(approval="signed", self_approval=False), "")
    (author, *_) = made.git.authors("HEAD")
    public = keys.make("author").with_suffix(".pub").read_text()
    made.checkout.write({ALLOWED: f"{author} {public}"})
    made.checkout.commit()
    made.approvals.sign(STATEMENT, keys.folder / "author")
    assert made.approvals.missing(STATEMENT) == (f"{author} wrote the released commit and may not approve it",)
    made.git.close()


def typed(*lines: str) -> list[str]:
    """Ask with *lines* as what is typed, and return what was said."""
    said: list[str] = []
    answers = iter(lines)

    def read(prompt: str) -> str:
        said.append(prompt)
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    ask(STATEMENT, said.append, read)
    return said


def test_name_and_version_have_to_be_typed() -> None:
    """Space aside, exactly these; the question says where it would go."""
    assert "https://index.example/" in typed("  demo   1.0 ")[0]


@pytest.mark.parametrize("line", ["", "y", "demo", "demo 1.1", "demo 1.0 yes", "other 1.0"])
def test_anything_else_stops(line: str) -> None:
    """A yes by habit approves nothing."""
    with pytest.raises(Blocked, match="not approved"):
        typed(line)


def test_nobody_there_is_nobody() -> None:
    """Without a terminal there is no approval, and the hint says how to give one."""
    with pytest.raises(Blocked, match="nobody is there"):
        typed()


def test_of_many_packages_the_number_is_typed() -> None:
    """Nobody types fifty names; how many there are shows that the list was read."""
    many = replace(STATEMENT, releases=tuple(replace(STATEMENT.releases[0], name=f"p{n}") for n in range(6)))
    ask(many, lambda _: None, lambda _: "6 packages")
    with pytest.raises(Blocked, match="not approved"):
        ask(many, lambda _: None, lambda _: "5 packages")
