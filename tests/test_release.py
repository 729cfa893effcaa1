"""Approval by the gate of a CI: the job's identity has to name the environment and the released commit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from checkouts import Checkout
from fakes import FakeInquire
from nox_release import manifest
from nox_release.approval import Mode
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.check import Verdict
from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.gate import Gate
from nox_release.model import Evidence, Outcome, Stage
from nox_release.proven import Machine
from nox_release.release import Release, candidate_of
from nox_release.work import GateAnswer, PreflightAnswer, PreflightOrder
from runs import finding
from workspaces import package

OPTIONS = ("--repository-url", "http://127.0.0.1:9/legacy/", "--index-url", "http://127.0.0.1:9/simple/")
CONFIG = '[tool.nox-release]\napproval = "environment"\nrelease-environment = "pypi"\n'
NOBODY = GateAnswer(None, "this is no job of a CI", "publish from a job")


@dataclass
class World:
    """A workspace whose one package is proven, and what the CI says."""

    checkout: Checkout
    said: list[str]
    chains: list[Chain] = field(default_factory=list)

    def release(self, answer: GateAnswer, *more: str) -> Release:
        """One command's release, where the worker that looks at the gate answers *answer*."""
        arguments = parse(["demo", *OPTIONS, *more])
        chain = Chain(self.checkout.root, arguments, time.time(), candidate_of(arguments.wanted, {}))
        self.chains.append(chain)
        assert chain.candidate is not None
        plan = chain.plan(Machine("", ""))
        self._deliver(plan["demo"].source)
        asked = FakeInquire({"gate": answer, "preflight": PreflightAnswer()})
        return Release(chain, plan, chain.candidate, self.said.extend, terminal=lambda: True, inquire=asked)

    @property
    def gate(self) -> GateAnswer:
        """The gate that was agreed on, for the commit that is checked out."""
        return GateAnswer(Gate("a CI", "pypi", self.checkout.git("rev-parse", "HEAD"), "https://ci.example/1", "ada"))

    def _deliver(self, source: str) -> None:
        store, built = Store(self.checkout.root), {}
        for stage, suffix in ((Stage.BUILD_SDIST, ".tar.gz"), (Stage.BUILD_WHEEL, "-py3-none-any.whl")):
            path = self.checkout.root.parent / f"demo-1.0{suffix}"
            path.write_text(suffix)
            facts = {"commit": self.checkout.git("rev-parse", "HEAD")}
            files = (store.add(path),)
            built[stage.value] = Evidence("demo", "1.0", stage, "i", Outcome.PASSED, artifacts=files, facts=facts)
        whole = manifest.manifest(built, source=source, committed=True)
        store.deliver("demo", whole.artifacts, {manifest.FILENAME: manifest.text(whole)})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    files = {"pyproject.toml": CONFIG, "noxfile.py": "", ".gitignore": "/dist\n/.nox-release\n", **package("demo")}
    made = World(Checkout.new(tmp_path / "workspace", files), [])
    yield made
    for chain in made.chains:
        chain.close()


def test_the_agreed_gate_approves_what_goes_out(world: World) -> None:
    """The approval names the run and who started it; the digest of what goes out is in the log."""
    release = world.release(world.gate)
    (approval,) = release.approve(["demo"])
    assert (approval.mode, approval.by) == (Mode.ENVIRONMENT, "https://ci.example/1 / ada")
    assert approval.statement == release.statement(release.manifests())
    assert f"what goes out: sha256 {approval.statement.digest}" in world.said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"environment": "test"}, "belongs to the environment test"),
        ({"environment": ""}, "belongs to no environment"),
        ({"commit": "d" * 40}, "runs this job for dddddddddddd"),
        ({"protected": False}, "is not protected"),
    ],
)
def test_another_gate_approves_nothing(world: World, changes: dict[str, str | bool], said: str) -> None:
    """Neither another environment nor another commit; a terminal does not help."""
    gate = world.gate.gate
    assert gate is not None
    answer = GateAnswer(replace(gate, **changes))  # type: ignore[arg-type]  # the fields are the table's
    with pytest.raises(Blocked, match=said) as caught:
        world.release(answer).approve(["demo"])
    assert "nothing was uploaded" in caught.value.message


