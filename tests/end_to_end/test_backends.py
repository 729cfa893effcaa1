"""Build backends of every habit, each for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from workspaces import CONFIG, Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]

PROJECT = (
    '[project]\nname = "{name}"\nversion = "1.0"\ndescription = "d"\nreadme = "README.md"\nrequires-python = ">=3.11"\n'
)


def build_system(requires: str, backend: str) -> str:
    return f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n'


POETRY = """\
[tool.poetry]
name = "by-poetry"
version = "1.0"
description = "d"
authors = ["A <a@example.com>"]
readme = "README.md"
packages = [{ include = "by_poetry", from = "src" }]

[tool.poetry.dependencies]
python = ">=3.11"
"""


ROOT_AND_TAG = 'root = "../.."\ntag_regex = "^scm_(?P<version>.+)$"'


def workspace_of_all() -> dict[str, str]:
    """One package for each backend that needs no compiler."""
    files: dict[str, str] = {}
    for name, requires, backend in (
        ("by-setuptools", "setuptools>=77", "setuptools.build_meta"),
        ("by-hatchling", "hatchling", "hatchling.build"),
        ("by-flit", "flit_core>=3.12", "flit_core.buildapi"),
        ("by-pdm", "pdm-backend", "pdm.backend"),
        ("by-uv", "uv_build>=0.9", "uv_build"),
        ("by-poetry-core", "poetry-core>=2", "poetry.core.masonry.api"),
    ):
        files |= package(name, build=build_system(requires, backend), license_files='["LICENSE"]')
    files |= {key: text for key, text in package("by-poetry").items() if not key.endswith("pyproject.toml")}
    files["packages/by-poetry/pyproject.toml"] = build_system("poetry-core>=2", "poetry.core.masonry.api") + POETRY
    files |= {key: text for key, text in package("by-cfg").items() if not key.endswith("pyproject.toml")}
    files["packages/by-cfg/setup.py"] = "from setuptools import setup\nsetup()\n"
    files["packages/by-cfg/MANIFEST.in"] = "include CHANGELOG.md\nrecursive-include tests *.py\n"
    files["packages/by-cfg/setup.cfg"] = (
        "[metadata]\nname = by-cfg\nversion = attr: by_cfg.__version__\nlong_description = file: README.md\n"
        "long_description_content_type = text/markdown\n[options]\npackage_dir =\n    = src\npackages = find:\n"
        "python_requires = >=3.11\n[options.packages.find]\nwhere = src\n"
    )
    files["packages/by-cfg/src/by_cfg/__init__.py"] = '"""A module."""\n__version__ = "1.0"\n'
    return files


def test_every_backend_goes_through(workspace: Make) -> None:
    """Eight packages of seven backends are linted, built, verified, tested and rehearsed in one command."""
    done = workspace(workspace_of_all()).nox("-s", "publish", "--", "all")
    assert done.returncode == 0, done.stdout
    assert "Rehearsed: 8 of 8" in done.stdout


@pytest.mark.parametrize(
    ("requires", "backend", "tool"),
    [
        ("setuptools-scm>=8", "setuptools.build_meta", f"[tool.setuptools_scm]\n{ROOT_AND_TAG}"),
        (
            "hatch-vcs",
            "hatchling.build",
            f'[tool.hatch.version]\nsource = "vcs"\n[tool.hatch.version.raw-options]\n{ROOT_AND_TAG}',
        ),
    ],
    ids=["setuptools-scm", "hatch-vcs"],
)
def test_the_version_comes_from_git(workspace: Make, requires: str, backend: str, tool: str) -> None:
    """A backend that asks git finds the tag: at it the version is final, after it a dev version that is refused."""
    files = package("scm", build=build_system(requires, backend), tool=tool)
    files["packages/scm/pyproject.toml"] = files["packages/scm/pyproject.toml"].replace(
        'version = "1.0"', 'dynamic = ["version"]'
    )
    made = workspace(files)
    made.git("tag", "scm_1.0")
    done = made.nox("-s", "publish", "--", "scm")
    assert done.returncode == 0, done.stdout
    manifest = json.loads((made.root / "dist/scm/release-manifest.json").read_text())
    assert manifest["version"] == "1.0"
    made.write({"packages/scm/src/scm/more.py": "MORE = 1\n"})
    made.commit("after the tag")
    after = made.nox("-s", "lint-metadata", "--", "scm")
    assert after.returncode == 1
    assert "PRJ501" in after.stdout


UNREPAIRED = 'ignore = { FNM304 = "built for this machine alone, as no release is" }\n'


def test_an_extension_module_builds(workspace: Make) -> None:
    """A C extension gives a platform wheel, which is installed, imported and tested like any other."""
    build = build_system("setuptools>=77", "setuptools.build_meta")
    tests = "import native\n\ndef test_it():\n    assert native.answer() == 42\n"
    files = package("native", build=build, body="from native._fast import answer", tests=tests)
    files["packages/native/setup.py"] = (
        "from setuptools import Extension, setup\n"
        "setup(ext_modules=[Extension('native._fast', ['src/native/_fast.c'])])\n"
    )
    files["packages/native/src/native/_fast.c"] = (
        "#include <Python.h>\n"
        "static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }\n"
        'static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL}};\n'
        'static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", NULL, -1, methods};\n'
        "PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&module); }\n"
    )
    made = workspace({**files, "pyproject.toml": CONFIG + UNREPAIRED})
    done = made.nox("-s", "verify-artifacts", "test", "--", "native")
    assert done.returncode == 0, done.stdout
    (wheel,) = (made.root / "dist/native").glob("*.whl")
    assert "none-any" not in wheel.name


def test_a_maturin_package_builds(workspace: Make) -> None:
    """A Rust program packaged by maturin has its version read from Cargo.toml, builds, and installs."""
    files = {key: text for key, text in package("rusty").items() if "src/rusty/" not in key}
    files["packages/rusty/pyproject.toml"] = (
        build_system("maturin>=1.9,<2", "maturin")
        + '[project]\nname = "rusty"\ndynamic = ["version"]\nrequires-python = ">=3.11"\nreadme = "README.md"\n'
        + '[tool.maturin]\nbindings = "bin"\n'
    )
    files["packages/rusty/Cargo.toml"] = (
        '[package]\nname = "rusty"\nversion = "1.0.0"\nedition = "2021"\n'
        '[[bin]]\nname = "rusty"\npath = "src/main.rs"\n'
    )
    files["packages/rusty/Cargo.lock"] = 'version = 3\n\n[[package]]\nname = "rusty"\nversion = "1.0.0"\n'
    files["packages/rusty/src/main.rs"] = "fn main() {}\n"
    made = workspace({**files, "pyproject.toml": CONFIG + UNREPAIRED})
    done = made.nox("-s", "verify-artifacts", "--", "rusty")
    assert done.returncode == 0, done.stdout
    assert "ok      verify-artifacts rusty 1.0.0" in done.stdout


def test_pip_where_uv_may_not_be_used(workspace: Make) -> None:
    """With installer = "pip" virtualenv and pip do all of it, and uv is never started."""
    files = {
        **package("demo"),
        **package("needs-demo", dependencies='["demo>=1"]'),
        "pyproject.toml": CONFIG + 'installer = "pip"\n',
    }
    made = workspace(files)
    done = made.nox("-s", "publish", "--", "needs-demo")
    assert done.returncode == 0, done.stdout
    logs = "".join(path.read_text() for path in (made.root / ".nox-release/logs").rglob("*.log"))
    assert "-m virtualenv" in logs
    assert "uv pip" not in logs + done.stdout


def test_the_source_cannot_be_imported_by_accident(workspace: Make) -> None:
    """A module that the wheel forgets fails the tests, although it lies beside them in git."""
    files = package("forgets", build=build_system("setuptools>=77", "setuptools.build_meta"),
                    tool='[tool.setuptools]\npackages = ["forgets"]\ninclude-package-data = false\n')  # fmt: skip
    flat = {key.replace("/src/forgets/", "/forgets/"): text for key, text in files.items()}
    flat["packages/forgets/forgets/inner/__init__.py"] = ""
    flat["packages/forgets/MANIFEST.in"] = "graft forgets\ngraft tests\ninclude CHANGELOG.md\n"
    flat["packages/forgets/tests/__init__.py"] = ""
    flat["packages/forgets/tests/test_it.py"] = "def test_it():\n    import forgets.inner\n"
    done = workspace(flat).nox("-s", "test", "--", "forgets")
    assert done.returncode == 1
    assert "TST102 tests.test_it::test_it" in done.stdout
