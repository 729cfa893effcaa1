"""Fifty packages and one large file to an index on loopback: reconciled, uploaded, read back; against twine alone."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import random
import sys
import tarfile
import zipfile
from pathlib import Path

from benchmarks.measure import Run, alternate, complain, describe_machine, options, ratio, run, seconds, show
from benchmarks.workspaces import temporary
from nox_release.index.rehearsal import Rehearsal, rehearsal_index

PACKAGES, LARGE = 50, 500
"""Number of packages of two files; size of the large file in MB."""
FILE = 50_000
"""Bytes of incompressible content in each file."""
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nSummary: a package of a benchmark\n"


def write_wheel(folder: Path, name: str, megabytes: float) -> None:
    """Write an installable wheel whose content no compression makes smaller."""
    info = f"{name}-1.0.dist-info"
    content = random.Random(name)
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        members = {
            f"{info}/METADATA": METADATA.format(name=name),
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = [f"{info}/RECORD,,"]
        for path, text in members.items():
            wheel.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record.append(f"{path},sha256={digest},{len(text)}")
        digester, size = hashlib.sha256(), 0
        with wheel.open(f"{name}/data.bin", "w", force_zip64=True) as out:
            for _ in range(max(round(megabytes * 1e6) // FILE, 1)):
                piece = content.randbytes(FILE)
                digester.update(piece)
                size += out.write(piece)
        digest = base64.urlsafe_b64encode(digester.digest()).decode().rstrip("=")
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{name}/data.bin,sha256={digest},{size}"]))


def write_sdist(folder: Path, name: str) -> None:
    """Write an sdist of the same size."""
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as sdist:
        for path, content in {
            "PKG-INFO": METADATA.format(name=name).encode(),
            "pyproject.toml": b"",
            "data.bin": random.Random(name).randbytes(FILE),
        }.items():
            member = tarfile.TarInfo(f"{name}-1.0/{path}")
            member.size = len(content)
            sdist.addfile(member, io.BytesIO(content))


def deliver(index: Rehearsal, folder: Path) -> Run:
    """Bring them there as publish does: every look at the index and every hash included."""
    command = [sys.executable, "-m", "benchmarks.deliver", "--", str(folder), index.url, index.username, index.password]
    return run(command, Path(__file__).parents[1])


def ours(folder: Path) -> Run:
    """Deliver to an empty index."""
    with rehearsal_index(os.environ) as index:
        return deliver(index, folder)


def again(folder: Path) -> Run:
    """Deliver what is there already."""
    with rehearsal_index(os.environ) as index:
        deliver(index, folder)
        return deliver(index, folder)


def twine(folder: Path) -> Run:
    """Have one process of twine upload them to an empty index, without a look at anything."""
    with rehearsal_index(os.environ) as index:
        command = [sys.executable, "-m", "twine", "upload", "--disable-progress-bar", "--non-interactive"]
        # A random password may begin with a hyphen.
        command += ["--repository-url", index.upload_url, "--username", index.username, f"--password={index.password}"]
        return run([*command, *sorted(folder.iterdir())], folder)


def main() -> None:
    arguments = options(__doc__ or "", 5).parse_args()
    describe_machine()
    with temporary() as folder:
        small, large = folder / "small", folder / "large"
        small.mkdir()
        large.mkdir()
        for number in range(PACKAGES):
            write_sdist(small, f"bench_{number:03}")
            write_wheel(small, f"bench_{number:03}", FILE / 1e6)
        ways = {"ours": lambda: ours(small), "twine": lambda: twine(small), "again": lambda: again(small)}
        runs = alternate(arguments.rounds, ways)
        rows = [
            seconds("reconcile, upload, read back", runs["ours"]),
            seconds("twine upload", runs["twine"]),
            ratio("against twine", runs["ours"], runs["twine"], "at most 1.5 x"),
            seconds("again, with everything there", runs["again"], "under 3 s"),
        ]
        show(f"{PACKAGES} packages, {2 * PACKAGES} files", rows)
        complain(runs)
        write_wheel(large, "bench_large", LARGE)
        one = ours(large)
        peak = one.said.strip().splitlines()[-1]
        rows = [seconds("reconcile, upload, read back", [one]), ("memory", peak, "", "under 100 MB")]
        show(f"One file of {LARGE} MB", rows)
        complain({"large": [one]})


if __name__ == "__main__":
    main()
