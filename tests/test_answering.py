"""What a worker answers to a session: metadata of backends, what an index has, what a CI says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backends import own_backend
from checkouts import EPOCH, Checkout
from nox_release.record import from_json
from nox_release.repository import Repository
from nox_release.work import GateAnswer, GateOrder, MetadataOrder, SurveyAnswer, SurveyOrder
from nox_release.workspace import discover
from scripted_index import scripted_index
from workers import MACHINE, carry_out, chain


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
    assert carry_out("metadata", asked, tmp_path) == 0
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
    assert carry_out("metadata", asked, tmp_path) == 0
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
    assert carry_out("metadata", metadata_order(root, tmp_path / "answers", "demo"), tmp_path) == 0
    environ, at_home = json.loads((tmp_path / "seen").read_text())
    assert at_home == []
    assert environ["HOME"] != os.environ.get("HOME")
    assert environ["SOURCE_DATE_EPOCH"] == str(EPOCH)
    assert "PIP_INDEX_URL" not in environ


def test_a_survey_is_answered_from_the_index(tmp_path: Path) -> None:
    """The answer lies where the order says, and tells what the index has."""
    page = {"meta": {"api-version": "1.1"}, "name": "demo", "files": [
        {"filename": "demo-1.0.tar.gz", "url": "/f/demo-1.0.tar.gz", "hashes": {"sha256": "1" * 64}}]}  # fmt: skip
    with scripted_index() as script:
        script.answers["/simple/demo/"] = (200, "application/vnd.pypi.simple.v1+json", json.dumps(page).encode())
        repository = Repository("x", f"{script.url}/legacy/", f"{script.url}/simple/")
        asked = SurveyOrder(tmp_path, repository, {"demo": "1.0"}, tmp_path / "answer")
        assert carry_out("survey", asked, tmp_path) == 0
    (shelf,) = from_json(SurveyAnswer, asked.answer.read_bytes()).shelves.values()
    assert (shelf.last, [file.sha256 for file in shelf.files]) == ("1.0", ["1" * 64])


def test_a_gate_that_is_none_is_answered_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the CI does not say is no crash of the worker, but an answer."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    assert carry_out("gate", GateOrder(tmp_path / "answer"), tmp_path) == 0
    answer = from_json(GateAnswer, (tmp_path / "answer").read_bytes())
    assert answer.gate is None
    assert "no job of GitHub Actions" in answer.problem
