"""The worker's entry: it runs from its file alone, with nothing but what its virtualenv has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkouts import Checkout
from nox_release import worker
from nox_release.arguments import Arguments
from nox_release.chain import Chain
from nox_release.model import Outcome, Stage
from nox_release.proven import Machine
from nox_release.record import to_json
from nox_release.work import Order

MACHINE = Machine("", "an interpreter")


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """An order to lint one small package."""
    files = {"demo/pyproject.toml": '[project]\nname = "demo"\nversion = "1.0"\n'}
    root = Checkout.new(tmp_path / "workspace", files).root
    chain = Chain(root, Arguments(("demo",)), 0.0)
    try:
        step = chain.step(Stage.LINT_METADATA, MACHINE)
    finally:
        chain.close()
    assert step.order is not None
    return step.order


def run(order: Order, folder: Path, *code: str) -> subprocess.CompletedProcess[str]:
    path = folder / "order.json"
    path.write_text(to_json(order))
    # What measures coverage takes any code of that name for ours, also a copy.
    environ = {name: value for name, value in os.environ.items() if code[0] == "-m" or not name.startswith("COVERAGE")}
    command = [sys.executable, "-I", *code, "stage", str(path)]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def outcome(order: Order) -> Outcome:
    chain = Chain(order.root, Arguments(("demo",)), 0.0)
    try:
        found = chain.outcome(order.stage, "demo", order.inputs["demo"], 0.0)
    finally:
        chain.close()
    assert found is not None
    return found.outcome


@pytest.mark.parametrize("code", [(worker.__file__,), ("-m", "nox_release.worker")], ids=["by its path", "by its name"])
def test_it_does_what_the_order_says(order: Order, tmp_path: Path, code: tuple[str, ...]) -> None:
    """However it is started, the worker leaves evidence, prints the outcome and ends with 0."""
    done = run(order, tmp_path, *code)
    assert (done.returncode, done.stderr) == (0, "")
    assert "lint-metadata demo 1.0" in done.stdout
    assert outcome(order) is Outcome.FAILED  # it has no README, no license, no changelog


def test_it_is_the_code_that_it_lies_in(order: Order, tmp_path: Path) -> None:
    """A worker runs the code beside its own file, whatever nox_release the interpreter has installed."""
    copy = tmp_path / "elsewhere" / "of_any_name"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(worker.__file__).parent, copy, ignore=ignore)
    (copy / "bench.py").write_text(
        "import nox_release\ndef main(words):\n    print(nox_release.__file__)\n    return 7\n"
    )
    done = run(order, tmp_path, str(copy / "worker.py"))
    assert (done.returncode, done.stdout) == (7, f"{copy / '__init__.py'}\n")


def test_importing_it_does_nothing() -> None:
    """Who imports the module, to know where it lies, starts no work."""
    code = "from nox_release import worker; import sys; print('nox_release.bench' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
