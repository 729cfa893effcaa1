"""What is read from pyproject.toml and setup.cfg, for each backend."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release.metadata import Unreadable, read_package
from nox_release.model import Package


def read(tree: dict[str, str | bytes], directory: str = "p") -> Package | None:
    """Read the package in *directory* of a workspace of these files."""
    files = {path: text.encode() if isinstance(text, str) else text for path, text in tree.items()}
    return read_package(directory, files.get)


def found(toml: str, **files: str) -> Package:
    """Read a package of this pyproject.toml and of *files*, by their path in the folder."""
    tree: dict[str, str | bytes] = {"p/pyproject.toml": toml, **{f"p/{path}": text for path, text in files.items()}}
    one = read(tree)
    assert one is not None
    return one


def build(backend: str) -> str:
    """Return a [build-system] table."""
    return f'[build-system]\nrequires = ["x>=1"]\nbuild-backend = "{backend}"\n'


DYNAMIC = '[project]\nname = "My.Pkg"\ndynamic = ["version"]\n'


def test_static_fields_are_read_and_normalized() -> None:
    """All that [project] says arrives, in its normalized form."""
    toml = """
[project]
name = "My_Pkg"
version = "1.0.0-RC1"
requires-python = ">=3.10"
dependencies = ["b >= 1"]
classifiers = ["Private :: Do Not Upload"]
optional-dependencies = {"Some_X" = ["c"], "some-x" = ["d"]}
[dependency-groups]
Dev_A = ["e", {include-group = "dev.b"}]
dev-b = ["f>1"]
"""
    assert found(build("hatchling.build") + toml) == Package(
        name="my-pkg",
        version="1.0.0rc1",
        directory="p",
        described_by="p/pyproject.toml",
        backend="hatchling.build",
        build_requires=("x>=1",),
        requires=("b>=1",),
        extras={"some-x": ("c", "d")},
        groups={"dev-a": ("e", "f>1"), "dev-b": ("f>1",)},
        requires_python=">=3.10",
        private=True,
    )


def test_byte_order_mark_and_crlf_do_no_harm() -> None:
    """Files from editors on Windows are read like any other."""
    one = read({"pyproject.toml": b'\xef\xbb\xbf[project]\r\nname = "a"\r\nversion = "1"\r\n'}, ".")
    assert one is not None
    assert (one.name, one.described_by) == ("a", "pyproject.toml")


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"p/pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        {"p/pyproject.toml": "[tool.poetry]\n[tool.poetry.group.dev.dependencies]\nb = '*'\n"},
        {"p/pyproject.toml": "[project]\nname = 'a'\n[tool.uv]\npackage = false\n"},
        {"p/pyproject.toml": "[tool.poetry]\nname = 'a'\npackage-mode = false\n"},
        {"p/pyproject.toml": build("hatchling.build")},
        {"p/pyproject.toml": build("maturin")},
        {"p/setup.cfg": "[flake8]\nmax-line-length = 100\n"},
        {"pyproject.toml": "[project]\nname = 'root'\n"},
    ],
)
def test_a_folder_without_a_project_is_no_package(tree: dict[str, str | bytes]) -> None:
    """Configuration of tools, and projects that are never built, describe nothing publishable."""
    assert read(tree) is None


@pytest.mark.parametrize(
    ("toml", "backend", "requires"),
    [
        ("", "setuptools.build_meta:__legacy__", ("setuptools>=40.8.0",)),
        ("[build-system]\nrequires = ['b']\n", "setuptools.build_meta:__legacy__", ("b",)),
        (build("flit_core.buildapi"), "flit_core.buildapi", ("x>=1",)),
    ],
)
def test_an_absent_build_system_is_the_default_of_pep_518(toml: str, backend: str, requires: tuple[str, ...]) -> None:
    """Without a table, or without a backend in it, setuptools' legacy backend builds."""
    one = found(f"{toml}[project]\nname = 'a'\nversion = '1'\n")
    assert (one.backend, one.build_requires) == (backend, requires)


