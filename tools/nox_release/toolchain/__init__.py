"""The pinned tools of each session: ``STAGE.txt``, made from ``STAGE.in`` by ``nox -s pin``."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent


def files(stage: str, installer: str) -> tuple[Path, ...]:
    """The lock files of a stage's session; with pip as installer, virtualenv comes along."""
    return (HERE / f"{stage}.txt", *((HERE / "pip.txt",) if installer == "pip" else ()))


def pins(locks: tuple[Path, ...]) -> tuple[str, ...]:
    """The pins of *locks* that apply to this interpreter and system."""
    lines = (line.split(" #")[0].strip() for lock in locks for line in lock.read_text().splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return tuple(
        sorted({f"{item.name}{item.specifier}" for item in found if item.marker is None or item.marker.evaluate()})
    )


def missing(wanted: tuple[str, ...], site_packages: Path) -> tuple[str, ...]:
    """Which of the pins *wanted* are not installed in *site_packages* at exactly that version."""
    there = {_folded(path.name) for path in site_packages.glob("*.dist-info")} if site_packages.is_dir() else set()
    return tuple(pin for pin in wanted if _folded(f"{pin.replace('==', '-')}.dist-info") not in there)


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
