"""What a candidate would do, told at the end of a rehearsal; and what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nox_release.model import Evidence
from nox_release.plan import Plan, Planned
from nox_release.report.run import Entry

WAS_THERE = "was there already"
"""What is told of a file that this command did not send."""
SHOWN = 5
"""Packages of which every file is named; of more, a line each."""


def candidate(plan: Plan, entries: Mapping[str, Entry | None], tag: Callable[[Planned], str]) -> Iterator[str]:
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
    for planned in whole:
        evidence = published[planned.name]
        there = plan.tags.get(tag(planned))
        tagged = f"{'find the tag' if there else 'tag'} {tag(planned)} at {(there or plan.commit)[:10]}"
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
        yield f"but it would refuse: not released, and not in this plan: {', '.join(companions)}."
    yield (
        "The release manifests are in "
        + ", ".join(f"dist/{planned.name}/" for planned in whole[:5])
        + (" …" if len(whole) > 5 else "")
    )


def released(plan: Plan, entries: Mapping[str, Entry | None]) -> Iterator[str]:
    """Yield the lines after a candidate: what is published, what remains, and what to do about it."""
    published = _published(entries)
    for name, evidence in published.items():
        files = {fact.removeprefix("file "): text for fact, text in evidence.facts.items() if fact.startswith("file ")}
        before = "before: " if files and all(text == WAS_THERE for text in files.values()) else ""
        index, tag = evidence.facts["index"], evidence.facts["tag"]
        yield f"published {before}{name} {evidence.version} to {index}, tagged {tag}"
        for filename, text in files.items():
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
    for planned in rest:
        entry = entries.get(planned.name)
        why = entry.problem or next((each.message for each in entry.findings if each.fails), "") if entry else ""
        word = "not finished" if planned in halfway else "not published"
        yield f"{word}: {planned.name} {planned.version}{f': {why}' if why else ''}"
    if rest and (published or halfway):
        yield f"Published: {len(published)} of {len(plan.targets)}. The same command again finishes what remains."


def _sent(entry: Entry | None) -> bool:
    """Whether the index has files of a package that did not get to the end."""
    return bool(entry and entry.evidence and any(fact.startswith("file ") for fact in entry.evidence.facts))


def _published(entries: Mapping[str, Entry | None]) -> dict[str, Evidence]:
    """Evidence of the packages that got to the end."""
    return {name: entry.evidence for name, entry in entries.items() if entry and entry.state.good and entry.evidence}
