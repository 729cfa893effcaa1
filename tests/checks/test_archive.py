"""Every check of a file's bytes: archives that fail it, and others that come near and pass."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from archives import member
from broken_archives import CONTENTS, INFO, STREAMED, UTF8, Part, record, sdist_bytes, wheel_parts, zip_bytes
from nox_release.checks.archive import ARCHIVE
from nox_release.distribution import Distribution, inspect
from nox_release.model import Kind

WHEEL_NAME, SDIST_NAME = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
DEMO = Part(b"demo.py", CONTENTS["demo.py"], 8, UTF8)
PKG_INFO = member("demo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
SOURCE = member("demo-1.0/demo.py", b"x = 1\n")
WIDE = struct.pack("<HHQQ", 1, 16, len(DEMO.content), len(DEMO.packed))
FULL = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF}
# In parts: the index that refuses such code scans these tests too.
PYARMOR = b"__pyarmor" + b"__(__name__, __file__, b'..')\n"
PYE = b"---BEGIN" + b" PYE FILE---\n...\n---END" + b" PYE FILE---\n"


def wheel(more: dict[str, bytes] | None = None, **replaced: Part) -> bytes:
    return zip_bytes(wheel_parts(more, **replaced))


def sdist(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    return sdist_bytes(members, form)


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    return gzip.decompress(sdist(*members))


def with_row(old: bytes, new: bytes) -> bytes:
    rows = record(CONTENTS)
    assert old in rows
    return wheel(RECORD=Part(f"{INFO}/RECORD".encode(), rows.replace(old, new), 8, UTF8))


def tar_within() -> Part:
    """A stored member in front whose content makes the beginning of the file the header of a tar."""
    block = bytearray(tarfile.TarInfo("x").tobuf())
    part = Part(b"p", bytes(481), local={"crc": 0})
    front = bytearray((part.local_header() + part.content)[:512])
    front[100:512] = block[100:512]
    front[148:156] = b"%06o\0 " % (sum(front[:148]) + 8 * 32 + sum(front[156:]))
    return replace(part, content=bytes(front[31:]))


LINK = member("demo-1.0/link.py", type=tarfile.SYMTYPE, linkname="demo.py")
LONG = "demo-1.0/" + "long/" * 40 + "name.py"
NOISE = member("demo-1.0/noise", random.Random(1).randbytes(20_000))
BROKEN_THIRD = tar(PKG_INFO, SOURCE)[:2048] + b"\1" * 512 + tar(NOISE)
SOUND = wheel()
END = len(SOUND) - 22
GONE = wheel_parts({"gone.py": b""})
FLAGLESS = Part("démo.py".encode(), b"x")
METADATA, RECORD, WHEEL, ENTRY_POINTS = (
    f"{INFO}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt")
)
DESCRIPTOR = struct.pack("<4sIII", b"PK\7\x08", 1, 2, 3)
NO_SIZES = {"size": 0, "packed": 0, "crc": 0}


def path_field(path: bytes) -> bytes:
    """Info-ZIP's extra field with a Unicode path."""
    return struct.pack("<HHBI", 0x7075, 5 + len(path), 1, 0) + path


def torn(part: Part) -> Part:
    """A stored member of half of the compressed content, said to be deflated."""
    return stored(part, part.packed[:-4])


def padded(part: Part) -> Part:
    """The same with bytes after the compressed content."""
    return stored(part, part.packed + b"hidden")


def stored(part: Part, packed: bytes) -> Part:
    values = {"method": 8, "crc": zlib.crc32(part.content), "size": len(part.content)}
    return replace(part, method=0, content=packed, local=values, central=values)


def windows_record() -> Part:
    """A RECORD written with the separator of Windows."""
    rows = record({**CONTENTS, "demo/a.py": b""})
    return Part(RECORD.encode(), rows.replace(b"demo/a.py", b"demo\\a.py"), 8, UTF8)


def damaged(packed: bytes) -> bytes:
    """With a block of a kind that deflate does not have."""
    return packed[:10] + b"\x07" + packed[11:]


