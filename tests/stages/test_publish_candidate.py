"""publish, to an index that is not ours alone: attested, tagged, and announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from attestations import FakeIndex, FakeSigner, holds
from checkouts import Checkout
from github_api import REPOSITORY, TOKEN, Failure, fake_github
from jobs import Bench, codes, told
from nox_release import manifest
from nox_release.announcing import prerelease
from nox_release.approval import statement
from nox_release.candidate import Candidate
from nox_release.config import Config, Settings
from nox_release.errors import Blocked
from nox_release.index.upload import Uploader
from nox_release.model import Stage
from nox_release.provenance.attestation import Attesting
from nox_release.reconcile import Attempt
from nox_release.repository import Repository
from nox_release.stages import publish
from nox_release.stages.publish import Index
from nox_release.work import Result
from projects import FLIT, demo

pytestmark = pytest.mark.end_to_end
Make = Callable[..., Bench]
SDIST, WHEEL = "demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"
CHANGELOG = "# Changelog\n\n## 1.0 (2026-11-22)\n\n- It is *there*.\n\n## 0.9 (2025-01-01)\n\n- Old.\n"


@pytest.fixture
def index() -> Iterator[Index]:
    """An empty index on loopback, uploaded to with a password."""
    with publish.rehearsal() as one:
        yield replace(one, source="TWINE_PASSWORD", unattested="the credentials are those of TWINE_PASSWORD")


class Uploads:
    """Uploads for real, and shows the attestations that came along."""

    def __init__(self, index: Index, shows: FakeIndex) -> None:
        self.index, self.shows = index, shows

    def upload(self, path: Path, attestations: Sequence[str] = ()) -> Attempt:
        assert isinstance(self.index.uploader, Uploader)
        self.shows.upload(path, attestations)
        return self.index.uploader.upload(path)  # pypiron takes no file with one


def trusted(index: Index, signer: FakeSigner, shows: FakeIndex) -> Index:
    """The same index by trusted publishing."""
    attesting = Attesting(signer, holds, Uploads(index, shows), shows, patience=0.0)
    return replace(index, source="trusted publishing from GitHub Actions", attesting=attesting, unattested="")


def ready(bench: Make, **fields: object) -> Bench:
    """The package ``demo``, built, with a remote to push the tag to."""
    made = bench(demo(FLIT, {"CHANGELOG.md": CHANGELOG}), **fields)
    bare = Checkout.new(made.folder / "remote")
    made.checkout.git("remote", "add", "origin", str(bare.root))
    made.checkout.git("config", "user.name", "tests")
    made.checkout.git("config", "user.email", "tests@example.com")
    made.put(Stage.BUILD_SDIST, make_sdist(made.folder, {"pyproject.toml": FLIT}))
    made.put(Stage.BUILD_WHEEL, make_wheel(made.folder, {"demo/__init__.py": ""}))
    facts = {"commit": made.snapshot.commit}
    built = {stage: replace(one, facts=facts) for stage, one in made.built["demo"].items()}
    whole = manifest.manifest(built, source=made.plan["demo"].source, committed=True)
    beside = {manifest.FILENAME: manifest.text(whole), "demo-1.0.cdx.json": b"{}\n"}
    made.store.deliver("demo", whole.artifacts, beside)
    return made


def run(made: Bench, index: Index, environ: Mapping[str, str] | None = None) -> Result:
    """Publish it as a candidate that was approved."""
    whole = manifest.read_manifest(made.store.dist / "demo")
    assert whole is not None
    assert isinstance(index.uploader, Uploader)
    url = index.uploader.url
    candidate = Candidate(Repository("here", url, index.reader.url), approved=statement([whole], url))
    with made.working(Stage.PUBLISH) as job:
        return publish.run(replace(job, order=replace(job.order, candidate=candidate)), index, environ or {})


def test_trusted_publishing_attests_each_file(bench: Make, index: Index) -> None:
    """Signed before the first byte, sent along, and read back; a second run signs nothing more."""
    made, signer, shows = ready(bench), FakeSigner(), FakeIndex()
    result = run(made, trusted(index, signer, shows))
    assert codes(result) == []
    assert result.facts["attestations"] == "each file"
    assert signer.signed == [SDIST, WHEEL]
    assert [len(shows.shows[name]) for name in (SDIST, WHEEL)] == [1, 1]
    again = run(made, trusted(index, signer, shows))
    assert codes(again) == []
    assert signer.signed == [SDIST, WHEEL]


def test_a_password_attests_nothing_and_says_so(bench: Make, index: Index) -> None:
    """Nobody's identity is in a password."""
    result = run(ready(bench), index)
    assert codes(result) == []
    assert result.facts["attestations"] == "none: the credentials are those of TWINE_PASSWORD"


