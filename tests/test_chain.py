"""One command's way through the stages, on a small real repository: what is proven, what is to do, what is held.

Nothing is built: the tests write the evidence that a worker would leave.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archives import make_wheel
from nox_release.arguments import Arguments
from nox_release.candidate import Candidate
from nox_release.chain import Chain, Step
from nox_release.dist import deliver
from nox_release.errors import Blocked, Misuse
from nox_release.manifest import FILENAME, Manifest
from nox_release.matrix import Interpreter
from nox_release.model import Artifact, Evidence, Outcome, Stage
from nox_release.proven import Machine
from nox_release.record import from_json, to_json
from nox_release.repository import PYPI
from nox_release.work import Order

MACHINE = Machine("", "cpython 3.11.7 linux x86_64")
BEFORE_PUBLISH = [stage for stage in Stage if stage is not Stage.PUBLISH]
STARTED = 1_000_000.0


def project(name: str, *requires: str, more: str = "") -> str:
    return (
        f'[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = {list(requires)}\n{more}'
    )


class Repository:
    """A workspace with two packages, app and the core that it needs, and one that stands alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("pyproject.toml", "[tool.nox-release]\n")
        self.write("app/pyproject.toml", project("app", "core>=1"))
        self.write("core/pyproject.toml", project("core"))
        self.write("alone/pyproject.toml", project("alone"))
        self.commit()

    def git(self, *arguments: str) -> str:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        done = subprocess.run(["git", *arguments], cwd=self.root, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    @contextmanager
    def chain(
        self,
        *targets: str,
        started: float = STARTED,
        goes_to: Candidate | None = None,
        **options: bool | int | tuple[str, ...],
    ) -> Iterator[Chain]:
        """One command on the targets; *options* as they stand in Arguments."""
        chain = Chain(self.root, Arguments(targets, **options), started, goes_to)  # type: ignore[arg-type]
        try:
            yield chain
        finally:
            chain.close()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "workspace")


def built(chain: Chain, name: str, stage: Stage) -> tuple[Artifact, ...]:
    """What a build leaves in the store: bytes that follow from the source."""
    if stage not in (Stage.BUILD_SDIST, Stage.BUILD_WHEEL):
        return ()
    folder, source = chain.store.folder("made"), chain.plan(MACHINE)[name].source
    if stage is Stage.BUILD_WHEEL:
        return (chain.store.add(make_wheel(folder, {f"{name}/source.py": f"# {source}"}, name)),)
    path = folder / f"{name}-1.0.tar.gz"
    path.write_text(f"{name} {source}")
    return (chain.store.add(path),)


def work(
    chain: Chain,
    stage: Stage,
    outcome: Callable[[str], Outcome] = lambda name: Outcome.PASSED,
    machine: Machine = MACHINE,
    started: float = STARTED,
    asked: str = "",
) -> Step:
    """Let *stage* do what it has to, as a worker would, and return what that was."""
    step = chain.step(stage, machine)
    for name, inputs in (step.order.inputs if step.order else {}).items():
        verdict = outcome(name)
        chain.store.save(
            Evidence(
                name, "1.0", stage, inputs, verdict,
                artifacts=built(chain, name, stage) if verdict is Outcome.PASSED else (),
                facts={"commit": chain.snapshot.commit}, started=started, duration=3.0, asked=asked,
            )
        )  # fmt: skip
    return step


def work_through(chain: Chain, *stages: Stage, machine: Machine = MACHINE) -> None:
    for stage in stages or BEFORE_PUBLISH:
        work(chain, stage, machine=machine)