HATCH, FLIT, PDM = (
    build("hatchling.build") + DYNAMIC,
    build("flit_core.buildapi") + DYNAMIC,
    build("pdm.backend") + DYNAMIC,
)
POETRY, MATURIN = build("poetry.core.masonry.api") + DYNAMIC, build("maturin") + DYNAMIC
TOOLS = build("setuptools.build_meta") + DYNAMIC
ATTR = "[tool.setuptools.dynamic]\nversion = {attr = 'my._v.VERSION'}\n"


@pytest.mark.parametrize(
    ("toml", "path", "text", "version"),
    [
        (HATCH + "[tool.hatch.version]\npath = 'v.py'", "v.py", "__version__: str = 'v1.2'", "1.2"),
        (HATCH + "[tool.hatch.version]\npath = 'v.py'\npattern = 'V(?P<version>.+)'", "v.py", "V7", "7"),
        (HATCH + "[tool.hatch.version]\npath = 'v.py'\npattern = 'V(.+)'", "v.py", "V7", None),
        (HATCH + "[tool.hatch.version]\npath = 'v.py'\npattern = '('", "v.py", "V7", None),
        (HATCH + "[tool.hatch.version]\npath = 'v.py'", "v.py", "nothing", None),
        (HATCH + "[tool.hatch.version]\npath = 'none.py'", "v.py", "", None),
        (HATCH + "[tool.hatch.version]\npath = 'v.py'\nsource = 'code'", "v.py", "__version__ = '1'", None),
        (HATCH + "[tool.hatch.version]\nsource = 'vcs'", "v.py", "", None),
        (HATCH, "v.py", "", None),
        (FLIT, "My/Pkg.py", "__version__ = '2'", "2"),
        (FLIT + "[tool.flit.module]\nname = 'mod'", "src/mod/__init__.py", "__version__ = '3'", "3"),
        (FLIT + "[tool.flit.module]\nname = 'mod'", "mod.py", "__version__ = f()", None),
        (FLIT, "other.py", "", None),
        (PDM + "[tool.pdm.version]\nsource = 'file'\npath = 'v.py'", "v.py", "__version__ = '4'  # x", "4"),
        (PDM + "[tool.pdm.version]\nsource = 'scm'", "v.py", "", None),
        (PDM, "v.py", "", None),
        (POETRY + "[tool.poetry]\nversion = '5'", "v", "", "5"),
        (POETRY + "[tool.poetry]\nversion = '5'\n[tool.poetry-dynamic-versioning]\nenable = true", "v", "", None),
        (POETRY, "v", "", None),
        (MATURIN, "Cargo.toml", "[package]\nname = 'c'\nversion = '1.0.0-beta.2'", "1.0.0b2"),
        (MATURIN, "Cargo.toml", "[package]\nversion = {workspace = true}\n[workspace.package]\nversion = '6'", "6"),
        (MATURIN, "Cargo.toml", "[package]\nversion.workspace = true\n[workspace]", None),
        (MATURIN, "Cargo.toml", "[package]\nversion.workspace = true", None),
        (MATURIN, "Cargo.toml", "[package]", None),
        (MATURIN, "x", "", None),
        (build("uv_build") + DYNAMIC, "x", "", None),
        (build("mesonpy") + DYNAMIC, "x", "", None),
        (TOOLS + ATTR, "my/_v.py", "VERSION = '1.1'", "1.1"),
        (TOOLS + ATTR, "src/my/_v.py", "VERSION: str = '1.1'", "1.1"),
        (TOOLS + ATTR, "my/_v.py", "VERSION = (1, 2)", "1.2"),
        (TOOLS + ATTR, "my/_v.py", "V = '1.3'\nVERSION = V", "1.3"),
        (TOOLS + ATTR, "my/_v.py", "VERSION = 5", None),
        (TOOLS + ATTR, "my/_v.py", "VERSION = '1'\nVERSION = '2'", None),
        (TOOLS + ATTR, "my/_v.py", "if x:\n  VERSION = '1'", None),
        (TOOLS + ATTR, "my/_v.py", "try: from .x import VERSION\nexcept E: VERSION = '1'", None),
        (TOOLS + ATTR, "my/_v.py", "def VERSION(): pass", None),
        (TOOLS + ATTR, "my/_v.py", "import VERSION", None),
        (TOOLS + ATTR, "my/_v.py", "from . import VERSION", None),
        (TOOLS + ATTR, "none.py", "", None),
        (TOOLS + "[tool.setuptools]\npackage-dir = {'' = 'lib'}\n" + ATTR, "lib/my/_v.py", "VERSION = '1'", "1"),
        (TOOLS + "[tool.setuptools]\npackage-dir = {my = 'm'}\n" + ATTR, "m/_v.py", "VERSION = '1'", "1"),
        (TOOLS + "[tool.setuptools.packages.find]\nwhere = ['w']\n" + ATTR, "w/my/_v.py", "VERSION = '1'", "1"),
        (TOOLS + "[tool.setuptools]\npackages = ['my']\n" + ATTR, "my/_v.py", "VERSION = '1'", "1"),
        (TOOLS + "[tool.setuptools.dynamic]\nversion = {file = 'V'}", "V", "8\n", "8"),
        (TOOLS + "[tool.setuptools.dynamic]\nversion = {file = ['V']}", "W", "8\n", None),
        (TOOLS + "[tool.setuptools_scm]", "setup.cfg", "[metadata]\nversion = 9", None),
        (TOOLS, "setup.cfg", "[metadata]\nversion = 9", "9"),
        (TOOLS, "setup.py", "from setuptools import setup\nsetup(version='9.1')", "9.1"),
        (TOOLS, "x", "", None),
    ],
)
def test_a_dynamic_version_is_read_where_a_file_states_it(toml: str, path: str, text: str, version: str | None) -> None:
    """Each backend's own way to a literal version is followed; any other leaves the version unknown."""
    one = found(toml, **{path: text})
    assert (one.name, one.version, one.unknown) == ("my-pkg", version, frozenset() if version else {"version"})


