"""What is gathered of a real checkout with a remote, beside what a fake tells of the index; and how it is shown."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from checkouts import Checkout
from fakes import FakeInquire
from nox_release import manifest
from nox_release.approval import statement
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.evidence import Store, sha256
from nox_release.model import Evidence, Outcome, Stage
from nox_release.overview import Overview
from nox_release.proven import Machine
from nox_release.release import candidate_of
from nox_release.standing import Shelf, Shelved, Standing
from nox_release.status import Position, judge
from nox_release.views import Views
from nox_release.work import SurveyAnswer, SurveyOrder
from nox_release.yank import Dependent
from workspaces import package

INDEX = "http://127.0.0.1:9"
OPTIONS = ("--repository-url", f"{INDEX}/legacy/", "--index-url", f"{INDEX}/simple/")
CONFIG = '[tool.nox-release]\nrequired-owners = ["microsoft"]\n'


@dataclass
class World:
    """A workspace of ``core`` and ``user``, which needs it; its remote; and what the index is said to have."""

    folder: Path
    checkout: Checkout
    shelves: dict[str, Shelf] = field(default_factory=dict)
    releases: dict[str, bool] = field(default_factory=dict)
    dependents: tuple[Dependent, ...] = ()
    credentials: str = ""
    chains: list[Chain] = field(default_factory=list)
    inquire: FakeInquire = field(default_factory=FakeInquire)

    def ask(self) -> FakeInquire:
        shelves = {"core": Shelf(), "user": Shelf(), **self.shelves}
        answer = SurveyAnswer(shelves, self.releases, self.dependents, self.credentials)
        self.inquire = FakeInquire({"survey": answer})
        return self.inquire

    def overview(self, *targets: str) -> Overview:
        arguments = parse([*targets, *OPTIONS])
        chain = Chain(self.checkout.root, arguments, time.time(), candidate_of(arguments.wanted, {}))
        self.chains.append(chain)
        assert chain.candidate is not None
        return Overview(chain, chain.plan(Machine("", "")), chain.candidate.repository, {}, self.ask())

    def standing(self, name: str = "core") -> Standing:
        (found,) = self.overview(name).standings()
        return found

    def deliver(self, name: str = "core", version: str = "1.0") -> manifest.Manifest:
        """Put what is proven of the present source into dist/."""
        chain = self.overview(name).chain
        planned = chain.plan(Machine("", ""))[name]
        store, built = Store(self.checkout.root), {}
        for stage, filename in (
            (Stage.BUILD_SDIST, f"{name}-{version}.tar.gz"),
            (Stage.BUILD_WHEEL, f"{name}-{version}-py3-none-any.whl"),
        ):
            path = self.folder / filename
            path.write_text(f"{filename} {planned.source}")
            facts = {"commit": chain.snapshot.commit}
            built[stage.value] = Evidence(
                name, version, stage, "inputs", Outcome.PASSED, artifacts=(store.add(path),), facts=facts
            )
        whole = manifest.manifest(built, source=planned.source, committed=True)
        store.deliver(name, whole.artifacts, {manifest.FILENAME: manifest.text(whole)})
        return whole

    def run(self, session: str, *posargs: str) -> int:
        """Run a session and return its exit code."""
        command = Views(self.checkout.root, time.time(), {}, self.ask())
        try:
            getattr(command, session)(SimpleNamespace(posargs=[*posargs, *OPTIONS], error=_error))
        except SystemExit as ended:
            return int(str(ended.code))
        return 0


def _error(_message: str) -> NoReturn:
    raise SystemExit(1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    files = {"pyproject.toml": CONFIG, "noxfile.py": "", ".gitignore": "/dist\n", **package("core")}
    files |= package("user", dependencies='["core>=1.0"]')
    made = World(tmp_path, Checkout.new(tmp_path / "workspace", files))
    bare = Checkout.new(tmp_path / "remote.git")
    bare.git("config", "receive.denyCurrentBranch", "ignore")
    made.checkout.git("remote", "add", "origin", str(bare.root))
    yield made
    for chain in made.chains:
        chain.close()


def listed(whole: manifest.Manifest, *names: int) -> Shelf:
    """An index that has some of the files of a manifest."""
    artifacts = [whole.artifacts[number] for number in names]
    return Shelf(True, "1.0", "1.0", tuple(Shelved(item.filename, item.sha256) for item in artifacts), alone=True)


def test_what_the_workspace_says(world: World) -> None:
    """Version, date of the changelog, the tag's name and who has to own it; nothing is built."""
    found = world.standing()
    assert (found.version, found.changelog, found.tag, found.built) == ("1.0", "2026-11-01", "core_1.0", {})
    assert (found.required_owners, found.local, found.remote, found.remote_unknown) == (("microsoft",), "", "", "")
    (order,) = world.inquire.orders
    assert isinstance(order, SurveyOrder)
    assert (order.names, order.owned, order.repository.simple_url) == ({"core": "1.0"}, ("core",), f"{INDEX}/simple/")