def listing(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def todo(step: Step) -> list[str]:
    return list(step.order.inputs) if step.order else []


def to_do_again(chain: Chain, machine: Machine = MACHINE) -> dict[str, list[Stage]]:
    """Work all stages through and return what each package had to do."""
    done: dict[str, list[Stage]] = {}
    for stage in BEFORE_PUBLISH:
        for name in todo(work(chain, stage, machine=machine)):
            done.setdefault(name, []).append(stage)
    return done


def test_everything_is_to_do_at_first(repository: Repository) -> None:
    """Without evidence the first stages have all packages to do, a companion only in those that build."""
    with repository.chain("app", jobs=3) as chain:
        assert chain.step(Stage.LINT_METADATA, MACHINE).order is not None
        assert todo(chain.step(Stage.LINT_METADATA, MACHINE)) == ["app"]
        step = chain.step(Stage.BUILD_SDIST, MACHINE)
        assert (todo(step), step.reused, step.held) == (["core", "app"], {}, {})
        order = step.order
        assert order is not None
        assert (order.stage, order.root, order.jobs, order.since) == (Stage.BUILD_SDIST, repository.root, 3, 0.0)
        assert order.plan is chain.plan(MACHINE)
        assert order.plan.commit == repository.git("rev-parse", "HEAD")
        assert order.logs.startswith(".nox-release/logs/")
        assert order.upstream == {"app": {}, "core": {}}
        assert order.expected == {}


def test_what_has_not_passed_before_holds(repository: Repository) -> None:
    """A package comes to a stage only with evidence of what the stage requires; else it says what lacks."""
    with repository.chain("app") as chain:
        for stage in (Stage.BUILD_WHEEL, Stage.VERIFY_ARTIFACTS, Stage.TEST):
            step = chain.step(stage, MACHINE)
            assert todo(step) == []
            assert step.held["app"] == "build-sdist of app has not passed"
        step = chain.step(Stage.PUBLISH, MACHINE)
        assert step.held["app"] == "lint-metadata of app has not passed"


def test_a_stage_is_given_what_was_built(repository: Repository) -> None:
    """The order for a stage holds the evidence of both builds, of the package and of what it is installed with."""
    with repository.chain("app") as chain:
        work_through(chain, Stage.BUILD_SDIST, Stage.BUILD_WHEEL)
        order = chain.step(Stage.VERIFY_ARTIFACTS, MACHINE).order
        assert order is not None
        assert {name: set(found) for name, found in order.upstream.items()} == {
            name: {"build-sdist", "build-wheel"} for name in ("app", "core")
        }


def test_what_is_proven_is_not_done_again(repository: Repository) -> None:
    """The next command on the same source reuses all evidence, and knows how long each stage took."""
    with repository.chain("app") as chain:
        work_through(chain)
    with repository.chain("app") as chain:
        assert to_do_again(chain) == {}
        assert list(chain.step(Stage.BUILD_WHEEL, MACHINE).reused) == ["core", "app"]
        assert todo(chain.step(Stage.PUBLISH, MACHINE)) == ["core", "app"]
    repository.write("app/more.py", "")
    with repository.chain("app") as chain:
        order = chain.step(Stage.BUILD_SDIST, MACHINE).order
        assert order is not None
        assert order.expected == {"app": 3.0}


ALL = BEFORE_PUBLISH
ASKING = [Stage.LINT_METADATA, Stage.VERIFY_ARTIFACTS]
"""Those that ask the target index."""
INSTALLING = [Stage.VERIFY_ARTIFACTS, Stage.TEST]
ASKING = [Stage.LINT_METADATA, Stage.VERIFY_ARTIFACTS]
BUILDING = [Stage.BUILD_SDIST, Stage.BUILD_WHEEL]


@pytest.mark.parametrize(
    ("path", "text", "again"),
    [
        ("README.md", "# hello\n", {}),
        ("alone/more.py", "x = 1\n", {}),
        ("app/more.py", "x = 1\n", {"app": ALL}),
        ("core/more.py", "x = 1\n", {"core": BUILDING, "app": INSTALLING}),
        ("pyproject.toml", "[tool.nox-release]\njobs = 2\n", {}),
        ("pyproject.toml", "[tool.nox-release]\ntest-command = ['tox']\n", {"app": [Stage.TEST]}),
        ("pyproject.toml", "[tool.nox-release]\ntest-exempt = 'none yet'\n", {"app": [Stage.TEST]}),
        ("pyproject.toml", "[tool.nox-release]\ntag-format = '{name}@{version}'\n", {"app": [Stage.LINT_METADATA]}),
        ("pyproject.toml", "[tool.nox-release]\nindex-url = 'http://x/'\n", {"app": ASKING}),
        ("pyproject.toml", "[tool.nox-release]\nversion-policy = 'none'\n", {"app": [Stage.VERIFY_ARTIFACTS]}),
        ("pyproject.toml", "[tool.nox-release]\nallow-changes = { 'a.f' = 'x' }\n", {"app": [Stage.VERIFY_ARTIFACTS]}),
        ("pyproject.toml", "[tool.nox-release]\nindex-exempt = 'private'\n", {"app": ASKING}),
        (
            "pyproject.toml",
            "[[tool.nox-release.overrides]]\npackages = ['core']\nindex-exempt = 'private'\n",
            {"app": [Stage.LINT_METADATA]},
        ),
        ("pyproject.toml", "[tool.nox-release]\nclassifier-policy = 'azure'\n", {"app": [Stage.LINT_METADATA]}),
        ("pyproject.toml", "[tool.nox-release]\nignore = { ART = 'x' }\n", {"core": BUILDING, "app": ALL}),
        ("pyproject.toml", "[tool.nox-release]\ncredentials = ['MY_*']\n", {"core": BUILDING, "app": ALL}),
        ("pyproject.toml", "[tool.nox-release]\npass-environment = ['A']\n", {"core": BUILDING, "app": ALL}),
        ("pyproject.toml", "[tool.nox-release]\ninstaller = 'pip'\n", {"core": BUILDING, "app": ALL}),
        (
            "pyproject.toml",
            "[[tool.nox-release.overrides]]\npackages = ['app']\ngit-history = true\n",
            {"app": ALL},
        ),
    ],
)
def test_a_change_is_done_again_where_it_has_a_part(
    repository: Repository, path: str, text: str, again: dict[str, list[Stage]]
) -> None:
    """A change of source or configuration repeats the stages whose outcome may follow from it, and no others."""
    with repository.chain("app") as chain:
        work_through(chain)
    repository.write(path, text)
    repository.commit()
    with repository.chain("app") as chain:
        redone = to_do_again(chain)
        for name, stages in again.items():
            assert redone.pop(name) == stages
        assert redone == {}


def test_a_sibling_in_the_plan_has_a_part_in_the_metadata(repository: Repository) -> None:
    """What is released beside a package satisfies its requirements; a stranger to it does not."""
    with repository.chain("app") as chain:
        work(chain, Stage.LINT_METADATA)
    with repository.chain("app", "alone") as chain:
        assert todo(chain.step(Stage.LINT_METADATA, MACHINE)) == ["alone"]
    repository.git("tag", "core_1.0")
    with repository.chain("app") as chain:
        assert todo(chain.step(Stage.LINT_METADATA, MACHINE)) == ["app"]
    with repository.chain("app", "core") as chain:
        assert todo(chain.step(Stage.LINT_METADATA, MACHINE)) == ["core"]


def test_what_shards_prove_holds_for_all(repository: Repository) -> None:
    """Jobs that work on some targets build what these need from the others; together nothing is left to do."""
    for only, again in (
        ("app", {"app": ALL, "core": BUILDING}),
        ("core", {"core": [stage for stage in ALL if stage not in BUILDING]}),
        ("alone", {"alone": ALL}),
    ):
        with repository.chain("all", only=(only,)) as chain:
            assert to_do_again(chain) == again
    with repository.chain("all") as chain:
        assert to_do_again(chain) == {}


def test_only_a_target_can_be_worked_on(repository: Repository) -> None:
    """A name that is none is misuse: a job that does nothing would look like one that passed."""
    with repository.chain("app", only=("core",)) as chain, pytest.raises(Misuse, match="--only core: that is no"):
        chain.plan(MACHINE)


def test_another_interpreter_proves_anew(repository: Repository) -> None:
    """Evidence of one interpreter says nothing of another."""
    with repository.chain("app") as chain:
        work_through(chain)
        other = replace(MACHINE, interpreter="cpython 3.12.1 linux x86_64")
        assert to_do_again(chain, other) == {"app": ALL, "core": BUILDING}


def test_another_uv_proves_anew(repository: Repository, tmp_path: Path) -> None:
    """Evidence that one uv took part in says nothing of another; the same one, just installed, is no other."""
    uv = tmp_path / "uv"
    machine = replace(MACHINE, uv=str(uv))
    for number, (version, again) in enumerate((("1.0", {"alone": ALL}), ("1.0", {}), ("1.1", {"alone": ALL}))):
        uv.unlink(missing_ok=True)
        uv.write_text(f"#!/bin/sh\necho uv {version}\n# written {number}\n")
        uv.chmod(0o755)
        with repository.chain("alone") as chain:
            assert to_do_again(chain, machine) == again
            work_through(chain, machine=machine)


def test_a_uv_that_does_not_run_blocks(repository: Repository, tmp_path: Path) -> None:
    """What uv it is cannot be told, so nothing may rest on it."""
    with repository.chain("alone") as chain, pytest.raises(Blocked, match="--version fails"):
        to_do_again(chain, replace(MACHINE, uv=str(tmp_path / "uv")))


def test_other_bytes_upstream_prove_anew(repository: Repository) -> None:
    """A wheel with other bytes is verified and tested again, also for those that are installed with it."""
    with repository.chain("app") as chain:
        work_through(chain)
    with repository.chain("app") as chain:
        planned = chain.plan(MACHINE)["core"]
        wheel = chain.proven.evidence(Stage.BUILD_WHEEL, planned, MACHINE)
        assert isinstance(wheel, Evidence)
        path = chain.store.folder("made") / wheel.artifacts[0].filename
        path.write_text("other bytes")
        chain.store.save(replace(wheel, artifacts=(chain.store.add(path),)))
    with repository.chain("app") as chain:
        assert to_do_again(chain) == {"app": INSTALLING}


def test_an_altered_artifact_is_built_again(repository: Repository) -> None:
    """Where an artifact's bytes in the store are not those that were proven, its build is to do again."""
    with repository.chain("alone") as chain:
        work_through(chain)
        planned = chain.plan(MACHINE)["alone"]
        wheel = chain.proven.evidence(Stage.BUILD_WHEEL, planned, MACHINE)
        assert isinstance(wheel, Evidence)
        chain.store.path(wheel.artifacts[0]).write_text("altered")
    with repository.chain("alone") as chain:
        assert todo(chain.step(Stage.BUILD_WHEEL, MACHINE)) == ["alone"]
        assert chain.step(Stage.TEST, MACHINE).held == {"alone": "build-wheel of alone has not passed"}


def test_uncommitted_work_counts(repository: Repository) -> None:
    """What is not committed is part of the source, and what was built of it is built again from the commit."""
    repository.write("alone/new.py", "x = 1\n")
    with repository.chain("alone", "core") as chain:
        work_through(chain)
        assert chain.plan(MACHINE).uncommitted == ("alone/new.py",)
        source = chain.plan(MACHINE)["alone"].source
        publish = chain.step(Stage.PUBLISH, MACHINE).order
    repository.commit()
    with repository.chain("alone", "core") as chain:
        assert chain.plan(MACHINE)["alone"].source == source
        assert to_do_again(chain) == {"alone": [*BUILDING, *INSTALLING]}
        assert chain.plan(MACHINE).uncommitted == ()
        order = chain.step(Stage.PUBLISH, MACHINE).order
        assert order is not None and publish is not None
        assert all(order.inputs[name] != publish.inputs[name] for name in ("alone", "core"))


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("VERSION", {"alone": [*BUILDING, *INSTALLING]}),
        ("alonely.txt", {}),
        ("core/new.py", {}),
    ],
)
def test_uncommitted_work_is_that_of_a_packages_own_source(
    repository: Repository, path: str, again: dict[str, list[Stage]]
) -> None:
    """Files that its build reads from outside are a package's source too; what else is committed does not count."""
    repository.write("VERSION", "1\n")
    repository.write(
        "pyproject.toml", "[[tool.nox-release.overrides]]\npackages = ['alone']\nbuild-inputs = ['VERSION']\n"
    )
    repository.commit()
    repository.write(path, "2\n")
    with repository.chain("alone") as chain:
        work_through(chain)
    repository.commit()
    with repository.chain("alone") as chain:
        assert to_do_again(chain) == again