def test_an_exemption_is_told(bench: Make, index: Index) -> None:
    """A reason in the configuration goes without, where it would be attested and where it would have to be."""
    settings = Settings(attestation_exempt="the service is down since Monday")
    made = ready(bench, config=Config(attestations="required", settings=settings))
    signer = FakeSigner()
    result = run(made, trusted(index, signer, FakeIndex()))
    assert result.facts["attestations"] == "none: the service is down since Monday"
    assert signer.signed == []


def test_what_has_to_be_attested_is_not_sent_without(bench: Make, index: Index) -> None:
    """A password where attestations are required, and a service that does not sign: nothing reaches the index."""
    made = ready(bench, config=Config(attestations="required"))
    with pytest.raises(Blocked, match=r"attestations are required, and there are none: the credentials are those"):
        run(made, index)
    with pytest.raises(Blocked, match="the service is down"):
        run(made, trusted(index, FakeSigner(refuses="the service is down"), FakeIndex()))
    assert index.reader.files("demo") == {}


def test_an_attestation_that_is_not_shown_warns(bench: Make, index: Index) -> None:
    """The file is out and can be attested no more: it is told, and the release is finished with its tag."""
    made = ready(bench)
    result = run(made, trusted(index, FakeSigner(), FakeIndex(keeps=False)))
    assert told(result) == [
        ("PUB104", SDIST, "the index shows none"),
        ("PUB104", WHEEL, "the index shows none"),
    ]
    assert not result.verdict.fails
    assert made.checkout.git("ls-remote", "--tags", "origin", "demo_1.0")


ANNOUNCED = Config(settings=Settings(github_release=True))


def test_a_release_is_announced_when_it_is_asked_for(bench: Make, index: Index) -> None:
    """With the changelog's entry, and with all that lies in dist; a second run finds it."""
    made = ready(bench, config=ANNOUNCED)
    with fake_github() as hub:
        environ = {"GITHUB_API_URL": hub.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}
        for _ in range(2):
            result = run(made, index, environ)
            assert not result.problem
            assert result.facts["github release"].endswith("/releases/tag/demo_1.0")
        release = hub.releases["demo_1.0"]
        assert (release["body"], release["prerelease"]) == ("- It is *there*.", False)
        assert set(hub.assets) == {SDIST, WHEEL, manifest.FILENAME, "demo-1.0.cdx.json"}
    assert TOKEN not in made.log


def test_what_github_refuses_undoes_nothing(bench: Make, index: Index) -> None:
    """Files and tag are where they are, it is told what is missing, and the next run adds it."""
    made = ready(bench, config=ANNOUNCED)
    with fake_github() as hub:
        environ = {"GITHUB_API_URL": hub.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}
        hub.failures.append(Failure("POST", 403, body={"message": "Resource not accessible by integration"}))
        result = run(made, index, environ)
        assert result.problem == "published and tagged; GitHub answers 403 Resource not accessible by integration"
        assert "contents: write" in result.hint
        assert set(index.reader.files("demo")) == {SDIST, WHEEL}
        assert made.checkout.git("ls-remote", "--tags", "origin", "demo_1.0")
        assert not run(made, index, environ).problem
        assert list(hub.releases) == ["demo_1.0"]


def test_a_prerelease_is_called_one() -> None:
    """By its version (PEP 440)."""
    assert [prerelease(version) for version in ("1.0", "1.0.post1", "1.0b1", "2.0rc1")] == [False, False, True, True]
