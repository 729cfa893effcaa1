"""Reading what an sdist or a wheel holds."""

from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from nox_release.archive import Unsound
from nox_release.contents import PIECE, Entry, look, read_contents
from nox_release.leaks import Leak, folders

SCRATCH = f"{tempfile.gettempdir()}/nox-release-build-wheel-x1"
TOKEN = "pypi-" + "AgEIcHlwaS5vcmc" + "4f1c9ab27e" * 7


def blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("make", [make_sdist, make_wheel], ids=["sdist", "wheel"])
def test_members_are_told_with_their_digests(tmp_path: Path, make: type) -> None:
    """Paths as they are installed or unpacked, sizes, digests, and whether git has these bytes."""
    path = make(tmp_path, {"demo/__init__.py": "", "demo/made.py": "x = 1\n"})
    contents = read_contents(path, {blob(b"")})
    members = {member.path: member for member in contents.members}
    assert (contents.filename, contents.size) == (path.name, path.stat().st_size)
    assert members["demo/made.py"].sha256 == hashlib.sha256(b"x = 1\n").hexdigest()
    assert (members["demo/made.py"].size, members["demo/made.py"].committed) == (6, False)
    assert members["demo/__init__.py"].committed


def test_secrets_are_found_wherever_they_are(tmp_path: Path) -> None:
    """Committed or not, by content or by name."""
    text = f"a\ntoken = '{TOKEN}'\n"
    contents = read_contents(make_wheel(tmp_path, {"demo/a.py": text, "demo/.env": ""}), {blob(text.encode())})
    assert contents.secrets == (
        Leak("a PyPI token", "demo/a.py", 2), Leak("a file of environment variables", "demo/.env", 0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "committed", "found"),
    [
        ("demo/_conf.py", f"x = '{SCRATCH}/dist'", False, Leak("the folder of the build", "demo/_conf.py", 1)),
        ("demo/_conf.py", "\n/home/runner/work", False, Leak("a home folder", "demo/_conf.py", 2)),
        ("demo/_conf.py", "/home/runner/work", True, None),
        ("demo/core.so", f"\0{SCRATCH}/core.c", False, Leak("the folder of the build", "demo/core.so", 0)),
        ("demo/core.so", "\0/root/.cargo/registry/src/lib.rs", False, None),
        ("demo-1.0.dist-info/METADATA", "/home/runner/work", False, None),
    ],
    ids=["generated", "a home", "documentation", "debug information", "a compiler's home", "a README"],
)
def test_folders_are_looked_for_in_what_the_build_made(
    path: str, text: str, committed: bool, found: Leak | None
) -> None:
    """In binaries only those of the build itself; in texts of git none, for documentation is full of them."""
    blobs = {blob(text.encode())} if committed else set()
    entries: list[Entry] = [(path, len(text), io.BytesIO(text.encode()))]
    contents = look("demo.whl", 1, entries, blobs, folders(Path("/srv/checkout")))
    assert contents.places == ((found,) if found else ())


class Counted(io.BytesIO):
    """A file that counts the bytes that are read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self.taken += len(content)
        return content


def test_each_of_twenty_thousand_members_is_read_once() -> None:
    """In one pass, in the order in which they lie there."""
    files = [Counted(b"x = %d\n" % number) for number in range(20_000)]
    contents = look("demo.whl", 1, ((f"demo/m{at}.py", 0, file) for at, file in enumerate(files)), (), ())
    assert len(contents.members) == 20_000
    assert all(file.taken == len(file.getvalue()) for file in files)


def test_a_large_member_is_read_in_pieces() -> None:
    """What crosses the border of two pieces is found, too."""
    content = b"." * (PIECE - 20) + b"\n" + TOKEN.encode() + b"\n" * PIECE
    contents = look("demo.whl", 1, [("demo/big.txt", len(content), io.BytesIO(content))], (), ())
    assert contents.secrets == (Leak("a PyPI token", "demo/big.txt", 2),)
    assert contents.members[0].sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"])
def test_what_cannot_be_read_is_unsound(tmp_path: Path, name: str) -> None:
    """It was sound when it was built."""
    (tmp_path / name).write_bytes(b"junk")
    with pytest.raises(Unsound, match=f"{name} cannot be read"):
        read_contents(tmp_path / name)
