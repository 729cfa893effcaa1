"""The command to type next, as it is to be typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from nox_release.model import Stage
from nox_release.report.run import Run


def again(typed: Sequence[str]) -> str:
    """Return the command that was typed; empty where that is not known."""
    return shlex.join(["nox", *typed[1:]]) if typed else ""


def onward(run: Run, targets: Sequence[str], candidate: bool, approval: str, options: str = "") -> Iterator[str]:
    """Yield what comes after a command that passed.

    :param targets: as they were typed.
    :param candidate: whether it was a candidate for release.
    :param approval: how candidates are approved, see :class:`nox_release.config.Config`.
    :param options: those that lead to the candidate's index, as they are typed, with a blank before each.
    """
    if run.passed:
        yield f"next: {_command(run, targets, candidate, approval, options)}"


def _command(run: Run, targets: Sequence[str], candidate: bool, approval: str, options: str) -> str:
    names = shlex.join(targets)
    if candidate:
        return f"nox -s status -- {names}{options}"
    if Stage.PUBLISH not in run.stages:
        return f"nox -s publish -- {names}"
    if run.plan.uncommitted:
        return f"git commit, then nox -s publish -- {names}"
    if missing := [planned.name for planned in run.plan.packages if planned.unreleased]:
        return f"nox -s publish -- {shlex.join([*targets, *missing])}"
    if approval == "environment":  # the CI is asked, in the job that publishes
        return f"nox -s publish -- {names} --candidate-for-release"
    return f"nox -s approve -- {names}"
