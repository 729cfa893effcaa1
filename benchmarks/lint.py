"""lint-metadata of all real packages, against twine check and check-manifest run on each."""

from __future__ import annotations

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
)
from benchmarks.workspaces import copy_bed, temporary
from nox_release.toolchain import HERE as LOCKS

SOUND = ("!azure-datalake-store",)
"""Its sdist lacks the licence, so there is none to look at by hand."""


def tools(folder: Path) -> Path:
    """Make the virtualenv that somebody who works by hand has ready, at the versions that are pinned here."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--seed", "--python", sys.executable, folder], check=True)
    locks = [part for name in ("publish", "build-sdist") for part in ("-r", str(LOCKS / f"{name}.txt"))]
    subprocess.run([*uv, "pip", "install", "-q", "--python", folder / "bin/python", *locks], check=True)
    return folder / "bin"


def each(command: list[str], arguments: list[str], cwd: Path) -> Run:
    """Run *command* once for each of *arguments*, one after the other, as in a loop of the shell."""
    script = 'for item in "$@"; do ' + " ".join(command) + ' "$item" >/dev/null 2>&1; done; true'
    return run(["bash", "-c", script, "each", *arguments], cwd)


def main() -> None:
    parser = options(__doc__ or "", 3, bed=True)
    arguments = parser.parse_args()
    describe_machine()
    if not arguments.bed:
        skipped("lint-metadata against twine check and check-manifest")
        return
    with temporary() as folder:
        bed, by_hand = copy_bed(arguments.bed, folder / "bed"), tools(folder / "tools")
        run([*NOX, "-s", "build-sdist", "--", "all", *SOUND], bed)
        sdists = sorted(str(path) for path in bed.glob("dist/*/*.tar.gz"))
        packages = sorted(str(path.parent) for path in bed.glob("sdk/*/*/README*"))
        command = ["-s", "lint-metadata", "--", "all"]
        run([*NOX, *command], bed)  # makes the session's virtualenv
        ways = {
            "fresh": lambda: run([*NOX, *command, "--fresh"], bed),
            "again": lambda: run([*NOX, *command], bed),
            "twine": lambda: each([str(by_hand / "twine"), "check", "--strict"], sdists, folder),
            "manifest": lambda: each([str(by_hand / "check-manifest"), "--no-build-isolation"], packages, folder),
        }
        runs = alternate(arguments.rounds, ways)
        both = [Run(one.seconds + two.seconds, 0, "") for one, two in zip(runs["twine"], runs["manifest"], strict=True)]
        rows = [
            seconds("lint-metadata of all, tools installed, nothing in evidence", runs["fresh"], "under 1.5 s"),
            seconds("again, nothing changed", runs["again"]),
            seconds(f"twine check on each of {len(sdists)} sdists", runs["twine"]),
            seconds(f"check-manifest on each of {len(packages)} folders", runs["manifest"]),
            ratio("lint-metadata / twine check", runs["fresh"], runs["twine"]),
            ratio("lint-metadata / both by hand", runs["fresh"], both),
        ]
        show("All real packages: lint-metadata", rows)
        complain({"fresh": runs["fresh"], "again": runs["again"]})


if __name__ == "__main__":
    main()
