"""What a worker does with its order: evidence and a log for each package, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from uv import find_uv_bin

from backends import own_backend
from checkouts import EPOCH, Checkout
from nox_release import bench
from nox_release.arguments import Arguments
from nox_release.chain import Chain
from nox_release.dist import deliver
from nox_release.index.listing import JSON
from nox_release.model import Evidence, Outcome, Stage
from nox_release.proven import Machine
from nox_release.record import from_json, to_json
from nox_release.repository import Repository
from nox_release.work import GateAnswer, GateOrder, MetadataOrder, Order, SurveyAnswer, SurveyOrder
from nox_release.workspace import discover
from scripted_index import scripted_index

MACHINE = Machine(find_uv_bin(), "an interpreter")
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


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give back what a worker changes for its whole process."""
    umask, handler = os.umask(0o022), signal.getsignal(signal.SIGTERM)
    with warnings.catch_warnings():
        yield
    signal.signal(signal.SIGTERM, handler)
    os.umask(umask)


@contextmanager
def chain(root: Path, *targets: str) -> Iterator[Chain]:
    made = Chain(root, Arguments(targets), 0.0)
    try:
        yield made
    finally:
        made.close()


def order(root: Path, stage: Stage, *targets: str) -> Order:
    with chain(root, *targets) as of:
        found = of.step(stage, MACHINE).order
    assert found is not None
    return found


def carry_out(order: Order | MetadataOrder) -> int:
    path = order.root.parent / "order.json"
    path.write_text(to_json(order))
    return bench.main(["stage" if isinstance(order, Order) else "metadata", str(path)])


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
    assert carry_out(asked) == 0
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
    carry_out(asked)
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
        carry_out(asked)
        assert [path for _, path, _ in script.asked] == ["/simple/a/"]
        one, other = left(asked, "a"), left(asked, "b")
        assert one is not None and other is not None
        assert (one.outcome, one.asked) == (Outcome.PASSED, f"{script.url}/simple/")
        assert (other.outcome, other.asked, other.facts) == (Outcome.PASSED, "", {"index exempt": "private"})


def test_an_index_that_cannot_be_read_blocks(tmp_path: Path) -> None:
    """Nothing may be concluded from it; the evidence says how to go on."""
    files = {**sound("a"), "pyproject.toml": '[tool.nox-release]\nindex-url = "http://127.0.0.1:9/simple/"\n'}
    asked = order(Checkout.new(tmp_path / "w", files).root, Stage.LINT_METADATA, "a")
    carry_out(asked)
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
    assert carry_out(asked) == 0
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
    assert carry_out(replace(asked, plan=tagged)) == 0
    blocked, other = left(asked, "demo"), left(asked, "other")
    assert blocked is not None and other is not None
    assert (blocked.outcome, other.outcome) == (Outcome.BLOCKED, Outcome.PASSED)
    assert blocked.problem == "something that was not expected: KeyError: 'gone'"
    assert blocked.hint == "the log says where; run the command again"
    assert "KeyError: 'gone'" in (asked.root / blocked.log).read_text()


