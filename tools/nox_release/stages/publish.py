"""publish: bring an index to hold exactly the approved files, and read back that it does.

The way is reconciliation: what should be there is compared with what is there, file by file, by sha256.
Absent is uploaded, the same is done, different stops. A rehearsal and a candidate go the same way, to another index;
a candidate ends with the tag and, where that is asked for, a release on GitHub.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from nox_release.announcing import announce
from nox_release.approval import statement
from nox_release.attesting import attest, unshown
from nox_release.candidate import Candidate
from nox_release.checks.namespaces import NAMESPACES
from nox_release.checks.publication import PUBLICATION, Publication
from nox_release.complaints import last_line
from nox_release.errors import Blocked
from nox_release.index.credentials import Known, Trusted, find
from nox_release.index.delivery import Delivered, Delivery, Uploads
from nox_release.index.integrity import Integrity
from nox_release.index.owners import Owners, read_owners
from nox_release.index.patient import PatientReader, Reads
from nox_release.index.rehearsal import rehearsal_index
from nox_release.index.session import configured, for_programs
from nox_release.index.simple import Reader, wait_until
from nox_release.index.upload import Uploader
from nox_release.manifest import FILENAME, Manifest
from nox_release.model import Artifact, Kind
from nox_release.neighbours import in_plan
from nox_release.provenance.policy import unattested
from nox_release.reconcile import Patience
from nox_release.record import from_json
from nox_release.report.candidate import WAS_THERE
from nox_release.repository import Repository, read_pypirc
from nox_release.status import how_to_add
from nox_release.tagging import Tags
from nox_release.work import Job, Order, Result

if TYPE_CHECKING:
    from nox_release.provenance.attestation import Attesting

TOOLS = ("twine", "requests", "pypiron")
REHEARSAL = Patience(visible=30.0, doubt=2.0)


@dataclass(frozen=True)
class Index:
    """The doors of an index."""

    reader: Reads
    uploader: Uploads
    patience: Patience = REHEARSAL
    source: str = ""
    """Where the credentials come from."""
    attesting: Attesting | None = None
    """What attests; None where nothing can be."""
    unattested: str = ""
    """Why nothing can be."""
    owners: Callable[[str], Owners] = lambda _: Owners(True, unknown="nobody was asked")
    """Who owns a project that is there."""


def index(order: Order) -> AbstractContextManager[Index]:
    """The index of this command: one on loopback for a rehearsal, the real one for a candidate."""
    return real(order.candidate.repository, order.config.attestations) if order.candidate else rehearsal()


@contextmanager
def rehearsal() -> Iterator[Index]:
    """An empty index of our own."""
    with rehearsal_index(os.environ) as running:
        credentials = Known("the rehearsal", running.username, running.password)
        with (
            closing(Reader(running.simple_url)) as reader,
            closing(Uploader(running.upload_url, credentials, described=False)) as uploader,
        ):
            yield Index(PatientReader(reader), uploader)


@contextmanager
def real(repository: Repository, attestations: str = "auto") -> Iterator[Index]:
    """The index of a candidate, with what the configuration says of attestations."""
    ca, credentials = repository.ca, find(repository, read_pypirc())
    ci = credentials.ci if isinstance(credentials, Trusted) else ""
    with (
        closing(Reader(repository.simple_url, ca=ca)) as reader,
        closing(Uploader(repository.upload_url, credentials, ca=ca)) as uploader,
        closing(Integrity(repository.simple_url, ca=ca)) as integrity,
        configured(requests.Session(), repository.json_url or repository.simple_url, os.environ, ca) as session,
    ):
        without = unattested(ci, credentials.source, repository.upload_url, attestations)
        yield Index(
            PatientReader(reader),
            uploader,
            Patience(),
            credentials.source,
            None if without else _attesting(uploader, integrity),
            without,
            lambda name: read_owners(session, repository, name, exists=True),
        )


def _attesting(uploader: Uploader, integrity: Integrity) -> Attesting:
    from nox_release.provenance.attestation import Attesting, Sigstore, publisher, verifier  # takes a second

    return Attesting(Sigstore(), verifier(lambda: publisher(os.environ)), uploader, integrity)


def run(job: Job, index: Index, environ: Mapping[str, str] = os.environ) -> Result:
    """Publish one package, whose siblings are published already, and read it back."""
    if job.order.candidate is None:
        return _publish(job, index, environ)
    # The session's own lock ends with nox; a worker that outlived it may still be uploading.
    with job.store.try_lock(f"upload-{job.planned.name}") as alone:
        if not alone:
            raise Blocked(
                f"a command that was killed is still uploading {job.planned.name}",
                "wait until it has ended, then run the command again",
            )
        return _publish(job, index, environ)


def _publish(job: Job, index: Index, environ: Mapping[str, str]) -> Result:
    artifacts = approved(job)
    beside = NAMESPACES.run(in_plan(job), job.settings.rules)
    if beside.fails:  # once it is uploaded, its files are there for good
        return Result(beside)
    await_siblings(job, index)
    files = [(artifact, _held(job, artifact)) for artifact in artifacts]
    attached, without = None, ""
    if job.order.candidate:
        attached, without = attest(job, index.attesting, index.unattested, index.reader, files)
    delivery = Delivery(index.reader, attached or index.uploader, job.run.note, patience=index.patience)
    delivered = delivery.bring(job.planned.name, files)
    publication = read_back(job, index, delivered)
    if index.attesting and attached:
        done = [item.artifact for item in delivered if item.done]
        found = unshown(job.planned.name, publication.version, index.attesting, attached, done)
        publication = replace(publication, unattested=found)
    verdict = beside + PUBLICATION.run(publication, job.settings.rules)
    name = job.order.config.tag(job.planned.name, publication.version)
    facts = {"tag": name, **_told(delivered)}
    if job.order.candidate is None:
        return Result(verdict, artifacts, {**facts, "mode": "rehearsal", "index": "loopback, ended with the command"})
    facts |= {"mode": "candidate", "index": job.order.candidate.repository.upload_url, "credentials": index.source}
    facts["approved"] = "; ".join(job.order.candidate.approved_by)
    facts["attestations"] = f"none: {without}" if without else "each file"
    if verdict.fails:
        return Result(verdict, artifacts, facts)
    _tag(job, name, publication.version)
    if job.order.candidate.first_release and (todo := _owners_to_add(job, index, job.order.candidate)):
        facts["owners"] = todo
    if job.settings.github_release:
        try:
            facts["github release"] = announce(job, name, publication.version, environ)
        except Blocked as error:
            return Result(verdict, artifacts, facts, f"published and tagged; {error.message}", error.hint)
    return Result(verdict, artifacts, facts)


def _owners_to_add(job: Job, index: Index, candidate: Candidate) -> str:
    """Whom to add and how, after a first release; nothing where every required owner is there."""
    owners, name = index.owners(job.planned.name), job.planned.name
    missing = tuple(owner for owner in job.settings.required_owners if owner.lower() not in owners.users)
    if not missing:
        return ""
    told = how_to_add(name, missing, candidate.repository.pages)
    if not candidate.repository.json_url:
        return f"{told}; whether that is done, this index does not tell"
    return f"{told}; nox -s doctor -- {name} fails until the index shows it"


def _tag(job: Job, name: str, version: str) -> None:
    """Set the tag: only now, when everything is on the index and read back, does it say the truth."""
    tags = Tags(job.git, job.order.config.remote)
    tags.set(tags.look(name, job.order.plan.commit), f"{job.planned.name} {version}")


def _told(delivered: tuple[Delivered, ...]) -> dict[str, str]:
    """What was done for each file, for people."""
    return {
        f"file {item.artifact.filename}": (
            f"uploaded, {len(item.attempts)} {'try' if len(item.attempts) == 1 else 'tries'}"
            if item.attempts
            else WAS_THERE
        )
        for item in delivered
        if item.done
    }


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
        if job.order.candidate:
            _covered(job.order.candidate, manifest)
        return manifest.artifacts
    return (*job.artifacts(Kind.SDIST), *job.artifacts(Kind.WHEEL))


def _covered(candidate: Candidate, manifest: Manifest) -> None:
    """See that the approval that was given is one of exactly this manifest, for exactly this index.

    :raises Blocked: where it is not.
    """
    (release,) = statement([manifest], candidate.repository.upload_url).releases
    approved = candidate.approved
    if approved is None or approved.index != candidate.repository.upload_url or release not in approved.releases:
        raise Blocked(f"{manifest.name} {manifest.version} is not what was approved", "run the command again")


def _held(job: Job, artifact: Artifact) -> Path:
    if not job.store.holds(artifact):
        raise Blocked(f"{artifact.filename} is not what was approved", "run the command again with --fresh")
    return job.store.path(artifact)


def await_siblings(job: Job, index: Index) -> None:
    """Wait until everything of this plan that the package needs is listed: whoever installs it needs that, too."""
    targets = {planned.name for planned in job.order.plan.targets}
    for name in job.planned.siblings:
        if job.order.candidate and name not in targets:
            continue  # released before, which the preflight has seen
        wanted = {item.filename for kind in Kind for item in job.artifacts(kind, name)}
        if not wait_until(lambda: wanted <= index.reader.files(name).keys(), index.patience.visible):  # noqa: B023
            raise Blocked(
                f"{job.planned.name} needs {name}, which the index does not list", "run the command again when it does"
            )


def read_back(job: Job, index: Index, delivered: tuple[Delivered, ...]) -> Publication:
    """Read what the index lists and serves, and install it from there as a user would."""
    name, plan = job.planned.name, job.order.plan
    version = job.order.upstream[name]["build-wheel"].version
    wanted = {item.artifact.filename: item.artifact.sha256 for item in delivered}
    listed = {filename: file for filename, file in index.reader.files(name).items() if filename in wanted}
    stopped = {
        item.artifact.filename: item.decision.why
        for item in delivered
        if not item.done and item.artifact.filename not in listed
    }
    whole = all(item.done for item in delivered)
    return Publication(
        name,
        version,
        wanted,
        stopped,
        {filename: file.sha256 for filename, file in listed.items()},
        {filename: index.reader.digest(file) for filename, file in listed.items()},
        _install(job, index, version) if whole else "",
        plan.uncommitted,
        tuple(item for item in job.planned.siblings if job.planned.target and plan[item].unreleased),
    )


def _install(job: Job, index: Index, version: str) -> str:
    """Install from the index in a fresh virtualenv; return why that failed, or nothing.

    First what this plan publishes, from its index alone, then everything else from where users get it: no
    other index can put a file of the same name in between.
    """
    trusting = {**job.installer.environ, **for_programs(os.environ, job.order.ca, job.folder)}
    installer = replace(job.installer, environ=trusting)
    venv = installer.create(job.folder / "venv-index", job.run)
    ours = [f"{job.planned.name}=={version}"]
    ours += [f"{item}=={job.order.upstream[item]['build-wheel'].version}" for item in job.planned.siblings]
    done = installer.install(venv, ours, job.run, index=index.reader.url, dependencies=False)
    if not done.code:
        done = installer.install(venv, ours, job.run)
    if not done.code:
        done = installer.check(venv, job.run)
    return last_line(done.output) if done.code else ""
