"""Coverage-guided fuzzing: ``python tests/fuzz/fuzzer.py wheel -runs=20000`` (needs atheris, which CI lacks).

A target takes bytes and raises only where the code is wrong. Seeds are made, none are stored.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from archives import member
from broken_archives import sdist_bytes, wheel_parts, zip_bytes
from nox_release.acceptance import METADATA
from nox_release.checks.archive import ARCHIVE
from nox_release.distribution import inspect
from nox_release.submission import read


def _inspected(filename: str) -> Callable[[bytes], None]:
    path = Path(tempfile.mkdtemp()) / filename

    def target(content: bytes) -> None:
        path.write_bytes(content)
        for finding in ARCHIVE.run(inspect(path)):
            assert finding.where.isprintable()

    return target


def _submitted(content: bytes) -> None:
    submission = read(content)
    for family in METADATA:
        for finding in family.run(submission):
            assert finding.where.isprintable()


TARGETS: Mapping[str, tuple[Callable[[bytes], None], bytes]] = {
    "wheel": (_inspected("demo-1.0-py3-none-any.whl"), zip_bytes(wheel_parts())),
    "sdist": (
        _inspected("demo-1.0.tar.gz"),
        sdist_bytes([member("demo-1.0/PKG-INFO", b"Name: demo\n"), member("demo-1.0/a.py", b"x")]),
    ),
    "metadata": (
        _submitted,
        b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-Expression: MIT\nLicense-File: LICENSE\n"
        b"Requires-Dist: core[fast]>=1; python_version>'3'\nProject-URL: Home, https://example.org\n"
        b"Author-email: A <a@example.org>\nClassifier: Topic :: Software Development\n"
        b"Description-Content-Type: text/markdown; variant=GFM\n\n# demo\n\nText.\n",
    ),
}
"""Name → what is fuzzed, and a sound input to begin with."""


def main(arguments: list[str]) -> None:
    """Fuzz the named target; further arguments are libFuzzer's."""
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.exit("SKIPPED: atheris is not installed; pip install atheris")
    target, seed = TARGETS[arguments[1]]
    corpus = Path(tempfile.mkdtemp())
    (corpus / "seed").write_bytes(seed)
    atheris.instrument_all()
    atheris.Setup([arguments[0], *arguments[2:], str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