def test_tags_here_and_on_the_remote(world: World) -> None:
    """An annotated tag is told by its commit; each side is looked at for itself."""
    commit = world.checkout.git("rev-parse", "HEAD")
    world.checkout.git("tag", "--annotate", "--message", "x", "core_1.0")
    assert (world.standing().local, world.standing().remote) == (commit, "")
    world.checkout.git("push", "--quiet", "origin", "core_1.0")
    world.checkout.git("tag", "--delete", "core_1.0")
    assert (world.standing().local, world.standing().remote) == ("", commit)


def test_a_remote_that_is_not_there_is_said(world: World) -> None:
    """It is unknown then, not without tags."""
    world.checkout.git("remote", "remove", "origin")
    assert "origin" in world.standing().remote_unknown


def test_a_change_since_the_tag_is_seen(world: World) -> None:
    """Of the package's own folder; another package's does not count."""
    world.checkout.git("tag", "core_1.0")
    world.checkout.write({"packages/user/more.txt": "x"})
    world.checkout.commit()
    assert not world.standing().changed
    world.checkout.write({"packages/core/more.txt": "x"})
    world.checkout.commit()
    assert world.standing().changed


def test_dist_is_hashed_and_compared_with_the_source(world: World) -> None:
    """What lies there now counts, and a manifest of another source proves nothing."""
    whole = world.deliver()
    found = world.standing()
    assert found.built == {item.filename: item.sha256 for item in whole.artifacts}
    assert (found.proven, found.built_commit, found.approved) == (True, whole.commit, ())
    first = world.checkout.root / "dist/core" / whole.artifacts[0].filename
    first.write_text("something else")
    assert world.standing().built[first.name] == sha256(first) != whole.artifacts[0].sha256
    world.checkout.write({"packages/core/more.txt": "x"})
    world.checkout.commit()
    assert not world.standing().proven


def test_files_without_a_manifest_are_built_and_no_more(world: World) -> None:
    """Those of another version, and other files, are none of this release."""
    names = ("core-1.0.tar.gz", "core-1.0-py3-none-any.whl", "core-1.0.1.tar.gz", "core-0.9.tar.gz", "core-1.0.log")
    world.checkout.write({f"dist/core/{name}": name for name in names})
    found = world.standing()
    assert sorted(found.built) == ["core-1.0-py3-none-any.whl", "core-1.0.tar.gz"]
    assert judge(found)[0].state is Position.BUILT


def test_an_approval_is_told_with_those_that_it_covers(world: World) -> None:
    """It counts for exactly these bytes and this index, and names the packages that have to go together."""
    both = world.deliver(), world.deliver("user")
    approvals = world.overview("core").chain.approvals
    approvals.record(statement(both, "https://other.example/"), "ada")
    assert world.standing().approved == ()
    approvals.record(statement(both, f"{INDEX}/legacy/"), "ada")
    assert world.standing().approved == ("core", "user")
    approvals.record(statement(both[:1], f"{INDEX}/legacy/"), "ada")
    assert world.standing().approved == ("core",)
    assert world.standing("user").approved == ("core", "user")


def _half(world: World) -> None:
    world.shelves["core"] = listed(world.deliver(), 0)


def _untagged(world: World) -> None:
    world.shelves["core"] = listed(world.deliver(), 0, 1)


def _conflict(world: World) -> None:
    whole = world.deliver()
    first = replace(whole.artifacts[0], sha256="0" * 64)
    world.shelves["core"] = listed(replace(whole, artifacts=(first, whole.artifacts[1])), 0, 1)


def _tagged(world: World) -> None:
    world.checkout.git("tag", "core_1.0")


def _proven(world: World) -> None:
    world.deliver()


def _unread(world: World) -> None:
    world.shelves["core"] = Shelf(problem="no route to it")


@pytest.mark.parametrize(
    ("prepare", "said", "code"),
    [
        (_half, f"nox -s publish -- core --candidate-for-release --first-release {' '.join(OPTIONS)}", 0),
        (_untagged, f"nox -s publish -- core --candidate-for-release --first-release {' '.join(OPTIONS)}", 0),
        (_conflict, "set a higher version", 0),
        (_tagged, f"nox -s publish -- core --candidate-for-release --first-release {' '.join(OPTIONS)}", 0),
        (_proven, f"nox -s approve -- core {' '.join(OPTIONS)}", 0),
        (_unread, "the index could not be looked at: no route to it", 1),
    ],
)
def test_status_tells_what_to_type(
    world: World, capsys: pytest.CaptureFixture[str], prepare: Callable[[World], None], said: str, code: int
) -> None:
    """For each half-done state the session prints the command with the options for the same index."""
    prepare(world)
    assert world.run("status", "core") == code
    assert said in capsys.readouterr().out