@pytest.mark.parametrize(
    ("init", "other"),
    [
        ("from ._version import VERSION as V", "VERSION = '1'"),
        ("from my._version import VERSION as V", "VERSION = '1'"),
    ],
)
def test_one_import_is_followed(init: str, other: str) -> None:
    """A version that a package imports from its own module is as good as a literal."""
    toml = TOOLS + "[tool.setuptools.dynamic]\nversion = {attr = 'my.V'}\n"
    assert found(toml, **{"my/__init__.py": init, "my/_version.py": other}).version == "1"


def test_an_absent_version_is_unknown() -> None:
    """A project that neither gives a version nor calls it dynamic has none that we know of."""
    assert found("[project]\nname = 'a'\n").unknown == {"version"}


def test_dynamic_requirements_come_from_files() -> None:
    """Setuptools reads requirements and extras from the files that its table names."""
    toml = """[project]
name = "a"
version = "1"
dynamic = ["dependencies", "optional-dependencies", "classifiers"]
[tool.setuptools.dynamic]
dependencies = {file = ["r.txt"]}
optional-dependencies = {x = {file = "x.txt"}}
"""
    one = found(toml, **{"r.txt": "# why\nb>=1\\\n,<2 # c\n", "x.txt": "d\n"})
    assert (one.requires, one.extras, one.unknown) == (("b<2,>=1",), {"x": ("d",)}, frozenset())
    assert found(toml, **{"r.txt": "b"}).unknown == {"extras"}


def test_what_is_dynamic_elsewhere_is_unknown() -> None:
    """Hooks of hatchling may set any dynamic field."""
    dynamic = "dynamic = ['version', 'dependencies', 'optional-dependencies', 'requires-python']\n"
    assert found(f"{build('hatchling.build')}[project]\nname = 'a'\n{dynamic}").unknown == {
        "version",
        "requires",
        "extras",
        "requires-python",
    }


def test_a_cargo_workspace_above_gives_the_version() -> None:
    """Maturin takes an inherited version from the workspace, which lies outside the folder."""
    cargo = "[package]\nname = 'Crate'\nversion.workspace = true\n"
    tree: dict[str, str | bytes] = {"p/pyproject.toml": build("maturin"), "p/Cargo.toml": cargo}
    tree["Cargo.toml"] = "[workspace.package]\nversion = '3.1'\n"
    one = read(tree)
    assert one is not None
    assert (one.name, one.version, one.described_by, one.outside) == ("crate", "3.1", "p/Cargo.toml", ("Cargo.toml",))


