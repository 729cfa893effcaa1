"""Evidence of several jobs in one store: what agrees, what does not, and what is not trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nox_release.check import Finding, Severity
from nox_release.cli import main
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import FOLDER, Store
from nox_release.merging import Merged, merge
from nox_release.model import Artifact, Evidence, Outcome, Stage

INPUTS = "a" * 64


class Jobs:
    """Stores of jobs, below one folder, as a CI lays them out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store(root / "workspace")

    def job(self, name: str, package: str = "core", content: str = "bytes", **changes: object) -> Store:
        """A job that built a wheel of *package*."""
        store = Store(self.root / "jobs" / name)
        made = self.root / f"{package}-1.0-py3-none-any.whl"
        made.write_text(content)
        evidence = Evidence(
            package, "1.0", Stage.BUILD_WHEEL, INPUTS, Outcome.PASSED, artifacts=(store.add(made),), started=1.0
        )
        store.save(replace(evidence, **changes))  # type: ignore[arg-type]
        return store

    def merge(self) -> Merged:
        return merge([self.root / "jobs"], self.store)

    def merged(self, package: str = "core", stage: Stage = Stage.BUILD_WHEEL) -> Evidence | None:
        return self.store.find(stage, package, INPUTS)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_what_agrees_comes_together(jobs: Jobs) -> None:
    """Each job's own, and once what both did; times and logs may differ."""
    jobs.job("one")
    jobs.job("two", started=2.0, duration=9.0, log="elsewhere", seconds={"BLD101": 1.0})
    jobs.job("two", "app")
    assert jobs.merge() == Merged(2, 2, 2)
    assert jobs.merged("core") and jobs.merged("app")
    assert jobs.merge() == Merged(2, 2, 2), "again is the same"


@pytest.mark.parametrize(
    "changes",
    [
        {"content": "other bytes"},
        {"outcome": Outcome.FAILED},
        {"facts": {"commit": "b" * 40}},
        {"tools": {"hatchling": "2"}},
        {"findings": (Finding("BLD101", "title", Severity.WARNING, "where", "fix"),)},
    ],
)
def test_two_that_tell_different_things_stop(jobs: Jobs, changes: dict[str, object]) -> None:
    """Of the same inputs there is one truth; nothing is taken, and both jobs are named."""
    jobs.job("one")
    jobs.job("two", **changes)  # type: ignore[arg-type]
    with pytest.raises(Blocked, match=r"jobs/one/\S+ and \S+jobs/two/\S+ tell different .*build-wheel of core 1\.0"):
        jobs.merge()
    assert not jobs.store.root.exists()


def test_answers_of_build_backends_come_along_and_have_to_agree(jobs: Jobs) -> None:
    """The job that publishes asks no backend, so what another asked is handed over."""
    for name in ("one", "two"):
        store = jobs.job(name)
        (store.folder("metadata", "b" * 32) / "core.metadata").write_text("Name: core\n")
    jobs.merge()
    assert (jobs.store.root / "metadata" / ("b" * 32) / "core.metadata").read_text() == "Name: core\n"
    (store.root / "metadata" / ("b" * 32) / "core.metadata").write_text("Name: evil\n")
    with pytest.raises(Blocked, match="what a build backend says of core"):
        jobs.merge()


@pytest.mark.parametrize("stage", [Stage.LINT_METADATA, Stage.PUBLISH])
def test_what_rests_on_the_index_is_not_taken(jobs: Jobs, stage: Stage) -> None:
    """Such jobs do not do it; code of a package could have written it."""
    store = jobs.job("one")
    store.save(Evidence("core", "1.0", stage, INPUTS, Outcome.PASSED))
    jobs.merge()
    assert jobs.merged() and not jobs.merged(stage=stage)


def _link(store: Store) -> None:
    (store.root / "evidence/test/core").mkdir(parents=True)
    (store.root / f"evidence/test/core/{INPUTS}.json").symlink_to("/etc/passwd")


def _link_to_folder(store: Store) -> None:
    (store.root / "evidence/test").symlink_to("/etc")


