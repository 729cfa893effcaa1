"""One side of benchmarks/publishing.py: bring files to an index as publish does, and print the peak memory."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from packaging.utils import parse_sdist_filename, parse_wheel_filename

from benchmarks.measure import peak
from nox_release.evidence import sha256
from nox_release.index.credentials import Known
from nox_release.index.delivery import Delivery
from nox_release.index.simple import Reader
from nox_release.index.upload import Uploader
from nox_release.model import Artifact, Kind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("folder", "url", "username", "password"):
        parser.add_argument(name)
    given = parser.parse_args()
    projects: dict[str, list[tuple[Artifact, Path]]] = {}
    for path in sorted(Path(given.folder).iterdir(), reverse=True):  # sdists first
        kind = Kind.WHEEL if path.suffix == ".whl" else Kind.SDIST
        parsed = parse_wheel_filename(path.name)[0] if kind is Kind.WHEEL else parse_sdist_filename(path.name)[0]
        artifact = Artifact(path.name, kind, sha256(path), path.stat().st_size)
        projects.setdefault(parsed, []).append((artifact, path))
    with (
        closing(Reader(f"{given.url}/simple/")) as reader,
        closing(Uploader(f"{given.url}/legacy/", Known("benchmark", given.username, given.password))) as uploader,
    ):
        delivery = Delivery(reader, uploader, lambda _: None)
        for name, wanted in projects.items():
            delivered = delivery.bring(name, wanted)
            listed = reader.files(name)
            if not all(item.done and reader.digest(listed[item.artifact.filename]) for item in delivered):
                sys.exit(f"{name}: {delivered}")
    print(f"peak {peak('self'):.0f} MB")


if __name__ == "__main__":
    main()
