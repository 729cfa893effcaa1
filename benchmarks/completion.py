"""One press of the tab key over 400 packages, against an interpreter that does nothing."""

from __future__ import annotations

import os
import sys
from functools import partial

from benchmarks.measure import Run, alternate, complain, describe_machine, options, ratio, run, show, spread
from benchmarks.workspaces import generate, temporary
from nox_release.completing import press

PACKAGES = 400
LINES = {
    "a name": ("nox", "-s", "publish", "--", "generated-01"),
    "path:": ("nox", "-s", "publish", "--", "path:sdk/service01"),
    "changed-since:": ("nox", "-s", "publish", "--", "changed-since:m"),
    "an option": ("nox", "-s", "publish", "--", "--fr"),
}


def main() -> None:
    arguments = options(__doc__ or "", 25).parse_args()
    describe_machine()
    with temporary() as folder:
        workspace = generate(PACKAGES, folder / "workspace")
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        answer = [sys.executable, "-I", "-S", press.__file__, "zsh"]
        first = run([*answer, *LINES["a name"]], workspace)
        if first.said.count("generated-01") != 100:
            sys.exit(f"the names are not completed:\n{first.said}")
        ways = {name: partial(run, [*answer, *line], workspace) for name, line in LINES.items()}
        nothing = partial(run, [sys.executable, "-c", "pass"], workspace)
        runs = alternate(arguments.rounds, {"python -c pass": nothing, **ways})
    base = runs["python -c pass"]
    rows = [
        spread(name, _milliseconds(each), "ms", "at most 150 ms" if name in LINES else "")
        for name, each in runs.items()
    ]
    rows += [ratio(f"{name}, ratio", runs[name], base) for name in LINES]
    rows.append(spread("the first time, which makes the vocabulary", _milliseconds([first]), "ms"))
    show(f"Completing over {PACKAGES} packages", rows)
    complain(runs)


def _milliseconds(runs: list[Run]) -> list[float]:
    return [1000 * each.seconds for each in runs]


if __name__ == "__main__":
    main()