def wrong_checksum(packed: bytes) -> bytes:
    return packed[:-8] + bytes(4) + packed[-4:]


def two_streams(content: bytes) -> bytes:
    return gzip.compress(content[:700]) + gzip.compress(content[700:])


def named(content: bytes) -> bytes:
    """Gzipped with an extra field, a name, a comment and a checksum in the header."""
    packed = gzip.compress(content)
    return packed[:3] + b"\x1e" + packed[4:10] + b"\2\0ab" + b"demo.tar\0comment\0" + b"\0\0" + packed[10:]


def signed(content: bytes) -> bytes:
    """With the sums over signed bytes that some old programs wrote."""
    block = bytearray(content[1024:1536])
    high = sum(byte > 127 for byte in block)
    stated = int(block[148:154], 8)
    block[148:156] = b"%06o\0 " % (stated - 256 * high)
    return bytes(content[:1024] + block + content[1536:])


def with_global_header() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(
        fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": "1" * 40}
    ) as archive:
        for info, content in (PKG_INFO, SOURCE):
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def both(**values: int) -> Part:
    """The module, with the same other values in both headers."""
    return replace(DEMO, local=values, central=values)


def of_script(name: str) -> bytes:
    return wheel({ENTRY_POINTS: f"[console_scripts]\n{name} = demo:main\n".encode()})


