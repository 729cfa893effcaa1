"""Wheels and sdists as values: sound ones, and those that no installer should meet."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import make_sdist, make_wheel, make_zip, member, tar_gz
from checkouts import everything
from nox_release.archive import SIZE_LIMIT, Unsound, Wheel, read_sdist, read_wheel, repack_sdist, unpack_sdist

INFO = member("demo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")


def test_a_sound_sdist_is_read(tmp_path: Path) -> None:
    """Its top folder, its files below that, and its metadata; folders are no files."""
    path = tar_gz(
        tmp_path / "demo-1.0.tar.gz",
        [member("demo-1.0", type=tarfile.DIRTYPE), INFO, member("./demo-1.0/src/demo.py", b"x = 1\n")],
    )
    sdist = read_sdist(path)
    assert (sdist.filename, sdist.top, sdist.files) == ("demo-1.0.tar.gz", "demo-1.0", ("PKG-INFO", "src/demo.py"))
    assert sdist.metadata["Name"] == "demo"


def _huge(path: Path) -> None:
    """Claims two members of just over half the limit each, and ends after the second's header."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", fileobj=packed, compresslevel=1) as zipped:
        info = tarfile.TarInfo("demo-1.0/huge")
        info.size = SIZE_LIMIT + 1
        zipped.write(info.tobuf())
    path.write_bytes(packed.getvalue())


def _truncated(path: Path) -> None:
    make_sdist(path.parent, {"a.txt": "a" * 5000})
    path.write_bytes(path.read_bytes()[:-20])


UNSOUND_SDISTS: list[tuple[str, Callable[[Path], object], str]] = [
    ("an absolute path", lambda path: tar_gz(path, [INFO, member("/etc/passwd")]), "'/etc/passwd' leads out"),
    ("a path upwards", lambda path: tar_gz(path, [INFO, member("demo-1.0/../../x")]), "leads out of the archive"),
    ("a backslash", lambda path: tar_gz(path, [INFO, member("demo-1.0\\..\\x")]), "leads out of the archive"),
    ("a drive", lambda path: tar_gz(path, [INFO, member("C:/x")]), "leads out of the archive"),
    (
        "a symbolic link",
        lambda path: tar_gz(path, [INFO, member("demo-1.0/link", type=tarfile.SYMTYPE, linkname="/etc/passwd")]),
        "demo-1.0/link is no regular file",
    ),
    (
        "a hard link",
        lambda path: tar_gz(path, [INFO, member("demo-1.0/link", type=tarfile.LNKTYPE, linkname="demo-1.0/PKG-INFO")]),
        "demo-1.0/link is no regular file",
    ),
    ("a device", lambda path: tar_gz(path, [INFO, member("demo-1.0/d", type=tarfile.CHRTYPE)]), "is no regular file"),
    ("two top folders", lambda path: tar_gz(path, [INFO, member("other/x")]), "2 top folders, not one"),
    ("nothing", lambda path: tar_gz(path, []), "0 top folders, not one"),
    ("no PKG-INFO", lambda path: tar_gz(path, [member("demo-1.0/x")]), "it has no PKG-INFO"),
    ("PKG-INFO elsewhere", lambda path: tar_gz(path, [member("demo-1.0/src/PKG-INFO")]), "it has no PKG-INFO"),
    ("no gzip", lambda path: path.write_bytes(b"PK\x03\x04 this is something else"), "no readable .tar.gz"),
    ("an empty file", lambda path: path.write_bytes(b""), "no readable .tar.gz"),
    ("half a file", _truncated, "no readable .tar.gz"),
    ("too much", _huge, f"it unpacks to more than {SIZE_LIMIT} bytes"),
]


