"""Proves that a candidate breaks nobody half-way: what is asked of the worker before approval is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nox_release.archive import read_wheel
from nox_release.check import Verdict
from nox_release.checks.prefixes import PREFIXES, Crossing
from nox_release.config import Config
from nox_release.errors import Blocked
from nox_release.evidence import Store, write_atomically
from nox_release.ground import Ground
from nox_release.index.target import Target
from nox_release.manifest import Manifest, read_manifest
from nox_release.model import Artifact, Kind
from nox_release.plan import digest_of
from nox_release.prefix_trial import Course, Files, filled_by_step
from nox_release.prefixes import Release, baselines, trials
from nox_release.public import last_releases
from nox_release.record import from_json, to_json
from nox_release.work import PrefixOrder, PreflightAnswer

HOLDS = 24 * 3600.0
"""Seconds that a proof holds: what others publish has a part in it, and is not asked for."""


def prove(
    order: PrefixOrder,
    store: Store,
    target: Target,
    lay: Callable[[tuple[str, ...]], Ground],
    say: Callable[[str], None],
    environ: Mapping[str, str],
    now: float,
) -> PreflightAnswer:
    """Try every state between two uploads of the plan, unless exactly that is proven already.

    :param lay: makes the ground for trials from the indexes that count.
    :param say: tells the user how far it is.
    """
    manifests = [_manifest(store, order, name) for name in order.names]
    uploads = [upload for manifest in manifests if (upload := _still_to_come(store, target, manifest))]
    names = [name for name in order.plan.workspace if not order.config.for_package(name).index_exempt]
    public = last_releases(target, {*names, *order.names})
    todo = trials([release for release, _ in uploads], public)
    if not todo:
        say("nothing public needs what is uploaded, and nothing comes in between")
        return PreflightAnswer()
    rest = {trial.release for trial in (*todo, *baselines(todo, public))}
    key = digest_of(
        order.code, target.url, order.uv, [item.version for item in order.pythons], sorted(map(repr, rest)),
        [[item.sha256 for item, _ in files] for _, files in uploads], _listed(target, names),
        [vars(order.config.for_package(item.name)) for item in sorted(rest, key=str)],
    )  # fmt: skip
    kept = store.folder("prefixes") / f"{key}.json"
    if (known := _known(kept, max(order.since, now - HOLDS))) is not None:
        say("every state between two uploads is proven already, for exactly these files and this index")
        return known
    with filled_by_step(environ) as (url, bring):
        course = Course(lay((url, target.url)), order.config, order.pythons, order.jobs, say)
        crossings = course.run(uploads, todo, public, bring)
    answer = verdict(crossings, {str(release): release.name for release, _ in uploads}, order.config)
    if not answer.problem and not any(item.fails for item in answer.verdicts.values()):
        write_atomically(kept, to_json(answer).encode())
    return answer


def verdict(crossings: Sequence[Crossing], uploaded: Mapping[str, str], config: Config) -> PreflightAnswer:
    """Return what the checks find, with each package what its upload does; what was not tried is a problem.

    :param uploaded: name and version of each upload → its name.
    """
    verdicts: dict[str, Verdict] = {}
    for crossing in crossings:
        name = uploaded[crossing.upload]
        rules = config.for_package(name).rules
        verdicts[name] = verdicts.get(name, Verdict()) + PREFIXES.run(crossing, rules)
    untried = [
        finding for found in verdicts.values() for finding in found if finding.code == "PFX103" and not finding.exempt
    ]
    if not untried:
        return PreflightAnswer(verdicts)
    return PreflightAnswer(verdicts, f"{untried[0].where}: {untried[0].message}", untried[0].fix)


def _known(path: Path, since: float) -> PreflightAnswer | None:
    try:
        if path.stat().st_mtime >= since:
            return from_json(PreflightAnswer, path.read_bytes())
    except (OSError, ValueError):
        pass
    return None


def _manifest(store: Store, order: PrefixOrder, name: str) -> Manifest:
    manifest = read_manifest(store.dist / name)
    if manifest is None or manifest.source != order.plan[name].source:
        raise Blocked(f"{name} has no release manifest of this source", "run the command again")
    return manifest


def _still_to_come(store: Store, target: Target, manifest: Manifest) -> tuple[Release, Files] | None:
    """Return an upload with what its wheel requires; None where the index has all of its files already."""
    published = target.project(manifest.name)
    there = {file.filename: file.sha256 for file in published.files} if published else {}
    if all(there.get(artifact.filename) == artifact.sha256 for artifact in manifest.artifacts):
        return None
    for artifact in manifest.artifacts:
        if not store.holds(artifact):
            raise Blocked(f"{artifact.filename} is not what was built", "run the command again with --fresh")
    files = [(artifact, store.path(artifact)) for artifact in manifest.artifacts]
    metadata = read_wheel(_wheel(files)).metadata
    requires = tuple(str(text) for text in metadata.get_all("Requires-Dist", []))
    return Release(manifest.name, manifest.version, requires, str(metadata.get("Requires-Python", ""))), files


def _wheel(files: Sequence[tuple[Artifact, Path]]) -> Path:
    return next(path for artifact, path in files if artifact.kind is Kind.WHEEL)


def _listed(target: Target, names: Sequence[str]) -> list[object]:
    """All that the index lists of the workspace's packages: another file of a sibling is another state."""
    found: list[object] = []
    for name in sorted(names):
        published = target.project(name)  # asked before, so this is what was heard then
        if published:
            found.append([name, sorted((file.filename, file.sha256, file.yanked) for file in published.files)])
    return found
