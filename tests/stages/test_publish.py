"""publish: reconciling an index with what was approved, and reading back what users get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from checkouts import Checkout
from jobs import Bench, codes, told
from nox_release import manifest
from nox_release.approval import statement
from nox_release.candidate import Candidate
from nox_release.config import Config, Settings
from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.index.credentials import Known
from nox_release.index.delivery import Uploads
from nox_release.index.owners import Owners
from nox_release.index.simple import wait_until
from nox_release.index.upload import Uploader
from nox_release.model import Stage
from nox_release.reconcile import BROKEN, Attempt
from nox_release.repository import PYPI, Repository
from nox_release.stages import publish
from nox_release.stages.publish import Index
from nox_release.work import Result
from projects import FLIT, below, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]


@pytest.fixture
def index() -> Iterator[Index]:
    """An empty index on loopback."""
    with publish.rehearsal() as one:
        yield one


def ready(bench: Make, more: str = "", **fields: object) -> Bench:
    """The package ``demo``, built and approved."""
    made = bench(demo(FLIT), **fields)
    made.put(Stage.BUILD_SDIST, make_sdist(made.folder, {"pyproject.toml": FLIT}))
    made.put(Stage.BUILD_WHEEL, make_wheel(made.folder, {"demo/__init__.py": ""}, more=more))
    approve(made)
    return made


def approve(made: Bench, name: str = "demo") -> None:
    facts = {"commit": made.snapshot.commit}
    built = {stage: replace(one, facts=facts) for stage, one in made.built[name].items()}
    whole = manifest.manifest(built, source=made.plan[name].source, committed=True)
    made.store.deliver(name, whole.artifacts, {manifest.FILENAME: manifest.text(whole)})


def put(index: Index, path: Path) -> None:
    """Have the index hold and list a file."""
    assert index.uploader.upload(path).status == 200
    assert wait_until(lambda: path.name in index.reader.files("demo"), 20)


def run(made: Bench, index: Index, name: str = "demo") -> Result:
    with made.working(Stage.PUBLISH, name) as job:
        return publish.run(job, index)


def test_what_is_approved_is_on_the_index_afterwards(bench: Make, index: Index) -> None:
    """Both files, byte for byte; the second time nothing is sent."""
    made = ready(bench)
    result = run(made, index)
    assert codes(result) == []
    assert result.facts["tag"] == "demo_1.0"
    assert {name: one.sha256 for name, one in index.reader.files("demo").items()} == {
        artifact.filename: artifact.sha256 for artifact in result.artifacts
    }
    assert made.log.count("# upload 1 of ") == 2
    again = run(made, index)
    assert (again.findings, again.artifacts) == (result.findings, result.artifacts)
    assert again.facts["file demo-1.0.tar.gz"] == "was there already"
    assert "# upload " not in made.log


def test_a_half_published_release_is_finished(bench: Make, index: Index) -> None:
    """What is there already is left alone, the rest is sent."""
    made = ready(bench)
    put(index, made.path(Stage.BUILD_SDIST))
    assert codes(run(made, index)) == []
    assert made.log.count("# upload 1 of ") == 1


@dataclass(frozen=True)
class Doubtful:
    """Uploads, and answers that it failed: the connection broke after the last byte."""

    inner: Uploads

    def upload(self, path: Path) -> Attempt:
        """Do it and deny it."""
        self.inner.upload(path)
        return Attempt(BROKEN, "connection reset")


def test_the_index_is_believed_over_its_answer(bench: Make, index: Index) -> None:
    """A file that is listed has been taken, whatever the upload was answered."""
    made = ready(bench)
    doubtful = replace(index, uploader=Doubtful(index.uploader))
    assert codes(run(made, doubtful)) == []


def test_other_bytes_under_the_name_are_found(bench: Make, index: Index, tmp_path: Path) -> None:
    """What somebody else published is not what was approved, and nothing is sent over it."""
    made = ready(bench)
    (tmp_path / "other").mkdir()
    put(index, make_wheel(tmp_path / "other", {"evil.py": ""}))
    (held, (code, where, message)) = told(run(made, index))
    assert held == ("PUB101", "demo-1.0.tar.gz", "not sent, because another file of the release stopped")
    assert (code, where) == ("PUB102", "demo-1.0-py3-none-any.whl")
    assert message.endswith(f", not {sha256(made.path(Stage.BUILD_WHEEL))}")
    assert "# upload " not in made.log


def test_bytes_that_changed_in_the_store_are_not_sent(bench: Make, index: Index) -> None:
    """Only what is byte for byte what was approved leaves this machine."""
    made = ready(bench)
    made.path(Stage.BUILD_SDIST).write_bytes(b"something else")
    with pytest.raises(Blocked, match=r"demo-1\.0\.tar\.gz is not what was approved"):
        run(made, index)
    assert index.reader.files("demo") == {}


def test_a_manifest_of_another_source_is_not_obeyed(bench: Make, index: Index) -> None:
    """What was approved before the source changed is not what this plan publishes."""
    made = ready(bench)
    made.checkout.write({"packages/demo/demo/more.py": ""})
    made.look()
    with pytest.raises(Blocked, match=r"release-manifest\.json is of another source than the plan"):
        run(made, index)
    assert index.reader.files("demo") == {}


@pytest.mark.parametrize("content", [None, b"{}", b"half of a manif", b"[]"])
def test_a_manifest_that_cannot_be_read_blocks(bench: Make, index: Index, content: bytes | None) -> None:
    """Without it nothing is approved; the message names the file."""
    made = ready(bench)
    path = made.store.dist / "demo" / manifest.FILENAME
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Blocked, match=r"release-manifest\.json cannot be read: "):
        run(made, index)
    assert index.reader.files("demo") == {}


def test_a_refusal_is_found(bench: Make, index: Index) -> None:
    """With the index's own words; nothing more is sent, and nothing is installed."""
    made = ready(bench)
    assert isinstance(index.uploader, Uploader)
    stranger = Index(index.reader, Uploader(index.uploader.url, Known("test", "stranger", "guess")))
    refused = told(run(made, stranger))
    assert [(code, where) for code, where, _ in refused] == [
        ("PUB101", "demo-1.0.tar.gz"),
        ("PUB101", "demo-1.0-py3-none-any.whl"),
    ]
    assert refused[0][2].startswith(("the index refuses it: 401", "the index refuses it: 403"))
    assert refused[1][2] == "not sent, because another file of the release stopped"
    assert "pip install" not in made.log


