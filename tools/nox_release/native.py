"""Has auditwheel and abi3audit look at a wheel, where there is anything for them to look at."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from nox_release.checks.native import Binaries, Extension
from nox_release.complaints import last_line
from nox_release.errors import Blocked
from nox_release.work import Job

TIMEOUT = 600
"""Seconds; they read every symbol of every library."""


def binaries(job: Job, wheel: Path) -> Binaries | None:
    """Return what the tools see in *wheel*; None for one without a compiled part that they know.

    :raises Blocked: where a tool cannot look.
    """
    try:
        tags = parse_wheel_filename(wheel.name)[3]
    except InvalidWheelFilename:
        return None  # told by who built it
    platforms = tuple(sorted({tag.platform for tag in tags}))
    linux = any("linux" in platform for platform in platforms)
    stable = any(tag.abi == "abi3" for tag in tags)
    if not linux and not stable:
        return None
    # A plain linux tag promises nothing that could be broken.
    promised = linux and any(not platform.startswith("linux_") for platform in platforms)
    seen = _auditwheel(job, wheel) if promised else {}
    return Binaries(
        wheel.name,
        platforms,
        str(seen.get("overall_tag", "")),
        {library: tuple(versions) for library, versions in seen.get("versioned_symbols", {}).items()},
        tuple(sorted(seen.get("external_libs", {}))),
        _abi3audit(job, wheel) if stable else (),
    )


def _auditwheel(job: Job, wheel: Path) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "auditwheel", "show", "--json", str(wheel)]
    done = job.run(command, cwd=job.folder, env=job.environ, timeout=TIMEOUT)
    start = done.output.find("{")
    try:
        seen = json.JSONDecoder().raw_decode(done.output[start:])[0] if start >= 0 else {}
    except ValueError:
        seen = {}
    if done.code or "overall_tag" not in seen:
        raise Blocked(f"auditwheel could not look: {seen.get('error') or last_line(done.output)}", "see the log")
    return dict(seen)


def _abi3audit(job: Job, wheel: Path) -> tuple[Extension, ...]:
    report = job.folder / "abi3audit.json"
    command = [sys.executable, "-m", "abi3audit", "--strict", "--report", "--output", str(report), str(wheel)]
    done = job.run(command, cwd=job.folder, env=job.environ, timeout=TIMEOUT)
    try:
        (seen,) = json.loads(report.read_text(encoding="utf-8"))["specs"].values()
        return tuple(_extension(item["name"], item["result"]) for item in seen["wheel"])
    except (OSError, ValueError, KeyError, TypeError):
        # Nonzero with a report is its verdict; without one it could not look.
        raise Blocked(f"abi3audit could not look: {last_line(done.output)}", "see the log") from None


def _extension(name: str, result: Mapping[str, Any]) -> Extension:
    return Extension(name, str(result["baseline"]), str(result["computed"]), tuple(sorted(result["non_abi3_symbols"])))