@pytest.mark.parametrize(
    ("make", "message"), [row[1:] for row in UNSOUND_SDISTS], ids=[row[0] for row in UNSOUND_SDISTS]
)
def test_an_unsound_sdist_is_refused(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    """What no sdist of a package does is refused with what it is, and nothing of it is unpacked."""
    path = tmp_path / "demo-1.0.tar.gz"
    make(path)
    with pytest.raises(Unsound, match=message):
        read_sdist(path)
    with pytest.raises(Unsound, match=message):
        unpack_sdist(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_sdist_is_unpacked_with_two_modes(tmp_path: Path) -> None:
    """Files are written byte for byte; of their modes only the owner's executable bit counts."""
    path = tar_gz(
        tmp_path / "demo-1.0.tar.gz",
        [
            INFO,
            member("demo-1.0/empty", type=tarfile.DIRTYPE),
            member("demo-1.0/run.sh", b"#!\r\n\xff", mode=0o4755),
            member("demo-1.0/deep/er/x", b"x" * (1 << 21), mode=0o600),
        ],
    )
    folder = unpack_sdist(path, tmp_path / "out")
    assert folder == tmp_path / "out/demo-1.0"
    assert everything(folder) == {"PKG-INFO": INFO[1], "run.sh": b"#!\r\n\xff", "deep/er/x": b"x" * (1 << 21)}
    assert (folder / "empty").is_dir()
    assert [(folder / name).stat().st_mode & 0o7777 for name in ("run.sh", "deep/er/x")] == [0o755, 0o644]


@dataclass(frozen=True)
class Packing:
    """One way of packing the same files."""

    order: tuple[str, ...]
    times: Mapping[str, int]
    owner: int
    name: str
    gzip_time: int


NAMES = st.text("abc/_\N{SNOWMAN}", min_size=1, max_size=120).map(lambda text: text.replace("/", "/d").strip("/"))
FILES = st.dictionaries(
    NAMES.filter(bool), st.tuples(st.binary(max_size=300), st.booleans()), min_size=1, max_size=6
).filter(lambda files: not any(one != other and other.startswith(f"{one}/") for one in files for other in files))


@st.composite
def packings(draw: st.DrawFn, paths: tuple[str, ...]) -> Packing:
    return Packing(
        tuple(draw(st.permutations(paths))),
        {path: draw(st.integers(0, 2**33)) for path in paths},
        draw(st.integers(0, 2**22)),
        draw(st.sampled_from(["", "root", "builder"])),
        draw(st.integers(0, 2**31)),
    )


def pack(folder: Path, files: Mapping[str, tuple[bytes, bool]], packing: Packing) -> Path:
    members = [
        member(
            f"demo-1.0/{path}", files[path][0], mtime=packing.times[path], uid=packing.owner, gid=packing.owner,
            uname=packing.name, gname=packing.name, mode=0o775 if files[path][1] else 0o664,
        )
        for path in packing.order
    ]  # fmt: skip
    return tar_gz(folder / "demo-1.0.tar.gz", members, packing.gzip_time)


@settings(max_examples=40, deadline=None)
@given(st.data(), FILES, st.integers(0, 2**32))
def test_the_same_files_are_packed_as_the_same_bytes(
    data: st.DataObject, files: dict[str, tuple[bytes, bool]], epoch: int
) -> None:
    """Whoever packed them, in which order and when: repacked they are one sdist, with the same contents."""
    files = {**files, "PKG-INFO": (INFO[1], False)}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        paths = [pack(Path(folder), files, data.draw(packings(tuple(files)))) for folder in (one, other)]
        for path in paths:
            repack_sdist(path, epoch)
        assert paths[0].read_bytes() == paths[1].read_bytes()
        folder = unpack_sdist(paths[0], Path(one, "out"))
        assert everything(folder) == {path: content for path, (content, _) in files.items()}
        assert {path for path in files if (folder / path).stat().st_mode & 0o100} == {
            path for path, (_, executable) in files.items() if executable
        }
        with tarfile.open(paths[0]) as tar:
            assert {(item.mtime, item.uid, item.gid, item.uname, item.gname) for item in tar} == {(epoch, 0, 0, "", "")}
        before = paths[0].read_bytes()
        repack_sdist(paths[0], epoch)
        assert paths[0].read_bytes() == before


def test_repacking_keeps_folders(tmp_path: Path) -> None:
    """Empty folders stay, with the mode of folders."""
    path = tar_gz(tmp_path / "demo-1.0.tar.gz", [INFO, member("demo-1.0/folder", type=tarfile.DIRTYPE, mode=0o700)])
    repack_sdist(path, 1)
    with tarfile.open(path) as tar:
        assert [(item.name, item.isdir(), item.mode) for item in tar] == [
            ("demo-1.0/PKG-INFO", False, 0o644),
            ("demo-1.0/folder", True, 0o755),
        ]


def test_a_sound_wheel_is_read(tmp_path: Path) -> None:
    """Its files, its metadata and its entry points, names in the case that they are written in."""
    points = "[console_scripts]\nDemo = demo.cli:main\n\n[demo.plugins]\nOne : two = demo:One\n"
    wheel = read_wheel(make_wheel(tmp_path, {"demo/__init__.py": "", "demo/data.bin": "x"}, entry_points=points))
    assert wheel.filename == "demo-1.0-py3-none-any.whl"
    assert [path for path in wheel.files if "dist-info" not in path] == ["demo/__init__.py", "demo/data.bin"]
    assert wheel.metadata["Version"] == "1.0"
    assert wheel.entry_points == {
        "console_scripts": {"Demo": "demo.cli:main"},
        "demo.plugins": {"One : two": "demo:One"},
    }
    assert read_wheel(make_wheel(tmp_path, {})).entry_points == {}


def _with(path: Path, **files: str) -> None:
    info = {f"demo-1.0.dist-info/{name}": "" for name in ("METADATA", "WHEEL", "RECORD")}
    make_zip(path, {**info, **{name.replace("__", "/"): text for name, text in files.items()}})


def _huge_wheel(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo.py", "")
        archive.infolist()[0].file_size = SIZE_LIMIT + 1


def _damaged_wheel(path: Path) -> None:
    make_wheel(path.parent, {"demo.py": "x"})
    path.write_bytes(path.read_bytes().replace(b"Name: demo", b"Name: DEMO"))


UNSOUND_WHEELS: list[tuple[str, Callable[[Path], object], str]] = [
    ("a path upwards", lambda path: make_zip(path, {"../x": ""}), "'../x' leads out of the archive"),
    ("an absolute path", lambda path: make_zip(path, {"/x": ""}), "'/x' leads out of the archive"),
    ("no .dist-info", lambda path: make_zip(path, {"demo.py": ""}), "it has 0 .dist-info folders, not one"),
    ("two .dist-info", lambda path: _with(path, **{"x-1.dist-info__METADATA": ""}), "it has 2 .dist-info folders"),
    (
        "no RECORD",
        lambda path: make_zip(path, {f"demo-1.0.dist-info/{name}": "" for name in ("METADATA", "WHEEL")}),
        "demo-1.0.dist-info has no RECORD",
    ),
    (
        "no METADATA",
        lambda path: make_zip(path, {"demo-1.0.dist-info/WHEEL": ""}),
        "demo-1.0.dist-info has no METADATA",
    ),
    (
        "strange entry points",
        lambda path: _with(path, **{"demo-1.0.dist-info__entry_points.txt": "demo = demo:main\n"}),
        "entry_points.txt cannot be read: File contains no section headers",
    ),
    ("no zip", lambda path: path.write_bytes(b"something else"), "it is no readable zip"),
    ("damaged", _damaged_wheel, "it is no readable zip: Bad CRC-32"),
    ("too much", _huge_wheel, f"it unpacks to more than {SIZE_LIMIT} bytes"),
]


@pytest.mark.parametrize(
    ("make", "message"), [row[1:] for row in UNSOUND_WHEELS], ids=[row[0] for row in UNSOUND_WHEELS]
)
def test_an_unsound_wheel_is_refused(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    """What no wheel of a package does is refused with what it is."""
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    make(path)
    with pytest.raises(Unsound, match=message):
        read_wheel(path)


def wheel(*files: str) -> Wheel:
    return Wheel("demo-1.0-py3-none-any.whl", (*files, "demo-1.0.dist-info/METADATA"), Message(), {})


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        ("demo.py", ["demo"]),
        ("demo/__init__.py demo/client.py", ["demo", "demo.client"]),
        ("demo/_hidden.py demo/_private/x.py _demo.py", []),
        ("demo/__main__.py demo/py.typed demo/data.json demo/stubs.pyi", []),
        ("demo/tests/test_x.py demo/test/__init__.py demo/conftest.py tests/__init__.py", []),
        ("demo/fast.cpython-311-x86_64-linux-gnu.so demo/q.pyd demo/c.abi3.so", ["demo.c", "demo.fast", "demo.q"]),
        ("demo/templates/{{name}}.py demo/2to3.py demo-extra/x.py", []),
        ("azure/mgmt/compute/__init__.py", ["azure.mgmt.compute"]),
        ("__init__.py", []),
        ("demo-1.0.data/scripts/run.py", []),
    ],
)  # fmt: skip
def test_public_modules_are_those_that_a_user_imports(files: str, modules: list[str]) -> None:
    """Python and compiled modules; nothing private, no program, no test, no template."""
    assert list(wheel(*files.split()).modules) == modules


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        ("demo.py other/x.py other/y.py demo.pth", ["demo.pth", "demo.py", "other"]),
        ("demo-1.0.data/data/share/x", []),
        ("", []),
    ],
)
def test_roots_are_what_lies_in_site_packages(files: str, roots: list[str]) -> None:
    """Every top-level file and folder, without metadata and data that goes elsewhere."""
    assert list(wheel(*files.split()).roots) == roots
