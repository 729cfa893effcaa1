"""Every check of imports beside requirements: what fails it, what comes near and passes, what mends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import make_wheel
from nox_release.archive import Unsound, read_wheel
from nox_release.checks.imports import IMPORTS, Usage
from nox_release.imports import Imports, Provided, installed, module_of, read_imports, scan

DEMO = Provided("demo", frozenset({"demo", "demo.m"}))
REQUESTS = Provided("requests", frozenset({"requests", "requests.adapters"}), ("urllib3",))
URLLIB3 = Provided("urllib3", frozenset({"urllib3", "urllib3.util"}))
CORE = Provided("azure-core", frozenset({"azure.core", "azure.core.rest"}), ("requests",))
TRACING = Provided("azure-core-tracing", frozenset({"azure.core.tracing.ext"}))
NSPKG = Provided("azure-nspkg", frozenset({"azure"}))
STUBS = Provided("types-requests", frozenset({"requests-stubs"}))
PLUGIN = Provided("pytest-xdist", frozenset({"xdist"}), plugin=True)
PROGRAM = Provided("meson", frozenset({"mesonbuild"}))
DATA = Provided("tzdata", frozenset({"tzdata"}))
EMPTY = Provided("azure-keyvault")
ALL = (DEMO, REQUESTS, URLLIB3, CORE, TRACING, NSPKG, STUBS, PLUGIN, PROGRAM, DATA, EMPTY)


def usage(source: str, *requires: str, groups: frozenset[str] = frozenset(), compiled: bool = False) -> Usage:
    statements, texts = scan(source.encode(), "demo/m.py")
    return Usage("demo", Imports(tuple(statements), frozenset(texts), compiled), requires, groups, ALL)


def found(subject: Usage) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in IMPORTS.run(subject)]


@pytest.mark.parametrize(
    ("source", "requires", "message"),
    [
        ("import urllib3", ["requests"], "urllib3 is of urllib3; only requests brings it"),
        ("from azure.core import rest", ["azure-mgmt-core"],
         "azure.core.rest is of azure-core; nothing that is declared brings it"),
        ("from azure.core import Client", [], "azure.core.Client is of azure-core; nothing that is declared brings it"),
        ("class A:\n import urllib3", ["requests"], "urllib3 is of urllib3; only requests brings it"),
    ],
)  # fmt: skip
def test_what_is_there_by_luck_is_told(source: str, requires: list[str], message: str) -> None:
    """IMP101: once for a distribution, at the first import, with the way by which it comes; declaring it mends it."""
    subject = usage(f"import os\n{source}\nimport requests\n{source}", "requests", *requires)
    ((code, where, said),) = [item for item in found(subject) if item[0] == "IMP101"]
    assert (code, where.partition(":")[0], said) == ("IMP101", "demo/m.py", message)
    name = said.partition(" is of ")[2].partition(";")[0]
    mended = replace(subject, requires=(*subject.requires, name))
    assert [item for item in found(mended) if item[0] == "IMP101"] == []


def test_the_way_is_told_step_by_step() -> None:
    """A requirement of a requirement is further away still."""
    subject = usage("from azure.core import rest\nfrom urllib3.util import Retry", "azure-core; python_version > '3'")
    (told,) = found(subject)
    assert told[2] == "urllib3.util.Retry is of urllib3; only azure-core → requests brings it"


@pytest.mark.parametrize(
    "source",
    [
        "import demo.m, os.path, xml",
        "from . import urllib3",
        "from .urllib3 import x",
        "try:\n import urllib3\nexcept ImportError: ...",
        "if TYPE_CHECKING:\n import urllib3",
        "def f():\n import urllib3",
        "import contextlib\nwith contextlib.suppress(ImportError):\n import urllib3",
        "import nothing_that_is_installed",
        "from azure.missing import x",
        "import urllib3.util",
    ],
)
def test_what_is_optional_or_our_own_or_declared_passes(source: str) -> None:
    """So does what is not installed, for its import fails (INS103)."""
    declared = ["requests", "urllib3; extra == 'fast'"] if source.endswith("util") else ["requests"]
    assert [item for item in found(usage(f"import requests\n{source}", *declared)) if item[0] == "IMP101"] == []


def test_what_nobody_imports_is_told() -> None:
    """IMP102: by its name; taking it out mends it, and so does importing it, however lazily."""
    assert found(usage("import requests", "requests", "urllib3>=2")) == [
        ("IMP102", "Requires-Dist: urllib3", "no module imports anything of it")
    ]
    assert found(usage("import requests", "requests")) == []
    assert found(usage("import requests\ndef f():\n import urllib3", "requests", "urllib3>=2")) == []
    assert found(usage("import requests\nimport_module('urllib3.util')", "requests", "urllib3>=2")) == []


@pytest.mark.parametrize(
    "subject",
    [
        usage("import os", "urllib3; extra == 'fast'"),
        usage("import os", "tomli; python_version < '3.11'"),
        usage("import os", "types-requests", "pytest-xdist", "tzdata", "azure-keyvault", "azure-nspkg"),
        usage("import os\nrun(['meson', 'compile'])", "meson"),
        usage("import os", "requests", groups=frozenset({"requests.plugins"})),
        usage("import os", "requests", compiled=True),
        usage("", "requests"),
        usage("from azure.core.tracing import ext", "azure-core-tracing"),
        usage("import os", "not a requirement!"),
    ],
    ids=["an extra", "a marker", "of use unimported", "a program", "a host of ours", "extension modules",
         "a package of packages", "in another's package", "nonsense"],
)  # fmt: skip
def test_what_is_of_use_without_an_import_passes(subject: Usage) -> None:
    """A warning that is mostly wrong is read by nobody."""
    assert found(subject) == []


def test_nothing_is_said_where_nothing_was_installed() -> None:
    """INS101 tells that."""
    assert found(replace(usage("import urllib3", "requests"), provided=())) == []


def test_tests_in_a_wheel_import_what_they_like() -> None:
    """Their tools are not the users' business, but count as used."""
    statements, _ = scan(b"import urllib3", "demo/tests/test_m.py")
    assert found(Usage("demo", Imports(tuple(statements)), ("requests",), provided=ALL))[0][0] == "IMP102"
    assert found(Usage("demo", Imports(tuple(statements)), ("urllib3",), provided=ALL)) == []


