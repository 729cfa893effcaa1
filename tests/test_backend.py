"""The door to build backends, with real ones: what they build, and how their failures are told."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from uv import find_uv_bin

from fakes import FakeRun
from nox_release.archive import read_wheel
from nox_release.backend import Backend, BuildFailed
from nox_release.environment import Installer, for_installer, for_package_code, without_credentials
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.process import Processes

pytestmark = pytest.mark.end_to_end
EPOCH = 1_700_000_000
HATCHLING = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "demo"
version = "1.0"
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def backend(folder: Path, files: Mapping[str, str], store: Store, run: Processes | FakeRun | None = None) -> Backend:
    source = folder / "source"
    for name, text in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    home = folder / "home"
    home.mkdir()
    environ = without_credentials(os.environ)
    installer = Installer(find_uv_bin(), for_installer(environ, home))
    return Backend(source, installer, store, for_package_code(environ, home), run or Processes(), EPOCH)


def test_hatchling_builds_both_files_and_tells_metadata(tmp_path: Path, store: Store) -> None:
    """Both distributions and the metadata alone come out of the backend that the source names."""
    built = backend(tmp_path, {"pyproject.toml": HATCHLING, "demo/__init__.py": ""}, store)
    sdist = built.build("sdist", tmp_path / "dist")
    assert sdist.name == "demo-1.0.tar.gz"
    with tarfile.open(sdist) as tar:
        assert {item.mtime for item in tar} == {EPOCH}
    assert "demo/__init__.py" in read_wheel(built.build("wheel", tmp_path / "dist")).files
    assert "Version: 1.0\n" in built.metadata(tmp_path / "metadata").read_text()


def test_setuptools_builds_without_a_pyproject(tmp_path: Path, store: Store) -> None:
    """A setup.py alone is built by setuptools, as PEP 517 says; it sees the commit's time and UTC."""
    setup = "import os, setuptools\nsetuptools.setup(name='demo', version=os.environ['TZ'] and '1.0', py_modules=[])\n"
    built = backend(tmp_path, {"setup.py": setup}, store)
    assert built.build("sdist", tmp_path / "dist").name == "demo-1.0.tar.gz"
    assert built.build("wheel", tmp_path / "dist").name == "demo-1.0-py3-none-any.whl"


def test_what_a_backend_asks_for_besides_is_installed(tmp_path: Path, store: Store) -> None:
    """Requirements that only the hook tells (``setup_requires``) are there when it builds."""
    setup = "import setuptools\nsetuptools.setup(name='demo', version='1.0', setup_requires=['iniconfig'])\n"
    backend(tmp_path, {"setup.py": setup}, store).build("sdist", tmp_path / "dist")
    environments = [path.read_text().splitlines() for path in store.folder("environments").glob("*/whole")]
    assert any("iniconfig" in lines and len(lines) > 1 for lines in environments), environments


OLD = """\
[build-system]
requires = ["setuptools==69.5.1"]
build-backend = "setuptools.build_meta"
[project]
name = "demo"
version = "1.0"
"""


def test_an_older_setuptools_gets_the_wheel_that_it_asks_for(tmp_path: Path, store: Store) -> None:
    """Before 70.1, setuptools had its hook ask for ``wheel``, without which it builds none."""
    built = backend(tmp_path, {"pyproject.toml": OLD, "demo.py": ""}, store)
    assert built.build("wheel", tmp_path / "dist").name == "demo-1.0-py3-none-any.whl"


LOCAL = '[build-system]\nrequires = []\nbuild-backend = "{backend}"\nbackend-path = ["."]\n'


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"setup.py": "raise RuntimeError('no such compiler')"}, "^RuntimeError: no such compiler$"),
        ({"setup.py": "import os; os._exit(3)"}, "it said nothing|exit|returned"),
        ({"pyproject.toml": LOCAL.format(backend="absent")}, "absent"),
        ({"pyproject.toml": "[build-system]\nrequires = 3\n"}, "requires.*must be an array of strings"),
        ({"pyproject.toml": "[build-system]\nrequires = []\nbuild-system = 1\n"}, "Unknown|unknown|properties"),
        ({"pyproject.toml": "[build-system\n"}, "Failed to parse .*pyproject.toml"),
        ({"README.md": ""}, "does not appear to be a Python project"),
        (
            {"pyproject.toml": LOCAL.format(backend="mine"), "mine.py": "def build_sdist(*_):\n    0 / 0\n"},
            "^ZeroDivisionError: ",
        ),
        ({"pyproject.toml": LOCAL.format(backend="mine"), "mine.py": "x = 1\n"}, "build_sdist|no attribute|support"),
    ],
    ids=[
        "a failing setup.py", "a setup.py that ends the interpreter", "a backend that is not there",
        "requirements of the wrong type", "an unknown key", "no TOML", "no project", "a failing hook", "no hook",
    ],
)  # fmt: skip
def test_a_build_that_fails_says_why(tmp_path: Path, store: Store, files: dict[str, str], message: str) -> None:
    """The message is what the backend said last, or what is wrong with ``[build-system]``."""
    with pytest.raises(BuildFailed, match=message) as caught:
        backend(tmp_path, files, store).build("sdist", tmp_path / "dist")
    assert "\n" not in str(caught.value)


def test_build_requirements_that_are_not_there_block(tmp_path: Path, store: Store) -> None:
    """What cannot be installed is not a failure of the backend; nothing is known."""
    text = HATCHLING.replace('["hatchling"]', '["./absent"]')
    with pytest.raises(Blocked, match=r"the build requirements cannot be installed: \./absent"):
        backend(tmp_path, {"pyproject.toml": text}, store).build("sdist", tmp_path / "dist")
