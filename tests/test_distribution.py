"""Files looked at byte by byte: sound ones as zipfile and tarfile see them, and whatever else somebody may send."""

from __future__ import annotations

import gzip
import io
import random
import struct
import subprocess
import sys
import tarfile
import tempfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives import make_sdist, make_wheel, member
from broken_archives import CONTENTS, INFO, STREAMED, Part, record, sdist_bytes, wheel_parts, zip_bytes
from nox_release.distribution import Distribution, FaultKind, inspect
from nox_release.distribution.faults import MEMBERS, TOLD
from nox_release.errors import Blocked
from nox_release.model import Kind

WHEEL_NAME, SDIST_NAME = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
PKG_INFO = member("demo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")


def look(content: bytes, filename: str) -> Distribution:
    """Inspect a file that is alone in a folder, and see that it is alone and the same afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / filename
        path.write_bytes(content)
        found = inspect(path)
        assert list(Path(folder).iterdir()) == [path]
        assert path.read_bytes() == content
    return found


def kinds(distribution: Distribution) -> set[FaultKind]:
    return {fault.kind for fault in distribution.faults}


def test_a_wheel_is_told(tmp_path: Path) -> None:
    """Its .dist-info, the four files in it that others look at, its licences, and how much there is of it."""
    licences = {"demo-1.0.dist-info/licenses/LICENSE": "MIT", "demo-1.0.dist-info/licenses/vendored/COPYING": "GPL"}
    path = make_wheel(
        tmp_path, {"demo.py": "x = 1\n", **licences}, entry_points="[console_scripts]\ndemo = demo:main\n"
    )
    found = inspect(path)
    assert (found.filename, found.size, found.kind) == (path.name, path.stat().st_size, Kind.WHEEL)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert found.top == "demo-1.0.dist-info"
    assert found.metadata == contents["demo-1.0.dist-info/METADATA"]
    assert found.wheel == contents["demo-1.0.dist-info/WHEEL"]
    assert found.record == contents["demo-1.0.dist-info/RECORD"]
    assert found.entry_points == contents["demo-1.0.dist-info/entry_points.txt"]
    assert found.licences == {"LICENSE", "vendored/COPYING"}
    assert (found.members, found.unpacked) == (len(contents), sum(map(len, contents.values())))
    assert found.faults == ()


def test_an_sdist_is_told(tmp_path: Path) -> None:
    """Its top folder, PKG-INFO, the files that a licence may be, and how much there is of it."""
    path = make_sdist(tmp_path, {"LICENSE": "MIT", "src/demo.py": "x = 1\n"})
    found = inspect(path)
    assert (found.kind, found.top, found.members) == (Kind.SDIST, "demo-1.0", 3)
    assert found.metadata is not None
    assert found.metadata.startswith(b"Metadata-Version: 2.1\nName: demo\n")
    assert found.licences == {"PKG-INFO", "LICENSE", "src/demo.py"}
    assert found.unpacked == len(found.metadata) + 9
    assert (found.entry_points, found.wheel, found.record, found.faults) == (None, None, None, ())


def test_an_sdist_of_the_old_form_is_told() -> None:
    """A .zip is no artifact by its name, and its bytes are read as those of an sdist all the same."""
    parts = [Part(b"demo-1.0/PKG-INFO", b"Name: demo\n", 8), Part(b"demo-1.0/demo.py", b"x = 1\n")]
    found = look(zip_bytes(parts), "demo-1.0.zip")
    assert (found.kind, found.top, found.metadata, found.faults) == (None, "demo-1.0", b"Name: demo\n", ())
    assert found.licences == {"PKG-INFO", "demo.py"}
    assert kinds(look(zip_bytes(parts[1:]), "demo-1.0.zip")) == {FaultKind.NO_PKG_INFO}
    assert kinds(look(zip_bytes([*parts, Part(b"setup.py")]), "demo-1.0.zip")) == {FaultKind.TOP_FOLDER}


def test_another_file_is_only_weighed() -> None:
    """What no index calls a distribution has no rules about its bytes; its name is wrong already."""
    assert look(b"MZ", "demo-1.0.exe") == Distribution("demo-1.0.exe", 2, None)


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    """Neither a pass nor a fault can be told of it."""
    with pytest.raises(Blocked, match=r"demo-1\.0\.tar\.gz cannot be read: No such file"):
        inspect(tmp_path / SDIST_NAME)
    (tmp_path / WHEEL_NAME).mkdir()
    with pytest.raises(Blocked, match="cannot be read: Is a directory"):
        inspect(tmp_path / WHEEL_NAME)


def test_a_renamed_wheel_is_read_all_the_same() -> None:
    """Only where its .dist-info is another than the name says, and just one, so that its metadata can be judged."""
    found = look(zip_bytes(wheel_parts()), "other-1.0-py3-none-any.whl")
    assert (found.top, found.metadata) == (INFO, CONTENTS[f"{INFO}/METADATA"])
    assert kinds(found) == {FaultKind.DIST_INFO}
    two = look(zip_bytes([*wheel_parts(), Part(b"demo-2.0.dist-info/METADATA")]), "other-1.0-py3-none-any.whl")
    assert (two.top, two.metadata) == ("", None)


def test_what_cannot_be_unpacked_is_none() -> None:
    """Metadata that is damaged, or in no method that is read, is not there for the rules about metadata."""
    for values in ({"crc": 1}, {"method": 12}):
        part = Part(f"{INFO}/METADATA".encode(), CONTENTS[f"{INFO}/METADATA"], local=values, central=values)
        assert look(zip_bytes(wheel_parts(METADATA=part)), WHEEL_NAME).metadata is None


def test_many_faults_of_one_kind_are_counted() -> None:
    """The first are told one by one, the rest as a number, so that a report stays readable."""
    found = look(zip_bytes([*wheel_parts(), *(Part(b"%d.py" % number) for number in range(1000))]), WHEEL_NAME)
    assert [fault.where for fault in found.faults[:2]] == ["0.py", "1.py"]
    assert len(found.faults) == TOLD + 1
    assert (found.faults[-1].where, found.faults[-1].message) == (WHEEL_NAME, "and 995 more like these")


def test_what_is_told_can_be_shown_anywhere() -> None:
    """Names are anybody's bytes: no fault has a control character, half a code point, or a novel in it."""
    names = [b"\x1b[2J" + b"x" * 5000, b"\xff\xfe", "\u202egnp".encode(), b"a\nb"]
    found = look(zip_bytes([*wheel_parts(), *(Part(name, flags=0x800) for name in names)]), WHEEL_NAME)
    assert found.faults
    for fault in found.faults:
        assert (fault.where + fault.message).isprintable()
        assert len(fault.where) <= 201


