"""What a worker does with the order for a stage: evidence and a log for each package, whatever happens."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends import own_backend
from checkouts import Checkout
from nox_release.dist import deliver
from nox_release.index.listing import JSON
from nox_release.model import Evidence, Outcome, Stage
from nox_release.orders import ENDING
from nox_release.work import Order
from scripted_index import scripted_index
from workers import MACHINE, carry_out, chain

SOUND = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "1.0"
description = "A package"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
[tool.hatch.build.targets.wheel]
packages = ["src/{name}"]
""",
    "README.md": "# A package\n",
    "LICENSE": "MIT\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.0 (2026-11-01)\n\n- It is there.\n",
    "src/{name}/__init__.py": '"""A module."""\n',
}
EXEMPT = '[tool.nox-release]\nindex-exempt = "made up for a test"\n'


def sound(name: str = "demo") -> dict[str, str]:
    files = {f"{name}/{path.format(name=name)}": text.format(name=name) for path, text in SOUND.items()}
    return {"pyproject.toml": EXEMPT, **files}


def order(root: Path, stage: Stage, *targets: str) -> Order:
    with chain(root, *targets) as of:
        found = of.step(stage, MACHINE).order
    assert found is not None
    return found


def left(order: Order, name: str = "demo") -> Evidence | None:
    """What the worker left for the order."""
    with chain(order.root, name) as of:
        return of.outcome(order.stage, name, order.inputs[name], 0.0)


def test_each_package_leaves_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every package of the order has its own outcome, with tools, times and a log; a failure ends nothing."""
    root = Checkout.new(
        tmp_path / "w", {**sound("good"), "bad/pyproject.toml": SOUND["pyproject.toml"].format(name="bad")}
    )
    asked = order(root.root, Stage.LINT_METADATA, "good", "bad")
    assert carry_out("stage", asked, tmp_path) == 0
    good, bad = left(asked, "good"), left(asked, "bad")
    assert good is not None and bad is not None
    assert (good.outcome, bad.outcome) == (Outcome.PASSED, Outcome.FAILED)
    assert {"python", "docutils", "readme-renderer"} <= good.tools.keys()
    assert good.started > 0
    for evidence in (good, bad):
        assert evidence.log == f"{asked.logs}/lint-metadata/{evidence.package}.log"
        assert evidence.version == "1.0"
        log = (root.root / evidence.log).read_text()
        assert all(finding.code in log for finding in evidence.findings)
    out = capsys.readouterr().out
    assert "ok      lint-metadata good 1.0" in out
    assert "FAILED  lint-metadata bad 1.0" in out


def test_what_took_longest_begins_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Packages are worked on in the order of the time that they took before; unknown ones come last."""
    names = ["a", "b", "c"]
    root = Checkout.new(tmp_path / "w", {path: text for name in names for path, text in sound(name).items()}).root
    asked = replace(order(root, Stage.LINT_METADATA, *names), jobs=1, expected={"b": 1.0, "c": 9.0})
    carry_out("stage", asked, tmp_path)
    lines = [line.split()[2] for line in capsys.readouterr().out.splitlines() if line.startswith("ok")]
    assert lines == ["c", "b", "a"]


def test_evidence_says_that_an_index_was_asked(tmp_path: Path) -> None:
    """The index of the configuration is asked once for each package, and evidence of exempt ones does not say so."""
    with scripted_index() as script:
        config = f'[tool.nox-release]\nindex-url = "{script.url}/simple"\n'
        exempt = '[[tool.nox-release.overrides]]\npackages = ["b"]\nindex-exempt = "private"\n'
        files = {**sound("a"), **sound("b"), "pyproject.toml": config + exempt}
        for name in ("a", "b"):
            script.answers[f"/simple/{name}/"] = (200, JSON, b'{"files": []}')
        asked = order(Checkout.new(tmp_path / "w", files).root, Stage.LINT_METADATA, "a", "b")
        carry_out("stage", asked, tmp_path)
        assert [path for _, path, _ in script.asked] == ["/simple/a/"]
        one, other = left(asked, "a"), left(asked, "b")
        assert one is not None and other is not None
        assert (one.outcome, one.asked) == (Outcome.PASSED, f"{script.url}/simple/")
        assert (other.outcome, other.asked, other.facts) == (Outcome.PASSED, "", {"index exempt": "private"})


def test_an_index_that_cannot_be_read_blocks(tmp_path: Path) -> None:
    """Nothing may be concluded from it; the evidence says how to go on."""
    files = {**sound("a"), "pyproject.toml": '[tool.nox-release]\nindex-url = "http://127.0.0.1:9/simple/"\n'}
    asked = order(Checkout.new(tmp_path / "w", files).root, Stage.LINT_METADATA, "a")
    carry_out("stage", asked, tmp_path)
    evidence = left(asked, "a")
    assert evidence is not None
    assert evidence.outcome is Outcome.BLOCKED
    assert "the index cannot be read at http://127.0.0.1:9/simple/" in evidence.problem
    assert "index-exempt" in evidence.hint


