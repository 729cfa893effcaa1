"""How a command ends that something stops: a message and an exit code, no traceback for what a user can mend."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from nox_release.evidence import write_atomically
from nox_release.saying import told


def test_a_file_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be written is named, with what to do."""
    (tmp_path / "report").write_text("in the way")
    with pytest.raises(SystemExit) as stopped, told():
        write_atomically(tmp_path / "report" / "review.html", b"page")
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        f"nox-release: {tmp_path}/report: File exists\n  make room, or way, for it; then type the same command again\n"
    )


def test_a_full_disk(capsys: pytest.CaptureFixture[str]) -> None:
    """It tells no name of a file, and is told all the same."""
    with pytest.raises(SystemExit), told():
        raise OSError(errno.ENOSPC, "No space left on device")
    assert capsys.readouterr().err.startswith("nox-release: a file: No space left on device\n")


def test_what_no_user_can_mend_is_not_hidden() -> None:
    """A file that we ourselves forgot is a fault of ours, and shows where."""
    with pytest.raises(FileNotFoundError), told():
        Path("absent").read_bytes()