@pytest.mark.parametrize(
    "more",
    ["Requires-Dist: absent @ file:///absent-1.0-py3-none-any.whl\n", "Requires-Python: >=99\n"],
    ids=["a requirement that nobody can get", "an interpreter that nobody has"],
)
def test_what_does_not_install_from_the_index_is_found(bench: Make, index: Index, more: str) -> None:
    """Whether the files themselves or what they require."""
    made = ready(bench, more=more)
    ((code, where, _),) = told(run(made, index))
    assert (code, where) == ("PUB103", "demo==1.0")


def test_a_companion_stands_in_and_is_told(bench: Make, index: Index, tmp_path: Path) -> None:
    """An unreleased sibling is published here without a manifest, and the target says that it needs it."""
    needs = FLIT.replace('description = "It does things"', 'description = "x"\ndependencies = ["contoso-core"]')
    core = below("packages/core", {"pyproject.toml": FLIT.replace('"demo"', '"contoso-core"')})
    made = bench({**demo(needs), **core})
    for name, more in (("contoso-core", ""), ("demo", "Requires-Dist: contoso-core\n")):
        made.put(
            Stage.BUILD_SDIST, make_sdist(tmp_path, {"pyproject.toml": ""}, name.replace("-", "_"), more=more), name
        )
        made.put(Stage.BUILD_WHEEL, make_wheel(tmp_path, {f"{name[:4]}/x.py": ""}, name, more=more), name)
    approve(made)
    assert told(run(made, index, "contoso-core")) == []
    assert told(run(made, index)) == [("PUB202", "requirements", "contoso-core is not released")]


