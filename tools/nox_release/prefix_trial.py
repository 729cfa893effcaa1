"""Proves the states between two uploads: fills an index of its own step by step, and installs beside the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nox_release.checks.prefixes import Crossing, Tried
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.ground import Ground
from nox_release.index.credentials import Known
from nox_release.index.delivery import Delivery
from nox_release.index.rehearsal import rehearsal_index
from nox_release.index.simple import Reader
from nox_release.index.upload import Uploader
from nox_release.matrix import Interpreter, Matrix, Resolution, choose
from nox_release.model import Artifact
from nox_release.prefixes import Release, Trial, baselines, sibling_requirements
from nox_release.process import in_parallel
from nox_release.wording import number

Files = Sequence[tuple[Artifact, Path]]
"""The files of one upload, and where they are."""
Bring = Callable[[str, Files], None]
"""Brings the files of a project to an index."""


@contextmanager
def filled_by_step(environ: Mapping[str, str]) -> Iterator[tuple[str, Bring]]:
    """An empty index on loopback: yield the URL of its Simple API, and what brings files of a project to it."""
    with rehearsal_index(environ) as running:
        credentials = Known("the rehearsal", running.username, running.password)
        with (
            closing(Reader(running.simple_url)) as reader,
            closing(Uploader(running.upload_url, credentials, described=False)) as uploader,
        ):

            def bring(name: str, files: Files) -> None:
                for delivered in Delivery(reader, uploader, lambda _: None).bring(name, files):
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
            self.say(f"  after {upload}: {number(len({trial.release for trial, _ in found}), 'release')} tried")
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
