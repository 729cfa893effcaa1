"""One command as JUnit XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from nox_release.exemptions import Stale
from nox_release.model import Outcome
from nox_release.plan import Plan
from nox_release.report.junit import junit
from nox_release.report.run import Entry, Run, State
from nox_release.workspace import Broken
from runs import LINT, SDIST, TEST, WHEEL, entry, finding, planned, run, warning


def parsed(told: Run) -> dict[str, ET.Element]:
    """Each suite by its name."""
    return {suite.get("name", ""): suite for suite in ET.fromstring(junit(told))}


def test_a_package_is_a_suite_and_a_stage_a_case() -> None:
    """What passed, failed, was blocked, not run or unchanged is what a CI system calls it, and it is counted."""
    entries = {
        LINT: entry(finding(), warning(), duration=2.0),
        SDIST: Entry(State.UNCHANGED, entry(finding("INS103", "x", exempt="known"), stage=SDIST).evidence),
        WHEEL: entry(stage=WHEEL, outcome=Outcome.BLOCKED, problem="no network", hint="try again"),
        TEST: Entry(State.NOT_RUN, why="not built"),
    }
    suite = parsed(run({"demo": entries}, duration=5.0))["demo"]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "4", "failures": "1", "errors": "1", "skipped": "1", "time": "3.000",
    }  # fmt: skip
    lint, sdist, wheel, test = suite
    assert (lint.get("classname"), lint.get("name"), lint.get("file")) == (
        "demo", "lint-metadata", "packages/demo/pyproject.toml",
    )  # fmt: skip
    failure = lint.find("failure")
    assert failure is not None
    assert failure.get("message") == "PRJ402 packages/demo/CHANGELOG.md:3: no entry"
    assert failure.text == (
        "error PRJ402 packages/demo/CHANGELOG.md:3: no entry\n  rule: The changelog has an entry\n  next: write it"
    )
    assert lint.findtext("system-out", "").startswith("warning SDI201 MANIFEST.in: no entry\n")
    assert sdist.findtext("system-out", "").startswith(
        "unchanged: not run again\nexempt INS103 x: no entry\n  because: known"
    )
    error, skipped = wheel.find("error"), test.find("skipped")
    assert error is not None
    assert (error.get("message"), error.text) == ("no network", "next: try again")
    assert skipped is not None
    assert skipped.get("message") == "not built"


def test_what_is_no_package_has_a_suite_too() -> None:
    """A broken target is an error, and so is a command that did not come to its end; notes are its output."""
    told = run(
        {"demo": {LINT: entry()}},
        Plan((planned(),), (Broken("other", ("other",), "no TOML", "mend it"),)),
        stopped="it was interrupted",
        stale=(Stale("ignore", "INS103", "so", "here", ("demo",)),),
    )
    suites = parsed(told)
    assert list(suites) == ["demo", "other", "nox-release"]
    assert [suite.get("errors") for suite in suites.values()] == ["0", "1", "1"]
    assert "stale: ignore INS103" in suites["nox-release"].findtext("testcase/system-out", "")


@given(st.text() | st.text(st.characters(codec=None)))
def test_any_text_is_valid_xml(text: str) -> None:
    """Whatever a package's files say, the file parses, and what XML can hold comes out as it was."""
    suite = parsed(run([finding(where=text, message=text, fix=text), warning(message=text, exempt=text)]))["demo"]
    failure = suite.find("testcase/failure")
    assert failure is not None
    plain = "".join(text.splitlines(keepends=True)).replace("\r\n", "\n").replace("\r", "\n")
    if all(character in "\t\n" or " " <= character < "\ud800" for character in plain) and text:
        assert plain in failure.get("message", "")
        assert plain in (failure.text or "")
