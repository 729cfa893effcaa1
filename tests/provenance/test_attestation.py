"""Attestations: judged by what they say and who signed it, sent with their file, and looked for afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pypi_attestations import GitHubPublisher, GitLabPublisher, GooglePublisher

from attestations import ATTESTATION, ATTESTED, PUBLISHER, FakeIndex, FakeSigner, holds, made_up
from nox_release.errors import Blocked
from nox_release.evidence import sha256
from nox_release.model import Artifact, Kind
from nox_release.provenance.attestation import Attached, Attesting, Sigstore, publisher, verifier


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The roots of trust are those that come with the tools, not those that this machine once fetched."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_real_attestation_holds_without_any_network() -> None:
    """Certificate, signature and log entry of one that PyPI shows are good for its file and its publisher."""
    assert verifier(lambda: PUBLISHER)(ATTESTATION, ATTESTED) == ""


@pytest.mark.parametrize(
    ("artifact", "expected", "why"),
    [
        (replace(ATTESTED, sha256="0" * 64), PUBLISHER, "subject does not match distribution digest"),
        (
            replace(ATTESTED, filename="gcb_attestation_test-0.0.1.tar.gz"),
            PUBLISHER,
            "subject does not match distribution name",
        ),
        (replace(ATTESTED, filename="none"), PUBLISHER, "1 validation error for Distribution"),
        (ATTESTED, GooglePublisher(email="somebody@else.example"), "Verification failed: "),
        (ATTESTED, GitHubPublisher(repository="contoso/sdk", workflow="release.yml"), "Verification failed: "),
    ],
    ids=["other bytes", "another file", "no distribution", "another account", "another CI"],
)
def test_it_holds_for_nothing_else(artifact: Artifact, expected: object, why: str) -> None:
    """One byte, another name or another publisher: what was signed is something else."""
    assert why in verifier(lambda: expected)(ATTESTATION, artifact)


def test_a_changed_attestation_does_not_hold() -> None:
    """A signature that is not over this statement is none, and neither is one that nobody made."""
    other = made_up(ATTESTED.filename, ATTESTED.sha256)
    envelope = ATTESTATION.envelope.model_copy(update={"statement": other.envelope.statement})
    changed = ATTESTATION.model_copy(update={"envelope": envelope})
    assert verifier(lambda: PUBLISHER)(changed, ATTESTED).startswith("Verification failed")
    assert verifier(lambda: PUBLISHER)(other, ATTESTED)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {
                "GITHUB_REPOSITORY": "contoso/sdk",
                "GITHUB_WORKFLOW_REF": "contoso/sdk/.github/workflows/release.yml@refs/heads/main",
            },
            GitHubPublisher(repository="contoso/sdk", workflow="release.yml"),
        ),
        (
            {"CI_PROJECT_PATH": "contoso/team/sdk"},
            GitLabPublisher(repository="contoso/team/sdk", workflow_filepath=".gitlab-ci.yml"),
        ),
        (
            {"CI_PROJECT_PATH": "contoso/sdk", "CI_CONFIG_PATH": "ci/release.yml"},
            GitLabPublisher(repository="contoso/sdk", workflow_filepath="ci/release.yml"),
        ),
    ],
)
def test_the_job_is_the_publisher(environ: dict[str, str], expected: object) -> None:
    """By the variables of the CI, as a trusted publisher of PyPI is named."""
    assert publisher(environ) == expected


@pytest.mark.parametrize("environ", [{}, {"GITHUB_REPOSITORY": "contoso/sdk"}])
def test_a_job_that_does_not_say_who_it_is_blocks(environ: dict[str, str]) -> None:
    """Then nobody could check what it signs."""
    with pytest.raises(Blocked, match="does not say which workflow"):
        publisher(environ)


def refuse(audience: str) -> str | None:
    raise ValueError(f"no token for {audience}")


@pytest.mark.parametrize(
    ("identity", "why"),
    [
        (lambda _: None, "the CI offers no identity to this job"),
        (refuse, "no token for sigstore"),
    ],
)
def test_no_identity_no_signature(tmp_path: Path, identity: object, why: str) -> None:
    """It is said why, before anything was sent, and how to go without."""
    signer = Sigstore(identity)  # type: ignore[arg-type]  # what a CI may do
    with pytest.raises(Blocked, match=rf"cannot be attested, so nothing was sent: {why}") as caught:
        signer.sign([tmp_path / "demo-1.0.tar.gz"])
    assert "attestation-exempt" in caught.value.hint


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[Artifact, Path]]:
    made = []
    for name, kind in (("demo-1.0.tar.gz", Kind.SDIST), ("demo-1.0-py3-none-any.whl", Kind.WHEEL)):
        path = tmp_path / name
        path.write_text(name)
        made.append((Artifact(name, kind, sha256(path), path.stat().st_size), path))
    return made


Files = list[tuple[Artifact, Path]]


def test_each_file_goes_up_with_its_attestation(files: Files, tmp_path: Path) -> None:
    """What was signed is what is sent and what the index shows; a second command, that signs nothing, sees it too."""
    signer, index = FakeSigner(), FakeIndex()
    attesting = Attesting(signer, holds, index, index)
    attached = attesting.attached(files, tmp_path)
    for _, path in files:
        assert attached.upload(path).status == 200
    artifacts = [artifact for artifact, _ in files]
    assert attesting.missed("demo", "1.0", artifacts, attached) == {}
    again = attesting.attached([], tmp_path)
    assert attesting.missed("demo", "1.0", artifacts, again) == {}
    assert signer.signed == [path.name for _, path in files]


@pytest.mark.parametrize(
    ("signer", "why"),
    [
        (FakeSigner(refuses="the service is down"), "the service is down"),
        (FakeSigner(wrong=True), r"the attestation of demo-1\.0\.tar\.gz does not hold, so nothing was sent"),
    ],
)
def test_nothing_is_sent_without_a_good_attestation(files: Files, tmp_path: Path, signer: FakeSigner, why: str) -> None:
    """A signature that cannot be had, or is over something else, stops before the first byte."""
    index = FakeIndex()
    with pytest.raises(Blocked, match=why):
        Attesting(signer, holds, index, index).attached(files, tmp_path)
    assert index.sent == []


def test_what_the_index_lost_or_changed_is_told(files: Files, tmp_path: Path) -> None:
    """An attestation that is not shown, one of other bytes, one that is no attestation, and an index that is silent."""
    index = FakeIndex(keeps=False)
    attesting = Attesting(FakeSigner(), holds, index, index)
    attached = attesting.attached(files, tmp_path)
    sdist, wheel = (artifact for artifact, _ in files)
    index.shows[wheel.filename] = [made_up(wheel.filename, "0" * 64).model_dump(mode="json")]
    assert attesting.missed("demo", "1.0", [sdist, wheel], attached) == {
        sdist.filename: "the index shows none",
        wheel.filename: "the index shows another one: subject does not match distribution digest",
    }
    index.shows[sdist.filename] = [{"version": 2}]
    assert "it cannot be read: " in attesting.missed("demo", "1.0", [sdist], attached)[sdist.filename]
    index.unreadable = True
    assert attesting.missed("demo", "1.0", [sdist], attached) == {
        sdist.filename: "it cannot be read: the index answers 503 at /integrity/"
    }


def test_a_file_that_was_there_is_sent_with_none(files: Files, tmp_path: Path) -> None:
    """Only what is still to be sent is signed."""
    index = FakeIndex()
    Attached(index, {}).upload(files[0][1])
    assert index.shows == {files[0][1].name: []}
