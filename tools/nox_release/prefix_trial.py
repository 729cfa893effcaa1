"""Proves the states between two uploads: fills an index of its own step by step, and installs beside the real one."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from nox_release.archive import public_modules
from nox_release.checks.prefixes import CONFLICT, Crossing, Tried
from nox_release.config import Config
from nox_release.environment import Installer, Venv, last_line
from nox_release.errors import Blocked
from nox_release.index.credentials import Known
from nox_release.index.delivery import Delivery
from nox_release.index.rehearsal import rehearsal_index
from nox_release.index.simple import Reader
from nox_release.index.upload import Uploader
from nox_release.matrix import Interpreter, Matrix, Resolution, choose
from nox_release.model import Artifact
from nox_release.placing import refusal
from nox_release.prefixes import Release, Trial, baselines, sibling_requirements
from nox_release.probe import crashed, inspect
from nox_release.process import Log, in_parallel

Files = Sequence[tuple[Artifact, Path]]
"""The files of one upload, and where they are."""
Bring = Callable[[str, Files], None]
"""Brings the files of a project to an index."""


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
        """Install *release* as the indexes are now, and see what works."""
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
                return (), last_line(done.output)
            chosen = [item["metadata"] for item in json.loads(report.read_text())["install"]]
            return tuple(sorted(f"{canonicalize_name(item['name'])}=={item['version']}" for item in chosen)), ""
        lowest = resolution is Resolution.LOWEST
        wanted = folder / "wanted.txt"
        # What is named itself comes at its lowest, so only siblings are; all else comes as it would for a user.
        wanted.write_text("\n".join((exact, *(sibling_requirements(release, self.siblings) if lowest else ()))))
        choice = "lowest-direct" if lowest else "highest"
        done = self.installer.resolve(wanted, python.path, self.run, *self._options, resolution=choice)
        if done.code:
            return (), refusal(done.output)
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
            return Tried(beside, refusal(done.output))
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


@contextmanager
def filled_by_step(environ: Mapping[str, str], note: Callable[[str], None]) -> Iterator[tuple[str, Bring]]:
    """An empty index on loopback: yield the URL of its Simple API, and what brings files of a project to it."""
    with rehearsal_index(environ) as running:
        credentials = Known("the rehearsal", running.username, running.password)
        with (
            closing(Reader(running.simple_url)) as reader,
            closing(Uploader(running.upload_url, credentials, described=False)) as uploader,
        ):

            def bring(name: str, files: Files) -> None:
                for delivered in Delivery(reader, uploader, note).bring(name, files):
                    if not delivered.done:
                        why = delivered.decision.why
                        raise Blocked(
                            f"the rehearsal index has no {delivered.artifact.filename}: {why}", "run it again"
                        )

            yield running.simple_url, bring


@dataclass(frozen=True)
class Course:
    """The whole proof: every state, from the index as it is now to the last upload."""

    ground: Ground
    config: Config
    pythons: Sequence[Interpreter]
    jobs: int
    say: Callable[[str], None]

    def matrix(self, release: Release) -> Matrix:
        """Where a release is tried: the highest on the newest interpreter, the lowest on the oldest."""
        settings = self.config.for_package(release.name)
        return choose(
            settings.pythons,
            [Resolution(name) for name in settings.resolutions],
            release.requires_python,
            self.pythons,
            lowest_possible=bool(self.ground.installer.uv),
        )

    def run(
        self,
        uploads: Sequence[tuple[Release, Files]],
        todo: Sequence[Trial],
        public: Mapping[str, Release],
        bring: Bring,
    ) -> tuple[Crossing, ...]:
        """Make the trials *todo* in their states and return what each showed.

        What is public is compared with before the first upload; what the plan brings with how it is when it is new, at
        the highest versions.
        """
        todo = [trial for trial in todo if self._possible(trial)]
        before = baselines(todo, public)
        self.say(f"proving {len(uploads) + 1} states of the index: at most {len(before) + len(todo)} installations")
        references = {(trial.release, trial.resolution): tried for trial, tried in self._try(before)}
        crossings = []
        for step, (upload, files) in enumerate(uploads, 1):
            bring(upload.name, files)
            found = self._try([trial for trial in todo if trial.step == step])
            for trial, tried in found:
                if trial.release == upload and trial.resolution is Resolution.HIGHEST and isinstance(tried, Tried):
                    references.setdefault((upload, Resolution.LOWEST), tried)
            for trial, tried in found:
                reference = references.get((trial.release, trial.resolution))
                crossings.append(_crossing(upload, trial, public, reference, tried))
                references.setdefault((trial.release, trial.resolution), tried)
            self.say(f"  after {upload}: {len({trial.release for trial, _ in found})} releases tried")
        return tuple(crossings)

    def _try(self, wanted: Sequence[Trial]) -> list[tuple[Trial, Tried | str]]:
        """Make trials of one state side by side; one that cannot be made comes with the reason."""
        found = dict(in_parallel(self._one, wanted, self.jobs))
        return [(trial, found[trial]) for trial in wanted]

    def _possible(self, trial: Trial) -> bool:
        """Whether the configuration and the installer make this resolution, and it is not that of the highest."""
        resolutions = self.matrix(trial.release).resolutions
        if not sibling_requirements(trial.release, self.ground.siblings):
            resolutions = resolutions[:1]
        return trial.resolution in resolutions

    def _one(self, trial: Trial) -> Tried | str:
        interpreters = self.matrix(trial.release).interpreters
        if not interpreters:
            return f"no interpreter of this machine suits requires-python {trial.release.requires_python}"
        python = interpreters[0 if trial.resolution is Resolution.HIGHEST else -1]
        try:
            return self.ground.install(trial.release, trial.resolution, python)
        except Blocked as error:
            return error.message


def _crossing(
    upload: Release, trial: Trial, public: Mapping[str, Release], reference: Tried | str | None, tried: Tried | str
) -> Crossing:
    untried = next((item for item in (reference, tried) if isinstance(item, str)), "")
    return Crossing(
        str(upload),
        str(trial.release),
        trial.resolution,
        trial.release in public.values(),
        None if isinstance(reference, str) else reference,
        None if untried or isinstance(tried, str) else tried,
        untried,
    )
