"""Installs releases as the indexes are at the moment, and sees what works."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from nox_release.archive import public_modules
from nox_release.checks.prefixes import CONFLICT, Tried
from nox_release.complaints import complaint, last_line, refusal
from nox_release.environment import Installer, Venv
from nox_release.errors import Blocked
from nox_release.matrix import Interpreter, Resolution
from nox_release.prefixes import Release, sibling_requirements
from nox_release.probe import crashed, inspect
from nox_release.process import Log

_REFUSED = re.compile(
    r"No solution found|Failed to (download and )?build|no wheels? with a matching"  # uv
    r"|No matching distribution|ResolutionImpossible|subprocess-exited-with-error|metadata-generation-failed"  # pip
)
"""What installers say of packages; all else that they say is of the machine or of the network."""
_UNASKED = re.compile(r"could not be queried|network connectivity is disabled")
"""What they add where they could not ask an index after all."""


@dataclass
class Ground:
    """Where releases are installed; what was installed once in the same versions is not installed again."""

    installer: Installer
    environ: Mapping[str, str]
    """For code of packages: without credentials."""
    run: Log
    folder: Path
    indexes: tuple[str, ...]
    """Simple APIs whose files count beside those that the installer is configured for."""
    siblings: frozenset[str]
    """The packages of the workspace."""
    installed: int = 0
    """How often something was installed."""
    _known: dict[tuple[object, ...], Tried] = field(default_factory=dict)
    _locks: dict[tuple[object, ...], threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def install(self, release: Release, resolution: Resolution, python: Interpreter) -> Tried:
        """Install *release* as the indexes are now, and see what works.

        :raises Blocked: where that cannot be known, as without a network.
        """
        folder = Path(tempfile.mkdtemp(dir=self.folder, prefix=f"{release.name}-{resolution}-"))
        try:
            pins, refused = self._resolve(release, resolution, python, folder)
            beside = tuple(sorted(pin.replace("==", " ") for pin in pins if self._is_sibling(pin, release)))
            if refused:
                return Tried(beside, refused)
            key = (release, python, *pins)
            with self._lock:
                alone = self._locks.setdefault(key, threading.Lock())
            with alone:
                if key not in self._known:
                    self._known[key] = self._look(release, python, pins, beside, folder)
                return self._known[key]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _is_sibling(self, pin: str, release: Release) -> bool:
        name = canonicalize_name(pin.partition("==")[0].partition(" ")[0])
        return name in self.siblings and name != release.name

    def _resolve(
        self, release: Release, resolution: Resolution, python: Interpreter, folder: Path
    ) -> tuple[tuple[str, ...], str]:
        """Return the versions that an installer chooses, or why there are none that fit together."""
        exact = f"{release.name}=={release.version}"
        if not self.installer.uv:  # the matrix has left out the lowest, which pip cannot
            venv = self.installer.create(folder / "resolver", self.run, python.path)
            report = folder / "report.json"
            options = ["--dry-run", "--quiet", "--report", str(report), *self._options]
            done = self.installer.install(venv, [*options, exact], self.run)
            if done.code:
                return (), why_not(done.output)
            chosen = [item["metadata"] for item in json.loads(report.read_text())["install"]]
            return tuple(sorted(f"{canonicalize_name(item['name'])}=={item['version']}" for item in chosen)), ""
        lowest = resolution is Resolution.LOWEST
        wanted = folder / "wanted.txt"
        # What is named itself comes at its lowest, so only siblings are; all else comes as it would for a user.
        wanted.write_text("\n".join((exact, *(sibling_requirements(release, self.siblings) if lowest else ()))))
        choice = "lowest-direct" if lowest else "highest"
        done = self.installer.resolve(wanted, python.path, self.run, *self._options, resolution=choice)
        if done.code:
            return (), why_not(done.output)
        return tuple(sorted(line for line in done.output.splitlines() if line and line[0].isalnum())), ""

    @property
    def _options(self) -> tuple[str, ...]:
        if not self.installer.uv:
            return tuple(part for url in self.indexes for part in ("--extra-index-url", url))
        fresh = (part for name in sorted(self.siblings) for part in ("--refresh-package", name))
        indexes = (part for url in self.indexes for part in ("--index", url))
        return (*indexes, "--index-strategy", "unsafe-best-match", *fresh)

    def _look(
        self, release: Release, python: Interpreter, pins: Sequence[str], beside: tuple[str, ...], folder: Path
    ) -> Tried:
        venv = self.installer.create(folder / "venv", self.run, python.path)
        with self._lock:
            self.installed += 1
        done = self.installer.install(venv, [*self._options, *pins], self.run, dependencies=False)
        if done.code:
            return Tried(beside, why_not(done.output))
        failed = {}
        checked = self.installer.check(venv, self.run)
        if checked.code:
            about = [line for line in checked.output.splitlines() if release.name in line]
            failed[CONFLICT] = about[0] if about else last_line(checked.output)
        modules = public_modules(shipped_by(venv, release.name))
        answers = inspect(venv, release.name, modules, self.run, self.environ, folder)
        for answer in answers:
            if "error" in answer:
                what = f"import {answer['module']}" if "module" in answer else f"entry point {answer['point']}"
                said = str(answer["message"]).replace(f"{venv.site}/", "")  # the virtualenv is gone when it is read
                failed[what] = f"{answer['error']}: {said}"
        if ended := crashed(answers):
            failed[f"import {ended}"] = "the interpreter ended"
        return Tried(beside, failed=failed)


def shipped_by(venv: Venv, name: str) -> Iterator[str]:
    """Yield the files that the distribution *name* has in *venv*."""
    for info in venv.site.glob("*.dist-info"):
        if canonicalize_name(info.name.removesuffix(".dist-info").rpartition("-")[0]) == name:
            with (info / "RECORD").open(encoding="utf-8", newline="") as record:
                yield from (row[0] for row in csv.reader(record) if row)


def why_not(output: str) -> str:
    """Return why an installer refused.

    :raises Blocked: where it says nothing of the packages: that it failed proves nothing of them.
    """
    if _REFUSED.search(output) and not _UNASKED.search(output):
        return refusal(output)
    raise Blocked(f"the installer failed: {complaint(output)}", "the log has the whole output; run the command again")
