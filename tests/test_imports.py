"""Imports run one way, and what a noxfile imports stays small."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nox_release
from nox_release.model import Stage

ROOT = Path(nox_release.__file__).parent

LAYERS = (
    # what everything speaks of
    "errors check problems model testrun record codes toolchain inspector extractor policy difference forks filelist "
    "completing.* keys snapshot wording complaints",
    # the doors, and readers of one thing that is handed to them
    "printing process blobs source export evidence environment archive distribution.* backend index.* "
    "matrix interpreters changelog metadata.* project.* requirements arguments history holding "
    "submission description toolbox shipped surface breakage imports leaks contents differences namespaces "
    "reconcile sshsig clock repository tagging github gate standing status waves yank prefixes public",
    # workspace and plan
    "config exemptions workspace selection plan shards timing outputs "
    "manifest approval merging candidate approvals provenance.*",
    # checks
    "checks.*",
    "acceptance",
    # what a stage is given, how it is shown
    "work report.* preflight attesting announcing survey",
    "reporting",
    # what stages do that would not fit in one module
    "placing probe trial testing downstream baseline neighbours native rebuild audit ground prefix_trial proof",
    # stages, and what runs them
    "stages.*",
    "bench answering orders examine worker",
    # one command, from its plan to its end
    "completion",
    "planning",
    "proven",
    "chain",
    "dist",
    "inquiry",
    "session",
    "signing release overview proving saying health reviewing",
    "prepare.*",
    "command views planview",
    "sessions",
    # the command line beside nox
    "adopt.*",
    "ci.*",
    "cli",
    "vocabulary",
    "<package>",
    # pages and files that are written from all of these
    "reference.*",
)
"""From the lowest to the highest; a module imports from its own layer and from those before it."""

TOGETHER = {
    "adopt",
    "ci",
    "completing",
    "distribution",
    "index",
    "metadata",
    "prepare",
    "project",
    "provenance",
    "reference",
    "report",
}
"""Folders whose modules import one another; in the others siblings do not."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) or "<package>"


MODULES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def layer(module: str) -> int:
    """The layer of a module, by its own name or that of its folder."""
    wanted = {module, f"{module.partition('.')[0]}.*"}
    found = [number for number, names in enumerate(LAYERS) if wanted & set(names.split())]
    assert len(found) == 1, f"{module} has no layer, or several: name it in LAYERS"
    return found[0]


def imported(module: str, *, deferred: bool = True) -> set[str]:
    """Modules of the package that *module* imports anywhere, or only while it is being imported itself."""
    return set(_imported(ast.parse(MODULES[module].read_text(encoding="utf-8")), deferred)) - {module}


def _imported(node: ast.AST, deferred: bool) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (_ours(alias.name) for alias in child.names if alias.name.split(".")[0] == "nox_release")
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports name the package"
            if child.module and child.module.split(".")[0] == "nox_release":
                yield from (_ours(f"{child.module}.{alias.name}") for alias in child.names)
        elif deferred or not (
            isinstance(child, ast.FunctionDef)
            or (isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING")
        ):
            yield from _imported(child, deferred)


def _ours(dotted: str) -> str:
    """The module that holds what is imported: itself a module, or a name in one."""
    name = dotted.removeprefix("nox_release").lstrip(".")
    return name if name in MODULES else name.rpartition(".")[0] or "<package>"


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    """A module imports nothing from a layer above its own, not even inside a function."""
    above = {name for name in imported(module) if layer(name) > layer(module)}
    assert not above, f"{module} imports from above: {', '.join(sorted(above))}"


@pytest.mark.parametrize("module", [name for name in MODULES if "." in name])
def test_siblings_do_not_import_each_other(module: str) -> None:
    """A check knows no other family, and a stage no other stage."""
    folder = module.partition(".")[0]
    beside = {name for name in imported(module) if name.startswith(f"{folder}.")}
    assert folder in TOGETHER or not beside


def test_no_circle_of_imports() -> None:
    """While modules are being imported none needs one that is not there yet."""
    tuple(graphlib.TopologicalSorter({name: imported(name, deferred=False) for name in MODULES}).static_order())


def test_the_layers_name_modules_that_are_there() -> None:
    """No layer names what is gone."""
    named = {name for names in LAYERS for name in names.split()}
    there = {*MODULES, *(f"{name.partition('.')[0]}.*" for name in MODULES if "." in name)}
    assert named <= there


HEAVY = ("build", "twine", "rich", "tomlkit", "requests", "nox_release.command", "nox_release.chain")


def test_a_noxfile_imports_little() -> None:
    """``nox -l`` loads neither the tools of a stage nor what only a running session needs."""
    code = "import sys, nox_release, nox_release.sessions; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "nox_release.sessions" in loaded
    assert not loaded & set(HEAVY)


def test_registering_imports_no_more(tmp_path: Path) -> None:
    """The two lines of a noxfile load no more than that, although all sessions are there afterwards."""
    code = (
        "import sys, nox_release, nox.registry; nox_release.register();"
        "print(*nox.registry.get()); print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    sessions, _, modules = done.stdout.partition("\n")
    assert sessions.split() == [*Stage, "approve", "status", "review", "doctor", "plan", "prepare", "explain"]
    assert not set(modules.split()) & set(HEAVY)
