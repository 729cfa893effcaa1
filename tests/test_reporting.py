"""Where reports go: files, and the CI system."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from nox_release.report.run import Run
from nox_release.reporting import FILES, clear, tell, write
from runs import finding, run


def test_every_report_is_written(tmp_path: Path) -> None:
    """The folder holds all reports of one command, each readable by what it is made for."""
    write(run([finding()]), tmp_path / "report")
    assert {path.name for path in (tmp_path / "report").iterdir()} == set(FILES)
    assert json.loads((tmp_path / "report/report.json").read_bytes())["passed"] is False
    assert json.loads((tmp_path / "report/report.sarif").read_bytes())["version"] == "2.1.0"
    assert ET.parse(tmp_path / "report/junit.xml").getroot().tag == "testsuites"
    assert (tmp_path / "report/summary.md").read_text().startswith("## nox-release: 1 package\n")


def test_what_an_earlier_command_left_is_taken_away(tmp_path: Path) -> None:
    """Reports are removed, what somebody else put there is not, and an absent folder is none the worse."""
    clear(tmp_path / "absent")
    write(run(), tmp_path)
    (tmp_path / "mine.txt").touch()
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def told(environ: dict[str, str], folder: Path, command: Run | None = None) -> list[str]:
    return list(tell(command or run([finding()]), folder, environ))


def test_nobody_is_told_anything_outside_ci(tmp_path: Path) -> None:
    """On a desk nothing is printed and no summary written."""
    assert told({"GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_github_gets_annotations_and_the_summary(tmp_path: Path) -> None:
    """GitHub Actions is told each finding, and the summary is added to what other steps wrote."""
    path = tmp_path / "summary"
    path.write_text("before\n")
    (line,) = told({"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(path)}, tmp_path)
    assert line.startswith("::error file=packages/demo/CHANGELOG.md,line=3,")
    assert path.read_text().startswith("before\n## nox-release: 1 package\n")
    assert len(told({"GITHUB_ACTIONS": "true"}, tmp_path)) == 1


def test_a_summary_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """Where GitHub's file is none, that is told as a warning."""
    _, line = told({"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}, tmp_path)
    assert line == "::warning title=nox-release::the summary was not written: Is a directory"


def test_azure_pipelines_gets_annotations_and_the_place_of_the_summary(tmp_path: Path) -> None:
    """Azure Pipelines is told each finding, and where the summary is."""
    first, second = told({"TF_BUILD": "True"}, tmp_path)
    assert first.startswith("##vso[task.logissue type=error;sourcepath=packages/demo/CHANGELOG.md;")
    assert second == f"##vso[task.uploadsummary]{tmp_path}/summary.md"
