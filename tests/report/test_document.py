"""One command as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

import nox_release
from nox_release.codes import known
from nox_release.exemptions import Stale, Unselected
from nox_release.model import Artifact, Kind, Outcome
from nox_release.plan import Plan
from nox_release.report.document import document
from nox_release.report.run import Entry, Run, State
from nox_release.workspace import Broken
from runs import LINT, SDIST, TEST, VERIFY, WHEEL, entry, finding, planned, run, warning

SCHEMA = jsonschema.Draft202012Validator(
    json.loads(Path(nox_release.__file__).with_name("report.schema.json").read_text())
)


def written(told: Run) -> dict[str, Any]:
    """What a reader of the file has."""
    value = json.loads(json.dumps(document(told)))
    SCHEMA.validate(value)
    return dict(value)


def test_the_schema_is_one() -> None:
    """What is published is a JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA.schema)


def test_all_that_is_known_is_in_it() -> None:
    """Every outcome, finding, artifact and exemption has its place in the published form."""
    built = (Artifact("demo-1.0.tar.gz", Kind.SDIST, "0" * 64, 10),)
    entries = {
        LINT: entry(finding(), warning(exempt="so"), seconds={"PRJ402": 0.5}, tools={"docutils": "1"}, started=3.0),
        SDIST: entry(stage=SDIST, artifacts=built, facts={"commit": "c"}),
        WHEEL: Entry(State.UNCHANGED, entry(stage=WHEEL).evidence),
        VERIFY: entry(stage=VERIFY, outcome=Outcome.BLOCKED, problem="no network", hint="try again"),
        TEST: Entry(State.NOT_RUN, why="not built"),
    }
    told = written(
        run(
            {"demo": entries},
            Plan((planned(),), (Broken("other", ("other",), "no TOML", "mend it"),), "c" * 40, uncommitted=("x",)),
            version="0.1.0", started=1.0, duration=2.0, prefix="sub/", stopped="it was interrupted",
            unselected=(Unselected({"PRJ": "first"}, ("ART104",), ("demo",)),),
            stale=(Stale("ignore", "INS103", "so", "here", ("demo",)),),
        )
    )  # fmt: skip
    (package,) = told.pop("packages")
    assert told == {
        "schema": 1, "version": "0.1.0", "passed": False, "stopped": "it was interrupted", "started": 1.0,
        "duration": 2.0, "commit": "c" * 40, "uncommitted": ["x"], "prefix": "sub/",
        "broken": [{"name": "other", "message": "no TOML", "hint": "mend it"}],
        "not_looked_at": [{"select": {"PRJ": "first"}, "codes": ["ART104"], "packages": ["demo"]}],
        "stale": [{"key": "ignore", "entry": "INS103", "said": "so", "place": "here", "packages": ["demo"]}],
    }  # fmt: skip
    assert {stage: item["outcome"] for stage, item in package["stages"].items()} == {
        LINT: "failed", SDIST: "passed", WHEEL: "unchanged", VERIFY: "blocked", TEST: "not run",
    }  # fmt: skip
    assert package["stages"][LINT]["seconds"] == {"PRJ402": 0.5}
    assert package["stages"][SDIST]["artifacts"] == [
        {"filename": "demo-1.0.tar.gz", "kind": "sdist", "sha256": "0" * 64, "size": 10}
    ]
    assert package["stages"][VERIFY]["hint"] == "try again"
    assert package["stages"][TEST] == {"outcome": "not run", "problem": "not built"}
    error, exempt = package["findings"]
    assert error == {
        "stage": "lint-metadata", "code": "PRJ402", "title": "The changelog has an entry", "severity": "error",
        "pypi": False, "message": "no entry", "where": "CHANGELOG.md:3", "file": "packages/demo/CHANGELOG.md",
        "line": 3, "archive": "", "member": "", "fix": "write it", "exempt": "", "url": known()["PRJ402"].url,
    }  # fmt: skip
    assert (exempt["code"], exempt["exempt"]) == ("SDI201", "so")


def test_what_passed() -> None:
    """A command that came to its end with nothing amiss has passed; a warning or an exemption is not amiss."""
    assert written(run([warning(), finding(exempt="so")]))["passed"] is True
    assert written(run([finding()]))["passed"] is False
    assert written(run(stopped="it was interrupted"))["passed"] is False
    assert written(run({"demo": {LINT: Entry(State.NOT_RUN, why="so")}}))["passed"] is False


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_written(text: str) -> None:
    """Whatever a check said, the file is JSON of the published form."""
    told = run([finding(where=text, message=text), finding("XYZ999", text)])
    SCHEMA.validate(json.loads(json.dumps(document(told))))