# Hostile files: bounded time and memory. The process has an address space that a careless reader exceeds, and a
# processor time that no sound file of this size comes near.

MEMORY = 640 << 20
SECONDS = 60
CHILD = """
import resource, sys
from pathlib import Path
from nox_release.distribution import inspect
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(*sorted({fault.kind.name for fault in inspect(Path(sys.argv[1])).faults}))
"""


def gzip_of(pieces: int, piece: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(piece) for _ in range(pieces)), packer.flush()])


def header(name: str, size: int = 0, kind: bytes = b"0") -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def deflated_zeros(count: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(count)), packer.flush()])


def lying(size: int, packed: bytes) -> Part:
    values = {"method": 8, "size": size}
    return Part(b"bomb", packed, local=values, central=values)


def rows(count: int) -> Part:
    return Part(f"{INFO}/RECORD".encode(), b"".join(b"%d,,\n" % number for number in range(count)), 8)


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a tar of one endless file": (
        lambda: gzip_of(1, header("demo-1.0/PKG-INFO", 8 << 30)) + gzip_of(64, bytes(1 << 20)) * 20,
        SDIST_NAME,
        "LIMIT",
    ),
    "a tar of endless members": (lambda: gzip_of(150_000, header("demo-1.0/a")), SDIST_NAME, "LIMIT REPEATED"),
    "a tar of endless extensions": (
        lambda: gzip_of(100, header("x", 1 << 19, b"x") + b"9 a=bcde\n" * 58_254 + bytes(2)),
        SDIST_NAME,
        "LIMIT",
    ),
    "a tar of endless headers": (lambda: gzip_of(500_000, header("x", 0, b"x")), SDIST_NAME, "LIMIT"),
    "an extension of 4 GiB": (lambda: gzip_of(1, header("x", 4 << 30, b"L")), SDIST_NAME, "LIMIT"),
    "a gzip of endless streams": (lambda: gzip.compress(b"") * 300_000, SDIST_NAME, "LIMIT"),
    "a gzip header without end": (
        lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * (16 << 20),
        SDIST_NAME,
        "NOT_TAR",
    ),
    "an endless map of a sparse file": (
        lambda: gzip_of(1, sparse_header()) + gzip_of(64, b"\1" * (1 << 20)) * 20,
        SDIST_NAME,
        "LIMIT",
    ),
    "zeros after the end of a tar": (lambda: gzip_of(64, bytes(1 << 20)) * 20, SDIST_NAME, "LIMIT"),
    "a zip that says what it unpacks to": (
        lambda: zip_bytes([*wheel_parts(), lying(1 << 31, deflated_zeros(64))]),
        WHEEL_NAME,
        "RECORD_FILES",
    ),
    "a zip that does not": (
        lambda: zip_bytes([*wheel_parts(), lying(10, deflated_zeros(64))]),
        WHEEL_NAME,
        "CHECKSUM RECORD_FILES",
    ),
    "a zip that claims 16 EiB": (lambda: zip_bytes([*wheel_parts(), huge()]), WHEEL_NAME, "LIMIT RECORD_FILES"),
    "a zip of endless members": (
        lambda: zip_bytes((Part(b"%d" % number) for number in range(MEMBERS + 10)), zip64={}),
        WHEEL_NAME,
        "LIMIT",
    ),
    "a RECORD of endless rows": (lambda: zip_bytes(wheel_parts(RECORD=rows(1_000_000))), WHEEL_NAME, "LIMIT"),
    "a RECORD of empty lines": (
        lambda: zip_bytes(wheel_parts(RECORD=Part(f"{INFO}/RECORD".encode(), b"\n" * (16 << 20), 8))),
        WHEEL_NAME,
        "LIMIT",
    ),
    "a member that is all members": (lambda: overlapping(50_000), WHEEL_NAME, "DIST_INFO HEADERS_DISAGREE"),
}