def test_fresh_does_everything_again_once(repository: Repository) -> None:
    """``--fresh`` takes no evidence from before it began, and takes what it left itself."""
    with repository.chain("alone") as chain:
        work_through(chain)
    with repository.chain("alone", fresh=True, started=STARTED + 10) as chain:
        step = work(chain, Stage.BUILD_SDIST, started=STARTED + 11)
        assert todo(step) == ["alone"]
        assert step.order is not None
        assert step.order.since == STARTED + 10
        assert chain.step(Stage.BUILD_WHEEL, MACHINE).held == {}
        assert list(chain.step(Stage.BUILD_SDIST, MACHINE).reused) == ["alone"]


def test_metadata_are_looked_at_beside_what_is_built(repository: Repository) -> None:
    """The worker is given what the builds left, where they were; without it nothing waits."""
    with repository.chain("alone") as chain:
        first = chain.step(Stage.LINT_METADATA, MACHINE).order
        work_through(chain, *BUILDING)
        second = chain.step(Stage.LINT_METADATA, MACHINE).order
    assert first is not None and second is not None
    assert first.inputs == second.inputs
    assert (first.upstream, list(second.upstream["alone"])) == ({"alone": {}}, BUILDING)


def test_what_the_index_said_is_believed_for_a_while(repository: Repository) -> None:
    """Then the stage runs again under the same inputs, and what was built on it stays; in one command it holds."""
    lint, publish, asked = Stage.LINT_METADATA, Stage.PUBLISH, "https://index.test/simple/"
    with repository.chain("alone") as chain:
        work(chain, lint, asked=asked)
        work_through(chain, *BEFORE_PUBLISH[1:])
        work(chain, publish)
    with repository.chain("alone", started=STARTED + 600) as chain:
        assert to_do_again(chain) == {}
    with repository.chain("alone", started=STARTED + 601) as chain:
        held = "what lint-metadata of alone heard from the index is too old, run it again"
        assert chain.step(publish, MACHINE).held == {"alone": held}
        assert todo(work(chain, lint, started=STARTED + 602, asked=asked)) == ["alone"]
        assert to_do_again(chain) == {}
        assert list(chain.step(publish, MACHINE).reused) == ["alone"]
    with repository.chain("alone", started=STARTED + 601) as chain:  # it began long before its publish
        work(chain, lint, started=STARTED + 9000, asked=asked)
        assert chain.step(publish, MACHINE).held == {}


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.BLOCKED])
def test_what_did_not_pass_is_done_again(repository: Repository, outcome: Outcome) -> None:
    """A failure is told by its record, and the next command tries again."""
    with repository.chain("alone") as chain:
        order = work(chain, Stage.BUILD_SDIST, lambda name: outcome).order
        assert order is not None
        inputs = order.inputs["alone"]
        found = chain.outcome(Stage.BUILD_SDIST, "alone", inputs, STARTED)
        assert found is not None
        assert found.outcome is outcome
        assert chain.outcome(Stage.BUILD_SDIST, "alone", inputs, STARTED + 1) is None
        assert chain.outcome(Stage.BUILD_SDIST, "alone", "0" * 64, STARTED) is None
        assert todo(chain.step(Stage.BUILD_SDIST, MACHINE)) == ["alone"]


