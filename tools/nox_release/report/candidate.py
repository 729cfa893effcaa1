"""What a candidate would do, told at the end of a rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nox_release.model import Evidence
from nox_release.plan import Plan, Planned

SHOWN = 5
"""Packages of which every file is named; of more, a line each."""


def candidate(plan: Plan, published: Mapping[str, Evidence | str], tag: Callable[[Planned], str]) -> Iterator[str]:
    """Yield the lines.

    :param published: name of each target → evidence of its rehearsal, or why there is none.
    :param tag: how the tag of a release is called.
    """
    whole = [planned for planned in plan.targets if isinstance(published[planned.name], Evidence)]
    if not whole:
        yield "Nothing was rehearsed; nothing was published."
        return
    yield f"Rehearsed: {len(whole)} of {len(plan.targets)}. Nothing was published. A candidate for release would"
    for planned in whole:
        evidence = published[planned.name]
        assert isinstance(evidence, Evidence)
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
