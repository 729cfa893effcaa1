"""verify-artifacts: both files installed for real, and looked at as their user would meet them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from uv import find_uv_bin

from archives import make_sdist, make_wheel
from jobs import Bench, codes, told
from nox_release.check import Severity
from nox_release.errors import Blocked
from nox_release.model import Stage
from nox_release.work import Result
from projects import FLIT, HERE, below, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]
VERIFY = Stage.VERIFY_ARTIFACTS
WITH_EXTRA = f"""{FLIT}
[project.optional-dependencies]
docs = []
cli = ["iniconfig"]
"""
SCRIPT = "[project.scripts]\ndemo = 'demo.cli:main'\nother = 'demo.cli:other'\n"
CLI = "import iniconfig\ndef main(): ...\ndef other(): ...\n"
NO_PLUGGY = "ModuleNotFoundError: No module named 'pluggy'"
NO_OTHER = (
    "INS105", "console_scripts: other = demo.cli:other", "AttributeError: module 'demo.cli' has no attribute 'other'",
)  # fmt: skip
NO_INICONFIG = "ModuleNotFoundError: No module named 'iniconfig'"


@pytest.mark.parametrize(
    ("pyproject", "files", "found"),
    [
        (FLIT, {"demo/client.py": ""}, []),
        (WITH_EXTRA, {"demo/cli.py": CLI}, [("INS104", "extra cli", "imports only with it: demo.cli")]),
        (WITH_EXTRA + SCRIPT, {"demo/cli.py": CLI}, [("INS104", "extra cli", "imports only with it: demo.cli")]),
        (FLIT, {"demo/cli.py": CLI}, [("INS103", "demo.cli", NO_INICONFIG)]),
        (WITH_EXTRA, {"demo/cli.py": "import pluggy"}, [("INS103", "demo.cli", NO_PLUGGY)]),
        (FLIT, {"demo/boom.py": "import os; os._exit(7)"}, [("INS103", "demo.boom", "the interpreter ended")]),
        (FLIT, {"demo/end.py": "raise SystemExit(3)"}, [("INS103", "demo.end", "SystemExit: 3")]),
        (FLIT, {"demo/a.py": "", "demo/b.py": "import sys\nassert 'demo.a' not in sys.modules\n"}, []),
        (FLIT + SCRIPT, {"demo/cli.py": "def main(): ..."}, [NO_OTHER]),
        (WITH_EXTRA + SCRIPT, {"demo/cli.py": "def main(): ..."}, [NO_OTHER]),
    ],
    ids=[
        "sound", "a module that needs an extra", "a script that needs an extra", "an import that is not declared",
        "an import that no extra brings", "a module that ends the interpreter", "a module that raises SystemExit",
        "modules that import alone", "a script without its function", "such a script beside an extra",
    ],
)  # fmt: skip
def test_what_a_user_would_meet_is_found(
    bench: Make, pyproject: str, files: dict[str, str], found: list[tuple[str, str, str]]
) -> None:
    """Told once, although both the wheel and the sdist have it."""
    ready = bench(demo(pyproject, files))
    ready.build()
    result = ready.run(VERIFY)
    assert told(result) == found
    assert all((finding.severity is Severity.WARNING) is (finding.code == "INS104") for finding in result.findings)
    assert (result.artifacts, set(result.facts)) == (
        (),
        {"modules imported", "installed", "last release", "reproducible"},
    )


def test_the_readme_is_left_as_an_index_will_show_it(bench: Make) -> None:
    """Rendered, cleaned and coloured, under the digest of the wheel that has it."""
    text = "# Demo\n\n```python\nimport demo\n```\n\n<script>alert(1)</script>\n"
    ready = bench(demo(FLIT + 'readme = "README.md"\n', {"README.md": text}))
    ready.build()
    ready.run(VERIFY)
    (path,) = ready.store.root.glob("readmes/*.html")
    assert ready.store.root.joinpath("artifacts", path.stem).is_dir()
    html = path.read_text()
    assert '<span class="kn">import</span>' in html and ">Demo<" in html and "<script>" not in html


def installed(result: Result) -> list[tuple[str, str, str]]:
    """What a user would meet: a file made by hand is not built again to the same bytes."""
    return [one for one in told(result) if one[0].startswith("INS")]


def test_an_sdist_that_installs_something_else_is_looked_at_itself(bench: Make, tmp_path: Path) -> None:
    """What imports from the wheel proves nothing of an sdist with other files."""
    ready = bench(demo(FLIT))
    broken = "import nothing_like_it\n"
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": FLIT, "demo/__init__.py": broken}))
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"demo/__init__.py": ""}))
    result = ready.run(VERIFY)
    assert installed(result) == [("INS103", "demo", "ModuleNotFoundError: No module named 'nothing_like_it'")]


def test_what_cannot_be_installed_is_found(bench: Make, tmp_path: Path) -> None:
    """Each file for itself, with the last thing that the installer said."""
    ready = bench(demo(FLIT))
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": "[build-system]\nrequires = 3\n"}))
    more = "Requires-Dist: absent @ file:///absent-1.0-py3-none-any.whl\n"
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"demo/__init__.py": ""}, more=more))
    assert [(code, where) for code, where, _ in installed(ready.run(VERIFY))] == [
        ("INS101", "demo-1.0-py3-none-any.whl"),
        ("INS101", "demo-1.0.tar.gz"),
    ]


def test_artifacts_that_disagree_are_found(bench: Make, tmp_path: Path) -> None:
    """The files are compared with each other and with the source."""
    ready = bench(demo(FLIT))
    files = {"pyproject.toml": FLIT.replace("1.0", "1.1"), "demo/__init__.py": ""}
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, files, version="1.1"))
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"demo/__init__.py": ""}))
    assert codes(ready.run(VERIFY))[0] == "ART102"


def test_siblings_are_installed_from_their_wheels(bench: Make, tmp_path: Path) -> None:
    """A sibling of the plan that no index has yet stands beside."""
    needs = FLIT.replace('description = "It does things"', 'description = "x"\ndependencies = ["contoso-core"]')
    core = below("packages/core", {"pyproject.toml": FLIT.replace('"demo"', '"contoso-core"')})
    ready = bench({**demo(needs, {"demo/client.py": "import core_thing\n"}), **core})
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"core_thing.py": ""}, name="contoso-core"), "contoso-core")
    ready.build()
    assert told(ready.run(VERIFY)) == []


@pytest.mark.parametrize("stage", [Stage.BUILD_SDIST, Stage.BUILD_WHEEL])
def test_a_changed_artifact_blocks(bench: Make, tmp_path: Path, stage: Stage) -> None:
    """What was sound when it was built and is not now, is no defect of the package."""
    ready = bench(demo(FLIT))
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": FLIT}))
    ready.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {"demo/__init__.py": ""}))
    ready.path(stage).write_bytes(b"something else")
    with pytest.raises(Blocked, match="an artifact in the store changed: it is no readable") as caught:
        ready.run(VERIFY)
    assert caught.value.hint == "run again with --fresh"


HELP = {
    "good": "def main(): print('usage: demo')\n",
    "picky": "import sys\ndef main(): sys.exit('usage: demo FILE')\n",
    "broken": "import os\ndef main(): print(os.environ['CONTOSO_HOME'])\n",
    "killed": "import os, signal\ndef main(): os.kill(os.getpid(), signal.SIGSEGV)\n",
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("good", []),
        ("picky", [("INS110", "demo --help", "exit code 1: usage: demo FILE")]),
        ("broken", [("INS109", "demo --help", "KeyError: 'CONTOSO_HOME'")]),
        ("killed", [("INS109", "demo --help", "it said nothing")]),
    ],
)
def test_console_scripts_are_asked_for_help(bench: Make, name: str, found: list[tuple[str, str, str]]) -> None:
    """A traceback or a crash is an error, another exit code a warning."""
    ready = bench(demo(FLIT + "[project.scripts]\ndemo = 'demo.cli:main'\n", {"demo/cli.py": HELP[name]}))
    ready.build()
    assert told(ready.run(VERIFY)) == found


def test_extras_that_cannot_be_installed_are_found(bench: Make, tmp_path: Path) -> None:
    """An extra for users is an error, one for development a warning."""
    ready = bench(demo(FLIT))
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": FLIT, "demo/__init__.py": ""}))
    lines = [
        f"Provides-Extra: {extra}\nRequires-Dist: absent @ file:///absent-1.0-py3-none-any.whl ; extra == '{extra}'\n"
        for extra in ("cli", "docs")
    ]
    wheel = make_wheel(tmp_path, {"demo/__init__.py": ""}, more="Provides-Extra: fine\n" + "".join(lines))
    ready.put(Stage.BUILD_WHEEL, wheel)
    found = [(code, where) for code, where, _ in told(ready.run(VERIFY)) if code.startswith("INS")]
    assert found == [("INS107", "extra cli"), ("INS108", "extra docs")]


def test_a_wheel_for_no_interpreter_that_is_tried_blocks(bench: Make, tmp_path: Path) -> None:
    """Nothing would have been looked at."""
    ready = bench(demo(FLIT))
    ready.put(Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": FLIT, "demo/__init__.py": ""}))
    wheel = make_wheel(tmp_path, {"demo/__init__.py": ""})
    ready.put(Stage.BUILD_WHEEL, wheel.rename(wheel.with_name("demo-1.0-cp27-cp27m-any.whl")))
    with pytest.raises(Blocked, match=r"demo-1\.0-cp27-cp27m-any\.whl is made for none of Python"):
        ready.run(VERIFY)


def test_no_interpreter_at_all_blocks(bench: Make) -> None:
    """With what to install."""
    ready = bench(demo(FLIT.replace(HERE, ">=3.35")))
    ready.build()
    with pytest.raises(Blocked, match=r"no interpreter of this machine suits requires-python >=3\.35") as caught:
        ready.run(VERIFY)
    assert "uv python install 3.35" in caught.value.hint


PROXY = """\
#!/bin/sh
case "$*" in
    "pip check"*) {then} ;;
    *) exec {uv} "$@" ;;
