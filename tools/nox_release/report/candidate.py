"""What a candidate would do, told at the end of a rehearsal; and what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nox_release.model import Evidence
from nox_release.plan import Plan
from nox_release.report.rollup import MANY
from nox_release.report.run import Entry
from nox_release.wording import number, some

WAS_THERE = "was there already"
"""What is told of a file that this command did not send."""
SHOWN = 5
"""Packages of which every file is named; of more, a line each, and of many all together."""


def candidate(plan: Plan, entries: Mapping[str, Entry | None], tag: Callable[[str, str], str]) -> Iterator[str]:
    """Yield the lines after a rehearsal.

    :param entries: name of each target → what became of it in publish; None: nothing.
    :param tag: how the tag of a release is called.
    """
    published = _published(entries)
    whole = [planned for planned in plan.targets if planned.name in published]
    if not whole:
        yield "Nothing was rehearsed; nothing was published."
        return
    yield f"Rehearsed: {len(whole)} of {len(plan.targets)}. Nothing was published. A candidate for release would"
    if len(whole) > MANY:
        sizes = [item.size for planned in whole for item in published[planned.name].artifacts]
        yield f"  upload {len(sizes)} files ({sum(sizes):,} bytes)"
        first = tag(whole[0].name, whole[0].version)
        yield f"  tag each package at {plan.commit[:10]}, as {first}, where it has no tag yet"
    for planned in whole if len(whole) <= MANY else ():
        evidence = published[planned.name]
        name = tag(planned.name, planned.version)
        there = plan.tags.get(name)
        tagged = f"{'find the tag' if there else 'tag'} {name} at {(there or plan.commit)[:10]}"
        if len(whole) > SHOWN:
            total = sum(item.size for item in evidence.artifacts)
            yield f"  upload {len(evidence.artifacts)} files of {planned.name} ({total:,} bytes), {tagged}"
            continue
        files = ", ".join(f"{item.filename} ({item.size:,} bytes)" for item in evidence.artifacts)
        yield f"  upload {files}"
        yield f"  {tagged}"
    if plan.uncommitted:
        yield f"but it would refuse: {len(plan.uncommitted)} paths are not committed."
    if companions := [planned.name for planned in plan.packages if planned.unreleased]:
        yield f"but it would refuse: not released, and not in this plan: {some(companions, MANY)}."
    yield (
        "The release manifests are in "
        + ", ".join(f"dist/{planned.name}/" for planned in whole[:5])
        + (" …" if len(whole) > 5 else "")
    )


def released(plan: Plan, entries: Mapping[str, Entry | None]) -> Iterator[str]:
    """Yield the lines after a candidate: what is published, what remains, and what to do about it."""
    published = _published(entries)
    if len(published) > MANY:
        yield from _summed_up(published)
    for name, evidence in published.items() if len(published) <= MANY else ():
        before = "before: " if _was_there(evidence) else ""
        index, tag = evidence.facts["index"], evidence.facts["tag"]
        yield f"published {before}{name} {evidence.version} to {index}, tagged {tag}"
        for filename, text in _files(evidence).items():
            yield f"  {filename}: {text}"
        if attestations := evidence.facts.get("attestations"):
            yield f"  attestations: {attestations}"
        if page := evidence.facts.get("github release"):
            yield f"  announced: {page}"
        if todo := evidence.facts.get("owners"):
            yield f"  next: {todo}"
    rest = [planned for planned in plan.targets if planned.name not in published]
    halfway = [planned for planned in rest if _sent(entries.get(planned.name))]
    if not published and not halfway:
        yield "Nothing was published."
    for planned in sorted(rest, key=lambda planned: planned not in halfway)[:MANY]:
        entry = entries.get(planned.name)
        why = entry.problem or next((each.message for each in entry.findings if each.fails), "") if entry else ""
        word = "not finished" if planned in halfway else "not published"
        yield f"{word}: {planned.name} {planned.version}{f': {why}' if why else ''}"
    if len(rest) > MANY:
        yield f"not published: {number(len(rest) - MANY, 'more package')}"
    if rest and (published or halfway):
        yield f"Published: {len(published)} of {len(plan.targets)}. The same command again finishes what remains."


def _summed_up(published: Mapping[str, Evidence]) -> Iterator[str]:
    """Packages of which each would be too long a story."""
    index = next(iter(published.values())).facts["index"]
    before = sum(map(_was_there, published.values()))
    told = f" ({before} of them before)" if before else ""
    yield f"published and tagged {number(len(published), 'package')}{told} on {index}: {some([*published], 5)}"
    yield "  each with its files is in the reports"
    for todo in dict.fromkeys(
        evidence.facts["owners"] for evidence in published.values() if "owners" in evidence.facts
    ):
        yield f"  next: {todo}"


def _files(evidence: Evidence) -> dict[str, str]:
    """File → what is told of it."""
    return {fact.removeprefix("file "): text for fact, text in evidence.facts.items() if fact.startswith("file ")}


def _was_there(evidence: Evidence) -> bool:
    """Whether the command found all files published."""
    files = _files(evidence).values()
    return bool(files) and all(text == WAS_THERE for text in files)


def _sent(entry: Entry | None) -> bool:
    """Whether the index has files of a package that did not get to the end."""
    return bool(entry and entry.evidence and _files(entry.evidence))


def _published(entries: Mapping[str, Entry | None]) -> dict[str, Evidence]:
    """Evidence of the packages that got to the end."""
    return {name: entry.evidence for name, entry in entries.items() if entry and entry.state.good and entry.evidence}