def test_uncommitted_work_is_told(bench: Make, index: Index) -> None:
    """A rehearsal takes it, with a warning."""
    made = ready(bench)
    made.checkout.write({"packages/demo/demo/more.py": ""})
    made.look()
    approve(made)
    assert told(run(made, index)) == [("PUB201", "git", "not committed: packages/demo/demo/more.py")]


CORE = FLIT.replace('"demo"', '"contoso-core"')


@pytest.mark.parametrize(("path", "found"), [("demo/x.py", ["NSP101"]), ("core/x.py", [])])
def test_nothing_is_uploaded_that_overwrites_another_of_the_plan(
    bench: Make, index: Index, path: str, found: list[str]
) -> None:
    """All wheels of the plan are compared before the first upload; with the file moved, as the fix says, it goes."""
    made = bench({**demo(FLIT), **below("packages/core", {"pyproject.toml": CORE})}, targets=("demo", "contoso-core"))
    for name, files in (("demo", {"demo/x.py": "1"}), ("contoso-core", {path: "2"})):
        made.put(Stage.BUILD_SDIST, make_sdist(made.folder, {"pyproject.toml": ""}, name=name), name)
        made.put(Stage.BUILD_WHEEL, make_wheel(made.folder, files, name=name), name)
        approve(made, name)
    result = run(made, index)
    assert codes(result) == found
    assert made.log.count("# upload 1 of ") == (0 if found else 2)


OWNED = Config(settings=Settings(required_owners=("Microsoft",)))


@pytest.mark.parametrize(
    ("owners", "first", "pypi", "said"),
    [
        (Owners(True, frozenset({"microsoft"})), True, True, ""),
        (Owners(True, frozenset({"ada"})), False, True, ""),
        (
            Owners(True, frozenset({"ada"})),
            True,
            True,
            "/collaboration/; nox -s doctor -- demo fails",
        ),
        (Owners(True, unknown="404"), True, True, "add Microsoft as Owner of demo at https://pypi.org/"),
        (Owners(True, unknown="no API"), True, False, "ask the administrator of the index; whether that is done, this"),
    ],
    ids=["there", "no first release", "missing", "not told yet", "never told"],
)
def test_after_a_first_release_it_is_told_whom_to_add(
    bench: Make, index: Index, owners: Owners, first: bool, pypi: bool, said: str
) -> None:
    """Whoever made the project owns it alone; the evidence says who is missing, and how that is mended."""
    made = ready(bench, config=OWNED)
    repository = Repository("x", "https://x.example/", "https://x.example/simple/", PYPI.json_url if pypi else "")
    approval = statement([made_manifest(made)], repository.upload_url)
    with made.working(Stage.PUBLISH, "demo") as job:
        order = replace(job.order, candidate=Candidate(repository, first, approval, ("prompt: ada",)))
        remote(made)
        result = publish.run(replace(job, order=order), replace(index, owners=lambda _: owners))
    assert result.facts["approved"] == "prompt: ada"
    assert bool(result.facts.get("owners")) is bool(said)
    assert said in result.facts.get("owners", "")


def made_manifest(made: Bench) -> manifest.Manifest:
    found = manifest.read_manifest(made.store.dist / "demo")
    assert found is not None
    return found


def remote(made: Bench) -> None:
    """Give the workspace a remote that takes tags."""
    bare = Checkout.new(made.folder / "remote.git")
    made.checkout.git("remote", "add", "origin", str(bare.root))
    made.checkout.git("config", "user.name", "tests")
    made.checkout.git("config", "user.email", "tests@example.com")
