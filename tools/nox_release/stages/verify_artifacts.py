"""verify-artifacts: the files agree with one another and the source, and both install, import and run."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from nox_release.acceptance import accept_all
from nox_release.archive import Unsound, Wheel, is_sbom, read_sdist, read_wheel, wheel_metadata
from nox_release.audit import audit
from nox_release.baseline import look_back
from nox_release.checks.artifacts import ARTIFACTS, Release
from nox_release.checks.imports import IMPORTS, Usage
from nox_release.checks.installation import INSTALLATION, Installation
from nox_release.checks.matrix import MATRIX
from nox_release.description import TYPES, content_type, rendered
from nox_release.errors import Blocked
from nox_release.evidence import write_atomically
from nox_release.imports import read_imports
from nox_release.matrix import Cell, merged, named
from nox_release.model import Kind
from nox_release.submission import read
from nox_release.trial import try_all
from nox_release.work import Job, Result

TOOLS = (
    *("abi3audit", "auditwheel", "build", "docutils", "email-validator", "griffe", "packaging", "readme-renderer"),
    *("rfc3986", "stdlib-list", "trove-classifiers"),
)


def run(job: Job) -> Result:
    """Compare the artifacts, then install each alone and look at what a user would meet."""
    try:
        sdist, wheel = read_sdist(job.path(Kind.SDIST)), read_wheel(job.path(Kind.WHEEL))
    except Unsound as error:  # they were sound when they were built
        raise Blocked(f"an artifact in the store changed: {error}", "run again with --fresh") from None
    _keep_readme(job)
    rules = job.settings.rules
    verdict = ARTIFACTS.run(Release(job.planned.package, sdist, wheel), rules)
    verdict += accept_all((job.path(Kind.SDIST), job.path(Kind.WHEEL)), rules)
    verdict += MATRIX.run(job.matrix, rules)
    with ThreadPoolExecutor(max_workers=min(2, job.side_by_side)) as pool:
        auditing, trying = pool.submit(audit, job), pool.submit(try_all, job, wheel)
        audited, tried = auditing.result(), trying.result()
    verdict += audited.verdict
    verdict += merged([(cell, INSTALLATION.run(installation, rules)) for cell, installation in tried])
    verdict += IMPORTS.run(_usage(job, wheel, [installation for _, installation in tried]), rules)
    since = look_back(job)
    facts = {**_facts(wheel, tried), **audited.facts, **since.facts}
    # An index that cannot be read keeps both from looking, for one reason.
    problem, hint = audited.problem if audited.problem[0] else (since.problem, since.hint)
    return Result(verdict + since.verdict, (), facts, problem, hint)


def _keep_readme(job: Job) -> None:
    """Leave the README as an index will show it beside the evidence, for the page that an approver reads."""
    (artifact,) = job.artifacts(Kind.WHEEL)
    sent = read(wheel_metadata(job.path(Kind.WHEEL)))
    kind, parameters = content_type(sent.one("Description-Content-Type") or "text/x-rst")
    variant = parameters.get("variant", "GFM")
    if kind in TYPES and variant in ("GFM", "CommonMark"):  # of others the checks tell
        html = rendered(sent.one("Description") or "", kind, variant)
        write_atomically(job.store.readme(artifact), html.encode(errors="backslashreplace"))


def _usage(job: Job, wheel: Wheel, installations: Sequence[Installation]) -> Usage:
    """The wheel's imports beside what its requirements brought, where it was installed."""
    return Usage(
        job.planned.name,
        read_imports(job.path(Kind.WHEEL), wheel),
        tuple(str(text) for text in wheel.metadata.get_all("Requires-Dist", [])),
        frozenset(wheel.entry_points),
        next((installation.provided for installation in installations if installation.provided), ()),
    )


def _facts(wheel: Wheel, tried: Sequence[tuple[Cell, Installation]]) -> dict[str, str]:
    """What was tried, for people."""
    wheels = [(cell, installation) for cell, installation in tried if installation.filename == wheel.filename]
    facts = {"modules imported": str(max((installation.modules for _, installation in wheels), default=0))}
    if sboms := [path for path in wheel.files if is_sbom(path)]:
        facts["sboms"] = ", ".join(sboms)
    return {**facts, "installed": named(cell for cell, _ in wheels) or "nowhere: the wheel is for other interpreters"}
