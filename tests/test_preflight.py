"""Looking before a candidate: a real checkout with a remote, an index behind its door, and a scripted JSON API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.version import Version

from checkouts import Checkout
from fakes import FakeTarget
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.errors import Blocked
from nox_release.index.target import Published, PublishedFile
from nox_release.preflight import preflight
from nox_release.proven import Machine
from nox_release.release import candidate_of
from nox_release.work import PreflightAnswer, PreflightOrder
from scripted_index import scripted_index
from workspaces import package

WHERE = ("--repository-url", "http://127.0.0.1:9/legacy/", "--index-url", "http://127.0.0.1:9/simple/")
KEYS = {"TWINE_USERNAME": "ada", "TWINE_PASSWORD": "secret"}
CHANGES = "# Changelog\n\n## 1.0 (2026-11-22)\n\n- Everything.\n"


def has(*filenames: str, sha256: str = "1" * 64) -> Published:
    when = datetime(2026, 11, 1, tzinfo=UTC)
    files = [
        PublishedFile(it, "", sha256, 1, when, False, "", Version(it.split("-")[1].removesuffix(".tar.gz")))
        for it in filenames
    ]
    return Published(filenames[0].split("-")[0], tuple(files))


@dataclass
class World:
    """Two packages, one of which needs the other, on a branch that is pushed."""

    checkout: Checkout
    projects: Mapping[str, Published | Blocked] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)
    json_url: str = ""

    def look(self, *names: str, environ: Mapping[str, str] = KEYS, options: tuple[str, ...] = ()) -> PreflightAnswer:
        """What the preflight of *names* says."""
        arguments = parse([*names, *WHERE, *options])
        chain = Chain(self.checkout.root, arguments, time.time(), candidate_of(arguments.wanted, {}))
        self.chains.append(chain)
        assert chain.candidate is not None
        candidate = replace(chain.candidate, repository=replace(chain.candidate.repository, json_url=self.json_url))
        plan, snapshot = chain.plan(Machine("", "")), chain.snapshot
        order = PreflightOrder(
            chain.root, plan, snapshot.prefix, snapshot.toplevel, snapshot.git_dir, chain.config, candidate,
            self.checkout.root / "answer", {},
        )  # fmt: skip
        return preflight(order, chain.git, snapshot, environ, FakeTarget(self.projects))

    def codes(
        self, *names: str, environ: Mapping[str, str] = KEYS, options: tuple[str, ...] = ()
    ) -> dict[str, list[str]]:
        """Package → the codes of what fails."""
        verdicts = self.look(*names, environ=environ, options=options).verdicts
        return {name: [finding.code for finding in verdict if finding.fails] for name, verdict in verdicts.items()}

    def configure(self, text: str) -> None:
        """Commit and push a configuration."""
        self.checkout.write({"pyproject.toml": f"[tool.nox-release]\n{text}"})
        self.checkout.commit()
        self.checkout.git("push", "--quiet", "origin", "main")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("HOME", str(tmp_path))  # without a .pypirc
    files = {
        "noxfile.py": "", ".gitignore": "/.nox-release\n/answer\n",
        **package("core"), **package("app", dependencies='["core>=1.0"]'),
        "packages/core/CHANGELOG.md": CHANGES, "packages/app/CHANGELOG.md": CHANGES,
    }  # fmt: skip
    made = World(
        Checkout.new(tmp_path / "workspace", files), {"core": has("core-0.9.tar.gz"), "app": has("app-0.9.tar.gz")}
    )
    made.checkout.git("config", "user.name", "Ada")
    made.checkout.git("config", "user.email", "ada@example.org")
    made.checkout.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    made.checkout.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    made.checkout.git("push", "--quiet", "origin", "main")
    yield made
    for chain in made.chains:
        chain.close()


def test_what_is_in_order_passes(world: World) -> None:
    """Both in one plan: the sibling goes up before what needs it."""
    assert world.codes("core", "app") == {"core": [], "app": []}
    assert world.look("core", "app").problem == ""


def test_a_sibling_has_to_be_released_or_planned(world: World) -> None:
    """Alone, the package needs a version that no index has; with that version there, it does not."""
    assert world.codes("app") == {"app": ["PRE401"]}
    world.projects = {**world.projects, "core": has("core-1.0.tar.gz")}
    assert world.codes("app") == {"app": []}


def test_everything_is_told_at_once(world: World) -> None:
    """A side branch that nobody pushed, uncommitted work, no date, a new name and no credentials."""
    world.projects = {}
    world.checkout.git("checkout", "--quiet", "-b", "side")
    world.checkout.write({"packages/core/CHANGELOG.md": CHANGES.replace("2026-11-22", "Unreleased")})
    world.checkout.commit()
    world.checkout.write({"packages/core/README.md": "# core\n\nMore.\n"})
    found = world.codes("core", environ={})
    assert found == {"core": ["PRE101", "PRE102", "PRE103", "PRE301", "PRE502", "PRE601"]}


def test_an_index_that_is_down_hides_nothing_else(world: World) -> None:
    """What can be known is told, and that the rest is not known."""
    world.projects = {"core": Blocked("the index is down", "wait"), "app": has("app-0.9.tar.gz")}
    world.checkout.git("checkout", "--quiet", "-b", "side")
    world.checkout.git("push", "--quiet", "origin", "side")
    answer = world.look("core", "app", environ={})
    assert answer.problem == "the index is down"
    assert answer.hint == "see that http://127.0.0.1:9/simple/ is its Simple API, and answers; then the same again"
    assert world.codes("core", "app", environ={}) == {"core": ["PRE102", "PRE601"], "app": ["PRE102", "PRE601"]}


def test_a_remote_that_cannot_be_asked_blocks(world: World, tmp_path: Path) -> None:
    """Neither its branch nor its tags are known; everything else is told beside it."""
    (tmp_path / "remote.git").rename(tmp_path / "gone.git")
    verdict = world.look("core", environ={}).verdicts["core"]
    told = {finding.code: finding.message for finding in verdict if finding.fails}
    assert list(told) == ["PRE103", "PRE204", "PRE601"]
    assert told["PRE103"].startswith("the git remote origin cannot be asked: ")


def test_a_branch_that_was_pushed_further_has_the_commit(world: World) -> None:
    """Somebody pushed after us; our commit is in it."""
    first = world.checkout.git("rev-parse", "HEAD")
    world.checkout.write({"README.md": "more"})
    world.checkout.commit()
    world.checkout.git("push", "--quiet", "origin", "main")
    world.checkout.git("reset", "--quiet", "--hard", first)
    assert world.codes("core") == {"core": []}


@pytest.mark.parametrize(
    "environ",
    [
        {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"},
        {"CI_COMMIT_BRANCH": "main"},
        {"BUILD_SOURCEBRANCH": "refs/heads/main"},
    ],
)
def test_a_ci_says_which_branch_it_checked_out(world: World, environ: dict[str, str]) -> None:
    """It checks out a commit; a tag that it says instead is no branch."""
    world.checkout.git("checkout", "--quiet", "--detach")
    assert world.codes("core", environ={**KEYS, **environ}) == {"core": []}
    assert world.codes("core", environ={**KEYS, "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "main"}) == {
        "core": ["PRE102", "PRE103"]
    }


def test_a_tag_elsewhere_is_known_before(world: World) -> None:
    """The tag of this version is on the remote, at another commit."""
    world.checkout.git("tag", "core_1.0")
    world.checkout.git("push", "--quiet", "origin", "core_1.0")
    world.checkout.git("tag", "--delete", "core_1.0")
    world.checkout.write({"README.md": "more"})
    world.checkout.commit()
    world.checkout.git("push", "--quiet", "origin", "main")
    assert world.codes("core") == {"core": ["PRE204"]}


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ((200, {"ownership": {"roles": [{"role": "Owner", "user": "Microsoft"}], "organization": None}}), []),
        ((200, {"ownership": {"roles": [], "organization": "microsoft"}}), []),
        ((200, {"ownership": {"roles": [{"role": "Maintainer", "user": "microsoft"}]}}), ["PRE501"]),
        ((200, {"info": {}}), ["PRE503"]),
        ((503, {}), ["PRE503"]),
    ],
    ids=["an owner", "an organization", "a maintainer only", "not told", "out of order"],
)
def test_required_owners(world: World, answer: tuple[int, object], codes: list[str]) -> None:
    """They are read from the index; what it does not tell is unknown, and blocks."""
    world.configure('required-owners = ["microsoft"]\n')
    with scripted_index() as scripted:
        world.json_url = f"{scripted.url}/pypi/"
        scripted.answers["/pypi/core/json"] = (answer[0], "application/json", json.dumps(answer[1]).encode())
        assert world.codes("core") == {"core": codes}


def test_unknown_owners_are_accepted_where_the_configuration_says_so(world: World) -> None:
    """With its reason, which is told as a warning."""
    world.configure(
        'required-owners = ["microsoft"]\n[tool.nox-release.owners-unknown]\n"http://127.0.0.1:9/legacy/" = "no API"\n'
    )
    (finding,) = world.look("core").verdicts["core"]
    assert (finding.code, finding.message, finding.fails) == ("PRE504", "not looked at: no API", False)


def test_a_first_release_has_to_be_meant(world: World) -> None:
    """--first-release means it."""
    world.projects = {}
    assert world.codes("core") == {"core": ["PRE502"]}
    assert world.codes("core", options=("--first-release",)) == {"core": []}


def test_a_lower_version_is_told(world: World) -> None:
    """The index has a higher one."""
    world.projects = {"core": has("core-1.1.tar.gz")}
    assert world.codes("core") == {"core": ["PRE202"]}