def test_outside_a_ci_nothing_is_approved(world: World) -> None:
    """Where no gate is there is no approval, although nobody was to be asked."""
    with pytest.raises(Blocked, match="this is no job of a CI"):
        world.release(NOBODY).approve(["demo"])


@pytest.mark.parametrize(("agreed", "expected"), [(True, ()), (False, ("this is no job of a CI\npublish from a job",))])
def test_the_preflight_knows_it_before_anything_is_built(world: World, agreed: bool, expected: tuple[str, ...]) -> None:
    """That the gate is not the agreed one is told with everything else, at once."""
    release = world.release(world.gate if agreed else NOBODY)
    release.preflight()
    assert isinstance(release.inquire, FakeInquire)
    order = release.inquire.orders[-1]
    assert isinstance(order, PreflightOrder)
    assert order.unapproved.get("demo", ()) == expected


def test_the_preflight_knows_that_nobody_may_sign(world: World) -> None:
    """Without a committed file of signers nothing will be approved, and that is told with everything else."""
    world.checkout.write({"pyproject.toml": '[tool.nox-release]\napproval = "signed"\n'})
    world.checkout.commit()
    release = world.release(NOBODY)
    release.preflight()
    assert isinstance(release.inquire, FakeInquire)
    order = release.inquire.orders[-1]
    assert isinstance(order, PreflightOrder)
    (why,) = order.unapproved["demo"]
    assert why.startswith(".github/allowed_signers is not committed, so nobody's signature counts\ncommit a file")


def test_what_could_not_be_looked_at_is_told_beside_what_fails(world: World) -> None:
    """A package that is wrong does not hide that the index did not answer."""
    verdict = Verdict((finding("PRE102", "git"),))
    answer = PreflightAnswer({"demo": verdict}, "the index is down", "wait for it")
    with pytest.raises(Blocked, match="the preflight stops demo; nothing was uploaded"):
        world.release(world.gate).obey(answer, "the preflight")
    assert world.said[-2:] == [
        "  blocked: the preflight could not look: the index is down", "    next: wait for it"
    ]  # fmt: skip


def test_a_digest_binds_the_approval_to_the_bytes(world: World) -> None:
    """What was shown before the gate is published, in whatever case it is written, and nothing else."""
    digest = world.release(world.gate).approve(["demo"])[0].statement.digest
    for written in (digest, digest.upper(), f"sha256:{digest}"):
        assert world.release(world.gate, "--approved", written).approve(["demo"])
    with pytest.raises(Blocked, match=f"--approved {'0' * 64} is not what would go out, whose digest is {digest}"):
        world.release(world.gate, "--approved", "0" * 64).approve(["demo"])


def test_approve_tells_the_digest_and_the_command(world: World) -> None:
    """Before the gate, approve shows what goes out and how the job behind it is bound to that; it records nothing."""
    release = world.release(NOBODY)
    lines = list(release.take_approval())
    digest = release.statement(release.manifests()).digest
    assert f"what goes out: sha256 {digest}" in lines
    assert lines[-1].endswith(f"-- demo {' '.join(OPTIONS)} --candidate-for-release --approved {digest}")
    assert release.chain.approvals.approved() == ()


def test_the_command_that_is_told_makes_new_projects_where_that_was_asked(world: World) -> None:
    """What approve was given for a first release stands in the command that it tells."""
    lines = list(world.release(NOBODY, "--first-release").take_approval())
    assert f"-- demo {' '.join(OPTIONS)} --first-release --candidate-for-release" in lines[-1]
