"""Looks at an installation from inside: imports its modules, loads its entry points, finds the extra they need."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from nox_release import inspector
from nox_release.archive import Wheel
from nox_release.checks.installation import Failed, Installation, Script
from nox_release.complaints import refusal
from nox_release.environment import Venv
from nox_release.errors import Blocked
from nox_release.process import Run
from nox_release.work import Job

Answer = dict[str, Any]
"""One line of what the inspector wrote."""


def look_inside(
    job: Job,
    venv: Venv,
    seen: Installation,
    wheel: Wheel,
    path: Path,
    beside: Sequence[str],
    *,
    every_extra: bool,
    before_extras: Callable[[frozenset[str]], tuple[Script, ...]],
) -> Installation:
    """Return *seen* with what importing and loading told.

    :param path: the artifact that is installed, and *beside* what else was.
    :param every_extra: install all extras; else those that may be what a module lacks.
    :param before_extras: asks the console scripts, less those that do not even load.
    """
    answers = _inspect(job, venv, seen.name, wheel.modules)
    failed = {answer["module"]: answer for answer in answers if "module" in answer and "error" in answer}
    # Modules that import one another in a circle may import alone; what is not installed, no order brings, and
    # what fails in a dependency fails in any order.
    for module in [
        name
        for name, answer in failed.items()
        if answer["error"] != "ModuleNotFoundError" and not _dependency(answer, wheel)
    ]:
        alone = _inspect(job, venv, "", [module])
        if any(answer.get("module") == module and "error" not in answer for answer in alone):
            del failed[module]
    points = [answer for answer in answers if "point" in answer and "error" in answer]
    ended = crashed(answers)
    scripts = before_extras(frozenset(answer["point"] for answer in points)) if not ended else ()
    extras = _try_extras(job, venv, path, beside, wheel, [*failed.values(), *points], every=every_extra)
    return replace(
        seen,
        installed=_normalized(next((answer["installed"] for answer in answers if "installed" in answer), {})),
        modules=sum("module" in answer for answer in answers),
        failed_modules=tuple(_failed(answer, answer["module"], extras.explained, wheel) for answer in failed.values()),
        failed_entry_points=tuple(
            _failed(answer, f"{answer['group']}: {answer['point']} = {answer['value']}", extras.explained, wheel)
            for answer in points
        ),
        crashed=ended,
        refused_extras=extras.refused,
        scripts=scripts,
    )


def broken_dependency(job: Job, venv: Venv, wheel: Wheel) -> str:
    """Import all that *wheel* ships, and tell what went wrong inside a dependency; empty where nothing did."""
    for answer in _inspect(job, venv, "", wheel.modules):
        if "error" in answer and (inside := _dependency(answer, wheel)):
            return f"{inside} does not import: {answer['error']}: {answer['message']}"
    return ""


def _inspect(job: Job, venv: Venv, name: str, modules: Sequence[str]) -> list[Answer]:
    return inspect(venv, name, modules, job.run, job.environ, job.folder)


def inspect(
    venv: Venv, name: str, modules: Sequence[str], run: Run, environ: Mapping[str, str], folder: Path
) -> list[Answer]:
    """Run the inspector in *venv*, in an empty folder below *folder*, and return what it wrote.

    :param name: the distribution whose entry points are loaded; empty: none.
    :param environ: for code of the package.
    """
    empty = Path(tempfile.mkdtemp(dir=folder, prefix="empty-"))
    answers = empty.with_suffix(".jsonl")
    command: list[str | Path] = [venv.python, "-I", "-B", inspector.__file__, answers, name, *modules]
    run(command, cwd=empty, env=venv.activate(environ), timeout=600)
    if not answers.exists():
        raise Blocked("the interpreter of the virtualenv did not start", "the log has what it said")
    return [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]


def crashed(answers: Sequence[Answer]) -> str:
    """Return what was being imported when the interpreter ended, if it did not come to its last line."""
    if any("installed" in answer for answer in answers):
        return ""
    return str(next((answer["importing"] for answer in reversed(answers) if "importing" in answer), "the first module"))


@dataclass(frozen=True)
class _Extras:
    """What the extras brought."""

    explained: dict[str, str]
    """Module or entry point that does not load without → the extra with which it does."""
    refused: dict[str, str]
    """Extra → why it could not be installed."""


def _try_extras(
    job: Job, venv: Venv, path: Path, beside: Sequence[str], wheel: Wheel, failures: Sequence[Answer], *, every: bool
) -> _Extras:
    """Install the extras, the likely ones first, and see what loads then."""
    extras = [str(extra) for extra in wheel.metadata.get_all("Provides-Extra", [])]
    missing = {str(failure["missing"]) for failure in failures} - {""}
    requires = [str(text) for text in wheel.metadata.get_all("Requires-Dist", [])]

    def unlikely(extra: str) -> bool:
        named = [text for text in requires if f'"{extra}"' in text or f"'{extra}'" in text]
        return not any(
            canonicalize_name(text).startswith(canonicalize_name(root)) for root in missing for text in named
        )

    explained: dict[str, str] = {}
    refused: dict[str, str] = {}
    left = {_key(failure): failure for failure in failures}
    for extra in sorted(extras, key=unlikely):
        if not left and not every:
            break
        done = job.installer.install(venv, [f"{path}[{extra}]", *beside], job.run)
        if done.code:
            refused[extra] = refusal(done.output)
        elif left:
            points = any("point" in failure for failure in left.values())
            modules = [failure["module"] for failure in left.values() if "module" in failure]
            again = _inspect(job, venv, job.planned.name if points else "", modules)
            loaded = {_key(answer) for answer in again if _loads(answer)}
            explained.update(dict.fromkeys(left.keys() & loaded, extra))
            left = {key: failure for key, failure in left.items() if key not in loaded}
    return _Extras(explained, refused if every else {})


def _loads(answer: Answer) -> bool:
    return ("module" in answer or "point" in answer) and "error" not in answer


def _key(answer: Answer) -> str:
    return str(answer["module"]) if "module" in answer else f"{answer['group']}: {answer['point']}"


def _failed(answer: Answer, name: str, explained: dict[str, str], wheel: Wheel) -> Failed:
    error = f"{answer['error']}: {answer['message']}"
    return Failed(name, error, explained.get(_key(answer), ""), _dependency(answer, wheel))


def _dependency(answer: Answer, wheel: Wheel) -> str:
    """Name of the module of a dependency in which the error was raised; empty where the package itself raised it."""
    inside = str(answer.get("file", "")).partition("/site-packages/")[2]
    return "" if not inside or inside in wheel.files else inside.split("/")[0].removesuffix(".py")


def _normalized(installed: dict[str, str]) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in installed.items()}
