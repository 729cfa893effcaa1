"""Each look of the doctor at a real checkout, with fakes for programs and the index."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from checkouts import Checkout
from fakes import FakeInquire, FakeRun
from nox_release.arguments import parse
from nox_release.chain import Chain
from nox_release.checks.doctor import Area
from nox_release.config import Config, Override
from nox_release.errors import Misuse
from nox_release.health import Checkup, unmatched
from nox_release.process import Completed, Run
from nox_release.release import candidate_of
from nox_release.report.doctor import healthy
from nox_release.standing import Shelf
from nox_release.work import SurveyAnswer
from workspaces import package

OPTIONS = ("--repository-url", "http://127.0.0.1:9/legacy/", "--index-url", "http://127.0.0.1:9/simple/")
KEY = "ssh-ed25519 AAAAC3Nz"
SIGNED = '[tool.nox-release]\napproval = "signed"\n'
KEYGEN = Completed(255, "Too few arguments for verify: missing namespace")
ANSWER = SurveyAnswer({"core": Shelf(exists=True)}, source="TWINE_PASSWORD")


class Patient:
    """A workspace of the package ``core`` with a remote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkout = Checkout.new(folder / "workspace", {"noxfile.py": "", **package("core")})
        Checkout.new(folder / "remote.git")
        self.set("remote.origin.url", str(folder / "remote.git"))
        self.set("user.name", "Ada")
        self.set("user.email", "ada@example.org")
        self.chains: list[Chain] = []

    def set(self, key: str, value: str) -> None:
        self.checkout.git("config", key, value)

    def commit(self, files: Mapping[str, str]) -> None:
        self.checkout.write(files)
        self.checkout.commit()

    def areas(self, *targets: str, run: Run | None = None, unclear: Misuse | None = None) -> dict[str, Area]:
        """What is found, by its title."""
        arguments = parse([*(targets or ("all",)), *OPTIONS])
        chain = Chain(
            self.checkout.root, arguments, time.time(), None if unclear else candidate_of(arguments.wanted, {})
        )
        self.chains.append(chain)
        environ = {"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}
        run = run or FakeRun({"uv --version": Completed(0, "uv 0.9.1 (x)"), "ssh-keygen": KEYGEN})
        found = tuple(Checkup(chain, unclear, environ, FakeInquire({"survey": ANSWER}), run).areas())
        assert "\n".join(healthy(found))  # whatever is found can be told
        return {area.title: area for area in found}


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    made = Patient(tmp_path)
    yield made
    for chain in made.chains:
        chain.close()


def codes(area: Area) -> list[str]:
    return [finding.code for finding in area.verdict]


def test_all_is_well(patient: Patient) -> None:
    """Each area says what is there; credentials are told by where they come from."""
    found = patient.areas()
    assert list(found) == ["configuration", "packages", "pythons", "machine", "git", "index"]
    assert not [area for area in found.values() if area.fails]
    assert found["packages"].facts == ("1 looked at", "all committed")
    assert "uv 0.9.1" in found["machine"].facts
    assert "Ada <ada@example.org>" in found["git"].facts
    assert "credentials: TWINE_PASSWORD" in found["index"].facts


def test_a_configuration_that_cannot_be_read_hides_nothing_else(patient: Patient) -> None:
    """What needs it says so; git and the machine are looked at all the same."""
    patient.commit({"pyproject.toml": "[tool.nox-release]\naproval = 'signed'\n"})
    found = patient.areas()
    (told,) = found["configuration"].blocked
    assert "unknown key aproval" in told.message and told.misuse
    assert ["above" in found[title].blocked[0].message for title in ("packages", "pythons", "index")] == [True] * 3
    assert not found["git"].fails and not found["machine"].fails


def test_an_index_that_is_not_named_clearly(patient: Patient) -> None:
    """It alone is not looked at."""
    found = patient.areas(unclear=Misuse("there is no repository x", "name a section"))
    assert [title for title, area in found.items() if area.fails] == ["index"]


def test_every_broken_package_is_told(patient: Patient) -> None:
    """Each with its own message, and the sound one is looked at."""
    patient.commit({"a/pyproject.toml": "[project", "b/pyproject.toml": "[project"})
    found = patient.areas()["packages"]
    assert [item.message.partition(":")[0] for item in found.blocked] == ["a", "b"]
    assert found.facts[0] == "1 looked at"


def test_without_git_the_rest_is_told(tmp_path: Path) -> None:
    """No checkout: what lies on the machine is still looked at."""
    (tmp_path / "plain").mkdir()
    chain = Chain(tmp_path / "plain", parse(["all"]), time.time(), None)
    found = {area.title: area for area in Checkup(chain, Misuse("x"), {"HOME": str(tmp_path)}, run=FakeRun()).areas()}
    assert "not in a git checkout" in found["configuration"].blocked[0].message
    assert any("GiB free" in fact for fact in found["machine"].facts)


def test_remote_and_committer(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A remote that is not there, and a git that may not guess who commits."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    patient.checkout.git("config", "--unset", "user.email")
    patient.set("user.useConfigOnly", "true")
    patient.set("remote.origin.url", str(patient.folder / "gone.git"))
    assert codes(patient.areas()["git"]) == ["DOC301", "DOC302"]


@pytest.mark.parametrize(
    ("settings", "gpg", "said"),
    [
        ({"user.signingKey": "AB12"}, Completed(0, "sec:u:255:22:AB12:"), ""),
        ({}, Completed(0, "gpg: keybox created\n"), "gpg has no secret key"),
        ({"user.signingKey": "AB12"}, Completed(2, "gpg: error"), "gpg has no secret key AB12"),
        ({"gpg.program": "gpg2"}, Completed(127, ""), "gpg2, which is not installed"),
        ({"gpg.format": "ssh"}, Completed(0, ""), "user.signingKey names none"),
        ({"gpg.format": "ssh", "user.signingKey": "/nowhere/id"}, Completed(0, ""), "there is no key at /nowhere/id"),
        ({"gpg.format": "ssh", "user.signingKey": f"key::{KEY}"}, Completed(0, ""), ""),
        ({"gpg.format": "x509"}, Completed(0, ""), ""),
        ({"tag.gpgSign": "false", "gpg.format": "ssh"}, Completed(0, ""), ""),
    ],
)
def test_tags_that_are_to_be_signed(patient: Patient, settings: Mapping[str, str], gpg: Completed, said: str) -> None:
    """Git's own settings are read; nothing is signed as a test."""
    for key, value in {"tag.gpgSign": "true", **settings}.items():
        patient.set(key, value)
    found = patient.areas(run=FakeRun({"gpg": gpg, "uv": Completed(0, "uv 1")}))["git"]
    assert [finding.code for finding in found.verdict] == (["DOC303"] if said else [])
    assert all(said in finding.message for finding in found.verdict)


@pytest.mark.parametrize(
    ("signers", "keygen", "expected"),
    [
        (f"# who may\nada@example.org {KEY}\n", KEYGEN, []),
        (f'ada@example.org namespaces="x" {KEY} comment\n', KEYGEN, []),
        ("bob@example.org ssh-ed25519 BBBB\n", KEYGEN, ["DOC703"]),
        ("", KEYGEN, ["DOC702", "DOC703"]),
        (None, KEYGEN, ["DOC702"]),
        (f"ada@example.org {KEY}\n", Completed(127, ""), ["DOC701"]),
        (f"ada@example.org {KEY}\n", Completed(1, "unknown option -- Y"), ["DOC701"]),
    ],
)
def test_keys_where_approvals_are_signed(
    patient: Patient, signers: str | None, keygen: Completed, expected: list[str]
) -> None:
    """The committed file counts, and the keys of this user are those of ~/.ssh and the agent."""
    (patient.folder / ".ssh").mkdir()
    (patient.folder / ".ssh/id_ed25519.pub").write_text(f"{KEY} ada@laptop\n")
    files = {"pyproject.toml": SIGNED} | ({} if signers is None else {".github/allowed_signers": signers})
    patient.commit(files)
    run = FakeRun({"ssh-keygen": keygen, "uv": Completed(0, "uv 1"), "ssh-add": Completed(2, "no agent")})
    assert codes(patient.areas(run=run)["keys"]) == expected


def test_signers_that_are_not_committed_do_not_count(patient: Patient) -> None:
    """As when approvals are checked: what lies in the folder lets nobody approve."""
    patient.commit({"pyproject.toml": SIGNED})
    patient.checkout.write({".github/allowed_signers": f"ada@example.org {KEY}\n"})
    run = FakeRun({"ssh-keygen": KEYGEN, "uv": Completed(0, "uv 1"), "ssh-add": Completed(2, "no agent")})
    assert codes(patient.areas(run=run)["keys"]) == ["DOC702"]


def test_the_agents_key_is_yours_too(patient: Patient) -> None:
    """What lies on a security key or is forwarded has no file here."""
    patient.commit({"pyproject.toml": SIGNED, ".github/allowed_signers": f"ada@example.org {KEY}\n"})
    run = FakeRun({"ssh-keygen": KEYGEN, "uv": Completed(0, "uv 1"), "ssh-add": Completed(0, f"{KEY} token\n")})
    assert codes(patient.areas(run=run)["keys"]) == []


def test_patterns_that_match_nothing() -> None:
    """Of folders and of names; one that matches a folder that is left out is of use."""
    config = Config(
        packages=("sdk/*", "gone/*"),
        exclude=("sdk/old", "sdk/older"),
        overrides=(Override(("core-*", "x-*"), {}), Override(("core-a",), {})),
    )
    assert list(unmatched(config, ("sdk/a", "sdk/old"), {"core-a"})) == [
        ("packages", "gone/*"),
        ("exclude", "sdk/older"),
        ("[[tool.nox-release.overrides]] number 1", "x-*"),
    ]
