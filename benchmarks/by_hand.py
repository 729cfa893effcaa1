"""One package from its metadata to verified artifacts, against the same by hand (by_hand.sh), with uv and with pip."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import (
    NOX,
    Run,
    alternate,
    complain,
    describe_machine,
    options,
    ratio,
    run,
    seconds,
    show,
    skipped,
    uv,
)
from benchmarks.workspaces import HERE, copy_bed, forget, temporary

PACKAGES = {"azure-core": "azure.core", "azure-mgmt-compute": "azure.mgmt.compute"}
"""Name → the import package whose modules are imported by hand."""
STAGES = ("-s", "lint-metadata", "verify-artifacts")


def tools(folder: Path) -> Path:
    """Make the virtualenv that somebody who works by hand has ready."""
    subprocess.run([uv(), "venv", "-q", "--seed", "--python", sys.executable, folder], check=True)
    wanted = ["build", "twine", "check-manifest", "uv"]
    subprocess.run([uv(), "pip", "install", "-q", "--python", folder / "bin/python", *wanted], check=True)
    return folder


def main() -> None:
    parser = options(__doc__ or "", 5, bed=True)
    parser.add_argument("--packages", nargs="+", default=list(PACKAGES), choices=list(PACKAGES), help="default: all")
    arguments = parser.parse_args()
    describe_machine()
    if not arguments.bed:
        skipped("nox-release against the same by hand")
        return
    with temporary() as folder:
        bed, by_hand = copy_bed(arguments.bed, folder / "bed"), tools(folder / "tools")
        numbers = itertools.count()
        for package in arguments.packages:
            (source,) = bed.glob(f"sdk/*/{package}")
            pristine = folder / package
            shutil.copytree(source, pristine)

            def with_nox(package: str = package) -> Run:
                forget(bed)
                return run([*NOX, *STAGES, "--", package], bed)

            def hand(how: str, pristine: Path = pristine, package: str = package) -> Run:
                work = folder / f"work-{next(numbers)}"
                done = run([HERE / "by_hand.sh", how, by_hand, pristine, PACKAGES[package], work], folder)
                shutil.rmtree(work)
                return done

            ways = {"nox-release": with_nox, "uv": lambda: hand("uv"), "pip": lambda: hand("pip")}
            alternate(1, ways)  # fills the download caches and makes the sessions' virtualenvs
            runs = alternate(arguments.rounds, ways)
            rows = [
                seconds("nox-release, nothing in evidence", runs["nox-release"]),
                seconds("by hand with uv", runs["uv"]),
                seconds("by hand with pip", runs["pip"]),
                ratio("against uv", runs["nox-release"], runs["uv"], "at most 0.5 x"),
                ratio("against pip", runs["nox-release"], runs["pip"], "at most 0.3 x"),
            ]
            show(f"{package}: from lint-metadata to verify-artifacts", rows)
            complain(runs)


if __name__ == "__main__":
    main()