def test_a_wheel_and_an_installation_are_read(tmp_path: Path) -> None:
    """Modules and their imports from the wheel, distributions from what installers leave."""
    path = make_wheel(tmp_path, {"demo/a.py": "import os", "demo/b.py": "def f(:", "demo/c.so": "", "demo/d.txt": ""})
    imports = read_imports(path, read_wheel(path))
    assert ([item.name for item in imports.statements], imports.compiled) == (["os"], True)
    info = tmp_path / "site/demo-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: De.Mo\nRequires-Dist: A.b>=1\nRequires-Dist: c; extra == 'x'\n")
    (info / "RECORD").write_text('demo/__init__.py,,\n"demo/a.cpython-311-x.so",,\n../../bin/demo,,\ndemo/x.txt,,\n')
    assert installed(tmp_path / "site") == (Provided("de-mo", frozenset({"demo", "demo.a"}), ("a-b",)),)
    (info / "entry_points.txt").write_text("[console_scripts]\ndemo = demo:main\n")
    assert not installed(tmp_path / "site")[0].plugin
    (info / "entry_points.txt").write_text("[pytest11]\ndemo = demo\n")
    assert installed(tmp_path / "site")[0].plugin
    path.write_bytes(b"junk")
    with pytest.raises(Unsound):
        read_imports(path, read_wheel(make_wheel(tmp_path / "other", {"demo.py": ""})))


@pytest.mark.parametrize(
    ("path", "module"),
    [("a/__init__.py", "a"), ("a/b.py", "a.b"), ("a.abi3.so", "a"), ("a-b/c.py", ""), ("a/b.txt", ""), ("../x.py", "")],
)
def test_files_are_modules(path: str, module: str) -> None:
    """Those that Python could import under a name."""
    assert module_of(path) == module


@given(st.binary(max_size=300))
def test_no_source_makes_it_fail(source: bytes) -> None:
    """Whatever is called Python is looked at, or passed over."""
    statements, texts = scan(source, "m.py")
    assert all(item.name for item in statements)
    assert all(texts)