def sparse_header() -> bytes:
    block = bytearray(header("demo-1.0/a", 0, b"S"))
    block[482] = 1
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + 8 * 32 + sum(block[156:]))
    return bytes(block)


def huge() -> Part:
    wide = struct.pack("<HHQQ", 1, 16, (1 << 64) - 1, 3)
    values: dict[str, int | bytes] = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": wide}
    return Part(b"huge", b"abc", local=values, central=values)


def overlapping(count: int) -> bytes:
    """Entries that all have the same content, as in the bombs of D. Fifield."""
    values = {"method": 8, "size": 8 << 20, "crc": zlib.crc32(bytes(8 << 20))}
    kernel = Part(b"0", deflated_zeros(8), local=values, central=values)
    return zip_bytes([kernel, *(Part(b"%d" % n, present=False, central={"offset": 0}) for n in range(1, count))])


@pytest.mark.parametrize(("make", "filename", "told"), HOSTILE.values(), ids=HOSTILE)
def test_no_file_takes_more_than_its_share(make: Callable[[], bytes], filename: str, told: str, tmp_path: Path) -> None:
    """Whatever it claims: memory and time are limited in a process that may write nothing."""
    path = tmp_path / filename
    path.write_bytes(make())
    command = [sys.executable, "-c", CHILD, str(path), str(MEMORY), str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, told), done.stderr[-2000:]


def test_memory_does_not_grow_with_contents() -> None:
    """Eight times the content is looked at in the memory that one takes."""

    def peak(size: int) -> int:
        data = random.Random(1).randbytes(1 << 20) * size
        files = (zip_bytes(wheel_parts({"data": data})), sdist_bytes([PKG_INFO, member("demo-1.0/data", data)]))
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / WHEEL_NAME, Path(folder) / SDIST_NAME]
            for path, content in zip(paths, files, strict=True):
                path.write_bytes(content)
            del data, files
            tracemalloc.start()
            for path in paths:
                assert inspect(path).faults == ()
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    assert peak(8) < 2 * peak(1) + (1 << 20)


# Arbitrary and mutated files: nothing is raised, nothing is written.

