"""build-wheel: the wheel comes out of the sdist, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archives import make_sdist
from jobs import Bench, codes, told
from nox_release.archive import read_wheel
from nox_release.model import Kind, Stage
from projects import FLIT, OWN, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]


def test_a_wheel_is_built_from_the_sdist(bench: Make, tmp_path: Path) -> None:
    """It has what the sdist has, whatever lies in the source."""
    ready = bench(demo(FLIT))
    files = {"pyproject.toml": FLIT, "demo/__init__.py": "", "demo/only_in_the_sdist.py": ""}
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, files))
    result = ready.run(Stage.BUILD_WHEEL)
    assert codes(result) == []
    (artifact,) = result.artifacts
    assert (artifact.filename, artifact.kind) == ("demo-1.0-py3-none-any.whl", Kind.WHEEL)
    assert "demo/only_in_the_sdist.py" in read_wheel(ready.store.path(artifact)).files


WRITES = "import pathlib\ndef build_wheel(folder, settings=None, metadata=None):\n    {}\n"


@pytest.mark.parametrize(
    ("backend", "found"),
    [
        (WRITES.format("open('data.txt')"), ("BLD001", "[build-system]", "FileNotFoundError: ")),
        (
            WRITES.format("pathlib.Path(folder, n := 'demo-1.0-py3-none-any.whl').write_text('junk'); return n"),
            ("BLD002", "demo-1.0-py3-none-any.whl", "it is no readable zip: File is not a zip file"),
        ),
    ],
    ids=["a file that the sdist does not have", "junk"],
)
def test_a_bad_wheel_is_found(bench: Make, tmp_path: Path, backend: str, found: tuple[str, str, str]) -> None:
    """What cannot be built from the sdist, or is no wheel, is no artifact."""
    ready = bench(demo(OWN, {"mine.py": backend, "data.txt": ""}))
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": OWN, "mine.py": backend}))
    result = ready.run(Stage.BUILD_WHEEL)
    ((code, where, message),) = told(result)
    assert (code, where) == found[:2]
    assert message.startswith(found[2])
    assert result.artifacts == ()
