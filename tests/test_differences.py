"""Two archives that should be the same, and where they differ."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel, member, tar_gz
from nox_release.differences import Difference, differences

SCRATCH = f"{tempfile.gettempdir()}/nox-release-"


def wheels(tmp_path: Path, one: dict[str, str], other: dict[str, str]) -> tuple[Path, Path]:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return make_wheel(tmp_path / "one", one), make_wheel(tmp_path / "other", other)


def test_the_same_bytes_do_not_differ(tmp_path: Path) -> None:
    """Whatever they are."""
    path = tmp_path / "x.whl"
    path.write_bytes(b"not even a zip")
    assert differences(path, path) == ()


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("x = 1\ny = 2\n", "x = 1\ny = 3\n", "line 2: 'y = 2' and 'y = 3' (what a build writes must follow from the "
                                            "source alone)"),
        ("t = '12:30:01'\n", "t = '12:31:07'\n", "line 1: \"t = '12:30:01'\" and \"t = '12:31:07'\" (a time; use "
                                                 "SOURCE_DATE_EPOCH)"),
        ("t = 1700000000\n", "t = 1700000009\n", "line 1: 't = 1700000000' and 't = 1700000009' (a time; use "
                                                 "SOURCE_DATE_EPOCH)"),
        ("b\na\n", "a\nb\n", "line 1: 'b' and 'a' (the same lines in another order; sort them)"),
        ("a\n", "a\nb\n", "line 2: '' and 'b' (what a build writes must follow from the source alone)"),
        (f"{SCRATCH}1", f"{SCRATCH}2", f"line 1: '{SCRATCH}1' and '{SCRATCH}2' (a folder of the build; write a "
                                       "relative path)"),
        ("\0abc", "\0abd", None),
        (f"\0{SCRATCH}1", f"\0{SCRATCH}2", None),
    ],
)  # fmt: skip
def test_the_first_difference_is_told_with_its_likely_cause(
    tmp_path: Path, one: str, other: str, what: str | None
) -> None:
    """A line of a text, a byte of anything else."""
    (found,) = differences(*wheels(tmp_path, {"demo/x.py": one}, {"demo/x.py": other}))
    if what is None:
        cause = "it names the folder of the build; compile with" if SCRATCH in one else "no text"
        assert found.what.startswith(f"its content from byte {len(one) - 1} on ({cause}")
    else:
        assert found == Difference("demo/x.py", f"its content, {what}")


def test_line_endings_are_told_as_such(tmp_path: Path) -> None:
    """No line differs then."""
    found = differences(*wheels(tmp_path, {"demo/x.py": "a\r\n"}, {"demo/x.py": "a\n"}))
    assert found == (Difference("demo/x.py", "its line endings"),)


def test_files_of_one_alone_come_first(tmp_path: Path) -> None:
    """RECORD differs because they do, and is not told."""
    found = differences(*wheels(tmp_path, {"a.py": "", "b.py": "1"}, {"b.py": "2", "c.py": ""}), "this", "that")
    assert [(item.member, item.what.split(",")[0]) for item in found] == [
        ("a.py", "only in this"), ("c.py", "only in that"), ("b.py", "its content"),
    ]  # fmt: skip


def zipped(path: Path, names: tuple[str, ...], year: int = 2020, mode: int = 0o644) -> Path:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))
            info.external_attr = mode << 16
            archive.writestr(info, "")
    return path


@pytest.mark.parametrize(
    ("names", "year", "mode", "found"),
    [
        (("a", "b"), 2021, 0o644, [Difference("a", "its time (2020-01-01 00:00:00 and 2021-01-01 00:00:00), and that "
            "of 1 more", contents=False)]),
        (("a", "b"), 2020, 0o755, [Difference("a", "its mode (0o644 and 0o755), and that of 1 more", contents=False)]),
        (("b", "a"), 2020, 0o644, [Difference("", "the order of the members", contents=False)]),
    ],
)  # fmt: skip
def test_how_it_is_packed_is_told_where_nothing_else_differs(
    tmp_path: Path, names: tuple[str, ...], year: int, mode: int, found: list[Difference]
) -> None:
    """Times, modes, the order."""
    one = zipped(tmp_path / "one/x.whl", ("a", "b"))
    other = zipped(tmp_path / "other/x.whl", names, year, mode)
    assert list(differences(one, other)) == found


def test_sdists_are_compared_too(tmp_path: Path) -> None:
    """Members, their times, and the packing around them."""
    first = make_sdist(tmp_path, {"a.py": "1"}).rename(tmp_path / "one.tar.gz")
    assert [item.member for item in differences(first, make_sdist(tmp_path, {"a.py": "2"}))] == ["demo-1.0/a.py"]
    old, new = (tar_gz(tmp_path / f"{time}.tar.gz", [member("x/a", b"", mtime=time)]) for time in (1, 2))
    assert differences(old, new) == (Difference("x/a", "its time (1 and 2)", contents=False),)
    again = tar_gz(tmp_path / "1.tar.gz", [member("x/a")], time=5.0).rename(tmp_path / "again.tar.gz")
    first = tar_gz(tmp_path / "1.tar.gz", [member("x/a")], time=6.0)
    assert differences(first, again) == (Difference("", "the time in the header of gzip", contents=False),)
