"""A plan in parts, for jobs of a CI that work side by side: which targets each has, and its part of the plan. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from nox_release.plan import Plan, Planned
from nox_release.requirements import parsed


@dataclass(frozen=True)
class Shard:
    """The targets of one job."""

    number: int
    """Counted from 1."""
    names: tuple[str, ...]
    """In the order of the alphabet; never none."""
    seconds: float
    """How long they take one after the other, as far as that is known."""
    unknown: int
    """How many of them have never been timed."""


def shards(durations: Mapping[str, float | None], count: int) -> tuple[Shard, ...]:
    """Share out targets over at most *count* jobs, so that the longest job is short.

    The longest target goes first, each to the job that has the least so far (LPT, at most 4/3 of the best that
    there is). A target of unknown duration counts as the mean of those that are known.

    :param durations: target → seconds; None where that is not known.
    :param count: 0: they are not shared out.
    """
    if count < 1:
        return ()
    known = [seconds for seconds in durations.values() if seconds is not None]
    mean = sum(known) / len(known) if known else 1.0
    assumed = {name: mean if seconds is None else seconds for name, seconds in durations.items()}
    loads: list[tuple[float, int, int]] = [(0.0, 0, number) for number in range(min(count, len(durations)))]
    shared: list[list[str]] = [[] for _ in loads]
    for name in sorted(assumed, key=lambda name: (-assumed[name], name)):
        load, targets, number = min(loads)
        loads[number] = (load + assumed[name], targets + 1, number)
        shared[number].append(name)
    return tuple(
        Shard(
            number,
            tuple(sorted(names)),
            sum(durations[name] or 0.0 for name in names),
            sum(durations[name] is None for name in names),
        )
        for number, names in enumerate(shared, 1)
    )


def part(plan: Plan, names: Collection[str]) -> Plan:
    """Return *plan* with only *names* of its targets, and what these need of the others as companions.

    The others stay in the plan as far as these are installed with them, so every stage has the same inputs here as
    where all targets are worked on, and its evidence holds there.
    """
    chosen = [item for item in plan.targets if item.name in names]
    installed = {name for item in chosen for name in item.siblings}
    kept = {name for item in chosen for name in (item.name, *item.siblings, *item.test_siblings)}
    # lint-metadata asks of every sibling whether it is released together with the package.
    kept |= {canonicalize_name(parsed(text).name) for item in chosen for text in item.sibling_requires}
    packages = tuple(
        item if item.name in names else _beside(item, installed) for item in plan.packages if item.name in kept
    )
    return replace(plan, packages=packages)


def _beside(item: Planned, installed: Collection[str]) -> Planned:
    why = "it is built in another shard, too, and installed here" if item.target else item.why
    return replace(item, target=False, why=why, for_tests=item.name not in installed)
