"""verify-artifacts: the files agree with one another and the source, and both install, import and run."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from nox_release import inspector
from nox_release.archive import Unsound, Wheel, read_sdist, read_wheel
from nox_release.audit import audit
from nox_release.checks.artifacts import ARTIFACTS, Release
from nox_release.checks.installation import INSTALLATION, Failed, Installation
from nox_release.environment import Venv, last_line
from nox_release.errors import Blocked
from nox_release.model import Kind
from nox_release.work import Job, Result

TOOLS = ("packaging", "build", "auditwheel", "abi3audit")


def run(job: Job) -> Result:
    """Compare the artifacts, then install each alone and look at what a user would meet."""
    try:
        sdist, wheel = read_sdist(job.path(Kind.SDIST)), read_wheel(job.path(Kind.WHEEL))
    except Unsound as error:  # they were sound when they were built
        raise Blocked(f"an artifact in the store changed: {error}", "run again with --fresh") from None
    rules = job.settings.rules
    verdict = ARTIFACTS.run(Release(job.planned.package, sdist, wheel), rules)
    with ThreadPoolExecutor(max_workers=min(2, job.order.jobs)) as pool:
        auditing, trying = pool.submit(audit, job), pool.submit(_try_both, job, wheel)
        audited, (from_wheel, from_sdist) = auditing.result(), trying.result()
    verdict += audited.verdict
    for installation in (from_wheel, from_sdist):
        verdict += INSTALLATION.run(installation, rules)  # what is wrong with both is told once
    facts = {"modules imported": str(from_wheel.modules), **audited.facts}
    return Result(verdict, (), facts, *audited.problem)


def _try_both(job: Job, wheel: Wheel) -> tuple[Installation, Installation]:
    """Try the wheel and the sdist, each in a fresh virtualenv, side by side where more than one job is allowed."""
    with ThreadPoolExecutor(max_workers=min(2, job.order.jobs)) as pool:
        wheels = pool.submit(lambda: _look(job, Kind.WHEEL, wheel, _install(job, Kind.WHEEL)))
        sdists = pool.submit(_install, job, Kind.SDIST)
        from_wheel, installed = wheels.result(), sdists.result()
    if installed.venv and installed.contents == from_wheel.contents:
        # What imports there imports here: the same files lie beside the same requirements.
        job.run.note(f"the sdist installs the same files as {from_wheel.filename}")
        return from_wheel, replace(from_wheel, filename=job.path(Kind.SDIST).name)
    return from_wheel, _look(job, Kind.SDIST, wheel, installed)


@dataclass(frozen=True)
class _Installed:
    """How the installation of one artifact ended."""

    venv: Venv | None
    """None where the installer refused."""
    refused: str = ""
    contents: str = ""
    """Digest of all that is installed."""


def _install(job: Job, kind: Kind) -> _Installed:
    """Install one artifact with its runtime requirements, and siblings of the plan from their built wheels."""
    venv = job.installer.create(job.folder / f"venv-{kind}", job.run)
    done = job.installer.install(venv, [str(job.path(kind)), *_siblings(job)], job.run)
    return _Installed(None, last_line(done.output)) if done.code else _Installed(venv, contents=site_contents(venv))


def _siblings(job: Job) -> list[str]:
    return [str(job.path(Kind.WHEEL, sibling)) for sibling in job.planned.siblings]


def _look(job: Job, kind: Kind, wheel: Wheel, installed: _Installed) -> Installation:
    """Look at an installation from inside."""
    name, version, path, venv = job.planned.name, str(wheel.metadata["Version"]), job.path(kind), installed.venv
    if venv is None:
        return Installation(path.name, name, version, refused=installed.refused)
    checked = job.installer.check(venv, job.run)
    conflicts = [line for line in checked.output.splitlines() if name in line] if checked.code else []
    if checked.code and not conflicts:
        conflicts = [last_line(checked.output)]
    answers = _inspect(job, venv, name, wheel.modules)
    failed = {answer["module"]: answer for answer in answers if "module" in answer and "error" in answer}
    # Modules that import one another in a circle may import alone; what is not installed, no order brings.
    for module in [name for name, answer in failed.items() if answer["error"] != "ModuleNotFoundError"]:
        alone = _inspect(job, venv, "", [module])
        if any(answer.get("module") == module and "error" not in answer for answer in alone):
            del failed[module]
    points = [answer for answer in answers if "point" in answer and "error" in answer]
    crashed = _crashed(answers)
    explained = (
        _explain(job, venv, path, _siblings(job), wheel, [*failed.values(), *points]) if failed or points else {}
    )
    return Installation(
        path.name,
        name,
        version,
        conflicts=tuple(conflicts),
        installed=_normalized(next((answer["installed"] for answer in answers if "installed" in answer), {})),
        modules=sum("module" in answer for answer in answers),
        failed_modules=tuple(_failed(answer, answer["module"], explained) for answer in failed.values()),
        failed_entry_points=tuple(
            _failed(answer, f"{answer['group']}: {answer['point']} = {answer['value']}", explained) for answer in points
        ),
        crashed=crashed,
        contents=installed.contents,
    )


_INSTALLER_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})


def site_contents(venv: Venv) -> str:
    """Digest of all that is installed in *venv*: every distribution's RECORD, less what installers add."""
    lines = []
    for record in venv.root.glob("lib/python*/site-packages/*.dist-info/RECORD"):
        for line in record.read_text(encoding="utf-8").splitlines():
            path = line.split(",")[0]
            # Scripts name the virtualenv in their first line.
            if path.rpartition("/")[2] not in _INSTALLER_FILES and not path.startswith("../"):
                lines.append(f"{record.parent.name} {line}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


Answer = dict[str, Any]
"""One line of what the inspector wrote."""


def _inspect(job: Job, venv: Venv, name: str, modules: Sequence[str]) -> list[Answer]:
    """Run the inspector in *venv*, in an empty folder, and return what it wrote."""
    empty = Path(tempfile.mkdtemp(dir=job.folder, prefix="empty-"))
    answers = empty.with_suffix(".jsonl")
    command: list[str | Path] = [venv.python, "-I", "-B", inspector.__file__, answers, name, *modules]
    job.run(command, cwd=empty, env=venv.activate(job.environ), timeout=600)
    if not answers.exists():
        raise Blocked("the interpreter of the virtualenv did not start", "the log has what it said")
    return [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]


def _crashed(answers: Sequence[Answer]) -> str:
    """Return what was being imported when the interpreter ended, if it did not come to its last line."""
    if any("installed" in answer for answer in answers):
        return ""
    return str(next((answer["importing"] for answer in reversed(answers) if "importing" in answer), "the first module"))


def _explain(
    job: Job, venv: Venv, path: Path, siblings: Sequence[str], wheel: Wheel, failures: Sequence[Answer]
) -> dict[str, str]:
    """Return which declared extra makes each module or entry point load, trying the likely ones first."""
    extras = [str(extra) for extra in wheel.metadata.get_all("Provides-Extra", [])]
    missing = {str(failure["missing"]) for failure in failures} - {""}
    requires = [str(text) for text in wheel.metadata.get_all("Requires-Dist", [])]

    def unlikely(extra: str) -> bool:
        named = [text for text in requires if f'"{extra}"' in text or f"'{extra}'" in text]
        return not any(
            canonicalize_name(text).startswith(canonicalize_name(root)) for root in missing for text in named
        )

    explained: dict[str, str] = {}
    left = {_key(failure): failure for failure in failures}
    for extra in sorted(extras, key=unlikely):
        if not left or job.installer.install(venv, [f"{path}[{extra}]", *siblings], job.run).code:
            continue
        points = any("point" in failure for failure in left.values())
        modules = [failure["module"] for failure in left.values() if "module" in failure]
        again = _inspect(job, venv, job.planned.name if points else "", modules)
        loaded = {_key(answer) for answer in again if _loads(answer)}
        explained.update(dict.fromkeys(left.keys() & loaded, extra))
        left = {key: failure for key, failure in left.items() if key not in loaded}
    return explained


def _loads(answer: Answer) -> bool:
    return ("module" in answer or "point" in answer) and "error" not in answer


def _key(answer: Answer) -> str:
    return str(answer["module"]) if "module" in answer else f"{answer['group']}: {answer['point']}"


def _failed(answer: Answer, name: str, explained: dict[str, str]) -> Failed:
    return Failed(name, f"{answer['error']}: {answer['message']}", explained.get(_key(answer), ""))


def _normalized(installed: dict[str, str]) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in installed.items()}