def test_flits_old_table_is_a_project() -> None:
    """[tool.flit.metadata] describes a package as [project] does."""
    toml = """[tool.flit.metadata]
module = "mod"
dist-name = "My-Mod"
requires = ["b"]
requires-python = ">=3.8"
[tool.flit.metadata.requires-extra]
x = ["c"]
"""
    one = found(build("flit.buildapi") + toml, **{"mod.py": "__version__ = '1'"})
    assert (one.name, one.version, one.requires, one.extras) == ("my-mod", "1", ("b",), {"x": ("c",)})
    assert one.requires_python == ">=3.8"


def test_an_unknown_backend_may_take_everything_from_elsewhere() -> None:
    """Without [project], a backend that we do not know leaves even the name unknown."""
    one = found(build("sipbuild.api"))
    assert (one.name, set(one.unknown)) == ("", {"name", "version", "requires", "extras", "requires-python"})


CFG = """[metadata]
name = My_Pkg
version = attr: my.V
classifiers =
    Private :: X
[options]
python-requires = >=3.9
package_dir =
    = src
install_requires =
    b>=1
    # why
    c; os_name == "nt"
[options.extras_require]
X = d; e
"""


def test_setup_cfg_describes_a_package() -> None:
    """A declarative configuration is read as setuptools reads it."""
    one = read({"p/setup.cfg": CFG, "p/src/my/__init__.py": "V = '1'"})
    assert one is not None
    assert (one.name, one.version, one.described_by, one.private) == ("my-pkg", "1", "p/setup.cfg", True)
    assert (one.requires, one.extras) == (("b>=1", 'c; os_name == "nt"'), {"x": ("d", "e")})
    assert one.requires_python == ">=3.9"


@pytest.mark.parametrize(
    ("cfg", "version"),
    [
        ("version = 1.0-1", "1.0.post1"),
        ("version = file: V", "4"),
        ("version = file: W", None),
        ("version = attr: nowhere.V", None),
        ("version = 1\n[egg_info]\ntag_build = .dev", None),
        ("version = 1\n[egg_info]\ntag_date = 1", None),
        ("version = 1\n[egg_info]\ntag_build =\ntag_date = 0", "1"),
        ("version = 1\n[pbr]\n", None),
    ],
)
def test_the_version_of_setup_cfg(cfg: str, version: str | None) -> None:
    """Literals and files are read; tags and plug-ins make the version unknown."""
    one = read({"p/setup.cfg": f"[metadata]\nname = a\n{cfg}", "p/V": "4\n"})
    assert one is not None
    assert one.version == version


def test_requirements_of_setup_cfg_may_stand_in_a_file() -> None:
    """``file:`` is followed; where the file is missing, the field is unknown."""
    cfg = "[metadata]\nname = a\n[options]\ninstall_requires = file: r.txt\n[options.extras_require]\nx = file: x.txt\n"
    one = read({"p/setup.cfg": cfg, "p/r.txt": "b"})
    assert one is not None
    assert (one.requires, set(one.unknown)) == (("b",), {"version", "extras"})


def test_setup_py_goes_before_setup_cfg() -> None:
    """What setup.py says stays; setup.cfg fills the rest."""
    script = "from setuptools import setup\nsetup(version='2', install_requires=[])"
    one = read(
        {"p/setup.cfg": "[metadata]\nname = a\nversion = 1\n[options]\ninstall_requires = b", "p/setup.py": script}
    )
    assert one is not None
    assert (one.name, one.version, one.requires, one.described_by) == ("a", "2", ("b",), "p/setup.cfg")


def test_declared_files_outside_the_folder_are_told() -> None:
    """They belong to the package's source, so its digest has to cover them; absent ones do not."""
    toml = """[project]
name = "a"
version = "1"
readme = {file = "../../README.md", content-type = "text/markdown"}
license = {file = "../../LICENSE"}
license-files = ["../../NOTICE", "../../../etc/passwd", "/etc/passwd"]
[tool.hatch.build.targets.sdist.force-include]
"../shared.py" = "shared.py"
[tool.hatch.build]
force-include = {"../none.py" = "x", "own.py" = "own.py"}
[tool.setuptools.dynamic]
optional-dependencies = {x = {file = ["../x.txt"]}}
"""
    tree: dict[str, str | bytes] = dict.fromkeys(
        ["README.md", "LICENSE", "NOTICE", "sdk/shared.py", "sdk/x.txt", "sdk/a/own.py", "etc/passwd"], ""
    )
    one = read(tree | {"sdk/a/pyproject.toml": toml}, "sdk/a")
    assert one is not None
    assert one.outside == ("LICENSE", "NOTICE", "README.md", "sdk/shared.py", "sdk/x.txt")


