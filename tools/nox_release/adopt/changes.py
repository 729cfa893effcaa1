"""Changes of files: shown as a diff, and made together or not at all."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nox_release.errors import Blocked, Misuse


@dataclass(frozen=True)
class Change:
    """One file that is to be written."""

    path: Path
    name: str
    """Relative to the workspace."""
    before: bytes | None
    """None where there is no such file."""
    after: bytes

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff."""
        old, new = (_lines(content or b"") for content in (self.before, self.after))
        source = "/dev/null" if self.before is None else f"a/{self.name}"
        for line in difflib.unified_diff(old, new, source, f"b/{self.name}"):
            yield line.rstrip("\r\n")
            if not line.endswith(("\n", "\r")):
                yield "\\ No newline at end of file"


def _lines(content: bytes) -> list[str]:
    return [line.decode("utf-8", errors="replace") for line in content.splitlines(keepends=True)]


def content(root: Path, name: str) -> bytes | None:
    """Return what the file *name* of the workspace holds; None where there is none.

    :raises Misuse: where it cannot be read.
    """
    try:
        return (root / name).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Misuse(f"{name} cannot be read: {error.strerror}", "mend that, then run the command again") from None


def write(changes: Sequence[Change]) -> None:
    """Write all files: each is made beside its place, and takes it once all are made.

    :raises Blocked: where one has changed since it was read, or cannot be written; then none is.
    """
    made: list[tuple[Path, Path]] = []
    try:
        for change in changes:
            target = change.path.resolve()  # a link stays one
            if (target.read_bytes() if target.exists() else None) != change.before:
                raise Blocked(f"{change.name} has changed in the meantime", "run the command again")
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            made.append((Path(name), target))
            with os.fdopen(handle, "wb") as file:
                file.write(change.after)
            Path(name).chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
        for new, target in made:
            new.replace(target)
    except OSError as error:
        raise Blocked(f"cannot write {error.filename}: {error.strerror}", "see who may write there") from None
    finally:
        for new, _ in made:
            with contextlib.suppress(FileNotFoundError):
                new.unlink()