def test_a_companion_that_failed_holds_who_needs_it(repository: Repository) -> None:
    """A package is not verified without the sibling that it is installed with; the message names both."""
    with repository.chain("app") as chain:
        work(chain, Stage.BUILD_SDIST)
        work(chain, Stage.BUILD_WHEEL, lambda name: Outcome.FAILED if name == "core" else Outcome.PASSED)
        why = "it is installed with core, and build-wheel of core has not passed"
        assert chain.step(Stage.VERIFY_ARTIFACTS, MACHINE).held == {"app": why}
        assert chain.step(Stage.TEST, MACHINE).held == {"app": why}


def test_one_that_is_not_whole_holds_all_before_publish(repository: Repository) -> None:
    """Nothing of a plan is published before all of it may be; each says whether it waits or lacks something."""
    with repository.chain("app", "alone") as chain:
        work_through(chain, *BEFORE_PUBLISH[:-1])
        work(chain, Stage.TEST, lambda name: Outcome.FAILED if name == "alone" else Outcome.PASSED)
        step = chain.step(Stage.PUBLISH, MACHINE)
        assert (todo(step), step.reused) == ([], {})
        assert step.held["alone"] == "test of alone has not passed"
        assert "--keep-going" in step.held["app"]
        assert set(step.held) == {"alone", "app", "core"}


def test_keep_going_publishes_what_is_whole(repository: Repository) -> None:
    """With ``--keep-going`` only what is not whole is held."""
    with repository.chain("app", "alone", keep_going=True) as chain:
        work_through(chain, *BEFORE_PUBLISH[:-1])
        work(chain, Stage.TEST, lambda name: Outcome.FAILED if name == "alone" else Outcome.PASSED)
        step = chain.step(Stage.PUBLISH, MACHINE)
        assert todo(step) == ["core", "app"]
        assert step.held == {"alone": "test of alone has not passed"}


def test_keep_going_leaves_no_gap(repository: Repository) -> None:
    """What needs a package that is held is held too, also with ``--keep-going``: nobody could install it."""
    with repository.chain("app", "core", "alone", keep_going=True) as chain:
        work_through(chain, *BEFORE_PUBLISH[:-1])
        work(chain, Stage.TEST, lambda name: Outcome.FAILED if name == "core" else Outcome.PASSED)
        step = chain.step(Stage.PUBLISH, MACHINE)
        assert todo(step) == ["alone"]
        assert step.held == {
            "core": "test of core has not passed",
            "app": "it needs core, which is not published: test of core has not passed",
        }


