"""What a second core brings over all real packages, and the memory of our own processes."""

from __future__ import annotations

from collections.abc import Sequence
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
    spread,
)
from benchmarks.workspaces import copy_bed, forget, generate, temporary

STAGES = ("-s", "lint-metadata", "verify-artifacts", "--")


def memory(label: str, runs: Sequence[Run]) -> list[tuple[str, str, str, str]]:
    """Rows with the peaks of nox and of its largest worker, which run at the same time."""
    return [
        spread(f"{label}: nox", [each.nox for each in runs], "MB"),
        spread(f"{label}: worker", [each.worker for each in runs], "MB"),
        spread(f"{label}: both", [each.nox + each.worker for each in runs], "MB", "less than 150 MB"),
    ]


def real_packages(bed: Path, targets: Sequence[str], rounds: int) -> None:
    """Take all of them from nothing in evidence, one and two at a time."""

    def way(jobs: int) -> Run:
        forget(bed)
        return run([*NOX, *STAGES, *targets, "--jobs", str(jobs)], bed, memory=True)

    way(2)  # fills the download caches and makes the sessions' virtualenvs
    runs = alternate(rounds, {"--jobs 1": lambda: way(1), "--jobs 2": lambda: way(2)})
    rows = [seconds(name, some) for name, some in runs.items()]
    rows.append(ratio("one at a time against two", runs["--jobs 1"], runs["--jobs 2"], "at least 1.7 x"))
    rows += [row for name, some in runs.items() for row in memory(name, some)]
    show(f"{' '.join(targets)}: from lint-metadata to verify-artifacts", rows)
    complain(runs)


def main() -> None:
    parser = options(__doc__ or "", 3, bed=True)
    parser.add_argument("--targets", nargs="+", default=["all"], help="of the real packages (all)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000], help="generated packages (100 1000)")
    arguments = parser.parse_args()
    describe_machine()
    with temporary() as folder:
        runs = {
            f"{size} packages": [
                run([*NOX, "-s", "lint-metadata", "--", "all"], generate(size, folder / str(size)), memory=True)
            ]
            for size in arguments.sizes
        }
        rows = [seconds(name, some) for name, some in runs.items()]
        rows += [row for name, some in runs.items() for row in memory(name, some)]
        show("Generated packages: lint-metadata -- all", rows)
        complain(runs)
        if arguments.bed:
            real_packages(copy_bed(arguments.bed, folder / "bed"), arguments.targets, arguments.rounds)
        else:
            skipped("what a second core brings over real packages")


if __name__ == "__main__":
    main()
