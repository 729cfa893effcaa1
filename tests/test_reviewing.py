"""What the review page is made of: real git, a real store, and evidence as the stages leave it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archives import make_sdist, make_wheel
from checkouts import Checkout
from nox_release.approval import Mode, statement
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.difference import Difference
from nox_release.dist import deliver
from nox_release.evidence import Store, sha256
from nox_release.manifest import read_manifest
from nox_release.model import Artifact, Evidence, Outcome, Stage
from nox_release.proven import BUILDS, Machine
from nox_release.record import to_json
from nox_release.release import candidate_of
from nox_release.report.review import PROVING, Review, Subject, Verdict
from nox_release.reviewing import Reviewing
from nox_release.session import looking_back
from nox_release.views import Views
from workspaces import package

LINT, SDIST, WHEEL, VERIFY, TEST, _ = Stage
HERE = Machine("", "")
CONFIG = "[tool.nox-release]\n"
README = "<p>as it will be shown</p>"
LISTED = ".nox-release/differences/core-0.9-1.0.json"


@dataclass
class World:
    """A workspace of two packages, and commands that look at it."""

    folder: Path
    checkout: Checkout
    chains: list[Chain] = field(default_factory=list)

    def chain(self, *targets: str, started: float = 0.0) -> Chain:
        arguments = parse(targets or ["core"])
        self.chains.append(
            Chain(self.checkout.root, arguments, started or time.time(), candidate_of(arguments.wanted, {}))
        )
        return self.chains[-1]

    def prove(self, *targets: str, **changes: dict[str, Any]) -> None:
        """Leave what the stages would; *changes* are fields of Evidence by stage, underscores standing for hyphens."""
        chain = self.chain(*targets)
        for stage in (SDIST, WHEEL, LINT, VERIFY, TEST):
            order = chain.step(stage, HERE).order
            for name, inputs in order.inputs.items() if order else ():
                self._record(chain, stage, name, inputs, changes.get(stage.replace("-", "_"), {}))
        for planned in chain.plan(HERE).targets:
            deliver(chain, planned, HERE)

    def _record(self, chain: Chain, stage: Stage, name: str, inputs: str, changes: dict[str, Any]) -> None:
        store = chain.store
        artifacts: tuple[Artifact, ...] = ()
        if stage in BUILDS:
            make = make_sdist if stage is SDIST else make_wheel
            folder = self.folder / f"{stage}-{name}-{chain.plan(HERE)[name].source[:8]}"
            folder.mkdir(exist_ok=True)
            artifacts = (store.add(make(folder, {f"{name}/__init__.py": "x = 1\n"}, name=name)),)
            if stage is WHEEL:
                store.readme(artifacts[0]).parent.mkdir(exist_ok=True)
                store.readme(artifacts[0]).write_text(README)
        facts = {"commit": chain.snapshot.commit} if stage is SDIST else {}
        made = Evidence(name, "1.0", stage, inputs, Outcome.PASSED, (), artifacts, facts, started=time.time())
        store.save(replace(made, **changes))

    def review(self, *targets: str, machine: Machine = HERE, started: float = 0.0) -> Review:
        chain = self.chain(*targets, started=started)
        assert chain.candidate
        return Reviewing(chain, chain.plan(machine), chain.candidate.repository, machine).review()

    def core(self, **options: Any) -> Subject:
        (found,) = self.review(**options).subjects
        return found

    @property
    def store(self) -> Store:
        return Store(self.checkout.root)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    files = {"pyproject.toml": CONFIG, "noxfile.py": "", ".gitignore": "/dist\n", **package("core"), **package("other")}
    made = World(tmp_path, Checkout.new(tmp_path / "workspace", files))
    yield made
    for chain in made.chains:
        chain.close()


def test_what_passed_for_what_is_here_is_proven(world: World) -> None:
    """Commit, tree, files, README, metadata and the statement that can be approved."""
    world.prove("core")
    found = world.review("core")
    (core,) = found.subjects
    assert (found.verdict, core.verdict, list(core.reasons)) == (Verdict.PROVEN, Verdict.PROVEN, [])
    assert found.commit == core.commit == world.checkout.git("rev-parse", "HEAD")
    assert found.tree == world.checkout.git("rev-parse", "HEAD^{tree}")
    assert [file.artifact.filename for file in core.files] == ["core-1.0.tar.gz", "core-1.0-py3-none-any.whl"]
    assert core.readme == README and ("Name", ("core",)) in core.metadata
    manifest = read_manifest(world.store.dist / "core")
    assert manifest and found.consent.digest == statement([manifest], found.index).digest
    assert (found.consent.missing, found.consent.approved) == (("nobody has approved it",), False)


def test_nothing_was_run(world: World) -> None:
    """Then nothing is known, and that is said of every stage."""
    core = world.core()
    assert (core.verdict, core.files, core.readme, core.metadata) == (Verdict.UNPROVEN, (), None, ())
    assert [why.partition(":")[0] for why, _ in core.reasons][:5] == [stage.value for stage in PROVING]
    assert world.review().consent.digest == ""


def change_source(world: World) -> None:
    world.checkout.write({"packages/core/src/core/__init__.py": "x = 2\n"})
    world.checkout.commit()


def change_uncommitted(world: World) -> None:
    world.checkout.write({"packages/core/src/core/__init__.py": "x = 2\n"})


def change_settings(world: World) -> None:
    world.checkout.write({"pyproject.toml": f'{CONFIG}ignore = {{ PRJ101 = "it is a trial" }}\n'})
    world.checkout.commit()


def lose_from_dist(world: World) -> None:
    (world.store.dist / "core" / "core-1.0.tar.gz").unlink()


def change_in_dist(world: World) -> None:
    (world.store.dist / "core" / "core-1.0.tar.gz").write_bytes(b"other")


def change_in_store(world: World) -> None:
    (path,) = world.store.root.glob("artifacts/*/core-1.0-py3-none-any.whl")
    path.write_bytes(b"other")


def lose_manifest(world: World) -> None:
    (world.store.dist / "core" / "release-manifest.json").unlink()


def change_manifest(world: World) -> None:
    path = world.store.dist / "core" / "release-manifest.json"
    path.write_text(path.read_text().replace('"problem": ""', '"problem": "x"', 1))


def lose_evidence(world: World) -> None:
    (path,) = world.store.root.glob("evidence/test/core/*.json")
    path.unlink()


def spoil_evidence(world: World) -> None:
    (path,) = world.store.root.glob("evidence/test/core/*.json")
    path.write_text("{")


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (change_source, "lint-metadata: lint-metadata of core has not passed"),
        (change_uncommitted, "uncommitted work is in it"),
        (change_settings, "build-sdist: build-sdist of core has not passed"),
        (lose_from_dist, "core-1.0.tar.gz: it does not lie in dist/core/"),
        (change_in_dist, "core-1.0.tar.gz: what lies in dist/core/ has other bytes"),
        (change_in_store, "the release manifest in dist/core/ says something else than the evidence"),
        (lose_manifest, "the release manifest in dist/core/ is not there: it is written when all stages have passed"),
        (change_manifest, "the release manifest in dist/core/ says something else than the evidence"),
        (lose_evidence, "test: test of core has not passed"),
        (spoil_evidence, "test: test of core has not passed"),
    ],
)
def test_whatever_is_not_as_it_was_is_not_proven(world: World, happens: Any, why: str) -> None:
    """What was proven before is told as not proven, with the reason, and cannot be approved."""
    world.prove("core")
    assert world.core().verdict is Verdict.PROVEN
    happens(world)
    found = world.review()
    assert found.verdict is Verdict.UNPROVEN
    assert why in [reason for reason, _ in found.subjects[0].reasons]
    assert not found.consent.approved and found.consent.digest == ""


def test_other_tools_are_other_evidence(world: World) -> None:
    """What another interpreter proved says nothing; that there was something before is told as that."""
    world.prove("core")
    core = world.core(machine=Machine("", "CPython 3.99.0 linux x86_64"))
    assert core.verdict is Verdict.UNPROVEN
    before = core.looks[LINT].before
    assert before and before.passed and core.looks[LINT].evidence is None


@pytest.mark.parametrize("named", [True, False])
def test_what_the_stages_worked_with(world: World, named: bool) -> None:
    """The interpreter of their virtualenvs, where nox has them; none without one, and then nothing is proven."""
    folder = world.folder / "venvs" if named else world.checkout.root / ".nox"
    session: Any = SimpleNamespace(_runner=SimpleNamespace(global_config=SimpleNamespace(envdir=str(folder))))
    session = session if named else SimpleNamespace()
    assert looking_back(session, world.chain()).interpreter == ""
    (folder / "build-wheel").mkdir(parents=True)
    (folder / "build-wheel" / "pyvenv.cfg").write_text("implementation = CPython\nversion_info = 3.12.4.final.0\n")
    assert looking_back(session, world.chain()).interpreter.startswith(f"CPython 3.12.4 {sys.platform} ")


def test_what_the_index_said_grows_old(world: World) -> None:
    """After its time it is told as too old, whatever it was."""
    world.prove("core", lint_metadata={"asked": "https://pypi.org/simple/"})
    assert world.core().verdict is Verdict.PROVEN
    assert world.core(started=time.time() + 3600).verdict is Verdict.STALE


@pytest.mark.parametrize(("outcome", "verdict"), [(Outcome.FAILED, Verdict.FAILED), (Outcome.BLOCKED, Verdict.BLOCKED)])
def test_what_did_not_pass(world: World, outcome: Outcome, verdict: Verdict) -> None:
    """A stage that ran for what is here and did not pass is told as that, and the others as they are."""
    world.prove("core", test={"outcome": outcome, "problem": "why"})
    core = world.core()
    assert (core.verdict, core.looks[TEST].verdict, core.looks[LINT].verdict) == (verdict, verdict, Verdict.PROVEN)


def test_uncommitted_work_is_for_a_rehearsal(world: World) -> None:
    """Proven as it is, and told as what no candidate takes."""
    change_uncommitted(world)
    world.prove("core")
    found = world.review()
    assert (found.verdict, found.uncommitted) == (Verdict.UNCOMMITTED, ("packages/core/src/core/__init__.py",))


def test_an_approval_and_what_voids_it(world: World) -> None:
    """It counts for exactly what was approved; of anything else it is listed with every difference."""
    world.prove("core", "other")
    chain = world.chain("core")
    manifest = read_manifest(world.store.dist / "core")
    assert manifest and chain.candidate
    chain.approvals.record(statement([manifest], chain.candidate.repository.upload_url), by="ada")
    consent = world.review("core").consent
    assert (consent.approved, [item.by for item in consent.given], consent.void) == (True, ["ada"], ())
    both = world.review("core", "other").consent
    assert not both.approved and [(item.by, why) for item, why in both.void] == [
        ("ada", ("other 1.0 was not approved",))
    ]
    there = world.review("core", "--repository", "testpypi").consent
    assert not there.approved
    change_source(world)
    ((_, why),) = world.review("core").consent.void
    assert why == ("not all that this page is about is proven, so nothing can be covered",)
    world.prove("core")
    ((_, why),) = world.review("core").consent.void
    assert any("was approved as built from" in line for line in why)


def test_signers_that_nobody_committed(world: World) -> None:
    """Whose signature counts is then not known, and so is whether it is approved."""
    world.checkout.write({"pyproject.toml": f'{CONFIG}approval = "signed"\n'})
    world.checkout.commit()
    world.prove("core")
    chain = world.chain("core")
    manifest = read_manifest(world.store.dist / "core")
    assert manifest and chain.candidate
    path = chain.approvals.state(statement([manifest], chain.candidate.repository.upload_url))
    path.with_name("a.sig").write_text("nothing")
    consent = world.review("core").consent
    assert (consent.mode, consent.approved) == (Mode.SIGNED, False)
    assert consent.problem.startswith(".github/allowed_signers is not committed")


def verified(world: World, digest: str = "") -> dict[str, Any]:
    path = world.checkout.root / LISTED
    facts = {"last release": "0.9 (core-0.9.whl)", "difference": LISTED, "difference digest": digest or sha256(path)}
    return {"facts": facts}


def test_what_changed_since_the_last_release(world: World) -> None:
    """All of what verify-artifacts wrote down, by its digest: what another command wrote over it is not shown."""
    path, whole = world.checkout.root / LISTED, Difference("core-0.9.whl", "core-1.0.whl", files_added=("a.py",))
    path.parent.mkdir(parents=True)
    path.write_text(to_json({"wheel": whole}))
    world.prove("core", verify_artifacts=verified(world))
    core = world.core()
    assert (dict(core.changes), core.unknown_changes, core.listed) == ({"wheel": whole}, "", LISTED)
    path.write_text(to_json({"wheel": replace(whole, files_added=())}))
    assert (world.core().changes, world.core().unknown_changes) == (
        {}, f"{LISTED} is not what was recorded: another command wrote over it",
    )  # fmt: skip
    path.unlink()
    assert world.core().unknown_changes == f"{LISTED} cannot be read; only the counts below are known"


def test_the_session_writes_the_page(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """It runs no stage, says each verdict and what to type, and passes whatever it has to tell."""
    Views(world.checkout.root, time.time(), {}).review(SimpleNamespace(posargs=["core"]))  # type: ignore[arg-type]
    path = world.checkout.root / ".nox-release" / "report" / "review.html"
    assert "Nothing to approve yet: core is not proven" in path.read_text()
    said = capsys.readouterr().out.splitlines()
    assert said == ["not proven: core 1.0", f"the page: {path}", "next: nox -s approve -- core"]
    assert not (world.checkout.root / "dist" / "core").exists()