@pytest.mark.parametrize(("keep_going", "published"), [(False, []), (True, ["alone"])])
def test_a_broken_target_holds_all_before_publish(
    repository: Repository, keep_going: bool, published: list[str]
) -> None:
    """A target that cannot even be read is one that is not whole."""
    repository.write("app/pyproject.toml", "[project")
    with repository.chain("app", "alone", keep_going=keep_going) as chain:
        work_through(chain)
        assert [broken.name for broken in chain.plan(MACHINE).broken] == ["app"]
        step = chain.step(Stage.PUBLISH, MACHINE)
        assert todo(step) == published
        assert list(step.held) == [name for name in ["alone"] if name not in published]


def test_a_rehearsal_repeats_what_is_needed_from_its_index(repository: Repository) -> None:
    """A rehearsal that is proven is repeated where another has to find its package in the index."""
    with repository.chain("app", "alone") as chain:
        work_through(chain)
        work(chain, Stage.PUBLISH, lambda name: Outcome.FAILED if name == "app" else Outcome.PASSED)
        step = chain.step(Stage.PUBLISH, MACHINE)
        assert (set(todo(step)), list(step.reused)) == ({"app", "core"}, ["alone"])
        work(chain, Stage.PUBLISH)
        assert set(chain.step(Stage.PUBLISH, MACHINE).reused) == {"app", "alone", "core"}


@pytest.mark.parametrize(
    ("to_come", "built_here"),
    [
        (None, ["core", "app"]),
        ({Stage.TEST}, ["core", "app"]),
        ({Stage.PUBLISH}, ["core", "app"]),
        ({Stage.BUILD_WHEEL}, ["app"]),
        (set(), ["app"]),
    ],
)
def test_companions_are_built_for_who_installs_them(
    repository: Repository, to_come: set[Stage] | None, built_here: list[str]
) -> None:
    """A companion is built where a stage that installs it follows, or may follow."""
    with repository.chain("app") as chain:
        step = chain.step(Stage.BUILD_SDIST, MACHINE, None if to_come is None else frozenset(to_come))
        assert todo(step) == built_here
        assert step.order is not None
        assert set(step.order.to_come) == (to_come or set())


def test_companions_of_tests_are_for_tests_alone(repository: Repository) -> None:
    """What only tests install is built for them, and is not published."""
    more = '[dependency-groups]\ntest = ["alone"]\n'
    repository.write("core/pyproject.toml", project("core", more=more))
    with repository.chain("core") as chain:
        assert todo(chain.step(Stage.BUILD_SDIST, MACHINE, frozenset({Stage.PUBLISH}))) == ["core"]
        assert set(todo(chain.step(Stage.BUILD_SDIST, MACHINE, frozenset({Stage.TEST})))) == {"core", "alone"}
        work_through(chain)
        assert todo(chain.step(Stage.PUBLISH, MACHINE)) == ["core"]
    repository.write("alone/more.py", "")
    with repository.chain("core") as chain:
        assert to_do_again(chain) == {"alone": BUILDING, "core": [Stage.TEST]}


def test_the_tests_needs_are_collected(repository: Repository) -> None:
    """Groups, extras and requirements files that the configuration names add up, where they exist."""
    more = '[project.optional-dependencies]\ntests = ["extra-one"]\n[dependency-groups]\ntest = ["group-one"]\n'
    repository.write("alone/pyproject.toml", project("alone", more=more))
    repository.write("alone/dev_requirements.txt", "-e ../core\nfile-one>=2\n-r ../common.txt\n")
    repository.write("common.txt", "common-one\n")
    with repository.chain("alone") as chain:
        planned = chain.plan(MACHINE)["alone"]
        assert planned.test_requires == ("group-one", "extra-one", "file-one>=2", "common-one")
        assert planned.test_siblings == ("core",)
        assert chain.plan(MACHINE)["core"].for_tests


def test_a_package_in_the_root_has_its_requirements_there(tmp_path: Path) -> None:
    """For a package in the workspace's own folder, requirements files are looked for in that folder."""
    repository = Repository(tmp_path / "one")
    repository.write("pyproject.toml", project("whole"))
    repository.write("dev_requirements.txt", "pytest-one\n")
    with repository.chain("whole") as chain:
        assert chain.plan(MACHINE)["whole"].test_requires == ("pytest-one",)


def test_who_is_exempt_from_tests_needs_nothing_for_them(repository: Repository) -> None:
    """The requirements of tests that are not run bring nothing along, and need not even be readable."""
    repository.write("alone/dev_requirements.txt", "?!\n")
    with repository.chain("alone") as chain:
        assert "alone/dev_requirements.txt:1" in chain.plan(MACHINE)["alone"].test_problem
    repository.write("pyproject.toml", "[tool.nox-release]\ntest-exempt = 'none'\n")
    with repository.chain("alone") as chain:
        planned = chain.plan(MACHINE)["alone"]
        assert (planned.test_requires, planned.test_problem) == ((), "")


def test_requirements_that_cannot_be_read_keep_nothing_but_the_tests_back(repository: Repository) -> None:
    """What is wrong in a requirements file goes to the test stage, and mending it repeats that stage alone."""
    repository.write("alone/dev_requirements.txt", "pytest\n")
    repository.write("alone/tests/requirements.txt", "?!\n")
    with repository.chain("alone") as chain:
        work_through(chain)
        planned = chain.plan(MACHINE)["alone"]
        assert planned.test_requires == ("pytest",)
        assert "alone/tests/requirements.txt:1: '?!' is no requirement" in planned.test_problem
    repository.write("pyproject.toml", "[tool.nox-release]\ntest-requirements = ['dev_requirements.txt']\n")
    with repository.chain("alone") as chain:
        assert to_do_again(chain) == {"alone": [Stage.TEST]}
        assert chain.plan(MACHINE)["alone"].test_problem == ""


