"""The store of evidence and artifacts: content-addressed, atomic, and whole after a kill at any point.

Everything is written beside its place and renamed into it. A file of evidence is found by the digest of
all inputs of its stage, an artifact by the digest of its bytes; so two commands at once can only write
the same thing, and nothing that is found can be half of something.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nox_release.model import Artifact, Evidence, Kind, Stage
from nox_release.record import from_json, to_json

FOLDER = ".nox-release"
"""Name of the store, below the workspace root."""
_LONGEST = 7 * 24 * 3600.0
"""Seconds that no stage takes: evidence from a cache of a CI may say anything, and plans add up what it says."""


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file that is either wholly there or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Store:
    """The door to evidence on disk."""

    def __init__(self, workspace: Path) -> None:
        self.root = workspace / FOLDER
        self.dist = workspace / "dist"

    def prepare(self) -> None:
        """Make the folders, and keep git and backups away from them."""
        for folder in (self.root, self.dist):
            if not (folder / ".gitignore").exists():
                write_atomically(folder / ".gitignore", b"# written by nox-release\n*\n")
        if not (self.root / "CACHEDIR.TAG").exists():
            write_atomically(self.root / "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")

    def folder(self, *parts: str) -> Path:
        """Return a folder of the store, made where it is not there."""
        path = self.root.joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _record(self, stage: Stage, package: str, inputs: str) -> Path:
        return self.root / "evidence" / stage / package / f"{inputs}.json"

    def read(self, stage: Stage, package: str, inputs: str) -> Evidence | None:
        """Return what was recorded for exactly these inputs, passed or not; None where nothing readable is."""
        try:
            evidence = from_json(Evidence, self._record(stage, package, inputs).read_bytes())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None  # damaged is absent: the stage runs again
        return evidence if (evidence.stage, evidence.package, evidence.inputs) == (stage, package, inputs) else None

    def find(self, stage: Stage, package: str, inputs: str) -> Evidence | None:
        """Return passed evidence for exactly these inputs whose artifacts are there, byte for byte."""
        evidence = self.read(stage, package, inputs)
        if evidence is None or not evidence.passed or not all(self.holds(item) for item in evidence.artifacts):
            return None
        return evidence

    def save(self, evidence: Evidence) -> None:
        """Record *evidence* under its inputs."""
        path = self._record(evidence.stage, evidence.package, evidence.inputs)
        write_atomically(path, to_json(evidence).encode())

    def newest(self, stage: Stage, package: str) -> float | None:
        """Seconds that *package* took the last time that its *stage* was run; None where that is not known."""
        try:  # read by hand: only an estimate rests on it, and a plan asks thousands of times
            found = self._records(stage, package)
            seconds = float(json.loads(found[-1].read_bytes())["duration"]) if found else None
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None
        return seconds if seconds is not None and 0 <= seconds < _LONGEST else None

    def last(self, stage: Stage, package: str) -> Evidence | None:
        """Return what was recorded last, whatever its inputs were; None where nothing readable is."""
        try:
            found = self._records(stage, package)
            return from_json(Evidence, found[-1].read_bytes()) if found else None
        except (OSError, ValueError):
            return None

    def _records(self, stage: Stage, package: str) -> list[Path]:
        """The files of all that was recorded, the last one at the end."""
        try:
            with os.scandir(self.root / "evidence" / stage / package) as entries:
                found = [(entry.stat().st_mtime, entry.path) for entry in entries if entry.name.endswith(".json")]
        except FileNotFoundError:
            return []
        return [Path(path) for _, path in sorted(found)]

    def path(self, artifact: Artifact) -> Path:
        """Where the bytes of *artifact* are, under its own name."""
        return self.root / "artifacts" / artifact.sha256 / artifact.filename

    def readme(self, wheel: Artifact) -> Path:
        """Where the README of *wheel* is, as an index will show it; verify-artifacts leaves it there."""
        return self.root / "readmes" / f"{wheel.sha256}.html"

    def holds(self, artifact: Artifact) -> bool:
        """Whether the bytes are there and are the right ones."""
        path = self.path(artifact)
        return path.is_file() and path.stat().st_size == artifact.size and sha256(path) == artifact.sha256

    def add(self, path: Path) -> Artifact:
        """Take a built file into the store."""
        kind = Kind.WHEEL if path.suffix == ".whl" else Kind.SDIST
        artifact = Artifact(path.name, kind, sha256(path), path.stat().st_size)
        if not self.holds(artifact):
            _copy(path, self.path(artifact))
        return artifact

    def deliver(self, package: str, artifacts: Iterable[Artifact], files: dict[str, bytes]) -> Path:
        """Make ``dist/PACKAGE`` hold exactly *artifacts* and *files*: what was there is gone.

        The folder is prepared beside its place. A kill in between leaves the old one, none, or the new one.
        """
        target = self.dist / package
        wanted = {artifact.filename: artifact for artifact in artifacts}
        self.dist.mkdir(parents=True, exist_ok=True)
        with self.lock(f"dist-{package}"):
            if target.is_dir() and {path.name for path in target.iterdir()} == {*wanted, *files}:
                same = all((target / name).read_bytes() == content for name, content in files.items())
                if same and all(sha256(target / name) == artifact.sha256 for name, artifact in wanted.items()):
                    return target
            new = Path(tempfile.mkdtemp(dir=self.folder("tmp"), prefix=f"new-{package}-"))
            for name, artifact in wanted.items():
                shutil.copyfile(self.path(artifact), new / name)
            for name, content in files.items():
                (new / name).write_bytes(content)
            new.chmod(0o755)
            if target.exists():  # moved away in one step: another command may sweep at any moment
                target.rename(new.with_name(f"old-{new.name}"))
            new.rename(target)
        self.sweep()
        return target

    def sweep_logs(self, keep: int = 20) -> None:
        """Take away the logs of all but the newest commands."""
        for path in sorted(self.folder("logs").glob("2*"))[:-keep]:
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self) -> None:
        """Take away what replaced deliveries and killed commands left behind, and downloads that nobody asks for."""
        for path in self.folder("tmp").glob("old-*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.folder("tmp").glob("new-*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - 3600:  # nobody takes an hour to copy a few files
                    shutil.rmtree(path, ignore_errors=True)
        for path in (self.root / "downloads").glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - 30 * 24 * 3600:  # each use makes it new
                    shutil.rmtree(path, ignore_errors=True)
        for pattern in ("order-*", "preflight-*"):
            for path in self.folder("tmp").glob(pattern):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < time.time() - 24 * 3600:  # read by its worker within seconds
                        path.unlink()

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Keep other commands out; the system lets go of it when this process ends, however it ends."""
        with (self.folder("locks") / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def try_lock(self, name: str) -> Iterator[bool]:
        """Like :meth:`lock`, without waiting: False where another command has it."""
        with (self.folder("locks") / f"{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as out, source.open("rb") as into:
        shutil.copyfileobj(into, out)
    Path(name).chmod(0o644)
    Path(name).replace(target)