SOUND = {
    WHEEL_NAME: [
        zip_bytes(wheel_parts()),
        zip_bytes(wheel_parts({f"{INFO}/entry_points.txt": b"[console_scripts]\na = demo:main\n"}), zip64={}),
        zip_bytes(
            wheel_parts(demo=Part(b"demo.py", b"x", flags=STREAMED, after=struct.pack("<4sIII", b"PK\7\x08", 1, 1, 1)))
        ),
    ],
    SDIST_NAME: [
        sdist_bytes([PKG_INFO, member("demo-1.0/" + "long/" * 40 + "a.py", b"x")], form)
        for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)
    ],
}


@given(st.binary(max_size=2000), st.sampled_from([WHEEL_NAME, SDIST_NAME, "demo-1.0.zip"]))
def test_arbitrary_bytes_are_told_and_not_raised(content: bytes, filename: str) -> None:
    """Bytes that are no archive have a fault that says so."""
    found = look(content, filename)
    assert kinds(found) & {FaultKind.NOT_ZIP, FaultKind.NOT_TAR}
    assert found.metadata is None


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file in which bits are flipped, bytes cut out, or parts of itself or another put in."""
    filename = draw(st.sampled_from(sorted(SOUND)))
    content = bytearray(draw(st.sampled_from(SOUND[filename])))
    inner = filename == SDIST_NAME and draw(st.booleans())
    if inner:
        content = bytearray(gzip.decompress(content))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        change = draw(st.sampled_from(["flip", "cut", "truncate", "splice"]))
        if change == "flip" and at < len(content):
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif change == "cut":
            del content[at : at + draw(st.integers(1, 600))]
        elif change == "truncate":
            del content[at:]
        elif change == "splice":
            other = draw(st.sampled_from([content, *SOUND[WHEEL_NAME], *SOUND[SDIST_NAME]]))
            start = draw(st.integers(0, len(other)))
            content[at:at] = bytes(other[start : start + draw(st.integers(1, 600))])
    return filename, gzip.compress(content, mtime=1) if inner else bytes(content)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_mutated_files_are_told_and_not_raised(file: tuple[str, bytes]) -> None:
    """A distribution comes back, told by faults that can be shown; where PyPI's readers fail, there is a fault."""
    filename, content = file
    found = look(content, filename)
    assert all((fault.where + fault.message).isprintable() for fault in found.faults)
    if not found.faults:
        names = names_by_library(filename, content)
        assert found.members == len(names)


def names_by_library(filename: str, content: bytes) -> list[str]:
    """The members as the standard library sees them, all of it read."""
    if filename.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            return archive.namelist()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        for info in tar:
            if (file := tar.extractfile(info)) is not None:
                file.read()
        return tar.getnames()


FILE_NAMES = st.text("abcÄ日 _.", min_size=1, max_size=40).filter(lambda name: name.strip(". ") == name)


@given(st.dictionaries(FILE_NAMES, st.binary(max_size=3000), max_size=5), st.sampled_from([0, 8]))
def test_sound_wheels_are_what_zipfile_says(contents: dict[str, bytes], method: int) -> None:
    """What Python's zipfile packs is read by our own reader as the same members and sizes."""
    contents = {**contents, **CONTENTS}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in {**contents, f"{INFO}/RECORD": record(contents)}.items():
            with archive.open(name, "w", force_zip64=len(name) % 2 == 0) as file:
                file.write(content)
    found = look(packed.getvalue(), WHEEL_NAME)
    assert kinds(found) <= {FaultKind.COLLISION}
    assert found.unpacked == sum(map(len, contents.values())) + len(record(contents))


@given(
    st.dictionaries(FILE_NAMES, st.binary(max_size=3000), max_size=5),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
def test_sound_sdists_are_what_tarfile_says(contents: dict[str, bytes], form: int) -> None:
    """What Python's tarfile packs is read by our own reader as the same members and sizes."""
    found = look(
        sdist_bytes(
            [PKG_INFO, member("demo-1.0/src/demo.py"), *(member(f"demo-1.0/{n}", c) for n, c in contents.items())], form
        ),
        SDIST_NAME,
    )
    assert kinds(found) <= {FaultKind.COLLISION}
    assert found.licences == {"PKG-INFO", "src/demo.py", *contents}
    assert found.unpacked == len(PKG_INFO[1]) + sum(map(len, contents.values()))
