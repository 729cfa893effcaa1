"""A stage that only pretends to work, in a process of its own: it does what its standard input says, line by line.

``plan NAME[=SECONDS]…``, ``begin NAME``, ``say NAME TEXT``, ``end NAME OUTCOME``, ``print TEXT``; it ends with
its input.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from fakes import package
from nox_release.check import Finding, Severity
from nox_release.config import Config
from nox_release.model import Evidence, Outcome, Stage
from nox_release.plan import Plan, Planned
from nox_release.report.progress import progress
from nox_release.work import Order


def planned(name: str = "demo", *siblings: str) -> Planned:
    return Planned(package(name), True, "asked for", "digest", False, siblings)


def order(*names: str, stage: Stage = Stage.TEST, jobs: int = 2, expected: Mapping[str, float] | None = None) -> Order:
    """What a session asks of the worker: *expected* are the packages' seconds of the last time."""
    here = Path("w")
    plan = Plan(tuple(map(planned, names)))
    inputs = dict.fromkeys(names, "0")
    return Order(stage, here, plan, "", here, here, Config(), inputs, {}, "", jobs, expected=expected or {})


def evidence(name: str, outcome: Outcome, stage: Stage = Stage.TEST) -> Evidence:
    """What is told of it: a failed one has a finding, a blocked one a problem."""
    finding = Finding("TST101", "All tests pass", Severity.ERROR, "tests/test_x.py", "mend it", "2 tests failed")
    return Evidence(
        name, "1.0", stage, "0", outcome,
        findings=(finding,) if outcome is Outcome.FAILED else (),
        problem="no uv" if outcome is Outcome.BLOCKED else "",
        duration=1.0,
    )  # fmt: skip


def main() -> None:
    first = sys.stdin.readline().split()[1:]
    known = dict(name.split("=") for name in first if "=" in name)
    expected = {name: float(seconds) for name, seconds in known.items()}
    asked = order(*(name.partition("=")[0] for name in first), expected=expected)
    with progress(asked, sys.stdout) as shown:
        for line in sys.stdin:
            match line.rstrip("\n").split(" ", 2):
                case ["begin", name]:
                    with shown.running(name):
                        pass
                case ["say", name, text]:
                    shown.said(name, f"{text}\n")
                case ["end", name, outcome]:
                    shown.done(planned(name), evidence(name, Outcome(outcome)))
                case ["print", *words]:
                    print(*words)
    print("over")


if __name__ == "__main__":
    main()
