"""Changes of files: all or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checkouts import everything
from nox_release.adopt.changes import Change, write
from nox_release.errors import Blocked


def change(root: Path, name: str, before: bytes | None, after: bytes) -> Change:
    return Change(root / name, name, before, after)


def test_a_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """Only the content is another; a new file is one like others."""
    (tmp_path / "real.py").write_bytes(b"old")
    (tmp_path / "real.py").chmod(0o755)
    (tmp_path / "noxfile.py").symlink_to("real.py")
    write([change(tmp_path, "noxfile.py", b"old", b"new"), change(tmp_path, "fresh", None, b"x")])
    assert (tmp_path / "noxfile.py").is_symlink()
    assert (tmp_path / "real.py").read_bytes() == b"new"
    assert (tmp_path / "real.py").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("before", [None, b"as it was read"])
def test_a_file_that_changed_since_is_left_alone(tmp_path: Path, before: bytes | None) -> None:
    """And so are those before it."""
    (tmp_path / "b").write_bytes(b"somebody's")
    with pytest.raises(Blocked, match="b has changed in the meantime"):
        write([change(tmp_path, "a", None, b"x"), change(tmp_path, "b", before, b"x")])
    assert everything(tmp_path) == {"b": b"somebody's"}


def test_where_one_cannot_be_written_none_is(tmp_path: Path) -> None:
    """A file stands where its folder would be: nothing is left behind, not even a part."""
    (tmp_path / "b").write_bytes(b"somebody's")
    with pytest.raises(Blocked, match="cannot write"):
        write([change(tmp_path, "a", None, b"x"), change(tmp_path, "b/c", None, b"x")])
    assert os.listdir(tmp_path) == ["b"]  # noqa: PTH208  # hidden ones, too


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (None, b"a\n", ["--- /dev/null", "+++ b/f", "@@ -0,0 +1 @@", "+a"]),
        (
            b"a",
            b"a\r\nb\r\n",
            ["--- a/f", "+++ b/f", "@@ -1 +1,2 @@", "-a", "\\ No newline at end of file", "+a", "+b"],
        ),
    ],
)
def test_the_diff_is_one_that_patch_reads(before: bytes | None, after: bytes, shown: list[str]) -> None:
    """A new file comes from nowhere, and a last line without its end is told."""
    assert list(Change(Path("f"), "f", before, after).diff()) == shown
