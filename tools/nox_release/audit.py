"""Looks at the files of one package without installing them: what they hold, and whether they are built again so."""

from __future__ import annotations

from dataclasses import dataclass, field

from nox_release import leaks
from nox_release.archive import Unsound
from nox_release.check import Verdict
from nox_release.checks.contents import CONTENTS
from nox_release.checks.namespaces import NAMESPACES, Neighbourhood
from nox_release.checks.native import NATIVE
from nox_release.checks.reproducibility import REPRODUCIBILITY
from nox_release.contents import Cargo, read_contents
from nox_release.errors import Blocked
from nox_release.model import Kind
from nox_release.native import binaries
from nox_release.neighbours import beside, read_installed
from nox_release.rebuild import rebuild
from nox_release.work import Job


@dataclass(frozen=True)
class Audit:
    """What was found, and what could not be looked at."""

    verdict: Verdict = field(default_factory=Verdict)
    facts: dict[str, str] = field(default_factory=dict)
    blocked: tuple[Blocked, ...] = ()

    @property
    def problem(self) -> tuple[str, str]:
        """What could not be looked at and what to do about it, as a stage's result tells it."""
        hints = dict.fromkeys(error.hint for error in self.blocked if error.hint)
        return "; ".join(error.message for error in self.blocked), "; ".join(hints)

    def __add__(self, other: Audit) -> Audit:
        return Audit(self.verdict + other.verdict, {**self.facts, **other.facts}, (*self.blocked, *other.blocked))


def audit(job: Job) -> Audit:
    """Look at everything; what cannot be looked at hides nothing of the rest."""
    whole = Audit()
    for look in (_contents, _neighbours, _native, _rebuilt):
        try:
            whole += look(job)
        except Unsound as error:
            whole += Audit(blocked=(Blocked(f"an artifact in the store changed: {error}", "run again with --fresh"),))
        except Blocked as error:
            whole += Audit(blocked=(error,))
    return whole


def _contents(job: Job) -> Audit:
    package = job.planned.package
    tracked = job.snapshot.below(package.directory)
    top = "" if package.directory == "." else f"{package.directory}/"
    blobs = frozenset(job.snapshot.files[path].oid for path in (*(top + path for path in tracked), *package.outside))
    folders = leaks.folders(job.order.root)
    sdist, wheel = (read_contents(job.path(kind), blobs, folders) for kind in (Kind.SDIST, Kind.WHEEL))
    return Audit(CONTENTS.run(Cargo(package.name, frozenset(tracked), sdist, wheel), job.settings.rules))


def _neighbours(job: Job) -> Audit:
    mine = read_installed(job.path(Kind.WHEEL), job.planned.name)
    others, blocked = beside(job)
    verdict = NAMESPACES.run(Neighbourhood(mine, others), job.settings.rules)
    return Audit(verdict, {"neighbours": str(len(others))} if others else {}, (blocked,) if blocked else ())


def _native(job: Job) -> Audit:
    found = binaries(job, job.path(Kind.WHEEL))
    return Audit(NATIVE.run(found, job.settings.rules)) if found else Audit()


def _rebuilt(job: Job) -> Audit:
    found = rebuild(job)
    facts = {"reproducible": "yes" if found.same else "no"}
    return Audit(REPRODUCIBILITY.run(found, job.settings.rules), facts)
