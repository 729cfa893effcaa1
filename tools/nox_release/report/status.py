"""Where packages stand, for people: side by side for a few, by position for many."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from nox_release.record import to_json
from nox_release.standing import Standing
from nox_release.status import DONE, Position, Told, Trouble
from nox_release.waves import Publisher
from nox_release.wording import number, some
from nox_release.yank import Withdrawal, effects, steps

LONGEST = 20
"""Packages in one position that are told by name and command where there are many."""
REASONED = frozenset({Position.UNKNOWN, Position.CONFLICT, Position.HALF})
"""Positions that have a reason of their own for each package."""
SIDE_BY_SIDE = 5
"""Packages that are told in full; of more, a line each for those that have something to be done."""


def status(found: Sequence[tuple[Standing, tuple[Told, ...]]], index: str) -> Iterator[str]:
    """Yield the lines for all packages, with what each came to."""
    yield f"{number(len(found), 'package')}; the index is {index}"
    if len(found) <= SIDE_BY_SIDE:
        for standing, told in found:
            yield ""
            yield from _in_full(standing, told)
        return
    width = max(len(standing.name) for standing, _ in found)
    for position in Position:
        here = [(standing, told) for standing, told in found if told[0].state is position]
        if not here:
            continue
        yield ""
        yield f"{position}: {len(here)}"
        shown = [item for item in here if position not in DONE or len(item[1]) > 1]
        for standing, told in shown[:LONGEST]:
            yield from _in_short(standing, told, width)
        if rest := [standing.name for standing, _ in shown[LONGEST:]]:
            yield f"  and {number(len(rest), 'package')} more: {some(rest)}; --format json tells all"
        if quiet := [standing.name for standing, told in here if position in DONE and len(told) == 1]:
            yield f"  {'and ' if shown else ''}{number(len(quiet), 'package')} with nothing to be done: {some(quiet)}"


def _in_full(standing: Standing, told: tuple[Told, ...]) -> Iterator[str]:
    shelf, remote = standing.shelf, standing.remote_name
    yield f"{standing.name} {standing.version}: {', '.join(item.state for item in told)}"
    yield f"  workspace  {standing.version}, changelog {standing.changelog or 'has no dated entry'}"
    here = f"here at {standing.local[:12]}" if standing.local else "not here"
    there = f"at {standing.remote[:12]} on {remote}" if standing.remote else f"not on {remote}"
    yield f"  tag        {standing.tag}: {here}, {f'not known on {remote}' if standing.remote_unknown else there}"
    yield f"  dist/      {_dist(standing)}"
    if shelf.problem:
        yield "  index      not known"
    elif not shelf.exists:
        yield "  index      no project of this name"
    else:
        files = number(len(shelf.files), "file") if shelf.files else "nothing"
        yield f"  index      last release {shelf.last or 'none'}; {files} of {standing.version}"
    for name in sorted({*standing.built, *standing.listed}):
        yield f"    {name}: {_file(standing, name)}"
    for item in told:
        yield f"  {item.state}: {item.why}"
        if item.next:
            yield f"    next: {item.next}"


def _dist(standing: Standing) -> str:
    if not standing.built:
        return "nothing of this version"
    proven = "proven for this source" if standing.proven else "of another source, or not proven"
    approved = f", approved with {some(standing.approved)}" if len(standing.approved) > 1 else ", approved"
    return f"{number(len(standing.built), 'file')}, {proven}{approved if standing.approved else ''}"


def _file(standing: Standing, name: str) -> str:
    listed = next((file for file in standing.shelf.files if file.filename == name), None)
    if listed is None:
        return "only in dist/"
    when = f", uploaded {listed.uploaded}" if listed.uploaded else ""
    yanked = ", yanked" if listed.yanked else ""
    if name not in standing.built:
        return f"only on the index{when}{yanked}"
    if not listed.sha256:
        return f"in both, the index tells no digest{when}{yanked}"
    same = "same bytes" if listed.sha256 == standing.built[name] else "OTHER BYTES"
    return f"{same} in both{when}{yanked}"


def _in_short(standing: Standing, told: tuple[Told, ...], width: int) -> Iterator[str]:
    last = "?" if standing.shelf.problem else standing.shelf.last or "new"
    yield f"  {standing.name:{width}}  {standing.version}  (index: {last})"
    for item in told:
        if isinstance(item.state, Trouble) or item.state in REASONED:
            yield f"      {item.state}: {item.why}"
        if item.next:
            yield f"      next: {item.next}"


def as_json(found: Sequence[tuple[Standing, tuple[Told, ...]]], index: str) -> str:
    """Return the same as one JSON document."""
    packages = [
        {"standing": json.loads(to_json(standing)), "states": json.loads(to_json(told))} for standing, told in found
    ]
    return json.dumps({"schema": 1, "index": index, "packages": packages})


def first_releases(
    waves: Sequence[Sequence[str]],
    publisher: Publisher | None,
    quota: int,
    pages: str,
    options: str,
    unknown: Sequence[str],
) -> Iterator[str]:
    """Yield what has to be done for the names that the index does not know.

    :param options: those that lead to the same index, as they have to be typed.
    :param unknown: packages of which that could not be looked at.
    """
    total = sum(map(len, waves))
    if unknown:
        yield f"not known: {some(unknown)}"
    if not total:
        yield "The index knows every other of these names." if unknown else "The index knows all these names."
        return
    yield f"{number(total, 'new name')}, {number(len(waves), 'wave')} of at most {quota} (new-project-quota), one a day"
    for count, wave in enumerate(waves, 1):
        yield f"wave {count}: nox -s publish -- {' '.join(wave)} --candidate-for-release --first-release{options}"
    if publisher is None:
        yield "trusted publishers: the git remote is on no host that PyPI trusts; use an API token"
        return
    yield f"trusted publishers ({publisher.service}), before each wave, a pending one for each name:"
    if pages:
        yield f"  {pages}manage/account/publishing/"
    for wave in waves:
        for name in wave:
            yield f"  {'; '.join(f'{label}: {value}' for label, value in publisher.form(name))}"


def yank(withdrawal: Withdrawal, pages: str, simple_url: str) -> Iterator[str]:
    """Yield the plan for yanking a release by hand."""
    name, version = withdrawal.name, withdrawal.version
    if not withdrawal.known:
        yield f"{name} {version} is not on the index: there is nothing to yank"
        return
    yield f"{name} {version}{' is yanked already' if withdrawal.done else ': no index has an API to yank, so by hand'}"
    yield f"  next higher release: {withdrawal.higher or 'none'}; next lower: {withdrawal.lower or 'none'}"
    for effect in effects(withdrawal):
        who = f"{effect.dependent.name} {effect.dependent.release} ({effect.requirement})"
        then = "keeps it, with a warning" if effect.pinned else f"gets {effect.then or 'nothing'} instead"
        yield f"  {who} {then}"
    for dependent in withdrawal.dependents:
        if dependent.problem:
            yield f"  {dependent.name}: what it needs is not known: {dependent.problem}"
    if not withdrawal.dependents:
        yield "  no package of this workspace needs it"
    for count, step in enumerate(steps(withdrawal, pages, simple_url), 1):
        yield f"  {count}. {step}"
    for title, path in _pages(name, version).items() if pages else ():
        yield f"  {title}: {pages}{path}"


def _pages(name: str, version: str) -> Mapping[str, str]:
    return {"release": f"project/{name}/{version}/", "history": f"project/{name}/#history"}
