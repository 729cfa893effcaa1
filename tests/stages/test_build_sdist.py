"""build-sdist on real packages: what git has, and nothing else, the same every time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from jobs import Bench, codes, told
from nox_release.archive import read_sdist
from nox_release.config import Config, Settings
from nox_release.model import Kind, Stage
from projects import FLIT, OWN, SETUPTOOLS, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]
SDIST = Stage.BUILD_SDIST


@pytest.mark.parametrize("pyproject", [FLIT, SETUPTOOLS], ids=["flit", "setuptools"])
def test_an_sdist_is_built_from_what_is_committed(bench: Make, pyproject: str) -> None:
    """What is only in the working directory stays out, and the evidence names the commit and the source."""
    ready = bench({**demo(pyproject), ".gitignore": "*.tmp\n"})
    ready.checkout.write({"packages/demo/demo/stale.tmp": "", "packages/demo/demo/__init__.py": "too late"})
    result = ready.run(SDIST)
    assert codes(result) == []
    (artifact,) = result.artifacts
    assert (artifact.filename, artifact.kind) == ("demo-1.0.tar.gz", Kind.SDIST)
    files = read_sdist(ready.store.path(artifact)).files
    assert "demo/__init__.py" in files
    assert "demo/stale.tmp" not in files
    assert (result.facts["commit"], result.facts["source"]) == (ready.snapshot.commit, ready.plan["demo"].source)
    assert datetime.fromisoformat(result.facts["commit time"]).timestamp() == ready.snapshot.epoch
    backend = "flit-core" if pyproject is FLIT else "setuptools"
    assert any(pin.startswith(f"{backend}==") for pin in result.facts["build requirements"].split())


@pytest.mark.parametrize("pyproject", [FLIT, SETUPTOOLS], ids=["flit", "setuptools"])
def test_the_same_source_is_the_same_bytes(bench: Make, pyproject: str) -> None:
    """Built twice, in different folders, an sdist has one digest."""
    ready = bench(demo(pyproject, {"demo/other.py": "", "README.md": "# demo\n"}))
    assert ready.run(SDIST).artifacts == ready.run(SDIST).artifacts


DATA = {"demo/data.json": "{}"}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (demo(SETUPTOOLS, DATA), [("SDI101", "demo/data.json")]),
        (demo(SETUPTOOLS, {**DATA, "MANIFEST.in": "include demo/*.json\n"}), []),
        (demo(SETUPTOOLS, {**DATA, "MANIFEST.in": "global-exclude *.json\n"}), []),
        (demo(f'{SETUPTOOLS}[tool.check-manifest]\nignore = ["demo/*.json"]\n', DATA), []),
        (demo(FLIT, DATA), []),
        (
            demo(SETUPTOOLS.replace("[tool", 'license-files = []\n[tool'), {"LICENSE": "MIT"}),
            [("SDI102", "LICENSE"), ("SDI201", "MANIFEST.in")],
        ),
        (demo(SETUPTOOLS, {"LICENSE": "MIT"}), []),
        (demo(SETUPTOOLS, {"docs/index.md": ""}), [("SDI201", "MANIFEST.in")]),
        (
            demo(f'{SETUPTOOLS}[tool.setuptools.package-data]\ndemo = ["*.mo"]\n', {"demo/de.mo": ""}),
            [("SDI203", "demo/de.mo")],
        ),
        (
            demo(
                f'{SETUPTOOLS}[tool.setuptools.package-data]\ndemo = ["*.mo"]\n'
                '[tool.check-manifest]\nignore-bad-ideas = ["*.mo"]\n',
                {"demo/de.mo": ""},
            ),
            [],
        ),
        (demo(f'{FLIT}[tool.flit.sdist]\nexclude = ["README.md"]\n', {"README.md": "#"}), [("SDI104", "README.md")]),
    ],
    ids=[
        "a forgotten data file", "included", "excluded by name", "excluded for check-manifest", "flit forgets nothing",
        "a licence left out", "a licence", "documentation left out", "what a build makes", "such a file on purpose",
        "a README left out",
    ],
)  # fmt: skip
def test_the_sdist_is_compared_with_git(bench: Make, files: dict[str, str], found: list[tuple[str, str]]) -> None:
    """What MANIFEST.in forgets is found; what is left out on purpose is not."""
    result = bench(files).run(SDIST)
    assert [(finding.code, finding.where) for finding in result.findings] == found
    assert bool(result.artifacts) is not any(finding.fails for finding in result.findings)


def test_an_exempted_finding_lets_the_sdist_pass(bench: Make) -> None:
    """The finding stays, with the reason, and the artifact is taken."""
    config = Config(settings=Settings(ignore={"SDI101": "made anew when installed"}))
    result = bench(demo(SETUPTOOLS, DATA), config=config).run(SDIST)
    assert [finding.exempt for finding in result.findings] == ["made anew when installed"]
    assert result.artifacts


def test_what_check_manifest_makes_of_a_manifest_is_in_the_log(bench: Make) -> None:
    """A line that it does not like is a note, not noise on the screen."""
    ready = bench(demo(SETUPTOOLS, {"MANIFEST.in": "exclude docs/\n"}))
    ready.run(SDIST)
    assert "# ERROR: Trailing slashes are not allowed in MANIFEST.in on Windows: docs/\n" in ready.log


WRITES = """\
import io, pathlib, tarfile
def build_sdist(folder, settings=None):
    path = pathlib.Path(folder, {name!r})
    {write}
    return path.name
