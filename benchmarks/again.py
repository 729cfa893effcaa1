"""The same command again with nothing changed, and against `nox -l` in the same folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import NOX, alternate, complain, describe_machine, options, ratio, run, seconds, show, skipped
from benchmarks.workspaces import copy_bed, copy_example, temporary

STAGES = ("-s", "lint-metadata", "verify-artifacts", "--")


def measure(title: str, workspace: Path, command: Sequence[str], rounds: int, target: str) -> None:
    """Do it once, then again and again."""
    first = run([*NOX, *command], workspace)
    runs = alternate(
        rounds, {"again": lambda: run([*NOX, *command], workspace), "nox -l": lambda: run([*NOX, "-l"], workspace)}
    )
    rows = [
        seconds("the first time", [first]),
        seconds("again", runs["again"], target),
        seconds("nox -l", runs["nox -l"]),
        ratio("again against nox -l", runs["again"], runs["nox -l"]),
    ]
    show(f"{title}: nox {' '.join(command)}", rows)
    complain(runs)


def main() -> None:
    parser = options(__doc__ or "", 9, bed=True)
    parser.add_argument("--targets", nargs="+", default=["all"], help="of the real packages (all)")
    arguments = parser.parse_args()
    describe_machine()
    with temporary() as folder:
        example = copy_example(folder / "example")
        publish = ("-s", "publish", "--", "azure-mgmt-compute")
        measure("One package of the example", example, publish, arguments.rounds, "at most 0.6 s")
        if not arguments.bed:
            skipped("one and all real packages again")
            return
        bed = copy_bed(arguments.bed, folder / "bed")
        one = (*STAGES, "azure-mgmt-compute")
        measure("One real package", bed, one, arguments.rounds, "at most 0.6 s")
        every = (*STAGES, *arguments.targets)
        measure("All real packages", bed, every, arguments.rounds, "at most 2 s")


if __name__ == "__main__":
    main()
