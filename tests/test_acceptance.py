"""One verdict on one file, and the command that looks at many."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archives import make_sdist, make_wheel
from nox_release import examine, worker
from nox_release.acceptance import RULES_OF, accept, accept_all, accepted
from nox_release.check import Rules
from nox_release.errors import Blocked
from nox_release.report.answers import State

URL = "Home-page: ftp://contoso.com\n"


def test_a_sound_file_is_accepted(tmp_path: Path) -> None:
    """Neither its bytes nor its name nor its metadata break a rule."""
    for path in (make_sdist(tmp_path, {"demo.py": ""}), make_wheel(tmp_path, {"demo.py": ""})):
        assert [finding.code for finding in accept(path)] == []


def test_bytes_name_and_metadata_make_one_verdict(tmp_path: Path) -> None:
    """What is wrong with each is in it, with the seconds of every check."""
    path = make_wheel(tmp_path, {"demo.py": ""}, more=URL)
    moved = path.rename(tmp_path / "Demo-1.0-py3-none-linux_x86_64.whl")
    verdict = accept(moved)
    families = {finding.code[:3] for finding in verdict}
    assert families == {"ARC", "FNM", "MTD"}
    assert not accepted(verdict)
    assert {"ARC", "FNM", "MTD"} == {code[:3] for code in verdict.seconds}


def test_licences_are_looked_for_where_they_belong(tmp_path: Path) -> None:
    """An sdist has them below its top folder, a wheel in licenses/."""
    more = "License-File: LICENSE\n"
    for content, there in (({"LICENSE": "x"}, True), ({"licence.txt": "x"}, False)):
        metadata = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n" + more
        path = make_sdist(tmp_path, {**content, "PKG-INFO": metadata})
        assert ("MTD704" in [finding.code for finding in accept(path)]) is not there


def test_rules_of_our_own_do_not_decide(tmp_path: Path) -> None:
    """Nor does what the configuration lets pass change what PyPI does."""
    unknown = accept(make_sdist(tmp_path, {"demo.py": ""}, more="Colour: red\n"))
    assert [finding.code for finding in unknown] == ["MTD105"]
    assert unknown.fails and accepted(unknown)
    exempt = accept(make_sdist(tmp_path, {"demo.py": ""}, more=URL), Rules({"MTD502": "it is an old page"}))
    assert not exempt.fails and not accepted(exempt)


def test_of_several_files_each_finding_says_in_which(tmp_path: Path) -> None:
    """A release has two."""
    verdict = accept_all(
        (make_sdist(tmp_path, {"demo.py": ""}, more=URL), make_wheel(tmp_path, {"demo.py": ""}, more=URL))
    )
    assert [finding.where for finding in verdict] == [
        "demo-1.0.tar.gz: Home-page", "demo-1.0-py3-none-any.whl: Home-page",
    ]  # fmt: skip


def test_what_cannot_be_read_is_blocked(tmp_path: Path) -> None:
    """A file that is not there is no file that PyPI refuses."""
    with pytest.raises(Blocked):
        accept(tmp_path / "demo-1.0.tar.gz")


def told(form: str, *files: Path) -> tuple[int, str]:
    command = [sys.executable, "-I", worker.__file__, "accept", form, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """An accepted file, a refused one, and one that cannot be read."""
    dangling = tmp_path / "gone-1.0.tar.gz"
    dangling.symlink_to(tmp_path / "nowhere")
    return [make_wheel(tmp_path, {"demo.py": ""}), make_sdist(tmp_path, {"demo.py": ""}, more=URL), dangling]


def test_the_exit_code_is_pypis_verdict(files: list[Path]) -> None:
    """Refused and not looked at are both no."""
    assert [told("text", file)[0] for file in files] == [0, 1, 1]
    assert told("text", *files)[0] == 1


def test_text_names_each_file_in_order_and_closes_with_the_date(files: list[Path]) -> None:
    """With whose rule it is, and what to do."""
    said = told("text", *files)[1]
    lines = said.splitlines()
    assert lines[0] == f"accepted  {files[0]}"
    assert lines[1] == f"refused   {files[1]}"
    assert lines[2].startswith("  error MTD502 (PyPI) Home-page: 'ftp://contoso.com'")
    assert lines[5].startswith(f"blocked   {files[2]}: ")
    assert lines[6].startswith(f"1 accepted, 1 refused, 1 blocked, by PyPI's rules of {RULES_OF}")


def test_json_has_one_object_a_file(files: list[Path]) -> None:
    """With the verdict, the date of the rules and the findings; unknown is null."""
    answers: list[dict[str, Any]] = json.loads(told("json", *files)[1])
    assert [answer["file"] for answer in answers] == list(map(str, files))
    assert [answer["accepted"] for answer in answers] == [True, False, None]
    assert answers[1]["findings"] == [
        {
            "code": "MTD502", "severity": "error", "pypi": True, "message": "'ftp://contoso.com'", "where": "Home-page",
            "fix": "write an http or https URL",
        }
    ]  # fmt: skip
    assert answers[2]["problem"]
    assert {answer["rules_of"] for answer in answers} == {RULES_OF.isoformat()}


def test_sarif_has_rules_and_results(files: list[Path]) -> None:
    """Every result names a rule that is described, and a file."""
    document = json.loads(told("sarif", *files)[1])
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    refused, blocked = run["results"]
    assert refused["ruleId"] == "MTD502" and refused["ruleId"] in rules
    assert refused["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == str(files[1])
    assert blocked["level"] == "error"


ENDLESS_LINE, ENDLESS_TEXT = "[a]\nb = " + " " * 2000, "\n" + "x" * (9 << 20)


@pytest.mark.parametrize(
    ("more", "points", "codes", "state"),
    [
        ("", ENDLESS_LINE, ["ARC201"], State.BLOCKED),
        (ENDLESS_TEXT, "", ["MTD101"], State.BLOCKED),
        (URL, ENDLESS_LINE, ["ARC201", "MTD502"], State.REFUSED),
        (URL + ENDLESS_TEXT, "", ["MTD101"], State.BLOCKED),
    ],
)
def test_what_was_not_looked_at_is_neither_accepted_nor_a_reason_to_refuse(
    more: str, points: str, codes: list[str], state: State, tmp_path: Path
) -> None:
    """A refusal for what was looked at stays one; a name in metadata that were not read is not missing."""
    answer = examine.look(str(make_wheel(tmp_path, {"demo.py": ""}, more=more, entry_points=points)))
    assert ([finding.code for finding in answer.findings], answer.state) == (codes, state)
    assert bool(answer.problem) is (state is State.BLOCKED)


def test_an_unforeseen_end_is_told_of_its_file_alone(tmp_path: Path) -> None:
    """What takes too long is not looked at to its end."""
    path = make_sdist(tmp_path, {"demo.py": ""})
    assert examine.look(str(path)).problem == ""
    assert examine.look(str(tmp_path / "absent-1.0.tar.gz")).problem
