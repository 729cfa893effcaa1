"""The door to approvals: where they lie, who signed them, and a person at a terminal."""

from __future__ import annotations

import getpass
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nox_release.approval import NAMESPACE, Approval, Mode, Policy, Statement, missing
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.evidence import Store, write_atomically
from nox_release.process import Run
from nox_release.record import from_json, to_json
from nox_release.snapshot import Entry, Snapshot
from nox_release.source import Git
from nox_release.sshsig import Signatures

FOLDER = "approvals"
"""Below the store; one folder for each statement, named by its digest."""
STATEMENT = "statement.json"
SHOWN = 5
"""Packages whose name and version are typed one by one; of more, their number."""


@dataclass(frozen=True)
class Approvals:
    """Finds, checks and records approvals of one workspace."""

    store: Store
    git: Git
    snapshot: Snapshot
    config: Config
    run: Run

    @property
    def policy(self) -> Policy:
        """What the configuration demands."""
        return Policy(Mode(self.config.approval), self.config.approvals, self.config.self_approval)

    def missing(self, statement: Statement) -> tuple[str, ...]:
        """Return why *statement* is not approved, in plain words; nothing where it is.

        :raises Blocked: where nobody's signature could count.
        """
        if self.policy.mode is Mode.SIGNED:
            self._signers()
        return missing(self.policy, statement, tuple(self._found()), self.git.authors(self.snapshot.commit))

    def given(self, statement: Statement) -> tuple[Approval, ...]:
        """Return the approvals of exactly *statement* that count in the configured mode."""
        return tuple(item for item in self._found() if item.mode is self.policy.mode and item.statement == statement)

    def every(self) -> tuple[Approval, ...]:
        """Return every approval whose signature is good, whatever it is of.

        :raises Blocked: where it cannot be known whose signatures count.
        """
        return tuple(self._found())

    def approved(self) -> tuple[Statement, ...]:
        """Return every statement that is approved as the configuration demands it."""
        given = tuple(self._found())
        authors = self.git.authors(self.snapshot.commit)
        statements = {item.statement.digest: item.statement for item in given}
        return tuple(item for item in statements.values() if not missing(self.policy, item, given, authors))

    def folder(self, statement: Statement) -> Path:
        """Where the approvals of *statement* lie."""
        return self.store.folder(FOLDER, statement.digest[:16])

    def state(self, statement: Statement) -> Path:
        """Write the statement down for those who sign it, and return the file."""
        path = self.folder(statement) / STATEMENT
        write_atomically(path, statement.content)
        return path

    def record(self, statement: Statement, by: str = "") -> Approval:
        """Write down that somebody at this terminal approved *statement*."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        approval = Approval(statement, Mode.PROMPT, by or getpass.getuser(), at)
        self.state(statement)
        write_atomically(self.folder(statement) / "prompt.json", to_json(approval).encode())
        return approval

    def sign(self, statement: Statement, key: Path) -> Path:
        """Sign *statement* with the approver's key and return the signature.

        A passphrase is asked for by ssh-keygen itself.

        :raises Blocked: where it does not sign, or the key is none of an allowed signer.
        """
        self._signers()
        path = self.state(statement)
        signature = path.with_name(f"{key.stem}-{time.time_ns()}.sig")
        self._signatures.sign(path, key, signature)
        if not self._signer(path, signature):
            signature.unlink()
            raise Blocked(
                f"{key} is no key of an allowed signer, so its signature does not count",
                f"commit its line to {self.config.allowed_signers}, or sign with another",
            )
        return signature

    def take(self, statement: Statement, signature: Path) -> Path:
        """Put a signature that was made elsewhere beside the statement, and return where it lies now.

        :raises Blocked: where it is not there, or no allowed signer made it for exactly this statement.
        """
        if not signature.is_file():
            raise Blocked(f"there is no signature at {signature}", "ssh-keygen -Y sign writes it beside the statement")
        path = self.state(statement)
        if not self._signer(path, signature):
            raise Blocked(
                f"{signature} is no signature of an allowed signer over this statement",
                f"sign {path} itself, in the namespace {NAMESPACE}, with a key of {self.config.allowed_signers}",
            )
        kept = path.with_name(f"{signature.stem}-{time.time_ns()}.sig")
        shutil.copyfile(signature, kept)
        return kept

    def _found(self) -> Iterator[Approval]:
        """Every approval of this workspace that is good for the statement beside it."""
        for path in sorted((self.store.root / FOLDER).glob(f"*/{STATEMENT}")):
            try:
                statement = from_json(Statement, path.read_bytes())
                if statement.content != path.read_bytes():
                    continue  # not what this version would write: it covers nothing
                if (prompt := path.with_name("prompt.json")).is_file():
                    approval = from_json(Approval, prompt.read_bytes())
                    if approval.statement == statement and approval.mode is Mode.PROMPT:
                        yield approval
            except ValueError:
                continue
            for signature in sorted(path.parent.glob("*.sig")):
                if signer := self._signer(path, signature):
                    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(signature.stat().st_mtime))
                    yield Approval(statement, Mode.SIGNED, signer, made)

    @property
    def _signatures(self) -> Signatures:
        return Signatures(self.run, os.environ, NAMESPACE)

    def _signer(self, path: Path, signature: Path) -> str:
        """Who signed, by the allowed-signers file as it is committed: a changed one in the folder does not count."""
        entry = self._signers()
        allowed = self.store.folder("tmp") / f"allowed-signers-{entry.oid}"
        write_atomically(allowed, self.git.blob(entry.oid))
        return self._signatures.signer(path, signature, allowed)

    def _signers(self) -> Entry:
        """The committed file of those who may sign."""
        entry = self.git.committed(self.snapshot, self.config.allowed_signers)
        if entry is None:
            raise Blocked(
                f"{self.config.allowed_signers} is not committed, so nobody's signature counts",
                "commit a file of those who may approve, a line each: e-mail, key type, key; or set allowed-signers",
            )
        return entry


def ask(statement: Statement, say: Callable[[str], None], read: Callable[[str], str]) -> None:
    """Have a person at a terminal type what will go out.

    :param read: shows a prompt and returns the line that was typed; raises EOFError where there is nobody.
    :raises Blocked: where something else is typed, or nothing.
    """
    releases = statement.releases
    many = len(releases) > SHOWN
    expected = [f"{len(releases)} packages"] if many else [f"{item.name} {item.version}" for item in releases]
    what = "the number of packages, as shown" if many else "name and version, as shown above"
    say(f"To approve the upload to {statement.index}, type {what}; anything else stops.")
    for wanted in expected:
        try:
            typed = read(f"  {'N packages' if many else 'name version'}: ")
        except EOFError:
            raise Blocked("nobody is there to approve", "run it at a terminal, or: nox -s approve -- NAME") from None
        if typed.split() != wanted.split():
            raise Blocked(f"not approved: {typed.strip()!r} is not {wanted!r}; nothing was uploaded", "run it again")