def test_constraints_of_tests_are_in_the_plan(repository: Repository) -> None:
    """What a constraints file limits is asked for by nobody, and another limit repeats the tests alone."""
    repository.write("alone/dev_requirements.txt", "pytest\n-c ../limits.txt\n")
    repository.write("limits.txt", "pluggy<2\n")
    repository.commit()
    with repository.chain("alone") as chain:
        work_through(chain)
        planned = chain.plan(MACHINE)["alone"]
        assert (planned.test_requires, planned.test_constraints) == (("pytest",), ("pluggy<2",))
    repository.write("limits.txt", "pluggy<3\n")
    with repository.chain("alone") as chain:
        assert to_do_again(chain) == {"alone": [Stage.TEST]}


def test_build_inputs_are_part_of_the_source(repository: Repository) -> None:
    """A file that the configuration calls an input of the build changes the source of its package alone."""
    repository.write("VERSION", "1\n")
    settings = "[[tool.nox-release.overrides]]\npackages = ['alone']\nbuild-inputs = ['VERSION']\n"
    repository.write("pyproject.toml", settings)
    with repository.chain("alone", "core") as chain:
        before = {planned.name: planned.source for planned in chain.plan(MACHINE).packages}
        assert chain.plan(MACHINE)["alone"].package.outside == ("VERSION",)
    repository.write("VERSION", "2\n")
    with repository.chain("alone", "core") as chain:
        after = {planned.name: planned.source for planned in chain.plan(MACHINE).packages}
    assert after["alone"] != before["alone"]
    assert after["core"] == before["core"]


def test_a_build_input_has_to_be_there(repository: Repository) -> None:
    """A build input that git does not have is a mistake in the configuration."""
    repository.write("pyproject.toml", "[tool.nox-release]\nbuild-inputs = ['VERSION']\n")
    with repository.chain("alone") as chain, pytest.raises(Misuse) as caught:
        chain.plan(MACHINE)
    assert re.match("build-inputs of (alone|app|core): VERSION is not committed", caught.value.message)
    assert "relative to the workspace" in caught.value.hint


def test_a_released_sibling_comes_from_the_index(repository: Repository) -> None:
    """A tag of a version that suits keeps the sibling out of the plan; the tag of a target's own version is told."""
    commit = repository.git("rev-parse", "HEAD")
    repository.git("tag", "core_1.0")
    repository.git("tag", "app_1.0")
    repository.git("tag", "app_0.9")
    with repository.chain("app") as chain:
        plan = chain.plan(MACHINE)
        assert [planned.name for planned in plan.packages] == ["app"]
        assert plan.tags == {"app_1.0": commit}
        assert chain.config.tag("app", "1.0") == "app_1.0"


def test_a_tag_elsewhere_is_looked_at(repository: Repository) -> None:
    """The version's tag at another commit has a part in what lint-metadata says, and in nothing else."""
    repository.write("core/more.py", "")
    repository.commit()
    with repository.chain("alone") as chain:
        work_through(chain)
    repository.git("tag", "alone_1.0", "HEAD~1")
    with repository.chain("alone") as chain:
        assert to_do_again(chain) == {"alone": [Stage.LINT_METADATA]}


def test_the_tag_of_this_very_release_changes_nothing(repository: Repository) -> None:
    """A command that set the tag and failed after it is finished with the evidence that was approved."""
    with repository.chain("alone") as chain:
        work_through(chain)
    repository.git("tag", "alone_1.0")
    with repository.chain("alone") as chain:
        assert to_do_again(chain) == {}


def test_history_is_looked_at_where_the_build_asks_git(repository: Repository) -> None:
    """A package whose build asks git is built again after any commit or tag."""
    repository.write("pyproject.toml", "[[tool.nox-release.overrides]]\npackages = ['alone']\ngit-history = true\n")
    repository.commit()
    with repository.chain("alone", "core") as chain:
        work_through(chain)
    repository.write("README.md", "new\n")
    repository.commit()
    with repository.chain("alone", "core") as chain:
        assert to_do_again(chain) == {"alone": ALL}
    repository.git("tag", "whatever")
    with repository.chain("alone", "core") as chain:
        assert to_do_again(chain) == {"alone": ALL}


def test_backends_are_asked_for_what_is_needed_alone(repository: Repository) -> None:
    """A package elsewhere whose version only its backend can tell is no reason to ask one."""
    dynamic = project("alone").replace('version = "1.0"', 'dynamic = ["version"]')
    repository.write("alone/pyproject.toml", dynamic)
    with repository.chain("app") as chain:
        assert [planned.name for planned in chain.plan(MACHINE).packages] == ["core", "app"]
        assert not (chain.store.root / "metadata").exists()


def test_the_plan_is_made_once(repository: Repository) -> None:
    """All stages of a command work on the source as it was when the command began."""
    with repository.chain("alone") as chain:
        before = chain.plan(MACHINE)
        repository.write("alone/more.py", "")
        assert chain.plan(MACHINE) is before
        assert chain.snapshot.uncommitted == ()


@pytest.mark.parametrize(("arguments", "configured", "expected"), [(3, 2, 3), (0, 2, 2), (0, 0, os.cpu_count() or 1)])
def test_how_many_at_a_time(repository: Repository, arguments: int, configured: int, expected: int) -> None:
    """The command line counts before the configuration, and that before the number of cores."""
    repository.write("pyproject.toml", f"[tool.nox-release]\njobs = {configured}\n")
    with repository.chain("alone", jobs=arguments) as chain:
        assert chain.jobs == expected