@pytest.mark.end_to_end
def test_an_interrupted_worker_ends_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to end in the middle of a build, the worker ends with 130, the build with it, and leaves no evidence."""
    monkeypatch.setenv("WORKER", str(os.getpid()))
    monkeypatch.setenv("CHILD", str(tmp_path / "child"))
    first = (
        "Path(os.environ['CHILD']).write_text(str(os.getpid()))\n"
        "os.kill(int(os.environ['WORKER']), signal.SIGTERM)\ntime.sleep(600)"
    )
    root = Checkout.new(tmp_path / "w", own_backend(first=first, project='[project]\nname = "demo"\nversion = "1.5"\n'))
    asked = order(root.root, Stage.BUILD_SDIST, "demo")
    assert carry_out(asked) == 130
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
        assert carry_out(asked) == 0
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
        assert carry_out(replace(asked, plan=replace(asked.plan, packages=(unknown,)))) == 0
        evidence = left(asked)
        assert evidence is not None
        assert evidence.version == ("1.5" if stage is Stage.BUILD_WHEEL else "?"), evidence


def metadata_order(root: Path, folder: Path, *names: str, history: tuple[str, ...] = ()) -> MetadataOrder:
    """Ask for the metadata of the packages *names*; a name with a slash is a folder whose package has none yet."""
    folder.mkdir()
    with chain(root, "all") as of:
        packages = discover(of.snapshot, of.git, of.config).packages
        taken = of.snapshot
        return MetadataOrder(
            root, tuple(packages[name] for name in names), folder, history, taken.prefix, taken.toplevel,
            taken.git_dir, taken.commit, taken.epoch, taken.tree, of.config, MACHINE.uv, 2,
        )  # fmt: skip


@pytest.mark.end_to_end
def test_backends_tell_metadata(tmp_path: Path) -> None:
    """Each package has an answer: what its backend wrote, or why it could not; the log has all that it said."""
    files = {
        **own_backend("good", "1.5", ("six",)),
        **own_backend("failing", first="print('said before'); raise SystemExit('no way')"),
        **own_backend("lacking", build_requires=("nowhere @ file:///nowhere/nowhere-1.0-py3-none-any.whl",)),
        **own_backend("nameless", "2.5", folder="deep/folder", project=""),
        "deep/folder/setup.py": "from setuptools import setup\nsetup(name=input())\n",
    }
    root = Checkout.new(tmp_path / "w", files).root
    asked = metadata_order(root, tmp_path / "answers", "good", "failing", "lacking", "deep/folder")
    assert carry_out(asked) == 0
    answers = {path.name: path.read_text() for path in (tmp_path / "answers").iterdir()}
    assert set(answers) == {"good.metadata", "failing.error", "lacking.error", "deep_folder.metadata"}
    assert "Version: 1.5\nRequires-Dist: six\n" in answers["good.metadata"]
    assert "Name: nameless\n" in answers["deep_folder.metadata"]
    assert answers["failing.error"] == "no way"
    assert answers["lacking.error"].startswith("the build requirements cannot be installed: nowhere @ file:")
    logs = {path.name: path.read_text() for path in (root / ".nox-release/logs/metadata").iterdir()}
    assert set(logs) == {"good.log", "failing.log", "lacking.log", "deep_folder.log"}
    assert "said before" in logs["failing.log"]


@pytest.mark.end_to_end
def test_a_backend_that_asks_git_finds_history(tmp_path: Path) -> None:
    """Where the backend asks git, it runs in a repository with the commit and its tags; elsewhere there is none."""
    first = (
        "import subprocess\n"
        "told = subprocess.run(['git', 'describe', '--tags'], capture_output=True, text=True).stdout.strip()\n"
        "REQUIRES.append(told or 'nothing')"
    )
    files = {name: text.replace("REQUIRES = ()", "REQUIRES = []") for name, text in
             {**own_backend("asking", first=first), **own_backend("plain", first=first)}.items()}  # fmt: skip
    checkout = Checkout.new(tmp_path / "w", files)
    checkout.git("tag", "v7")
    asked = metadata_order(checkout.root, tmp_path / "answers", "asking", "plain", history=("asking",))
    assert carry_out(asked) == 0
    answers = tmp_path / "answers"
    assert "Requires-Dist: v7\n" in (answers / "asking.metadata").read_text()
    assert "Requires-Dist: nothing\n" in (answers / "plain.metadata").read_text()
    assert asked.epoch == EPOCH


@pytest.mark.end_to_end
def test_code_of_a_package_sees_an_empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend runs without the settings of this machine, in a home of its own, at the time of the commit."""
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.org/simple")
    first = (
        "import json\n"
        "at_home = os.listdir(os.environ['HOME'])\n"
        "Path(os.environ['SEEN']).write_text(json.dumps([dict(os.environ), at_home]))"
    )
    root = Checkout.new(tmp_path / "w", own_backend(first=first)).root
    assert carry_out(metadata_order(root, tmp_path / "answers", "demo")) == 0
    environ, at_home = json.loads((tmp_path / "seen").read_text())
    assert at_home == []
    assert environ["HOME"] != os.environ.get("HOME")
    assert environ["SOURCE_DATE_EPOCH"] == str(EPOCH)
    assert "PIP_INDEX_URL" not in environ


@pytest.mark.end_to_end
def test_a_worker_with_credentials_gives_none_to_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that uploads has them in its environment; what it starts has not."""
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("TWINE_PASSWORD", "hunter2-secret")
    first = "import json\nPath(os.environ['SEEN']).write_text(json.dumps(dict(os.environ)))"
    root = Checkout.new(tmp_path / "w", own_backend(first=first)).root
    assert carry_out(order(root, Stage.BUILD_SDIST, "demo")) == 0
    assert "hunter2-secret" not in (tmp_path / "seen").read_text()


def test_a_survey_is_answered_from_the_index(tmp_path: Path) -> None:
    """The answer lies where the order says, and tells what the index has."""
    page = {"meta": {"api-version": "1.1"}, "name": "demo", "files": [
        {"filename": "demo-1.0.tar.gz", "url": "/f/demo-1.0.tar.gz", "hashes": {"sha256": "1" * 64}}]}  # fmt: skip
    with scripted_index() as script:
        script.answers["/simple/demo/"] = (200, "application/vnd.pypi.simple.v1+json", json.dumps(page).encode())
        repository = Repository("x", f"{script.url}/legacy/", f"{script.url}/simple/")
        asked = SurveyOrder(tmp_path, repository, {"demo": "1.0"}, tmp_path / "answer")
        (tmp_path / "order").write_text(to_json(asked))
        assert bench.main(["survey", str(tmp_path / "order")]) == 0
    (shelf,) = from_json(SurveyAnswer, asked.answer.read_bytes()).shelves.values()
    assert (shelf.last, [file.sha256 for file in shelf.files]) == ("1.0", ["1" * 64])


def test_a_gate_that_is_none_is_answered_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the CI does not say is no crash of the worker, but an answer."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "order").write_text(to_json(GateOrder(tmp_path / "answer")))
    assert bench.main(["gate", str(tmp_path / "order")]) == 0
    answer = from_json(GateAnswer, (tmp_path / "answer").read_bytes())
    assert answer.gate is None
    assert "no job of GitHub Actions" in answer.problem