BROKEN_WHEELS: dict[str, tuple[bytes, list[str]]] = {
    "no bytes": (b"", [f"ARC101 {WHEEL_NAME}"]),
    "no zip": (b"x" * 100, [f"ARC101 {WHEEL_NAME}"]),
    "cut off": (SOUND[:-30], [f"ARC101 {WHEEL_NAME}"]),
    "a directory that is none": (SOUND.replace(b"PK\1\2", b"PK\1\3"), [f"ARC101 {WHEEL_NAME}"]),
    "a directory beyond the file": (zip_bytes(wheel_parts(), offset=1 << 20), [f"ARC101 {WHEEL_NAME}"]),
    "a tar too": (
        zip_bytes([tar_within(), *(part for part in wheel_parts({"p": tar_within().content}) if part.name != b"p")]),
        [f"ARC103 {WHEEL_NAME}", "ARC203 p"],
    ),
    "a method nobody has": (wheel(demo=both(method=12)), ["ARC106 demo.py"]),
    "bytes before": (zip_bytes(wheel_parts(), before=b"#!/bin/sh\n"), ["ARC121 offset 0", "ARC121 offset 0"]),
    "bytes between": (wheel(demo=replace(DEMO, after=b"hidden")), [f"ARC121 offset {37 + len(DEMO.packed)}"]),
    "bytes before the end": (
        zip_bytes(wheel_parts(), gap=b"hidden"),
        [f"ARC101 {WHEEL_NAME}", f"ARC121 offset {END}"],
    ),
    "bytes after": (zip_bytes(wheel_parts(), after=b"hidden\0\0"), [f"ARC121 offset {END + 22}"]),
    "a comment that is not there": (zip_bytes(wheel_parts(), comment_size=9), [f"ARC121 offset {END + 22}"]),
    "a name twice": (zip_bytes([DEMO, *wheel_parts()]), ["ARC122 demo.py", "ARC122 demo.py", "ARC203 demo.py"]),
    "another name in front": (
        wheel(demo=replace(DEMO, local={"name": b"evil.py"})),
        ["ARC123 evil.py"],
    ),
    "another size in front": (wheel(demo=replace(DEMO, local={"size": 9})), ["ARC123 demo.py"]),
    "not listed": (zip_bytes([*wheel_parts(), Part(b"evil.py", listed=False)]), ["ARC123 evil.py"]),
    "listed, not there": (zip_bytes([replace(GONE[-2], present=False), *GONE[:-2], GONE[-1]]), ["ARC123 gone.py"]),
    "into the directory": (
        zip_bytes([*GONE[:-2], GONE[-1], replace(GONE[-2], local={"packed": 99}, central={"packed": 99})]),
        ["ARC123 gone.py"],
    ),
    "another count": (zip_bytes(wheel_parts(), here=3, records=3), ["ARC124 central directory"]),
    "several volumes": (zip_bytes(wheel_parts(), here=3), [f"ARC124 offset {END}"]),
    "streamed": (
        wheel(demo=replace(DEMO, flags=UTF8 | STREAMED, local=NO_SIZES, after=DESCRIPTOR)),
        ["ARC125 demo.py"],
    ),
    "streamed without signature": (
        wheel(demo=replace(DEMO, flags=UTF8 | STREAMED, local=NO_SIZES, after=DESCRIPTOR[4:])),
        ["ARC125 demo.py"],
    ),
    "a comment on a member": (wheel(demo=replace(DEMO, comment=b"hello")), ["ARC126 demo.py"]),
    "a control character": (wheel({"de\x1fmo.py": b""}), ["ARC127 de\\x1fmo.py"]),
    "no UTF-8": (
        zip_bytes([Part(b"caf\xe9.py", b"", 0, UTF8), *wheel_parts()]),
        ["ARC128 caf\\udce9.py", "ARC211 caf\\udce9.py"],
    ),
    "UTF-8 without a word": (zip_bytes([FLAGLESS, *wheel_parts()]), ["ARC128 démo.py", "ARC211 démo.py"]),
    "a broken extra field": (wheel(demo=replace(DEMO, local={"extra": b"\1\0\x10"})), ["ARC129 demo.py"]),
    "a ZIP64 field of a wrong size": (
        wheel(demo=replace(DEMO, local={"extra": b"\1\0\4\0abcd"})),
        ["ARC129 demo.py"],
    ),
    "a ZIP64 field twice": (wheel(demo=replace(DEMO, local={**FULL, "extra": WIDE * 2})), ["ARC129 demo.py"]),
    "a ZIP64 field without the size": (
        wheel(demo=replace(DEMO, central={"packed": 0xFFFFFFFF, "extra": b"\1\0\0\0"})),
        ["ARC123 demo.py", "ARC129 demo.py"],
    ),
    "a ZIP64 end with more in it": (zip_bytes(wheel_parts(), zip64={"length": 60}), [f"ARC129 offset {END}"]),
    "a Unicode path that is none": (wheel(demo=replace(DEMO, extra=path_field(b"\xff"))), ["ARC129 demo.py"] * 2),
    "another Unicode path": (wheel(demo=replace(DEMO, extra=path_field(b"evil.py"))), ["ARC203 demo.py"] * 2),
    "no WHEEL": (
        zip_bytes([part for part in wheel_parts() if not part.name.endswith(b"WHEEL")]),
        [f"ARC131 {WHEEL}", f"ARC211 {WHEEL}"],
    ),
    "RECORD that is no text": (wheel(RECORD=Part(RECORD.encode(), b"\xff")), [f"ARC131 {RECORD}"]),
    "RECORD that is no CSV": (
        wheel(RECORD=Part(RECORD.encode(), b"x" * (1 << 18))),
        [f"ARC131 {RECORD}"],
    ),
    "METADATA that does not unpack": (
        wheel(METADATA=torn(Part(METADATA.encode(), CONTENTS[METADATA], 8, UTF8))),
        [f"ARC131 {METADATA}", f"ARC202 {METADATA}"],
    ),
    "RECORD that does not unpack": (
        wheel(RECORD=torn(Part(RECORD.encode(), record(CONTENTS), 8, UTF8))),
        [f"ARC131 {RECORD}", f"ARC202 {RECORD}"],
    ),
    "WHEEL that does not unpack": (
        wheel(WHEEL=torn(Part(WHEEL.encode(), CONTENTS[WHEEL], 8, UTF8))),
        [f"ARC202 {WHEEL}"],
    ),
    "entry points without a group": (wheel({ENTRY_POINTS: b"demo = demo:main\n"}), [f"ARC132 {ENTRY_POINTS}"]),
    "entry points that are no UTF-8": (wheel({ENTRY_POINTS: b"\xff"}), [f"ARC132 {ENTRY_POINTS}"]),
    "a script that is a path": (of_script("../demo"), [f"ARC132 {ENTRY_POINTS}"]),
    "a script with a space": (of_script("de mo"), [f"ARC132 {ENTRY_POINTS}"]),
    "PyArmor": (wheel({"armoured.py": PYARMOR}), ["ARC133 armoured.py"]),
    "SourceDefender": (wheel({"defended.pye": PYE}), ["ARC133 defended.pye"]),
    "an endless line": (wheel({ENTRY_POINTS: b"[a]\nb = " + b" " * 2000}), [f"ARC201 {ENTRY_POINTS}"]),
    "METADATA without end": (wheel({METADATA: b" " * (17 << 20)}), [f"ARC201 {METADATA}"]),
    "no checksum": (wheel(demo=both(crc=1)), ["ARC202 demo.py"]),
    "shorter than it claims": (wheel(demo=both(size=601)), ["ARC202 demo.py"]),
    "longer than it claims": (wheel(demo=both(size=599)), ["ARC202 demo.py"]),
    "content that does not unpack": (wheel(demo=replace(both(method=8), method=0)), ["ARC202 demo.py"]),
    "compressed content that breaks off": (wheel(demo=torn(DEMO)), ["ARC202 demo.py"]),
    "bytes after compressed content": (wheel(demo=padded(DEMO)), ["ARC202 demo.py"]),
    "another checksum in front": (wheel(demo=replace(DEMO, local={"crc": 1})), ["ARC203 demo.py"]),
    "listed at another place": (wheel(demo=replace(DEMO, central={"offset": 1})), ["ARC203 demo.py"]),
    "encrypted": (wheel(demo=replace(DEMO, flags=UTF8 | 1)), ["ARC204 demo.py"]),
    "out of the folder": (wheel({"../evil.py": b""}), ["ARC205 ../evil.py"]),
    "a folder out of the folder": (zip_bytes([Part(b"/etc/"), *wheel_parts()]), ["ARC205 /etc/"]),
    "a drive": (wheel({"c:/evil.py": b""}), ["ARC205 c:/evil.py"]),
    "a backslash": (
        wheel({"demo\\evil.py": b""}),
        ["ARC205 demo\\evil.py", "ARC211 demo/evil.py", "ARC211 demo\\evil.py"],
    ),
    "case": (wheel({"Demo.py": b""}), ["ARC206 Demo.py"]),
    "accents": (wheel({"e\u0301.py": b"", "é.py": b""}), ["ARC206 é.py"]),
    "a file that RECORD does not list": (zip_bytes([Part(b"more.py"), *wheel_parts()]), ["ARC211 more.py"]),
    "a file that only RECORD lists": (with_row(b"demo.py,", b"gone.py,,\ndemo.py,"), ["ARC211 gone.py"]),
    "RECORD that does not list itself": (with_row(f"{RECORD},,\n".encode(), b""), [f"ARC211 {RECORD}"]),
    "an empty line in RECORD": (with_row(b"demo.py,", b"\ndemo.py,"), [f"ARC211 {RECORD}"]),
    "another digest": (with_row(b"demo.py,sha256=", b"demo.py,sha256=A"), ["ARC212 demo.py"]),
    "another size": (with_row(b",600\n", b",601\n"), ["ARC212 demo.py"]),
    "a digest by MD5": (with_row(b"demo.py,sha256=", b"demo.py,md5="), ["ARC212 demo.py"]),
    "no digest": (with_row(b"demo.py,sha256", b"demo.py,,\ndemo.py,=sha256"), ["ARC212 demo.py"]),
    "bytecode": (wheel({"__pycache__/demo.cpython-311.pyc": b""}), ["ARC213 __pycache__/demo.cpython-311.pyc"]),
    "an empty WHEEL": (wheel({WHEEL: b" \n"}), [f"ARC214 {WHEEL}"]),
    "a link": (wheel(demo=replace(DEMO, mode=0o120777)), ["ARC221 demo.py"]),
}