def test_nothing_built_delivers_nothing(repository: Repository) -> None:
    """Where nothing is built for the present source, what lies in dist stays."""
    with repository.chain("alone") as chain:
        planned = chain.plan(MACHINE)["alone"]
        repository.write("dist/alone/old.whl", "old")
        work(chain, Stage.LINT_METADATA)
        deliver(chain, planned, MACHINE)
        assert listing(repository.root / "dist/alone") == {"old.whl"}


def test_what_is_built_is_delivered(repository: Repository) -> None:
    """The artifacts lie in dist as soon as they are built; the manifest comes when all evidence is there."""
    dist = repository.root / "dist/alone"
    with repository.chain("alone") as chain:
        planned = chain.plan(MACHINE)["alone"]
        work(chain, Stage.BUILD_SDIST)
        deliver(chain, planned, MACHINE)
        assert listing(dist) == {"alone-1.0.tar.gz"}
        work_through(chain, Stage.BUILD_WHEEL, Stage.LINT_METADATA, Stage.VERIFY_ARTIFACTS)
        deliver(chain, planned, MACHINE)
        assert listing(dist) == {"alone-1.0.tar.gz", "alone-1.0-py3-none-any.whl"}
        work(chain, Stage.TEST)
        deliver(chain, planned, MACHINE)
        manifest = from_json(Manifest, (dist / FILENAME).read_bytes())
    assert (manifest.name, manifest.version, manifest.committed) == ("alone", "1.0", True)
    assert manifest.commit == repository.git("rev-parse", "HEAD")
    assert manifest.source == planned.source
    beside = {FILENAME, "alone-1.0.cdx.json", "alone-1.0.provenance.json"}
    assert {item.filename for item in manifest.artifacts} == listing(dist) - beside
    for name in beside - {FILENAME}:
        assert all(item.sha256 in (dist / name).read_text() for item in manifest.artifacts)
    assert set(manifest.evidence) == set(BEFORE_PUBLISH)


def test_a_manifest_is_withdrawn_when_it_is_no_longer_true(repository: Repository) -> None:
    """After a change of the source, dist holds what is built of it and no manifest of what was there before."""
    dist = repository.root / "dist/alone"
    with repository.chain("alone") as chain:
        work_through(chain)
        deliver(chain, chain.plan(MACHINE)["alone"], MACHINE)
        assert (dist / FILENAME).exists()
    repository.write("alone/more.py", "")
    with repository.chain("alone") as chain:
        work(chain, Stage.BUILD_SDIST)
        deliver(chain, chain.plan(MACHINE)["alone"], MACHINE)
    assert listing(dist) == {"alone-1.0.tar.gz"}


@pytest.mark.parametrize(("path", "committed"), [("alone/more.py", False), ("core/more.py", True), ("more.py", True)])
def test_a_manifest_says_whether_all_of_it_is_committed(repository: Repository, path: str, committed: bool) -> None:
    """Uncommitted work in a package's source is said in its manifest; what lies elsewhere is not its matter."""
    repository.write(path, "")
    with repository.chain("alone") as chain:
        work_through(chain)
        deliver(chain, chain.plan(MACHINE)["alone"], MACHINE)
    manifest = from_json(Manifest, (repository.root / "dist/alone" / FILENAME).read_bytes())
    assert manifest.committed is committed
    assert manifest.commit == repository.git("rev-parse", "HEAD")


def test_a_manifest_names_the_commit_that_was_built(repository: Repository) -> None:
    """A later commit elsewhere leaves artifacts and manifest as they are, byte for byte."""
    with repository.chain("alone") as chain:
        work_through(chain)
        deliver(chain, chain.plan(MACHINE)["alone"], MACHINE)
    before = (repository.root / "dist/alone" / FILENAME).read_bytes()
    repository.write("core/more.py", "")
    repository.commit()
    with repository.chain("alone") as chain:
        work_through(chain)
        deliver(chain, chain.plan(MACHINE)["alone"], MACHINE)
    assert (repository.root / "dist/alone" / FILENAME).read_bytes() == before


def test_a_candidate_is_built_at_the_commit_that_is_tagged(repository: Repository) -> None:
    """Its time is in the files: only from that commit does anybody, on any machine, build the same bytes."""
    candidate = Candidate(PYPI)
    with repository.chain("alone", goes_to=candidate) as chain:
        work_through(chain)
    with repository.chain("alone", goes_to=candidate) as chain:
        assert todo(chain.step(Stage.BUILD_SDIST, MACHINE)) == []
    repository.write("core/more.py", "")
    repository.commit()
    with repository.chain("alone") as chain:
        assert todo(chain.step(Stage.BUILD_SDIST, MACHINE)) == []
    with repository.chain("alone", goes_to=candidate) as chain:
        assert todo(work(chain, Stage.BUILD_SDIST)) == ["alone"]
        assert todo(chain.step(Stage.BUILD_SDIST, MACHINE)) == []


@pytest.mark.parametrize("name", [b"caf\xe9.txt", "größe.txt".encode()])
def test_names_of_files_may_be_anything(repository: Repository, name: bytes) -> None:
    """A file whose name is not ASCII, or not even UTF-8, is no obstacle to a plan."""
    (repository.root / os.fsdecode(b"alone/" + name)).write_text("")
    with repository.chain("alone") as chain:
        work_through(chain)
        assert to_do_again(chain) == {}
        order = chain.step(Stage.PUBLISH, MACHINE).order
        assert order is not None
        assert os.fsencode(order.plan.uncommitted[0]) == b"alone/" + name
        assert from_json(Order, to_json(order).encode()).plan == order.plan


