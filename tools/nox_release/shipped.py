"""What a wheel or an sdist ships → :class:`nox_release.difference.Shipped`; each file is read once at most."""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
import zipfile
from email.message import Message
from pathlib import Path, PurePosixPath

from nox_release.archive import SIZE_LIMIT, Unsound, read_sdist, read_wheel
from nox_release.difference import Shipped

_TOLD_BY_FIELD = frozenset({".dist-info/METADATA", ".dist-info/RECORD", "PKG-INFO"})


def shipped(path: Path) -> Shipped:
    """Read a wheel or a ``.tar.gz``.

    :raises Unsound: where it cannot be read.
    """
    return _wheel(path) if path.suffix == ".whl" else _sdist(path)


def _wheel(path: Path) -> Shipped:
    wheel = read_wheel(path)
    files, sizes = {}, {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = {item.filename: item for item in archive.infolist() if not item.is_dir()}
            record = next(name for name in members if name.endswith(".dist-info/RECORD") and name.count("/") == 1)
            text = archive.read(record).decode("utf-8", "replace")
            digests = {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) > 1}
    except (zipfile.BadZipFile, OSError, ValueError, csv.Error) as error:
        raise Unsound(f"{path.name} cannot be read: {error}") from None
    for name, item in members.items():
        top, _, rest = name.partition("/")
        short = f".dist-info/{rest}" if top.endswith(".dist-info") else name
        if short not in _TOLD_BY_FIELD:
            files[short] = digests.get(name) or f"crc32={item.CRC}"
            sizes[short] = item.file_size
    points = {f"{group}: {name}": value for group, table in wheel.entry_points.items() for name, value in table.items()}
    return Shipped(path.name, files, sizes, _fields(wheel.metadata), points)


def _sdist(path: Path) -> Shipped:
    sdist = read_sdist(path)
    files, sizes = {}, {}
    with tarfile.open(path, "r:gz") as tar:
        for member in tar:
            short = member.name.partition("/")[2]
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None and short not in _TOLD_BY_FIELD:
                files[short] = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
                sizes[short] = member.size
    return Shipped(path.name, files, sizes, _fields(sdist.metadata))


def _fields(metadata: Message) -> dict[str, tuple[str, ...]]:
    return {key.lower(): tuple(str(value) for value in metadata.get_all(key, [])) for key in metadata}


_ASIDE = frozenset({"tests", "test", "_vendor", "_vendored", "vendored"})


def unpack_sources(wheel: Path, destination: Path) -> Path:
    """Write the Python sources and stubs of a wheel below *destination*; neither tests nor vendored copies.

    :raises Unsound: where it cannot be read, or its paths lead elsewhere.
    """
    destination.mkdir(parents=True)
    left = SIZE_LIMIT
    try:
        names = read_wheel(wheel).files
        with zipfile.ZipFile(wheel) as archive:
            for name in names:
                parts = PurePosixPath(name).parts
                if parts[0].endswith(".data") and parts[1:2] in (("purelib",), ("platlib",)):
                    parts = parts[2:]
                if not parts or parts[0].endswith(".data") or not name.endswith((".py", ".pyi")) or _ASIDE & set(parts):
                    continue
                target = destination.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.read(name)
                left -= len(content)
                if left < 0:
                    raise Unsound(f"{wheel.name} unpacks to more than {SIZE_LIMIT} bytes")
                target.write_bytes(content)
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, RuntimeError, NotImplementedError) as error:
        raise Unsound(f"{wheel.name} cannot be unpacked: {error}") from None
    return destination
