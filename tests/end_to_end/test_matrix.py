"""Real interpreters and real dependents, through nox."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from archives import make_wheel
from nox_release.evidence import Store
from nox_release.interpreters import find
from nox_release.matrix import Interpreter
from nox_release.process import Processes
from workspaces import CONFIG, Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]
NEW_SYNTAX = "import sys\n\nif sys.version_info < {newest}:\n    raise SyntaxError('for newer ones only')\n"


@pytest.fixture(scope="session")
def pythons(tmp_path_factory: pytest.TempPathFactory) -> tuple[Interpreter, ...]:
    """Every interpreter of this machine that the small packages here can be built for."""
    store = Store(tmp_path_factory.mktemp("interpreters"))
    return find(os.environ, Path(sys.executable), store, Processes())


def test_packages_are_tried_on_every_interpreter(workspace: Make, pythons: tuple[Interpreter, ...]) -> None:
    """What works on the newest alone is found, with the interpreters on which it does not."""
    if len(pythons) < 2:
        pytest.skip("this machine has one Python; pyenv or uv python install brings more")
    minors = [item.minor for item in pythons]
    body = NEW_SYNTAX.format(newest=tuple(map(int, minors[0].split("."))))
    files = package("demo", body=body)
    project = "packages/demo/pyproject.toml"
    files[project] = files[project].replace(">=3.11", f">={minors[-1]}")
    files["pyproject.toml"] = f"[tool.nox-release]\npythons = {minors}\n"
    made = workspace(files)
    done = made.nox("-s", "verify-artifacts", "test", "--", "demo")
    assert done.returncode == 1, done.stdout
    older = ", ".join(minors[:0:-1])
    assert f"error INS103 demo: SyntaxError: for newer ones only [{older} with highest]" in done.stdout
    assert f"error TST102 tests.test_it: it fails [{older} with highest]" in done.stdout
    made.write({"packages/demo/src/demo/__init__.py": '"""For all."""\n'})
    mended = made.nox("-s", "verify-artifacts", "test", "--", "demo")
    assert mended.returncode == 0, mended.stdout
    assert f"1 ran of 1 collected, {len(minors)} cells" in mended.stdout


def test_an_interpreter_that_is_missing_is_a_failure(workspace: Make) -> None:
    """With what to type; a rerun without the demand passes."""
    files = {**package("demo"), "pyproject.toml": '[tool.nox-release]\npythons = ["3.39"]\n'}
    made = workspace(files)
    done = made.nox("-s", "verify-artifacts", "--", "demo")
    assert done.returncode == 1, done.stdout
    assert "error MTX101 pythons: Python 3.39 was not found on this machine" in done.stdout
    assert "next: uv python install 3.39" in done.stdout


def test_dependents_are_tried_before_and_after(workspace: Make, tmp_path: Path) -> None:
    """What this release breaks is told apart from what was broken before, and from what nobody released."""
    links = tmp_path / "links"
    links.mkdir()
    make_wheel(links, {"contoso_zz_core.py": "old = True\n"}, name="contoso-zz-core", version="0.9")
    files = {"pyproject.toml": CONFIG, **package("contoso-zz-core", body="old = True")}
    asks = {"breaks": "old", "broken": "never_there", "unreleased": "old", "fine": "__doc__ or True"}
    for user, attribute in asks.items():
        name = f"contoso-zz-{user}"
        test = f"import contoso_zz_core\n\n\ndef test_it():\n    assert contoso_zz_core.{attribute}\n"
        files |= package(name, dependencies='["contoso-zz-core>=0.5"]', tests=test)
        module = {f"{name.replace('-', '_')}/__init__.py": ""}
        make_wheel(links, module, name=name, version="1.0", more="Requires-Dist: contoso-zz-core>=0.5\n")
    made = workspace(files)
    for user in ("breaks", "broken", "fine"):
        made.git("tag", f"contoso-zz-{user}_1.0")
    made.write({"packages/contoso-zz-core/src/contoso_zz_core/__init__.py": '"""Without it."""\n'})
    made.commit("break it")
    command = ("-s", "test", "--", "contoso-zz-core")
    alone = made.nox(*command, UV_FIND_LINKS=str(links))
    assert alone.returncode == 0, alone.stdout
    done = made.nox(*command, "--with-dependents", UV_FIND_LINKS=str(links))
    assert done.returncode == 1, done.stdout
    told = sorted({line.strip() for line in done.stdout.splitlines() if " DEP" in line})
    assert told == [
        "error DEP101 contoso-zz-breaks 1.0: tests.test_it::test_it passed on the last release of contoso-zz-core",
        "warning DEP102 contoso-zz-broken 1.0: broken before this release: tests.test_it::test_it",
        "warning DEP103 contoso-zz-unreleased: not run: no git tag names a release of it",
    ]
    made.write({"packages/contoso-zz-core/src/contoso_zz_core/__init__.py": '"""With it."""\nold = True\n'})
    mended = made.nox(*command, "--with-dependents", UV_FIND_LINKS=str(links))
    assert mended.returncode == 0, mended.stdout
    again = made.nox(*command, "--with-dependents", UV_FIND_LINKS=str(links))
    assert "unchanged test contoso-zz-core" in again.stdout