P = "[project]\nname = 'a'\n"


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("pyproject.toml", "[project]\nname = 'a'\nversion = \n", r"p/pyproject\.toml:3: not TOML"),
        ("pyproject.toml", b"x = 1\n# \xff\n", r"p/pyproject\.toml:2: not UTF-8"),
        ("pyproject.toml", "[project]\nversion = '1'", "has no name"),
        ("pyproject.toml", "project = 1", "project is not a table"),
        ("pyproject.toml", "[project]\nname = 1", "toml:2: project.name is not a string"),
        ("pyproject.toml", "[project]\nname = 'a b'", "toml:2: 'a b' is not a valid name"),
        ("pyproject.toml", P + "version = 'x'", "toml:3: 'x' is not a version"),
        ("pyproject.toml", P + "dependencies = 'b'", "toml:3: project.dependencies is not a list"),
        ("pyproject.toml", P + "dependencies = [\n'b',\n'c d']", "toml:5: 'c d' is not a requirement"),
        ("pyproject.toml", P + "requires-python = '3'", "toml:3: '3' is not a set of specifiers"),
        (
            "pyproject.toml",
            P + "[dependency-groups]\nx = [{include-group='y'}]\ny = [{include-group='x'}]",
            "x → y → x",
        ),
        ("pyproject.toml", P + "[dependency-groups]\nx = [{include-group='y'}]", "'y', which is not there"),
        ("pyproject.toml", P + "[dependency-groups]\nx = [{a='y'}]", "has the entry"),
        ("pyproject.toml", P + "[dependency-groups]\nx = 'y'", "is not a list"),
        ("pyproject.toml", P + "[dependency-groups]\nx = []\nX = []", "two dependency groups are named x"),
        ("setup.cfg", "name = a", r"p/setup\.cfg:1: not an ini file"),
        ("setup.cfg", "[a]\nb = 1\nb = 2", r"p/setup\.cfg:3: not an ini file"),
        ("setup.cfg", "[metadata]\nthis is nothing", r"p/setup\.cfg:2: not an ini file"),
        ("setup.cfg", "[metadata]\nname = a\nversion = x y", r"p/setup\.cfg:3: 'x y' is not a version"),
    ],
)
def test_what_is_broken_is_named_with_file_line_and_remedy(path: str, text: str | bytes, message: str) -> None:
    """A file that cannot be understood stops the package, and says where and what to mend."""
    with pytest.raises(Unreadable, match=message) as error:
        read({f"p/{path}": text})
    assert error.value.hint


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """Reading pyproject.toml loads neither the evaluator nor the parsers of setup.cfg and of e-mail."""
    code = (
        "import sys; before = set(sys.modules); import nox_release.metadata;"
        "print([name for name in set(sys.modules) - before if name in sys.argv[1:]])"
    )
    heavy = ["configparser", "email", "packaging.metadata", "nox_release.metadata.setup_py"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)
SPECIFIER = st.sampled_from(["", ">=1", "~=1.4", "==2.*", "<3,>1", '; os_name == "nt"', "[x,y]>=2"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(NAME, SPECIFIER), max_size=5))
def test_requirements_survive(pairs: list[tuple[str, str]]) -> None:
    """Reading what was read gives the same requirements again."""
    written = [f"{name}{rest}" for name, rest in pairs]
    first = found(f"{P}version = '1'\ndependencies = {written!r}").requires
    assert len(first) == len(written)
    assert found(f"{P}version = '1'\ndependencies = {list(first)!r}").requires == first


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["pyproject.toml", "setup.cfg"]), st.binary(max_size=60))
def test_any_bytes_are_a_package_none_or_unreadable(path: str, data: bytes) -> None:
    """Whatever stands in a file, no other exception comes out."""
    try:
        one = read({f"p/{path}": data})
    except Unreadable:
        return
    assert one is None or one.directory == "p"
