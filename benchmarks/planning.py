"""From targets to a plan, in a fresh process: finding the packages, reading them, ordering and digesting them.

Then the same as it is typed, `nox -s plan -- all --shards 8 --format json`, with evidence of five stages each.
"""

from __future__ import annotations

import statistics
import sys
import uuid
from pathlib import Path

from benchmarks.measure import describe_machine, options, run, show, skipped, uv
from benchmarks.workspaces import copy_bed, generate, temporary
from nox_release.evidence import Store
from nox_release.model import Evidence, Outcome, Stage

ONCE = (sys.executable, "-P", Path(__file__).with_name("plan_once.py"), uv())
SESSION = (sys.executable, "-m", "nox", "-s", "plan", "--", "all", "--shards", "8", "--format", "json")
TARGETS = {29: "at most 0.3 s", 1000: "at most 1.5 s, session 2 s"}
HEAD = (
    "workspace", "packages", "imports", "plan, median", "lowest to highest", "a package", "session, median", "target"
)  # fmt: skip


def prove(workspace: Path) -> None:
    """Leave evidence of five stages of each package, called as its folder: what the session reads durations from."""
    store = Store(workspace)
    for name in sorted(path.name for path in workspace.glob("sdk/*/*")):
        for stage in Stage:
            if stage is not Stage.PUBLISH:
                store.save(Evidence(name, "1.0.0", stage, uuid.uuid4().hex * 2, Outcome.PASSED, duration=12.0))


def main() -> None:
    parser = options(__doc__ or "", 7, bed=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 300, 1000], help="generated (100 300 1000)")
    arguments = parser.parse_args()
    describe_machine()
    with temporary() as folder:
        workspaces = {f"generated {size}": generate(size, folder / str(size)) for size in arguments.sizes}
        if arguments.bed:
            workspaces = {"real packages": copy_bed(arguments.bed, folder / "bed"), **workspaces}
        taken: dict[str, list[tuple[int, float, float]]] = {name: [] for name in workspaces}
        sessions: dict[str, list[float]] = {name: [] for name in workspaces}
        for workspace in workspaces.values():
            prove(workspace)
        for number in range(arguments.rounds + 1):
            for name, workspace in workspaces.items():
                done = run(ONCE, workspace)
                if done.code:
                    sys.exit(f"planning {name} failed:\n{done.said}")
                session = run(SESSION, workspace)
                told = done.said.split()[-3:]
                if number:  # the first time, backends may be asked; their answers are kept
                    taken[name].append((int(told[0]), float(told[1]), float(told[2])))
                    sessions[name].append(session.seconds)
    rows = []
    for name, each in taken.items():
        count, plans = each[0][0], [plan for _, _, plan in each]
        median = statistics.median(plans)
        rows.append(
            (name, str(count), f"{statistics.median(imports for _, imports, _ in each):.2f} s", f"{median:.2f} s",
             f"{min(plans):.2f} to {max(plans):.2f}", f"{1000 * median / count:.1f} ms",
             f"{statistics.median(sessions[name]):.2f} s", TARGETS.get(count, ""))
        )  # fmt: skip
    show("Planning all packages of a workspace", rows, HEAD)
    if not arguments.bed:
        skipped("planning 29 real packages")


if __name__ == "__main__":
    main()
