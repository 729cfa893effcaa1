"""The session plan, on a real checkout."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from checkouts import Checkout
from nox_release import planview
from nox_release.evidence import Store
from nox_release.model import Evidence, Outcome, Stage
from nox_release.outputs import hand_on
from workspaces import package

FILES = {"pyproject.toml": "[tool.nox-release]\n", **package("core"), **package("app", dependencies='["core>=1.0"]')}


def _error(message: str) -> NoReturn:
    raise SystemExit(message)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.new(tmp_path / "workspace", FILES)


def run(checkout: Checkout, *posargs: str, **environ: str) -> int | str | None:
    """Run the session and return how it ended."""
    session = SimpleNamespace(posargs=list(posargs), error=_error)
    try:
        planview.plan(session, checkout.root, time.time(), environ)  # type: ignore[arg-type]
    except SystemExit as ended:
        return ended.code
    return 0


def took(checkout: Checkout, name: str, seconds: float) -> None:
    """Leave evidence of all stages, each of which took *seconds*."""
    for stage in Stage:
        Store(checkout.root).save(Evidence(name, "1.0", stage, "a" * 64, Outcome.PASSED, duration=seconds))


def test_without_a_target_it_is_all(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """With the durations of earlier evidence; nothing is built."""
    took(checkout, "app", 30.0)
    assert run(checkout) == 0
    out = capsys.readouterr().out
    assert "  1  core 1.0  unknown\n" in out and "  2  app 1.0   about 2m30s\n       after core\n" in out
    assert not (checkout.root / "dist" / "app").exists()


def test_damaged_evidence_is_unknown(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """An estimate is no reason to stop."""
    took(checkout, "app", 30.0)
    for path in (checkout.root / ".nox-release/evidence/test").rglob("*.json"):
        path.write_text("[]")
    assert run(checkout, "app") == 0
    assert "at least 2m00s" in capsys.readouterr().out


def test_the_matrix_goes_to_later_jobs(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """GitHub is given matrix, targets and their number; the same matrix is printed, and nothing else."""
    output = tmp_path / "output"
    assert run(checkout, "all", "--shards", "8", "--format", "github", GITHUB_OUTPUT=str(output)) == 0
    printed = capsys.readouterr().out
    given = dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert given["matrix"] == printed.strip()
    assert json.loads(printed)["include"] == [{"shard": 1, "only": "app"}, {"shard": 2, "only": "core"}]
    assert (given["targets"], given["count"]) == ("core app", "2")


@pytest.mark.parametrize("target", [["changed-since:HEAD"], ["changed-since:HEAD~1", "!app"]])
def test_nothing_changed_is_nothing_to_do(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], target: list[str]
) -> None:
    """That is well, and it is said; the matrix has no job."""
    checkout.write({"packages/app/more.py": ""})
    checkout.commit()
    assert run(checkout, *target, "--shards", "8", "--format", "github") == 0
    told = capsys.readouterr()
    assert told.out == '{"include":[]}\n' and told.err.startswith("nothing to do: ")
    assert run(checkout, *target) == 0
    assert capsys.readouterr().out.startswith("nothing to do: ")


@pytest.mark.parametrize(
    ("posargs", "said"),
    [
        (["changed-since:absent"], "git knows no commit by the name 'absent'"),
        (["changed-since:HEAD", "cor"], "changed-since:HEAD matches nothing"),
        (["cor"], "did you mean core"),
        (["core", "!core"], "the exclusions leave no package"),
        (["all", "--format", "github"], "say for how many jobs at most: --shards 8"),
        (["all", "--only", "x"], "--only x: that is no target of this plan"),
    ],
)
def test_what_cannot_be_planned_fails(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], posargs: list[str], said: str
) -> None:
    """A name that matches nothing is no plan with nothing to do."""
    assert run(checkout, *posargs) == 2
    assert said in capsys.readouterr().err


def test_json_and_the_diagram_stand_alone(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the whole output."""
    assert run(checkout, "app", "--format", "json") == 0
    assert [item["name"] for item in json.loads(capsys.readouterr().out)["packages"]] == ["core", "app"]
    assert run(checkout, "app", "--format", "mermaid") == 0
    assert capsys.readouterr().out.startswith("flowchart LR\n")


def test_what_is_broken_fails_after_it_is_shown(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """In every form; what can be planned is shown, too."""
    checkout.write({"packages/app/pyproject.toml": "[project]\nname = 'app'\nversion = 'x y'\n"})
    assert "cannot be worked on: " in str(run(checkout, "all", "--format", "json"))
    told = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in told["packages"]] == ["core"] and len(told["broken"]) == 1


def test_explain_explains(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """As in every session."""
    assert run(checkout, "--explain", "PRJ101") == 0
    assert "PRJ101" in capsys.readouterr().out


def test_what_later_jobs_need_and_do_not_get_stops(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it they would do nothing and look well."""
    options = ("all", "--shards", "8", "--format", "github")
    assert run(checkout, *options, GITHUB_OUTPUT=str(checkout.root / "absent/output")) == 1
    assert "what later jobs need cannot be written" in capsys.readouterr().err


def test_each_ci_is_handed_values_in_its_way(tmp_path: Path) -> None:
    """Elsewhere nothing is written and nothing printed."""
    store, values = Store(tmp_path), {"targets": "a b", "digest": "50%"}
    assert list(hand_on(values, {}, store)) == [] and not store.root.exists()
    assert list(hand_on(values, {"GITLAB_CI": "true"}, store)) == []
    assert (store.root / "outputs/targets").read_text() == "a b\n"
    assert list(hand_on(values, {"TF_BUILD": "True"}, store)) == [
        "##vso[task.setvariable variable=targets;isOutput=true]a b",
        "##vso[task.setvariable variable=digest;isOutput=true]50%AZP25",
    ]
