"""``nox-release merge``: brings the evidence of several machines together, and sees that it agrees.

Jobs of a CI that work side by side each leave a ``.nox-release`` folder. What two of them say of the same inputs has
to be the same; what lies there besides evidence is not taken along. Code of packages ran where the folders
come from, so nothing in them is trusted: no link is followed, every file is read as what its place says it is, and
only what such jobs do is taken. What rests on the index is cheap to ask again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nox_release.approval import comparable
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import FOLDER, Store, sha256, write_atomically
from nox_release.model import Artifact, Evidence, Stage
from nox_release.record import from_json

TAKEN = (Stage.BUILD_SDIST, Stage.BUILD_WHEEL, Stage.VERIFY_ARTIFACTS, Stage.TEST)
"""The stages whose evidence is taken."""
_DIGEST = re.compile(r"[0-9a-f]{32,64}")


@dataclass(frozen=True)
class Merged:
    """What came together."""

    shards: int
    evidence: int
    artifacts: int


def merge(folders: Iterable[Path], store: Store) -> Merged:
    """Bring the evidence, artifacts and answers of build backends below *folders* into *store*.

    Nothing is written before all of it is known to agree.

    :param folders: each a ``.nox-release`` folder under any name, or a folder of such.
    :raises Blocked: where two tell different things of the same inputs, or one holds what does not belong there.
    """
    places = [place for folder in folders for place in _places(folder)]
    told: dict[Path, tuple[Path, Evidence]] = {}
    answers: dict[Path, tuple[Path, bytes]] = {}
    for place in places:
        for path in _files(place, "evidence", 3):
            relative, evidence = path.relative_to(place), _read(path)
            if evidence.stage not in TAKEN:
                continue
            other, before = told.setdefault(relative, (place, evidence))
            if comparable(before) != comparable(evidence):
                raise _conflict(other, place, f"{evidence.stage} of {evidence.package} {evidence.version}")
        for path in _files(place, "metadata", 2):
            relative, content = path.relative_to(place), path.read_bytes()
            first, answer = answers.setdefault(relative, (place, content))
            if answer != content:
                raise _conflict(first, place, f"what a build backend says of {path.stem}")
    wanted = {artifact for _, evidence in told.values() for artifact in evidence.artifacts}
    found = {artifact: _artifact(artifact, places) for artifact in wanted}
    store.prepare()
    for artifact, path in sorted(found.items(), key=lambda item: item[0].filename):
        if store.add(path) != artifact:
            raise Blocked(f"{path} changed while it was read", "run it again")
    for relative, (place, _) in {**told, **answers}.items():
        write_atomically(store.root / relative, (place / relative).read_bytes())
    return Merged(len(places), len(told), len(found))


def _places(folder: Path) -> Iterator[Path]:
    """The stores at or right below *folder*, under any name or their own."""
    if (folder / "evidence").is_dir():
        yield folder
        return
    below = sorted(path for path in (*folder.glob("*"), *folder.glob(f"*/{FOLDER}")) if (path / "evidence").is_dir())
    if not below:
        raise Misuse(f"{folder} holds no evidence", "name what jobs left in .nox-release, or a folder of such folders")
    yield from below


def _files(place: Path, kind: str, depth: int) -> Iterator[Path]:
    """Every file *depth* names below the folder *kind* of a store."""
    for root, folders, files in os.walk(place / kind):
        for name in (*folders, *files):
            path = Path(root, name)
            deep = len(path.relative_to(place / kind).parts)
            if path.is_symlink() or (name in files) != (deep == depth) or not (path.is_dir() or path.is_file()):
                raise Blocked(f"{path} does not belong among evidence", "see what the job did that left it")
            if deep == depth and not name.startswith("."):  # .new-…: a write that was cut off
                yield path


def _read(path: Path) -> Evidence:
    stage, package = path.parts[-3:-1]
    try:
        evidence = from_json(Evidence, path.read_bytes())
    except ValueError as error:
        raise Blocked(f"{path} is no evidence: {error}", "see what the job did that left it") from None
    if (evidence.stage, evidence.package, evidence.inputs) != (stage, package, path.stem) or stage not in set(Stage):
        raise Blocked(f"{path} is evidence of something else than its place says", "see what the job did that left it")
    return evidence


def _artifact(artifact: Artifact, places: Iterable[Path]) -> Path:
    """Where the bytes of *artifact* are."""
    named = _DIGEST.fullmatch(artifact.sha256) and Path(artifact.filename).name == artifact.filename
    for place in places if named else ():
        path = place / "artifacts" / artifact.sha256 / artifact.filename
        links = path.is_symlink() or path.parent.is_symlink() or path.parent.parent.is_symlink()
        if not links and path.is_file() and sha256(path) == artifact.sha256 and path.stat().st_size == artifact.size:
            return path
    raise Blocked(
        f"no folder holds {artifact.filename} with the sha256 {artifact.sha256}", "hand over artifacts with evidence"
    )


def _conflict(one: Path, other: Path, what: str) -> Blocked:
    return Blocked(
        f"{one} and {other} tell different things of the same inputs: {what}",
        "a build or a test that is not the same twice: see the reports of both jobs, and run it again",
    )