def test_who_stands_beyond_a_circle_is_worked_on(repository: Repository) -> None:
    """A package that needs others which need one another is built; they are told as broken."""
    repository.write("core/pyproject.toml", project("core", "alone"))
    repository.write("alone/pyproject.toml", project("alone", "core"))
    with repository.chain("all") as chain:
        assert {broken.name for broken in chain.plan(MACHINE).broken} == {"core", "alone"}
        assert todo(chain.step(Stage.BUILD_SDIST, MACHINE)) == ["app"]


PYTHONS = (Interpreter("3.13.0", "/a"), Interpreter("3.11.7", "/b"))


@pytest.mark.parametrize(
    "machine",
    [
        replace(MACHINE, pythons=(*PYTHONS, Interpreter("3.9.18", "/c"))),
        replace(MACHINE, pythons=(Interpreter("3.13.1", "/a"), PYTHONS[1])),
        replace(MACHINE, pythons=PYTHONS[:1]),
    ],
    ids=["another one", "a newer patch", "one less"],
)
def test_interpreters_count_where_packages_are_tried(repository: Repository, machine: Machine) -> None:
    """What was proven on some interpreters is not proven on others; builds do not depend on them."""
    with repository.chain("alone") as chain:
        work_through(chain, machine=replace(MACHINE, pythons=PYTHONS))
    with repository.chain("alone") as chain:
        assert to_do_again(chain, machine) == {"alone": [Stage.VERIFY_ARTIFACTS, Stage.TEST]}


def test_interpreters_that_requires_python_excludes_do_not_count(repository: Repository) -> None:
    """A machine that gets one more is no reason to try anew what cannot be installed there."""
    repository.write("alone/pyproject.toml", project("alone", more='requires-python = ">=3.11"\n'))
    repository.commit()
    with repository.chain("alone") as chain:
        work_through(chain, machine=replace(MACHINE, pythons=PYTHONS))
    with repository.chain("alone") as chain:
        machine = replace(MACHINE, pythons=(*PYTHONS, Interpreter("3.9.18", "/c")))
        assert to_do_again(chain, machine) == {}


@pytest.mark.parametrize("table", ['pythons = ["3.13"]', 'resolutions = ["highest"]'])
def test_settings_of_the_matrix_count(repository: Repository, table: str) -> None:
    """As the interpreters themselves do."""
    machine = replace(MACHINE, pythons=PYTHONS)
    with repository.chain("alone") as chain:
        work_through(chain, machine=machine)
    repository.write("pyproject.toml", f"[tool.nox-release]\n{table}\n")
    repository.commit()
    with repository.chain("alone") as chain:
        assert to_do_again(chain, machine) == {"alone": [Stage.VERIFY_ARTIFACTS, Stage.TEST]}


def test_a_worker_is_told_where_to_try(repository: Repository) -> None:
    """The decision is made once, and is what the evidence stands for."""
    with repository.chain("alone") as chain:
        machine = replace(MACHINE, uv="", pythons=PYTHONS)
        work_through(chain, Stage.BUILD_SDIST, Stage.BUILD_WHEEL, machine=machine)
        order = chain.step(Stage.TEST, machine).order
    assert order is not None
    assert [item.minor for item in order.matrices["alone"].interpreters] == ["3.13", "3.11"]
    assert from_json(Order, to_json(order)).matrices == order.matrices


def test_dependents_are_part_of_the_tests(repository: Repository) -> None:
    """With the flag, app's last release is run on core, and the evidence without it does not do."""
    repository.git("tag", "app_1.0")
    repository.git("tag", "app_1.1b1")
    with repository.chain("core") as chain:
        work_through(chain)
        assert chain.plan(MACHINE)["core"].dependents == ()
    with repository.chain("core", with_dependents=True) as chain:
        (dependent,) = chain.plan(MACHINE)["core"].dependents
        assert (dependent.name, dependent.version, dependent.tag, dependent.problem) == ("app", "1.0", "app_1.0", "")
        assert to_do_again(chain) == {"core": [Stage.TEST]}
    repository.git("tag", "app_1.2")
    with repository.chain("core", with_dependents=True) as chain:
        assert to_do_again(chain) == {"core": [Stage.TEST]}


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        ("app/pyproject.toml", "[project]\n", "at app_1.0: app/pyproject.toml"),
        ("app/pyproject.toml", project("other", "core>=1"), "at app_1.0 it did not lie in app"),
        ("app/dev_requirements.txt", "-e ../nowhere\n", "its tests install nowhere, which is no package"),
        ("pyproject.toml", '[tool.nox-release]\ntest-exempt = "no GPU"\n', "its tests are exempt: no GPU"),
    ],
    ids=["unreadable then", "elsewhere then", "a folder that is no package", "exempt"],
)
def test_dependents_that_cannot_be_run(repository: Repository, path: str, text: str, problem: str) -> None:
    """Why is kept with them, to be told."""
    before = (repository.root / path).read_text() if (repository.root / path).exists() else ""
    repository.write(path, text)
    repository.commit()
    repository.git("tag", "app_1.0")
    if path.startswith("app/"):
        repository.write(path, before)
        repository.commit()
    with repository.chain("core", with_dependents=True) as chain:
        (dependent,) = chain.plan(MACHINE)["core"].dependents
    assert dependent.problem.startswith(problem)


def test_what_the_tests_of_a_dependent_need(repository: Repository) -> None:
    """As its tag says, siblings by their names."""
    repository.write("app/dev_requirements.txt", "-e ../alone[x]\n-e ../core\nattrs\n")
    repository.commit()
    repository.git("tag", "app_1.0")
    repository.write("app/dev_requirements.txt", "six\n")
    repository.commit()
    with repository.chain("core", with_dependents=True) as chain:
        (dependent,) = chain.plan(MACHINE)["core"].dependents
    assert dependent.requires == ("attrs", "alone[x]", "core")