SOUND_WHEELS: dict[str, bytes] = {
    "as it is": SOUND,
    "a comment on the whole": zip_bytes(wheel_parts(), comment=b"made by hand"),
    "with a ZIP64 end": zip_bytes(wheel_parts(), zip64={}),
    "with ZIP64 sizes": wheel(demo=replace(DEMO, local={**FULL, "extra": WIDE}, central={**FULL, "extra": WIDE})),
    "with an empty ZIP64 field": wheel(demo=replace(DEMO, local={"extra": b"\1\0\0\0"})),
    "with an extra field of Unix times": wheel(demo=replace(DEMO, extra=b"UT\5\0\1abcd")),
    "with the same Unicode path": wheel(demo=replace(DEMO, extra=path_field(b"demo.py"))),
    "other flags in front": wheel(demo=replace(DEMO, local={"flags": 0})),
    "a file's mode": wheel(demo=replace(DEMO, mode=0o100644)),
    "folders, which RECORD does not list": zip_bytes([Part(b"demo/", mode=0o40755), *wheel_parts()]),
    "signatures, which RECORD does not list": zip_bytes([Part(f"{RECORD}.jws".encode(), b"{}"), *wheel_parts()]),
    "no size in RECORD": with_row(b",600\n", b",\n"),
    "backslashes in RECORD": zip_bytes([*wheel_parts({"demo/a.py": b""})[:-1], windows_record()]),
    "names beyond ASCII": wheel({"démo/日本.py": b""}),
    "a name with two dots in it": wheel({"demo/a..b.py": b"", "...py": b""}),
    "the same name in two folders": wheel({"a/demo.py": b"", "b/Demo.py": b""}),
    "scripts of all characters": of_script("Dé_mo.3-x"),
    "other entry points are free": wheel({ENTRY_POINTS: b"[babel.extractors]\na b/c = demo:main\n"}),
    "what obfuscators leave, in a text": wheel({"history.txt": PYARMOR + PYE}),
    "half of what an obfuscator leaves": wheel({"half.py": PYE[:30], "named.py": b"import " + PYARMOR[:11]}),
    "the end of one, in a large file": wheel({"large.py": b"#" * (6 << 20) + PYARMOR}),
    "an optimistic suffix": wheel({"demo.pycache": b""}),
}