@pytest.mark.end_to_end
def test_what_cannot_be_looked_at_is_blocked(tmp_path: Path) -> None:
    """Where a stage cannot be carried out, the evidence says why and what to do, and the log has it too."""
    lacking = ("nowhere @ file:///nowhere/nowhere-1.0-py3-none-any.whl",)
    project = '[project]\nname = "demo"\nversion = "1.5"\n'
    files = own_backend(build_requires=lacking, project=project)
    asked = order(Checkout.new(tmp_path / "w", files).root, Stage.BUILD_SDIST, "demo")
    assert carry_out("stage", asked, tmp_path) == 0
    evidence = left(asked)
    assert evidence is not None
    assert evidence.outcome is Outcome.BLOCKED
    assert evidence.problem.startswith("the build requirements cannot be installed: nowhere @ file:")
    assert "[build-system] requires" in evidence.hint
    assert "# blocked: the build requirements cannot be installed" in (asked.root / evidence.log).read_text()


def test_what_nobody_foresaw_blocks_one_package_alone(tmp_path: Path) -> None:
    """A fault within one package's work is told as that, with its place in the log, and the others go on."""
    root = Checkout.new(tmp_path / "w", {**sound("demo"), **sound("other")}).root
    asked = order(root, Stage.LINT_METADATA, "demo", "other")
    lost = replace(asked.plan["demo"], package=replace(asked.plan["demo"].package, directory="gone"))
    tagged = replace(asked.plan, packages=(lost, asked.plan["other"]), tags={"demo_1.0": asked.plan.commit})
    assert carry_out("stage", replace(asked, plan=tagged), tmp_path) == 0
    blocked, other = left(asked, "demo"), left(asked, "other")
    assert blocked is not None and other is not None
    assert (blocked.outcome, other.outcome) == (Outcome.BLOCKED, Outcome.PASSED)
    assert blocked.problem == "something that was not expected: KeyError: 'gone'"
    assert blocked.hint == "the log says where; run the command again"
    assert "KeyError: 'gone'" in (asked.root / blocked.log).read_text()


@pytest.fixture
def heard() -> Iterator[None]:
    """Both signals as a terminal has them, whatever these tests are run under; and afterwards as they were."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.end_to_end
@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP"])
def test_an_interrupted_worker_ends_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Told to end in the middle of a build, or left by its terminal, it ends with 130, the build too, no evidence."""
    monkeypatch.setenv("WORKER", str(os.getpid()))
    monkeypatch.setenv("CHILD", str(tmp_path / "child"))
    first = (
        "Path(os.environ['CHILD']).write_text(str(os.getpid()))\n"
        f"os.kill(int(os.environ['WORKER']), signal.{how})\ntime.sleep(600)"
    )
    root = Checkout.new(tmp_path / "w", own_backend(first=first, project='[project]\nname = "demo"\nversion = "1.5"\n'))
    asked = order(root.root, Stage.BUILD_SDIST, "demo")
    assert carry_out("stage", asked, tmp_path) == 130
    assert left(asked) is None
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), 0)


@pytest.mark.end_to_end
def test_a_package_on_its_way_through_real_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The builds hand one another their files, and publish has one index for all packages, open while it works."""
    root = Checkout.new(tmp_path / "w", {**sound("one"), **sound("two")}).root
    for stage in Stage:
        asked = order(root, stage, "one", "two")
        if stage in (Stage.VERIFY_ARTIFACTS, Stage.TEST):  # these are told elsewhere
            with chain(root, "one", "two") as of:
                for name, inputs in asked.inputs.items():
                    of.store.save(Evidence(name, "1.0", stage, inputs, Outcome.PASSED))
            continue
        if stage is Stage.PUBLISH:
            with chain(root, "one", "two") as of:
                for planned in of.plan(MACHINE).packages:
                    deliver(of, planned, MACHINE)
            asked = order(root, stage, "one", "two")
        assert carry_out("stage", asked, tmp_path) == 0
        for name in asked.inputs:
            evidence = left(asked, name)
            assert evidence is not None
            assert evidence.outcome is Outcome.PASSED, (evidence, capsys.readouterr().out)
            assert len(evidence.artifacts) == {Stage.LINT_METADATA: 0, Stage.PUBLISH: 2}.get(stage, 1)
    with chain(root, "one", "two") as of:
        assert list(of.step(Stage.PUBLISH, MACHINE).reused) == ["one", "two"]


@pytest.mark.end_to_end
def test_the_wheel_tells_a_version_that_was_not_known(tmp_path: Path) -> None:
    """Where the plan knows no version, the evidence of the build has the one of the wheel."""
    project = '[project]\nname = "demo"\nversion = "1.5"\n'
    root = Checkout.new(tmp_path / "w", own_backend(project=project)).root
    for stage in (Stage.BUILD_SDIST, Stage.BUILD_WHEEL):
        asked = order(root, stage, "demo")
        unknown = replace(asked.plan["demo"], package=replace(asked.plan["demo"].package, version=None))
        assert carry_out("stage", replace(asked, plan=replace(asked.plan, packages=(unknown,))), tmp_path) == 0
        evidence = left(asked)
        assert evidence is not None
        assert evidence.version == ("1.5" if stage is Stage.BUILD_WHEEL else "?"), evidence


@pytest.mark.end_to_end
def test_a_worker_with_credentials_gives_none_to_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that uploads has them in its environment; what it starts has not."""
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("TWINE_PASSWORD", "hunter2-secret")
    first = "import json\nPath(os.environ['SEEN']).write_text(json.dumps(dict(os.environ)))"
    root = Checkout.new(tmp_path / "w", own_backend(first=first)).root
    assert carry_out("stage", order(root, Stage.BUILD_SDIST, "demo"), tmp_path) == 0
    assert "hunter2-secret" not in (tmp_path / "seen").read_text()
