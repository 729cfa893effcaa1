"""What differs between two files, beside the API in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import make_sdist, make_wheel
from nox_release.archive import Unsound
from nox_release.difference import Difference, Shipped, difference, pythons_lost
from nox_release.shipped import shipped, unpack_sources

OLD = "Requires-Python: >=3.8\nRequires-Dist: requests>=2\nRequires-Dist: attrs\nProvides-Extra: cli\n"
NEW = (
    "Requires-Python: >=3.10\nRequires-Dist: requests>=2.30\nRequires-Dist: click; extra == 'dev'\n"
    "Provides-Extra: dev\nLicense-Expression: MIT\n"
)
SCRIPT = "[console_scripts]\n{} = demo:main\n"


def test_everything_that_changed_in_a_wheel_is_there(tmp_path: Path) -> None:
    """Files, sizes, metadata, requirements, Pythons, entry points; the version in names is no difference."""
    (tmp_path / "old").mkdir()
    files = {"demo/__init__.py": "x = 1", "demo/old.py": "", "demo/same.py": "same"}
    old = make_wheel(tmp_path / "old", files, more=OLD, entry_points=SCRIPT.format("demo"))
    files = {"demo/__init__.py": "x = 12345", "demo/new.txt": "new", "demo/same.py": "same"}
    new = make_wheel(tmp_path, files, version="1.1", more=NEW, entry_points=SCRIPT.format("demo2"))
    found = difference(shipped(old), shipped(new))
    assert (found.files_added, found.files_removed) == (("demo/new.txt",), ("demo/old.py",))
    assert found.files_changed == (".dist-info/entry_points.txt", "demo/__init__.py")
    assert found.sizes == {".py": (9, 13), ".txt": (len(SCRIPT) + 2, len(SCRIPT) + 3 + 3)}
    assert found.size[1] - found.size[0] == 4 + 3 + 1
    assert found.metadata.added == {"license-expression": "MIT"}
    assert found.requirements.added == {"click [dev]": "any version"}
    assert found.requirements.removed == {"attrs": "any version"}
    assert found.requirements.changed == {"requests": (">=2", ">=2.30")}
    assert found.extras_removed == ("cli",)
    assert found.pythons_lost == ("3.8", "3.9")
    assert (found.entry_points.removed, found.entry_points.added) == (
        {"console_scripts: demo": "demo:main"}, {"console_scripts: demo2": "demo:main"},
    )  # fmt: skip


def test_sdists_are_compared_by_content(tmp_path: Path) -> None:
    """Their top folders have the version in their names."""
    old = make_sdist(tmp_path, {"README.md": "a", "setup.py": "same"})
    new = make_sdist(tmp_path, {"README.md": "b", "setup.py": "same", "tests/test_x.py": ""}, version="2.0")
    found = difference(shipped(old), shipped(new))
    assert (found.files_added, found.files_removed, found.files_changed) == (("tests/test_x.py",), (), ("README.md",))


@pytest.mark.parametrize("name", ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"])
def test_what_is_no_archive_is_unsound(tmp_path: Path, name: str) -> None:
    """A file that cannot be read is told in words."""
    (tmp_path / name).write_bytes(b"junk")
    with pytest.raises(Unsound):
        shipped(tmp_path / name)
    if name.endswith(".whl"):
        with pytest.raises(Unsound):
            unpack_sources(tmp_path / name, tmp_path / "out")


def test_sources_alone_are_unpacked(tmp_path: Path) -> None:
    """Neither tests, nor vendored copies, nor data; what goes to site-packages by way of .data is there."""
    files = dict.fromkeys(
        ["demo/a.py", "demo/a.pyi", "demo/b.so", "demo/tests/t.py", "demo/_vendor/v.py", "x.pth",
         "demo-1.0.data/purelib/demo/c.py", "demo-1.0.data/scripts/run.py"], "",
    )  # fmt: skip
    root = unpack_sources(make_wheel(tmp_path, files), tmp_path / "out")
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert found == {"demo/a.py", "demo/a.pyi", "demo/c.py"}


def test_a_path_that_leads_out_writes_nothing(tmp_path: Path) -> None:
    """A wheel is not trusted."""
    with pytest.raises(Unsound):
        unpack_sources(make_wheel(tmp_path, {"../evil.py": ""}), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".py"] == []


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (">=3.8", ">=3.8", []),
        (">=3.8", ">=3.8.1", []),
        (">=3.8", ">=3.10", ["3.8", "3.9"]),
        (">=3.10", ">=3.8", []),
        (">=3.38", ">=3.38,<3.39", ["3.39"]),
        ("", ">=3.1", ["2.7", "3.0"]),
        (">=3.8", "nonsense", []),
    ],
)
def test_pythons_that_are_lost_are_named(old: str, new: str, lost: list[str]) -> None:
    """Those of which no patch release is let in any more."""
    assert list(pythons_lost(old, new)) == lost


PATHS = st.sampled_from(["a.py", "b.py", "c.txt", "d"])
TEXTS = st.text(max_size=5)
SHIPPED = st.builds(
    lambda files, sizes, requires, points: Shipped(
        "demo",
        files,
        {path: sizes + len(path) for path in files},
        {"requires-dist": tuple(requires), "keywords": ("x",)},
        points,
    ),
    st.dictionaries(PATHS, TEXTS),
    st.integers(0, 99),
    st.lists(st.sampled_from(["a>=1", "a; python_version < '3'", "b", "c[x]", "!"])),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
)


@given(SHIPPED)
def test_nothing_differs_from_itself(one: Shipped) -> None:
    """Only the names of the files and their size are left to tell."""
    assert difference(one, one) == Difference("demo", "demo", size=(one.size, one.size))


@given(SHIPPED, SHIPPED)
def test_the_other_way_round_everything_is_swapped(one: Shipped, other: Shipped) -> None:
    """What came has gone, and what changed changed back."""
    forth, back = difference(one, other), difference(other, one)
    assert (forth.files_added, forth.files_removed) == (back.files_removed, back.files_added)
    assert forth.files_changed == back.files_changed
    assert forth.requirements.added == back.requirements.removed
    assert forth.entry_points.changed == {key: (b, a) for key, (a, b) in back.entry_points.changed.items()}
    assert forth.size == back.size[::-1]