def test_status_as_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, with the same states; without a target it is of all packages."""
    assert world.run("status", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [item["standing"]["name"] for item in document["packages"]] == ["core", "user"]
    assert document["packages"][0]["states"][0]["state"] == "not released"


def test_first_releases_in_order_with_their_publishers(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """With a quota of one, what is needed goes a day earlier."""
    world.checkout.write({"pyproject.toml": f'{CONFIG}new-project-quota = 1\npublisher-workflow = "pub.yml"\n'})
    world.checkout.commit()
    world.checkout.git("remote", "set-url", "origin", "git@github.com:Azure/sdk.git")
    overview = world.overview("all")
    publisher = overview.publisher()
    assert publisher and (publisher.owner, publisher.repository, publisher.workflow) == ("Azure", "sdk", "pub.yml")
    assert overview.new(
        [Standing(name, "1.0", shelf=Shelf()) for name in ("user", "core")]
        + [Standing("known", "1.0", shelf=Shelf(True)), Standing("unread", "1.0", shelf=Shelf(problem="x"))]
    ) == (("core",), ("user",))
    world.checkout.git("remote", "set-url", "origin", "../remote.git")
    assert world.run("status", "--first-releases") == 0
    out = capsys.readouterr().out
    assert f"wave 2: nox -s publish -- user --candidate-for-release --first-release {' '.join(OPTIONS)}" in out


def test_a_yank_plan_asks_those_that_need_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose last release is read follows from the workspace."""
    world.releases = {"0.9": False, "1.0": False}
    world.dependents = (Dependent("user", "1.0", ("core>=1.0",)),)
    assert world.run("status", "core", "--yank", "1.0.0") == 0
    (order,) = world.inquire.orders
    assert isinstance(order, SurveyOrder)
    assert (order.withdrawn, order.dependents) == ("core", ("user",))
    assert "user 1.0 (core>=1.0) gets nothing instead" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("shelf", "code", "said"),
    [
        (Shelf(True, owners=("Microsoft",)), 0, "This workspace can release"),
        (Shelf(), 0, "This workspace can release"),
        (Shelf(True, owners=("ada",)), 1, "add microsoft as Owner of core: ask the administrator of the index"),
        (Shelf(True, owners_unknown="it does not tell"), 1, "owners-unknown = {"),
        (Shelf(problem="no route"), 1, "no route (1 of 2 packages)"),
    ],
)
def test_doctor_fails_until_the_owners_are_there(
    world: World, capsys: pytest.CaptureFixture[str], shelf: Shelf, code: int, said: str
) -> None:
    """A missing owner, or one that cannot be known, is told with its mend, and the session fails."""
    world.shelves["core"] = shelf
    assert world.run("doctor") == code
    assert said in capsys.readouterr().out


def test_doctor_never_shows_credentials_it_only_misses_them(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """None on this machine is a warning: it may release from elsewhere."""
    world.credentials = "no credentials for it\n  set TWINE_PASSWORD"
    assert world.run("doctor") == 0
    assert "warning DOC102" in capsys.readouterr().out


def test_doctor_tells_all_that_cannot_be_obeyed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that is none ends with 2, and what needs no target is told all the same."""
    assert world.run("doctor", "nowhere") == 2
    out = capsys.readouterr().out
    assert "BLOCKED nowhere matches nothing" in out and "ok       git" in out


def test_doctor_as_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """One document, with the state of each area."""
    world.shelves["core"] = Shelf(True, owners=("ada",))
    assert world.run("doctor", "--format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    states = {area["title"]: area["state"] for area in document["areas"]}
    assert (document["well"], states["git"], states["index"]) == (False, "ok", "failed")
    (owner, new) = document["areas"][-1]["verdict"]["findings"]
    assert (owner["code"], new["code"], new["where"]) == ("DOC201", "DOC203", "user")


@pytest.mark.parametrize(
    ("codes", "code", "said"),
    [
        (("DOC201",), 0, "DOC201: The required owners own every project"),
        (("art104", "SDI"), 0, "SDI201 warning ours"),
        ((), 0, "nox -s explain -- CODE tells of one"),
        (("ATR104",), 2, "did you mean ART104"),
        (("DOC201", "ATR104"), 2, "did you mean ART104"),
    ],
)
def test_explain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], codes: tuple[str, ...], code: int, said: str
) -> None:
    """Codes, beginnings of codes, several, or none; it needs no workspace."""
    try:
        Views(tmp_path, 0.0, {}).explain(SimpleNamespace(posargs=codes))  # type: ignore[arg-type]
        ended = 0
    except SystemExit as error:
        ended = int(str(error.code))
    told = capsys.readouterr()
    assert ended == code
    assert said in told.out + told.err
    assert bool(told.out) != bool(told.err)


def test_what_is_no_version_is_refused(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A yank of nothing is a misuse."""
    assert world.run("status", "core", "--yank", "last") == 2
    assert "--yank last: that is no version" in capsys.readouterr().err
