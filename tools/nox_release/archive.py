"""Wheels and sdists → values, without trusting them: nothing is written but where a caller says."""

from __future__ import annotations

import configparser
import gzip
import hashlib
import io
import posixpath
import re
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
SIZE_LIMIT = 1 << 30
"""Bytes that an archive may hold unpacked; PyPI takes 100 MiB packed."""


class Unsound(Exception):
    """The archive cannot be read, or does what no archive of a package does; the message says what."""


@dataclass(frozen=True)
class Sdist:
    """A source distribution (PyPA specification "Source distribution format")."""

    filename: str
    top: str
    """The one folder that holds everything."""
    files: tuple[str, ...]
    """Paths of the files below it."""
    metadata: Message
    """Its PKG-INFO."""


@dataclass(frozen=True)
class Wheel:
    """A wheel (PyPA specification "Binary distribution format")."""

    filename: str
    files: tuple[str, ...]
    metadata: Message
    """Its METADATA."""
    entry_points: Mapping[str, Mapping[str, str]]
    """Group → name → object."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of the public modules that it installs, in order.

        Not those with a leading underscore, programs (``__main__``), or tests, which need what tests need.
        """
        return public_modules(self.files)

    @property
    def roots(self) -> tuple[str, ...]:
        """Top-level files and folders that it installs into site-packages."""
        info = {path.split("/")[0] for path in self.files if path.split("/")[0].endswith((".dist-info", ".data"))}
        return tuple(sorted({path.split("/")[0] for path in self.files} - info))


_TESTS = frozenset({"tests", "test", "conftest"})


def public_modules(files: Iterable[str]) -> tuple[str, ...]:
    """Names of the public modules among *files*, paths below site-packages; see :attr:`Wheel.modules`."""
    found = set()
    for path in files:
        parts = path.split("/")
        stem, _, suffix = parts[-1].partition(".")
        compiled = suffix.rpartition(".")[2] in {"so", "pyd"}
        if suffix != "py" and not compiled:
            continue
        name = parts[:-1] if stem == "__init__" else [*parts[:-1], stem]
        if name and all(part.isidentifier() and part[0] != "_" and part not in _TESTS for part in name):
            found.add(".".join(name))
    return tuple(sorted(found))


def read_sdist(path: Path) -> Sdist:
    """Read a ``.tar.gz``.

    :raises Unsound: where it is none, has several top folders, links, or paths that lead out of it.
    """
    files = []
    try:
        with tarfile.open(path, "r:gz") as tar:
            tops = set()
            total = 0
            metadata: Message | None = None
            for member in tar:
                name = _safe(member.name)
                top, _, rest = name.partition("/")
                tops.add(top)
                if member.isdir():
                    continue
                if not member.isreg():
                    raise Unsound(f"{member.name} is no regular file")
                total += member.size
                if total > SIZE_LIMIT:
                    raise Unsound(f"it unpacks to more than {SIZE_LIMIT} bytes")
                files.append(rest)
                if rest == "PKG-INFO":
                    content = tar.extractfile(member)
                    assert content is not None
                    metadata = _message(content.read())
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise Unsound(f"it is no readable .tar.gz: {error}") from None
    if len(tops) != 1:
        raise Unsound(f"it has {len(tops)} top folders, not one")
    if metadata is None:
        raise Unsound("it has no PKG-INFO")
    return Sdist(path.name, tops.pop(), tuple(sorted(files)), metadata)


def unpack_sdist(path: Path, destination: Path) -> Path:
    """Write the files of a sound sdist below *destination* and return its top folder.

    :raises Unsound: see :func:`read_sdist`.
    """
    sdist = read_sdist(path)
    with tarfile.open(path, "r:gz") as tar:
        for member in tar:
            target = destination / _safe(member.name)
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None
            with target.open("wb") as file:
                while piece := content.read(1 << 20):
                    file.write(piece)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)
    return destination / sdist.top


def repack_sdist(path: Path, epoch: int) -> None:
    """Write a sound sdist anew so that the same files are the same bytes, whoever packed them and when.

    Members in order of their names, one time, no owners, two modes; a gzip header without time or name.
    """
    packed = io.BytesIO()
    with (
        tarfile.open(path, "r:gz") as old,
        gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0, compresslevel=9) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda item: item.name):
            clean = tarfile.TarInfo(member.name)
            clean.type, clean.linkname = member.type, member.linkname
            clean.mtime = epoch
            clean.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            clean.size = member.size
            new.addfile(clean, old.extractfile(member) if member.isreg() else None)
    path.write_bytes(packed.getvalue())


def read_wheel(path: Path) -> Wheel:
    """Read a wheel.

    :raises Unsound: where it is no zip, or lacks one ``.dist-info`` with METADATA, WHEEL and RECORD.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [_safe(item.filename) for item in archive.infolist() if not item.is_dir()]
            if sum(item.file_size for item in archive.infolist()) > SIZE_LIMIT:
                raise Unsound(f"it unpacks to more than {SIZE_LIMIT} bytes")
            infos = {name.split("/")[0] for name in names if name.split("/")[0].endswith(".dist-info")}
            if len(infos) != 1:
                raise Unsound(f"it has {len(infos)} .dist-info folders, not one")
            (info,) = infos
            if missing := [name for name in ("METADATA", "WHEEL", "RECORD") if f"{info}/{name}" not in names]:
                raise Unsound(f"{info} has no {missing[0]}")
            metadata = _message(archive.read(f"{info}/METADATA"))
            entry_points = f"{info}/entry_points.txt"
            points = archive.read(entry_points) if entry_points in names else b""
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unsound(f"it is no readable zip: {error}") from None
    return Wheel(path.name, tuple(sorted(names)), metadata, _entry_points(points))


def wheel_metadata(path: Path) -> bytes:
    """Return the METADATA of a sound wheel as it stands there."""
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if _METADATA.fullmatch(name))
        return archive.read(name)


def embedded_sboms(path: Path) -> dict[str, str]:
    """Return the bills of materials in a sound wheel (PEP 770): path → sha256."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if is_sbom(name)]
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}


def is_sbom(name: str) -> bool:
    """Whether a path in a wheel is that of a bill of materials."""
    folder, _, rest = name.partition("/")
    return folder.endswith(".dist-info") and rest.startswith("sboms/") and not name.endswith("/")


def _entry_points(content: bytes) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(content.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise Unsound(f"entry_points.txt cannot be read: {str(error).splitlines()[0]}") from None
    return {group: dict(parser[group]) for group in parser.sections()}


def _safe(name: str) -> str:
    path = posixpath.normpath(name)
    if name.startswith(("/", "\\")) or path.startswith("..") or "\\" in name or ":" in name.split("/")[0]:
        raise Unsound(f"{name!r} leads out of the archive")
    return path


def _message(content: bytes) -> Message:
    return BytesParser(policy=compat32).parsebytes(content)
