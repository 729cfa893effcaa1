"""Tools that write files of their own, towncrier, scriv and uv: run on a copy, so that nothing is half written."""

from __future__ import annotations

import configparser
import posixpath
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.version import Version

from nox_release.complaints import last_line
from nox_release.environment import find_uv, for_installer, for_package_code
from nox_release.errors import Blocked
from nox_release.prepare.stating import Draft
from nox_release.process import Run
from nox_release.project.document import Source
from nox_release.project.tables import string, subtable
from nox_release.snapshot import Snapshot
from nox_release.toolbox import toolbox

Changes = Mapping[str, bytes | None]
"""Path below the workspace → what it is to hold; None: it is to go."""
LIMIT = 600.0
"""Seconds that a tool may take."""


@dataclass(frozen=True)
class Collector:
    """What puts the fragments of a package's changelog together."""

    tool: str
    """``towncrier`` or ``scriv``."""
    changelog: str
    """The file that it writes, relative to the package's folder."""

    def command(self, python: Path, version: Version, day: date) -> list[str | Path]:
        """Return the command that collects the fragments for *version*."""
        if self.tool == "scriv":  # it takes the date from the machine
            return [python, "-m", "scriv", "collect", "--version", str(version)]
        return [python, "-m", "towncrier", "build", "--yes", "--version", str(version), "--date", day.isoformat()]


def collector(source: Source) -> Collector | None:
    """Return what the package's own configuration says of fragments; None where it says nothing."""
    tools = subtable(source.toml("pyproject.toml") or {}, "tool")
    own = source.toml("towncrier.toml") or {}
    if "towncrier" in tools or own:
        table = subtable(subtable(own, "tool") or tools, "towncrier")
        return Collector("towncrier", string(table, "filename", "NEWS.rst"))
    if "scriv" in tools:
        table = subtable(tools, "scriv")
        form = string(table, "format", "rst")
        return Collector("scriv", string(table, "changelog", f"CHANGELOG.{form}").replace("${config:format}", form))
    for path in ("scriv.ini", "setup.cfg", "tox.ini"):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(source.text(path) or "")
        except configparser.Error:
            continue
        for section in ("scriv", "tool.scriv"):
            if parser.has_section(section):
                form = parser.get(section, "format", fallback="rst")
                changelog = parser.get(section, "changelog", fallback=f"CHANGELOG.{form}")
                return Collector("scriv", changelog.replace("${config:format}", form))
    return None


def run_on_copy(
    files: Mapping[str, bytes],
    cwd: str,
    commands: Sequence[Sequence[str | Path]],
    run: Run,
    environ: Callable[[Path], Mapping[str, str]],
) -> dict[str, bytes | None]:
    """Return what the first of *commands* that succeeds changes in *files*.

    Its configuration may name code of the package, so it runs where that meets no secret.

    :param cwd: the folder where it runs, below the workspace.
    :param environ: makes its environment from an empty home.
    :raises Blocked: where none succeeds.
    """
    with tempfile.TemporaryDirectory(prefix="nox-release-") as scratch:
        folder, home = Path(scratch, "workspace"), Path(scratch, "home")
        home.mkdir()
        folder.mkdir()
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        said = ""
        for command in commands:
            done = run(command, cwd=folder / cwd, env=environ(home), timeout=LIMIT)
            if not done.code:
                return _changes(folder, files)
            said = said or last_line(done.output)
        words = " ".join(Path(str(word)).name if number == 0 else str(word) for number, word in enumerate(commands[-1]))
        raise Blocked(
            f"`{words}` failed in a copy of {cwd}: {said}; nothing was written",
            "see that it works there by hand, then run the command again",
        )


def _changes(folder: Path, before: Mapping[str, bytes]) -> dict[str, bytes | None]:
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found: dict[str, bytes | None] = {path: None for path in before if path not in there}
    for path, file in there.items():
        if (data := file.read_bytes()) != before.get(path):
            found[path] = data
    return found


def kept(old: bytes, new: bytes) -> str:
    """Return the first line with something in it that *new* has lost or moved; empty where it keeps them all."""
    rest = iter(new.splitlines())
    lost = (line for line in old.splitlines() if line.strip() and line not in rest)
    return next(lost, b"").decode(errors="replace")


@dataclass(frozen=True)
class Tools:
    """Has such tools run for a package, on what a draft says."""

    snapshot: Snapshot
    environ: Mapping[str, str]
    """Without credentials."""
    run: Run
    toolbox: Callable[[str, Mapping[str, str]], Path] = toolbox
    """Returns the interpreter of a virtualenv with pinned tools."""

    def collect(self, draft: Draft, directory: str, found: Collector, version: Version, day: date) -> Draft:
        """Return *draft* with the changelog of the package in *directory* written by its own tool.

        :raises Blocked: where that fails, or would lose a line.
        """
        command, files = (
            found.command(self.toolbox("prepare", self.environ), version, day),
            self._files(draft, directory),
        )
        made = run_on_copy(files, directory, [command], self.run, lambda home: for_package_code(self.environ, home))
        for path, data in made.items():
            if data is not None and (lost := kept(files.get(path, b""), data)):
                raise Blocked(
                    f"{found.tool} would lose a line of {path}: {lost!r}; nothing was written",
                    f"look at what {found.tool} is told about that file",
                )
        return draft.with_files(made)

    def lock(self, draft: Draft, names: Sequence[str]) -> tuple[Draft, tuple[str, ...]]:
        """Return *draft* with the lock files of uv that speak of *names* refreshed, and notes about those of poetry.

        :raises Blocked: where that fails.
        """
        notes, start = [], draft
        for path in self.snapshot.files:
            folder, name = posixpath.split(path)
            if name not in ("poetry.lock", "uv.lock"):
                continue
            there = start(path) or b""
            if not any(f'name = "{each}"'.encode() in there for each in names):
                continue
            if name == "poetry.lock":
                notes.append(f"{path} is not refreshed: run `poetry lock` in {folder or 'its folder'}")
            else:
                if not (uv := find_uv()):
                    raise Blocked(f"{path} cannot be refreshed: uv is not installed", "pip install uv")
                lock, files = [uv, "lock", "--no-progress"], self._files(start, folder or ".")
                commands = [[*lock, "--offline"], lock]
                made = run_on_copy(
                    files, folder or ".", commands, self.run, lambda home: for_installer(self.environ, home)
                )
                draft = draft.with_files({path: made[path]} if path in made else {})
        return draft, tuple(notes)

    def _files(self, draft: Draft, directory: str) -> dict[str, bytes]:
        start = "" if directory == "." else f"{directory}/"
        paths = {*(f"{start}{path}" for path in self.snapshot.below(directory)), *draft.changed}
        return {path: data for path in paths if path.startswith(start) and (data := draft(path)) is not None}
