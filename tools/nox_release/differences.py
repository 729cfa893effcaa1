"""Two archives that should be the same, and where they differ."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nox_release.archive import Unsound
from nox_release.leaks import SCRATCH


@dataclass(frozen=True)
class Difference:
    """One thing that two archives do not have in common."""

    member: str
    """Empty where it is no file of theirs: the order, the packing."""
    what: str
    """In words, the likely cause with it."""
    contents: bool = True
    """What is unpacked differs, too; else only how it is packed."""
    common: bool = True
    """Both archives have the member."""


@dataclass(frozen=True)
class _Packed:
    digest: str
    time: str
    mode: str


SHOWN = 3
"""Members whose first difference is looked for."""


def differences(one: Path, other: Path, here: str = "the first", there: str = "the second") -> tuple[Difference, ...]:
    """Return where two sdists or two wheels differ: contents first; nothing where the bytes are the same.

    :param here: what *one* is called in the answer.
    :param there: what *other* is called.
    :raises Unsound: where one of them cannot be read.
    """
    if _digest(one) == _digest(other):
        return ()
    try:
        return _differences(one, other, here, there)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Unsound(f"{one.name} cannot be compared: {error}") from None


def _differences(one: Path, other: Path, here: str, there: str) -> tuple[Difference, ...]:
    mine, others = dict(_members(one)), dict(_members(other))
    found = [Difference(name, f"only in {here}", common=False) for name in mine if name not in others]
    found += [Difference(name, f"only in {there}", common=False) for name in others if name not in mine]
    common = [name for name in mine if name in others]
    changed = [name for name in common if mine[name].digest != others[name].digest]
    if found or len(changed) > 1:  # then RECORD differs because they do
        changed = [name for name in changed if not name.endswith(".dist-info/RECORD")]
    ours, theirs = (_contents(path, set(changed[:SHOWN])) for path in (one, other))
    found += [Difference(name, _first(ours[name], theirs[name], name)) for name in changed[:SHOWN]]
    found += [Difference(name, "its content") for name in changed[SHOWN:]]
    if found:
        return tuple(found)
    for what in ("time", "mode"):
        apart = [name for name in common if getattr(mine[name], what) != getattr(others[name], what)]
        if apart:
            values = f"{getattr(mine[apart[0]], what)} and {getattr(others[apart[0]], what)}"
            more = f", and that of {len(apart) - 1} more" if len(apart) > 1 else ""
            found.append(Difference(apart[0], f"its {what} ({values}){more}", contents=False))
    if list(mine) != list(others):
        found.append(Difference("", "the order of the members", contents=False))
    if not found and one.suffix == ".gz" and _gzip_time(one) != _gzip_time(other):
        found.append(Difference("", "the time in the header of gzip", contents=False))
    return tuple(found) or (Difference("", "how it is packed, not what is in it", contents=False),)


def _gzip_time(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)[4:]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _members(path: Path) -> Iterator[tuple[str, _Packed]]:
    """Yield the files of a sound archive with what is told of them, each read once."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            for item in wheel.infolist():
                with wheel.open(item) as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
                time = "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*item.date_time)
                yield item.filename, _Packed(digest, time, oct(item.external_attr >> 16))
        return
    with tarfile.open(path, "r:gz") as sdist:
        for member in sdist:
            inside = sdist.extractfile(member)
            digest = "" if inside is None else hashlib.file_digest(inside, "sha256").hexdigest()  # type: ignore[arg-type]
            yield member.name, _Packed(digest, str(member.mtime), oct(member.mode))


def _contents(path: Path, names: set[str]) -> dict[str, bytes]:
    """Read the members called *names*."""
    if not names:
        return {}
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in names}
    found = {}
    with tarfile.open(path, "r:gz") as sdist:
        for member in sdist:
            if member.name in names and (stream := sdist.extractfile(member)) is not None:
                found[member.name] = stream.read()
    return found


_TIME = re.compile(rb"\d{1,2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}|\b1[6-9]\d{8,}")
_PATH = re.compile(rb"(?:[\\/][\w.@+-]+){2,}")
_SHOWN = 40
"""Characters of a line around the first difference."""


def _first(one: bytes, other: bytes, name: str) -> str:
    """Return the first line or byte that differs, and what is likely behind it."""
    if b"\0" in one[:8192] or b"\0" in other[:8192]:
        return f"its content from byte {_apart(one, other):,} on ({_binary_cause(one, other, name)})"
    ours, theirs = one.splitlines(), other.splitlines()
    if ours == theirs:
        return "its line endings"
    at = _apart(ours, theirs)
    a, b = (lines[at] if at < len(lines) else b"" for lines in (ours, theirs))
    start = max(0, _apart(a, b) - _SHOWN // 2)
    shown = " and ".join(repr(line[start : start + _SHOWN].decode(errors="replace").strip()) for line in (a, b))
    return f"its content, line {at + 1}: {shown} ({_text_cause(a, b, sorted(ours) == sorted(theirs))})"


def _apart(one: Sequence[object], other: Sequence[object]) -> int:
    """Return where two sequences that differ do so first."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _binary_cause(one: bytes, other: bytes, name: str) -> str:
    if SCRATCH.encode() in one + other:
        return "it names the folder of the build; compile with -ffile-prefix-map, or with -g0"
    return "compiled code" if name.endswith((".so", ".pyd", ".a", ".dylib")) else "no text"


def _text_cause(one: bytes, other: bytes, reordered: bool) -> str:
    if reordered:
        return "the same lines in another order; sort them"
    if _TIME.search(one) and _TIME.sub(b"", one) == _TIME.sub(b"", other):
        return "a time; use SOURCE_DATE_EPOCH"
    if _PATH.search(one) and _PATH.sub(b"", one) == _PATH.sub(b"", other):
        return "a folder of the build; write a relative path"
    return "what a build writes must follow from the source alone"
