"""Wheels and sdists made by hand, sound ones and others."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}"
WHEEL = "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def member(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    """A member of a tar; *fields* are attributes of TarInfo."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def tar_gz(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]], time: float = 1.0) -> Path:
    """Write a ``.tar.gz`` of *members* as they are."""
    packed = io.BytesIO()
    with gzip.GzipFile(path.name, "wb", fileobj=packed, mtime=time) as zipped, tarfile.open(
        fileobj=zipped, mode="w"
    ) as tar:  # fmt: skip
        for info, content in members:
            tar.addfile(info, io.BytesIO(content) if info.isreg() else None)
    path.write_bytes(packed.getvalue())
    return path


def make_sdist(
    folder: Path, files: Mapping[str, str], name: str = "demo", version: str = "1.0", more: str = ""
) -> Path:
    """Write a sound sdist with *files* besides its PKG-INFO."""
    top = f"{name}-{version}"
    files = {"PKG-INFO": METADATA.format(name=name, version=version, more=more), **files}
    return tar_gz(folder / f"{top}.tar.gz", [member(f"{top}/{path}", text.encode()) for path, text in files.items()])


def make_wheel(
    folder: Path,
    files: Mapping[str, str],
    name: str = "demo",
    version: str = "1.0",
    more: str = "",
    entry_points: str = "",
) -> Path:
    """Write a sound, installable wheel with *files* besides its metadata.

    :param more: further lines of METADATA.
    """
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    contents = {**files, f"{info}/METADATA": METADATA.format(name=name, version=version, more=more)}
    contents[f"{info}/WHEEL"] = WHEEL
    if entry_points:
        contents[f"{info}/entry_points.txt"] = entry_points
    record = "".join(f"{name},sha256={_digest(text)},{len(text.encode())}\n" for name, text in contents.items())
    contents[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    return make_zip(path, contents)


def make_zip(path: Path, files: Mapping[str, str]) -> Path:
    """Write a zip of *files*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)  # which has no time of day in it
            info.external_attr = 0o644 << 16
            archive.writestr(info, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