BROKEN_SDISTS: dict[str, tuple[bytes, list[str]]] = {
    "no bytes": (b"", [f"ARC102 {SDIST_NAME}"]),
    "no gzip": (tar(PKG_INFO, SOURCE), [f"ARC102 {SDIST_NAME}"]),
    "no tar": (gzip.compress(b"x" * 10240), [f"ARC102 {SDIST_NAME}"]),
    "an empty tar": (gzip.compress(b""), [f"ARC102 {SDIST_NAME}"]),
    "cut off": (sdist(PKG_INFO, NOISE)[:-500], [f"ARC102 {SDIST_NAME}"]),
    "damaged": (damaged(sdist(PKG_INFO, NOISE)), [f"ARC102 {SDIST_NAME}"]),
    "a tar that is cut off": (gzip.compress(tar(PKG_INFO, NOISE)[:5000]), [f"ARC102 {SDIST_NAME}"]),
    "an extension of nothing": (gzip.compress(tar(member(LONG))[:1024] + bytes(1024)), [f"ARC102 {SDIST_NAME}"]),
    "a zip too": (sdist(PKG_INFO, SOURCE) + SOUND, [f"ARC103 {SDIST_NAME}", f"ARC223 {SDIST_NAME}"]),
    "no member": (sdist(), [f"ARC111 {SDIST_NAME}"]),
    "two folders": (sdist(PKG_INFO, member("demo-1.1/demo.py")), [f"ARC111 {SDIST_NAME}"]),
    "a file beside the folder": (sdist(PKG_INFO, member("setup.py")), [f"ARC111 {SDIST_NAME}"]),
    "no PKG-INFO": (sdist(SOURCE, member("demo-1.0/more.py")), ["ARC112 demo-1.0/PKG-INFO"]),
    "PKG-INFO in another folder": (
        sdist(SOURCE, member("demo-1.0/demo.egg-info/PKG-INFO")),
        ["ARC112 demo-1.0/PKG-INFO"],
    ),
    "a dot in front": (
        sdist(member("./demo-1.0/PKG-INFO"), member("./demo-1.0/demo.py")),
        ["ARC112 demo-1.0/PKG-INFO"],
    ),
    "GNU's sparse file": (sdist(PKG_INFO, member("demo-1.0/a", type=tarfile.GNUTYPE_SPARSE)), ["ARC113 demo-1.0/a"]),
    "a sparse file of pax": (
        sdist(PKG_INFO, member("demo-1.0/a", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0"})),
        ["ARC113 demo-1.0/a"],
    ),
    "PyArmor": (sdist(PKG_INFO, member("demo-1.0/armoured.py", PYARMOR)), ["ARC133 demo-1.0/armoured.py"]),
    "another checksum": (wrong_checksum(sdist(PKG_INFO, SOURCE)), [f"ARC202 {SDIST_NAME}"]),
    "no checksum": (sdist(PKG_INFO, SOURCE)[:-8], [f"ARC202 {SDIST_NAME}"]),
    "cut off after the tar's end": (sdist(PKG_INFO, SOURCE)[:-9], [f"ARC202 {SDIST_NAME}"]),
    "out of the folder": (sdist(PKG_INFO, member("demo-1.0/../evil.py")), ["ARC205 demo-1.0/../evil.py"]),
    "absolute": (
        sdist(PKG_INFO, member("/demo-1.0/evil.py")),
        ["ARC205 /demo-1.0/evil.py", f"ARC111 {SDIST_NAME}"],
    ),
    "case": (sdist(PKG_INFO, SOURCE, member("demo-1.0/DEMO.py")), ["ARC206 demo-1.0/DEMO.py"]),
    "a symbolic link": (sdist(PKG_INFO, SOURCE, LINK), ["ARC221 demo-1.0/link.py"]),
    "a hard link": (sdist(PKG_INFO, SOURCE, member("demo-1.0/l", type=tarfile.LNKTYPE)), ["ARC221 demo-1.0/l"]),
    "a device": (sdist(PKG_INFO, SOURCE, member("demo-1.0/null", type=tarfile.CHRTYPE)), ["ARC221 demo-1.0/null"]),
    "a broken header": (gzip.compress(BROKEN_THIRD), [f"ARC222 {SDIST_NAME}"]),
    "no end": (gzip.compress(tar(PKG_INFO, SOURCE)[:2048]), [f"ARC222 {SDIST_NAME}"]),
    "a header cut off": (gzip.compress(tar(PKG_INFO, SOURCE)[:2100]), [f"ARC222 {SDIST_NAME}"]),
    "another tar after it": (gzip.compress(tar(PKG_INFO, SOURCE) + tar(PKG_INFO)), [f"ARC223 {SDIST_NAME}"]),
    "bytes after it": (sdist(PKG_INFO, SOURCE) + b"hidden", [f"ARC223 {SDIST_NAME}"]),
    "a second stream after it": (sdist(PKG_INFO, SOURCE) + gzip.compress(b"hidden"), [f"ARC223 {SDIST_NAME}"]),
    "a file twice": (sdist(PKG_INFO, SOURCE, SOURCE), ["ARC224 demo-1.0/demo.py"]),
}

SOUND_SDISTS: dict[str, bytes] = {
    "as it is": sdist(PKG_INFO, SOURCE),
    "of GNU": sdist(PKG_INFO, SOURCE, member(LONG), form=tarfile.GNU_FORMAT),
    "of ustar": sdist(PKG_INFO, SOURCE, member(LONG[:150]), form=tarfile.USTAR_FORMAT),
    "of pax": sdist(PKG_INFO, SOURCE, member(LONG, pax_headers={"comment": "hi"})),
    "with a global pax header, as git archive writes": with_global_header(),
    "with folders": sdist(member("demo-1.0/", type=tarfile.DIRTYPE), PKG_INFO, SOURCE),
    "with numbers of base 256": sdist(PKG_INFO, member("demo-1.0/a", uid=1 << 30), form=tarfile.GNU_FORMAT),
    "PKG-INFO of others below it": sdist(
        member("demo-1.0/a/PKG-INFO", b"x"), PKG_INFO, SOURCE, member("demo-1.0/b/PKG-INFO", b"y")
    ),
    "in two streams": two_streams(tar(PKG_INFO, SOURCE)),
    "with zeros after it": sdist(PKG_INFO, SOURCE) + bytes(512),
    "with a name in the gzip header": named(tar(PKG_INFO, SOURCE)),
    "with signed checksums": gzip.compress(signed(tar(PKG_INFO, member("demo-1.0/é.py")))),
    "with the end of a zip in it": sdist(PKG_INFO, member("demo-1.0/a.zip", SOUND)),
}


def found(folder: Path, content: bytes, filename: str) -> list[str]:
    path = folder / filename
    path.write_bytes(content)
    return sorted(f"{finding.code} {finding.where}" for finding in ARCHIVE.run(inspect(path)))


@pytest.mark.parametrize(("content", "findings"), BROKEN_WHEELS.values(), ids=BROKEN_WHEELS)
def test_a_wheel_that_breaks_a_rule_is_told(content: bytes, findings: list[str], tmp_path: Path) -> None:
    """Each by the code of the rule and the member, and nothing else."""
    assert found(tmp_path, content, WHEEL_NAME) == sorted(findings)


@pytest.mark.parametrize("content", SOUND_WHEELS.values(), ids=SOUND_WHEELS)
def test_a_wheel_that_comes_near_passes(content: bytes, tmp_path: Path) -> None:
    """What PyPI takes and every installer reads alike."""
    assert found(tmp_path, content, WHEEL_NAME) == []


@pytest.mark.parametrize(("content", "findings"), BROKEN_SDISTS.values(), ids=BROKEN_SDISTS)
def test_an_sdist_that_breaks_a_rule_is_told(content: bytes, findings: list[str], tmp_path: Path) -> None:
    """Each by the code of the rule and the member, and nothing else."""
    assert found(tmp_path, content, SDIST_NAME) == sorted(findings)


@pytest.mark.parametrize("content", SOUND_SDISTS.values(), ids=SOUND_SDISTS)
def test_an_sdist_that_comes_near_passes(content: bytes, tmp_path: Path) -> None:
    """All forms of tar that are in use, and what tools in use write around them."""
    assert found(tmp_path, content, SDIST_NAME) == []


MIB = 1 << 20


@pytest.mark.parametrize(
    ("distribution", "findings"),
    [
        (Distribution(WHEEL_NAME, 100 * MIB, Kind.WHEEL), []),
        (Distribution(WHEEL_NAME, 100 * MIB + 1, Kind.WHEEL), ["ARC105"]),
        (Distribution(WHEEL_NAME, MIB, Kind.WHEEL, unpacked=64 * MIB), []),
        (Distribution(WHEEL_NAME, MIB, Kind.WHEEL, unpacked=64 * MIB + 1), ["ARC104"]),
        (Distribution(WHEEL_NAME, 2 * MIB, Kind.WHEEL, unpacked=100 * MIB), []),
        (Distribution(WHEEL_NAME, 2 * MIB, Kind.WHEEL, unpacked=100 * MIB + 1), ["ARC104"]),
        (Distribution(SDIST_NAME, MIB, Kind.SDIST, unpacked=100 * MIB), []),
    ],
)
def test_sizes_are_pypis(distribution: Distribution, findings: list[str]) -> None:
    """100 MiB for any file; for a zip of over 64 MiB unpacked, 50 times its size."""
    assert [finding.code for finding in ARCHIVE.run(distribution)] == findings


def test_every_check_is_met_by_a_case() -> None:
    """No rule is declared that no archive here breaks."""
    tables = [*BROKEN_WHEELS.values(), *BROKEN_SDISTS.values()]
    met = {finding.split()[0] for _, findings in tables for finding in findings} | {"ARC104", "ARC105"}
    assert met == {check.code for check in ARCHIVE.checks}
