"""The review page of 20 packages, from the evidence of real stages, in a fresh process and as a session."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from benchmarks.measure import NOX, describe_machine, options, run, show
from benchmarks.workspaces import generate, temporary

ONCE = (sys.executable, "-P", Path(__file__).with_name("review_once.py"))
HEAD = ("packages", "page", "plan", "gather", "render", "gather and render", "nox -s review", "target")


def main() -> None:
    parser = options(__doc__ or "", 5)
    parser.add_argument(
        "--workspace", type=Path, metavar="PATH", help="one whose stages have run; else one is generated"
    )
    parser.add_argument("targets", nargs="*", default=["all"], help="in that workspace (all)")
    arguments = parser.parse_args()
    describe_machine()
    with temporary() as folder:
        workspace = arguments.workspace or generate(20, folder / "workspace")
        stages = ("lint-metadata", "verify-artifacts", "test")
        if not arguments.workspace:  # they fail where the index has no such package, and leave evidence all the same
            run([*NOX, "-s", *stages, "--", *arguments.targets], workspace)
        once, sessions = [], []
        for _ in range(arguments.rounds):
            done = run([*ONCE, *arguments.targets], workspace)
            if done.code:
                sys.exit(f"the page could not be made:\n{done.said}")
            once.append([float(word) for word in done.said.split()[-6:]])
            sessions.append(run([*NOX, "-s", "review", "--", *arguments.targets], workspace).seconds)
    count, known, size, plan, gather, render = (statistics.median(column) for column in zip(*once, strict=True))
    whole = statistics.median(gather + render for *_, gather, render in once)
    times = [f"{each:.2f} s" for each in (plan, gather, render, whole, statistics.median(sessions))]
    row = (f"{count:.0f}, {known:.0f} with evidence", f"{size:,.0f} bytes", *times, "at most 1 s to gather and render")
    show("The review page, medians", [row], HEAD)


if __name__ == "__main__":
    main()