def _deep(store: Store) -> None:
    (store.root / "evidence/test/core/more").mkdir(parents=True)
    (store.root / "evidence/test/core/more/x.json").write_text("{}")


def _shallow(store: Store) -> None:
    (store.root / "evidence/x.json").write_text("{}")


def _moved(store: Store) -> None:
    (path,) = (store.root / "evidence").rglob("*.json")
    (store.root / "evidence/build-wheel/other").mkdir()
    path.rename(store.root / "evidence/build-wheel/other" / path.name)


def _broken(store: Store) -> None:
    (path,) = (store.root / "evidence").rglob("*.json")
    path.write_text("{")


def _nested(store: Store) -> None:
    (path,) = (store.root / "evidence").rglob("*.json")
    path.write_text("[" * 100_000)


def _endless(store: Store) -> None:
    (path,) = (store.root / "evidence").rglob("*.json")
    path.write_text(path.read_text().replace('"duration": 0.0', '"duration": NaN'))


def _other_bytes(store: Store) -> None:
    (path,) = (store.root / "artifacts").rglob("*.whl")
    path.write_text("evil!")


def _linked_artifact(store: Store) -> None:
    (path,) = (store.root / "artifacts").rglob("*.whl")
    path.rename(store.root / "there")
    path.symlink_to(store.root / "there")


def _outside(store: Store) -> None:
    artifact = Artifact("../../x", "wheel", "b" * 64, 1)  # type: ignore[arg-type]
    store.save(Evidence("core", "1.0", Stage.TEST, INPUTS, Outcome.PASSED, artifacts=(artifact,)))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_link, "does not belong among evidence"),
        (_link_to_folder, "does not belong among evidence"),
        (_deep, "does not belong among evidence"),
        (_shallow, "does not belong among evidence"),
        (_moved, "is evidence of something else"),
        (_broken, "is no evidence"),
        (_nested, "is no evidence"),
        (_endless, "is no evidence"),
        (_other_bytes, "no folder holds core-1.0-py3-none-any.whl with the sha256"),
        (_linked_artifact, "no folder holds core-1.0-py3-none-any.whl with the sha256"),
        (_outside, "no folder holds"),
    ],
)
def test_what_is_damaged_or_strange_stops(jobs: Jobs, spoil: Callable[[Store], None], said: str) -> None:
    """A job that runs code of packages can leave anything: nothing of it is taken."""
    spoil(jobs.job("one"))
    with pytest.raises(Blocked, match=said):
        jobs.merge()
    assert not jobs.store.root.exists()


def test_a_write_that_was_cut_off_is_passed_over(jobs: Jobs) -> None:
    """A job that was ended leaves what it was writing beside its place."""
    store = jobs.job("one")
    (store.root / "evidence/build-wheel/core/.new-x").write_text("{")
    assert jobs.merge().evidence == 1


def test_what_a_job_left_steers_no_terminal(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file's name is shown, and obeyed neither by a terminal nor by the CI that reads the log."""
    store = jobs.job("one")
    (store.root / "evidence/\x1b[2J\n::add-mask::x").touch()
    (jobs.root / "workspace").mkdir()
    monkeypatch.chdir(jobs.root / "workspace")
    assert main(["merge", str(store.root)]) == 1
    told = capsys.readouterr().err
    assert "does not belong among evidence" in told
    assert "\x1b" not in told and "\n::" not in told


def test_the_command(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """It takes folders of a job, or of all jobs, into the workspace that it is run in, and says how much, and where."""
    store = jobs.job("one")
    (jobs.root / "workspace").mkdir()
    monkeypatch.chdir(jobs.root / "workspace")
    assert main(["merge", str(store.root), str(jobs.root / "jobs")]) == 0
    into = jobs.root / "workspace" / FOLDER
    assert capsys.readouterr().out == f"merged 1 record and 1 artifact of 2 folders into {into}\n"
    assert jobs.store.root.name == FOLDER and jobs.merged()
    assert main(["merge", str(jobs.root / "workspace/absent")]) == Misuse.exit_code
    assert "holds no evidence" in capsys.readouterr().err
