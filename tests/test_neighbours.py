"""What wheels install, and which may be installed beside one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from archives import make_wheel, make_zip
from nox_release.archive import Unsound
from nox_release.namespaces import Installed, Style
from nox_release.neighbours import read_installed, roots

PKGUTIL = '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n'
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_what_a_wheel_installs_is_read_from_its_record(tmp_path: Path) -> None:
    """Paths as in site-packages, digests, and the kinds of packages; not what is of the distribution alone."""
    files = {"ns/__init__.py": PKGUTIL, "ns/demo/__init__.py": "", "demo-1.0.data/purelib/top.py": ""}
    found = read_installed(make_wheel(tmp_path, files), "demo 1.0")
    assert (found.owner, found.declared) == ("demo 1.0", frozenset())
    assert sorted(found.files) == ["ns/__init__.py", "ns/demo/__init__.py", "top.py"]
    assert found.files["top.py"] == EMPTY
    assert found.styles == {"ns/__init__.py": Style.PKGUTIL, "ns/demo/__init__.py": Style.REGULAR}


def test_scripts_are_no_modules(tmp_path: Path) -> None:
    """They lie in a folder of their own."""
    found = read_installed(make_wheel(tmp_path, {"demo-1.0.data/scripts/tool.py": ""}), "demo 1.0")
    assert list(found.files) == ["scripts/tool.py"]


def test_declared_namespaces_are_read(tmp_path: Path) -> None:
    """Setuptools leaves their __init__.py out of a wheel and names them in a file."""
    files = {"ns/demo/x.py": "", "demo-1.0.dist-info/namespace_packages.txt": "ns\n"}
    found = read_installed(make_wheel(tmp_path, files), "demo 1.0")
    assert found.folders["ns"] is Style.PKG_RESOURCES


def test_a_large_init_is_no_namespace(tmp_path: Path) -> None:
    """It is not even read."""
    found = read_installed(make_wheel(tmp_path, {"demo/__init__.py": PKGUTIL + "#" * 20_000}), "demo 1.0")
    assert found.styles == {"demo/__init__.py": Style.REGULAR}


@pytest.mark.parametrize(
    "files", [{}, {"demo-1.0.dist-info/RECORD": "\xff,\udcff".encode("utf-8", "replace").decode()}], ids=["none", "odd"]
)
def test_records_may_be_anything(tmp_path: Path, files: dict[str, str]) -> None:
    """Without a RECORD a wheel cannot be read; rows of another form are nobody's files."""
    path = make_zip(tmp_path / "demo-1.0-py3-none-any.whl", {"demo.py": "", **files})
    if files:
        assert read_installed(path, "demo") == Installed("demo", {})
    else:
        with pytest.raises(Unsound, match="cannot be read"):
            read_installed(path, "demo")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["azure/core/__init__.py", "setup.py", "tests/test_x.py"], {"azure"}),
        (["src/demo/__init__.py", "src/demo/x.py", "docs/conf.py"], {"demo"}),
        (["demo.py", "demo/data.json"], set()),
        (["lib/one/a.pyx", "python/two/b.pyi"], {"one", "two"}),
    ],
)
def test_roots_are_where_modules_usually_lie(files: list[str], expected: set[str]) -> None:
    """At the top or in a folder for source, tests and documentation aside."""
    assert roots(files) == expected
