"""publish: bring an index to hold exactly the approved files, and read back that it does.

The way is reconciliation: what should be there is compared with what is there, file by file, by sha256.
Absent is uploaded, the same is done, different stops. A candidate's index will stand in the place of the
rehearsal's; the way is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from nox_release.checks.namespaces import NAMESPACES
from nox_release.checks.publication import PUBLICATION, Publication
from nox_release.environment import last_line
from nox_release.errors import Blocked
from nox_release.index.rehearsal import rehearsal_index
from nox_release.index.simple import Reader, wait_until
from nox_release.index.upload import Uploader
from nox_release.manifest import FILENAME, Manifest
from nox_release.model import Artifact, Kind
from nox_release.neighbours import in_plan
from nox_release.record import from_json
from nox_release.work import Job, Result

TOOLS = ("twine", "requests", "pypiron")
VISIBLE_WITHIN = 30.0
"""Seconds that an accepted file may take to be listed."""
IN_DOUBT = 2.0
"""Seconds to look for a file that the index answered not to have taken."""


@dataclass(frozen=True)
class Index:
    """The two doors of an index."""

    reader: Reader
    uploader: Uploader


@contextmanager
def index(environ: Mapping[str, str]) -> Iterator[Index]:
    """The index of this command: one on loopback, for a rehearsal."""
    with rehearsal_index(environ) as running:
        reader = Reader(running.simple_url)
        try:
            uploader = Uploader(running.upload_url, running.username, running.password, described=False)
            yield Index(reader, uploader)
        finally:
            reader.close()


def run(job: Job, index: Index) -> Result:
    """Publish one package, whose siblings are published already, and read it back."""
    artifacts = approved(job)
    beside = NAMESPACES.run(in_plan(job), job.settings.rules)
    if beside.fails:  # once it is uploaded, its files are there for good
        return Result(beside)
    refused = upload_absent(job, index, artifacts)
    publication = read_back(job, index, artifacts, refused)
    verdict = beside + PUBLICATION.run(publication, job.settings.rules)
    facts = {
        "mode": "rehearsal",
        "index": "loopback, ended with the command",
        "tag": job.order.config.tag_format.format(name=job.planned.name, version=publication.version),
    }
    return Result(verdict, artifacts, facts)


def approved(job: Job) -> tuple[Artifact, ...]:
    """Return the files that are to be published.

    Of a target those of its release manifest, and nothing else; a companion has no manifest, it only stands
    in at a rehearsal.
    """
    if job.planned.target:
        path = job.store.dist / job.planned.name / FILENAME
        try:
            manifest = from_json(Manifest, path.read_bytes())
        except (OSError, ValueError) as error:
            raise Blocked(f"{path} cannot be read: {error}", "run the command again") from None
        if manifest.source != job.planned.source:
            raise Blocked(f"{path} is of another source than the plan", "run the command again")
        return manifest.artifacts
    return (*job.artifacts(Kind.SDIST), *job.artifacts(Kind.WHEEL))


def upload_absent(job: Job, index: Index, artifacts: tuple[Artifact, ...]) -> dict[str, str]:
    """Upload what the index does not list, the sdist first, and return what it refused."""
    there = index.reader.files(job.planned.name)
    refused = {}
    for artifact in artifacts:
        if artifact.filename in there:
            continue
        if not job.store.holds(artifact):
            raise Blocked(f"{artifact.filename} is not what was approved", "run the command again with --fresh")
        answer = index.uploader.upload(job.store.path(artifact))
        job.run.note(f"upload of {artifact.filename}: {answer.status} {answer.reason}")
        if not 200 <= answer.status < 300:
            refused[artifact.filename] = f"{answer.status} {answer.reason}"
    return refused


def read_back(job: Job, index: Index, artifacts: tuple[Artifact, ...], refused: Mapping[str, str]) -> Publication:
    """Read what the index lists and serves, and install it from there as a user would."""
    name, plan = job.planned.name, job.order.plan
    version = job.order.upstream[name]["build-wheel"].version
    wanted = {artifact.filename: artifact.sha256 for artifact in artifacts}
    expected = wanted.keys() - refused.keys()
    wait_until(lambda: expected <= index.reader.files(name).keys(), VISIBLE_WITHIN)
    if refused:  # a broken connection or an error after the last byte may still have been an upload
        wait_until(lambda: wanted.keys() <= index.reader.files(name).keys(), IN_DOUBT)
    listed = {filename: file for filename, file in index.reader.files(name).items() if filename in wanted}
    # The index is the truth: what it lists it has taken, whatever it answered to the upload.
    refused = {filename: answer for filename, answer in refused.items() if filename not in listed}
    return Publication(
        name,
        version,
        wanted,
        refused,
        {filename: file.sha256 for filename, file in listed.items()},
        {filename: index.reader.digest(file) for filename, file in listed.items()},
        "" if refused else _install(job, index, version),
        plan.uncommitted,
        tuple(item for item in job.planned.siblings if job.planned.target and plan[item].unreleased),
    )


def _install(job: Job, index: Index, version: str) -> str:
    """Install from the index in a fresh virtualenv; return why that failed, or nothing.

    First what this plan publishes, from its index alone, then everything else from where users get it: no
    other index can put a file of the same name in between.
    """
    venv = job.installer.create(job.folder / "venv-index", job.run)
    ours = [f"{job.planned.name}=={version}"]
    ours += [f"{item}=={job.order.upstream[item]['build-wheel'].version}" for item in job.planned.siblings]
    done = job.installer.install(venv, ours, job.run, index=index.reader.url, dependencies=False)
    if not done.code:
        done = job.installer.install(venv, ours, job.run)
    if not done.code:
        done = job.installer.check(venv, job.run)
    return last_line(done.output) if done.code else ""