"""
TAR = """with tarfile.open(path, "w:gz") as tar:
        for name in ("demo-1.0/PKG-INFO", "demo-1.0/pyproject.toml", "demo-1.0/mine.py", "demo-1.0/demo/__init__.py"):
            tar.addfile(tarfile.TarInfo(name))
"""


def own(name: str, write: str) -> dict[str, str]:
    return demo(OWN, {"mine.py": WRITES.format(name=name, write=write)})


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (demo(OWN, {"mine.py": "raise OSError('no disk')\n"}), [("BLD001", "[build-system]", "OSError: no disk")]),
        (
            own("demo-1.0.tar.gz", "path.write_bytes(b'junk')"),
            [("BLD002", "demo-1.0.tar.gz", "it is no readable .tar.gz: not a gzip file")],
        ),
        (
            own("demo-1.0.tar.gz", TAR.replace('"demo-1.0/mine.py"', '"../x"')),
            [("BLD002", "demo-1.0.tar.gz", "'../x' leads out of the archive")],
        ),
        (own("other-1.0.tar.gz", TAR), [("BLD003", "other-1.0.tar.gz", "the source says demo 1.0")]),
        (
            own("demo-1.0.zip", "path.write_bytes(b'PK')"),
            [
                ("BLD002", "demo-1.0.zip", "it is no readable .tar.gz: not a gzip file"),
                ("BLD003", "demo-1.0.zip", "only .tar.gz is an sdist"),
            ],
        ),
    ],
    ids=["a failing backend", "junk", "a path upwards", "another name", "a zip"],
)
def test_a_bad_build_is_found(bench: Make, files: dict[str, str], found: list[tuple[str, str, str]]) -> None:
    """Whatever a backend makes, nothing that is unsound becomes an artifact."""
    result = bench(files).run(SDIST)
    assert told(result) == found
    assert result.artifacts == ()


def test_a_version_from_git_is_built_from_an_export_with_history(bench: Make) -> None:
    """A backend that asks git for the version finds the tags of the workspace."""
    text = re.sub('version = "1.0"', 'dynamic = ["version"]', FLIT)
    text = text.replace('["flit_core>=3.12"]', '["hatchling", "hatch-vcs"]').replace(
        "flit_core.buildapi", "hatchling.build"
    )
    ready = bench(demo(f'{text}[tool.hatch.version]\nsource = "vcs"\nraw-options = {{ root = "../.." }}\n'))
    ready.checkout.git("tag", "v2.5")
    ready.look()
    result = ready.run(SDIST)
    assert [artifact.filename for artifact in result.artifacts] == ["demo-2.5.tar.gz"]
