"""Artifacts between the jobs of one run, laid out as GitHub's own actions do it."""

import hashlib
import os
import sys
import tarfile
from pathlib import Path

STORE = Path(os.environ["HANDOVER"])


def put() -> None:
    """One archive, whose root is the closest folder that all paths have in common."""
    paths = [Path.cwd() / line.strip() for line in os.environ["PATHS"].splitlines() if line.strip()]
    root = Path(os.path.commonpath([path.parent if len(paths) == 1 else path for path in paths]))
    there = [path for path in paths if path.exists()]
    assert there, "if-no-files-found: error"
    STORE.mkdir(exist_ok=True)
    archive = STORE / f"{os.environ['NAME']}.tar"
    with tarfile.open(archive, "w") as file:
        for path in there:
            file.add(path, path.relative_to(root))
    archive.with_suffix(".sha256").write_text(hashlib.sha256(archive.read_bytes()).hexdigest())
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as output:
        output.write(f"artifact-id={os.environ['NAME']}\n")


def get() -> None:
    """One artifact goes right into the folder; of several each has one of its own below it."""
    into, one = Path(os.environ["INTO"]), os.environ["ID"]
    together = one or os.environ["TOGETHER"] == "true"
    archives = [STORE / f"{one}.tar"] if one else sorted(STORE.glob(f"{os.environ['PATTERN']}.tar"))
    for archive in archives:
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        assert archive.with_suffix(".sha256").read_text() == digest, "digest-mismatch: error"
        with tarfile.open(archive) as file:
            file.extractall(into if together else into / archive.stem, filter="data")


{"put": put, "get": get}[sys.argv[1]]()
