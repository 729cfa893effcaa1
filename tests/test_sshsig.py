"""SSH signatures by the real ssh-keygen: who signed these very bytes, for this very purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from nox_release.errors import Blocked
from nox_release.process import Processes
from nox_release.sshsig import Signatures

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
SIGNATURES = Signatures(Processes(), {"PATH": os.environ["PATH"]}, "nox-release")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A private key without a passphrase."""
    return make_key(tmp_path / "key")


def make_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


def allow(folder: Path, **keys: Path) -> Path:
    """Write an allowed-signers file."""
    path = folder / "allowed"
    path.write_text("".join(f"{name}@example.com {key.with_suffix('.pub').read_text()}" for name, key in keys.items()))
    return path


def signed(folder: Path, key: Path, text: str = "these bytes") -> tuple[Path, Path]:
    """Write and sign a file."""
    path, signature = folder / "statement.json", folder / "statement.json.sig"
    path.write_text(text)
    SIGNATURES.sign(path, key, signature)
    return path, signature


def test_who_signed_is_told(tmp_path: Path, key: Path) -> None:
    """The principal is the one to whom the allowed-signers file gives the key."""
    path, signature = signed(tmp_path, key)
    other = make_key(tmp_path / "other")
    assert SIGNATURES.signer(path, signature, allow(tmp_path, bob=other, ada=key)) == "ada@example.com"


def test_relative_paths_are_meant_from_here(tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and signature may be named from the folder that the command is typed in, wherever the statement lies."""
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(key.parent)
    path, signature = signed(tmp_path / "deep", Path(key.name))
    (tmp_path / "mailed.sig").write_bytes(signature.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert SIGNATURES.signer(path, Path("mailed.sig"), Path(allow(tmp_path, ada=key).name)) == "ada@example.com"


def test_a_key_that_is_not_allowed_does_not_count(tmp_path: Path, key: Path) -> None:
    """A good signature by a stranger is nobody's."""
    path, signature = signed(tmp_path, key)
    assert SIGNATURES.signer(path, signature, allow(tmp_path, bob=make_key(tmp_path / "other"))) == ""


def test_one_byte_more_voids_a_signature(tmp_path: Path, key: Path) -> None:
    """The signature covers exactly the bytes that were signed."""
    path, signature = signed(tmp_path, key)
    path.write_text("these bytes.")
    assert SIGNATURES.signer(path, signature, allow(tmp_path, ada=key)) == ""


def test_a_signature_for_another_purpose_does_not_count(tmp_path: Path, key: Path) -> None:
    """What was signed in another namespace, as git commits are, approves nothing."""
    path, signature = tmp_path / "statement.json", tmp_path / "statement.json.sig"
    path.write_text("these bytes")
    replace(SIGNATURES, namespace="git").sign(path, key, signature)
    assert SIGNATURES.signer(path, signature, allow(tmp_path, ada=key)) == ""


def test_an_expired_key_does_not_count(tmp_path: Path, key: Path) -> None:
    """The allowed-signers file may say until when a key is valid."""
    path, signature = signed(tmp_path, key)
    allowed = tmp_path / "allowed"
    allowed.write_text(f'ada@example.com valid-before="20200101" {key.with_suffix(".pub").read_text()}')
    assert SIGNATURES.signer(path, signature, allowed) == ""


@pytest.mark.parametrize(
    "content", ["", "no signature", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"]
)
def test_what_is_no_signature_is_nobodys(tmp_path: Path, key: Path, content: str) -> None:
    """A damaged signature counts as none."""
    path, signature = signed(tmp_path, key)
    signature.write_text(content)
    assert SIGNATURES.signer(path, signature, allow(tmp_path, ada=key)) == ""


def test_what_cannot_be_signed_is_blocked(tmp_path: Path) -> None:
    """A key that is not there, or is none, is told, and no signature is left behind."""
    path = tmp_path / "statement.json"
    path.write_text("these bytes")
    with pytest.raises(Blocked, match="could not be signed"):
        SIGNATURES.sign(path, tmp_path / "absent", tmp_path / "out.sig")
    assert not (tmp_path / "out.sig").exists()
    assert not (tmp_path / "statement.json.sig").exists()


def test_without_ssh_keygen_nothing_is_known(tmp_path: Path, key: Path) -> None:
    """Where the program is absent the signature could not be looked at, which is not the same as a bad one."""
    path, signature = signed(tmp_path, key)
    with pytest.raises(Blocked, match="ssh-keygen is not installed"):
        replace(SIGNATURES, environ={"PATH": str(tmp_path)}, run=Absent()).signer(path, signature, path)


class Absent(Processes):
    """A machine without ssh-keygen."""

    def __call__(self, command, **options):  # type: ignore[no-untyped-def]
        """Look for another program in its place."""
        return super().__call__(["ssh-keygen-that-is-absent", *command[1:]], **options)