esac
"""


def uv_that(folder: Path, then: str) -> str:
    """A program in the place of uv that does something else when it is to check."""
    path = folder / "uv"
    path.write_text(PROXY.format(then=then, uv=find_uv_bin()))
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("Found 1 incompatibility\\nThe package demo requires six<1\\n", "The package demo requires six<1"),
        ("Found 1 incompatibility\\nThe package core requires six\\n", "The package core requires six"),
    ],
    ids=["of the package", "of another"],
)
def test_a_conflict_of_requirements_is_found(bench: Make, tmp_path: Path, says: str, message: str) -> None:
    """Lines that name the package are told, or else the last one."""
    ready = bench(demo(FLIT), uv=uv_that(tmp_path, f"printf '{says}'; exit 1"))
    ready.build()
    found = told(ready.run(VERIFY))
    assert ("INS102", "demo-1.0-py3-none-any.whl", message) in found
    assert {code for code, _, _ in found} == {"INS102"}


def test_an_interpreter_that_does_not_start_blocks(bench: Make, tmp_path: Path) -> None:
    """Nothing is known of the package then."""
    ready = bench(demo(FLIT), uv=uv_that(tmp_path, 'rm "$4"'))
    ready.build()
    with pytest.raises(Blocked, match="the interpreter of the virtualenv did not start"):
        ready.run(VERIFY)


def test_an_embedded_bill_of_materials_is_named(bench: Make) -> None:
    """One that the build backend put into the wheel (PEP 770) is in the evidence, and so in the release manifest."""
    ready = bench(demo(FLIT))
    ready.build()
    path = "demo-1.0.dist-info/sboms/demo.cdx.json"
    ready.put(Stage.BUILD_WHEEL, make_wheel(ready.folder, {"demo/__init__.py": "", path: "{}"}))
    assert ready.run(Stage.VERIFY_ARTIFACTS).facts["sboms"] == path
