"""A plan for people and for programs: what would be released, in which order, why, and how long it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from packaging.utils import canonicalize_name

from nox_release.plan import Plan, Planned
from nox_release.report.words import duration, one_line
from nox_release.requirements import parsed
from nox_release.shards import Shard
from nox_release.timing import Timing
from nox_release.wording import number, some

SCHEMA = 1
"""Of the JSON; it rises when a reader has to know more than before."""


def text(plan: Plan, timings: Mapping[str, Timing], shared: Sequence[Shard], width: int = 0) -> Iterator[str]:
    """Yield the lines of the plan.

    :param width: of the terminal; what is longer is cut. 0: nothing is.
    """
    for line in _lines(plan, timings, shared):
        line = one_line(line)
        yield line if not width or len(line) <= width else line[: width - 1] + "…"


def _lines(plan: Plan, timings: Mapping[str, Timing], shared: Sequence[Shard]) -> Iterator[str]:
    for broken in plan.broken:
        yield f"BLOCKED {broken.name}: {broken.message}; {broken.hint}"
    if not plan.packages:
        return
    companions = len(plan.packages) - len(plan.targets)
    beside = f" and {number(companions, 'companion')}" if companions else ""
    yield f"{number(len(plan.targets), 'package')}{beside}, in this order:"
    named = [f"{item.name} {item.version}" for item in plan.packages]
    place, longest = len(str(len(named))), max(map(len, named))
    for count, (item, name) in enumerate(zip(plan.packages, named, strict=True), 1):
        yield f"  {count:{place}}  {name:{longest}}  {_took(timings[item.name])}"
        if why := _why(item):
            yield f"  {'':{place}}    {why}"
    unknown = sum(timing.total is None for timing in timings.values())
    known = sum(timing.known for timing in timings.values())
    told = f"about {duration(known)}" if known else "unknown"
    yield f"all of it, one after the other: {told}{_unknown(unknown) if known else ''}"
    for shard in shared:
        told = f"about {duration(shard.seconds)}" if shard.seconds else "unknown"
        rest = _unknown(shard.unknown) if shard.seconds else ""
        yield f"shard {shard.number}: {number(len(shard.names), 'package')}, {told}{rest}: {some(shard.names, 5)}"


def _took(timing: Timing) -> str:
    if timing.total is not None:
        return f"about {duration(timing.total)}"
    return f"at least {duration(timing.known)}" if timing.known else "unknown"


def _unknown(count: int) -> str:
    return f", and {number(count, 'package')} of unknown duration" if count else ""


def _why(item: Planned) -> str:
    parts = [] if item.target else [f"companion: {item.why}"]
    if item.siblings:
        parts.append(f"after {some(needs(item), 5) or some(item.siblings, 5)}")
    return "; ".join(parts)


def needs(item: Planned) -> tuple[str, ...]:
    """Packages of the plan that it requires itself; ``siblings`` has also what these require."""
    named = {canonicalize_name(parsed(requirement).name) for requirement in item.sibling_requires}
    return tuple(sorted(named & set(item.siblings)))


def as_json(plan: Plan, timings: Mapping[str, Timing], shared: Sequence[Shard]) -> str:
    """Return the plan for programs; seconds are null where no evidence tells them."""
    packages = [
        {
            "name": item.name,
            "version": item.package.version,
            "directory": item.package.directory,
            "target": item.target,
            "why": item.why,
            "needs": needs(item),
            "needs_for_tests": item.test_siblings,
            "seconds": timings[item.name].total,
            "stages": timings[item.name].stages,
        }
        for item in plan.packages
    ]
    broken = [{"name": item.name, "message": item.message, "hint": item.hint} for item in plan.broken]
    told = {
        "schema": SCHEMA,
        "commit": plan.commit,
        "uncommitted": plan.uncommitted,
        "packages": packages,
        "broken": broken,
        "shards": [
            {"shard": shard.number, "packages": shard.names, "seconds": shard.seconds, "unknown": shard.unknown}
            for shard in shared
        ],
    }
    return json.dumps(told, indent=1)


def mermaid(plan: Plan) -> Iterator[str]:
    """Yield the lines of a diagram (Mermaid): what needs what, companions dashed."""
    yield "flowchart LR"
    numbers = {item.name: count for count, item in enumerate(plan.packages)}
    for item in plan.packages:
        yield f'  p{numbers[item.name]}["{_escaped(f"{item.name} {item.version}")}"]'
    for item in plan.packages:
        for needed in needs(item):
            yield f"  p{numbers[needed]} --> p{numbers[item.name]}"
    if dashed := [f"p{numbers[item.name]}" for item in plan.packages if not item.target]:
        yield "  classDef companion stroke-dasharray: 4"
        yield f"  class {','.join(dashed)} companion"


def _escaped(label: str) -> str:
    """Text that no diagram takes for anything else: what is no letter, digit, space, dot or hyphen as its number."""
    return "".join(char if char.isascii() and (char.isalnum() or char in " .-") else f"#{ord(char)};" for char in label)


def github(shared: Sequence[Shard]) -> str:
    """Return a matrix for jobs of GitHub Actions, in one line; without shards it has no job."""
    include = [{"shard": shard.number, "only": ",".join(shard.names)} for shard in shared]
    return json.dumps({"include": include}, separators=(",", ":"))
