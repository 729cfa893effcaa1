"""Annotations of CI systems, and that no text of a package is a command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.exemptions import Stale
from nox_release.model import Outcome
from nox_release.plan import Plan
from nox_release.report.annotations import SHOWN, Annotation, azure, github, marks, rendering, summary_command
from nox_release.workspace import Broken
from runs import LINT, entry, finding, planned, run, warning

ERROR = Annotation("error", "PRJ402 demo", "no entry. Next: write it", "PRJ402", "packages/demo/CHANGELOG.md", 3)
HOSTILE = st.text() | st.from_regex(r"[a-z%:;,\]\r\n]*(::|##vso\[|##\[)[a-z=;:,%\]\r\n]*", fullmatch=True)


def test_a_finding_is_marked_where_it_is() -> None:
    """A finding in a file is marked on its line; any other on the file that describes the package, with its place."""
    assert list(marks(run([finding(), warning("ART104", "x.whl: a.py"), finding(exempt="so")], prefix="sub/"))) == [
        Annotation(
            "error", "PRJ402 demo", "no entry. Next: write it", "PRJ402", "sub/packages/demo/CHANGELOG.md", 3
        ),
        Annotation(
            "warning", "ART104 demo", "x.whl: a.py: no entry. Next: write it", "ART104",
            "sub/packages/demo/pyproject.toml",
        ),
    ]  # fmt: skip


def test_what_could_not_be_looked_at_is_an_error() -> None:
    """Blocked packages, broken targets and an unfinished command are errors; a stale entry is a warning."""
    told = run(
        {"demo": {LINT: entry(outcome=Outcome.BLOCKED, problem="no network")}},
        Plan((planned(),), (Broken("other", ("o",), "it is no TOML.", "mend it"),)),
        stopped="it was interrupted",
        stale=(Stale("ignore", "INS103", "so", "[tool.nox-release]", ("demo",)),),
    )
    assert list(marks(told)) == [
        Annotation("error", "nox-release", "the command did not come to its end: it was interrupted"),
        Annotation("error", "other", "it is no TOML. Next: mend it"),
        Annotation("error", "lint-metadata of demo is blocked", "no network", file="packages/demo/pyproject.toml"),
        Annotation(
            "warning", "stale",
            "ignore INS103 in [tool.nox-release] matches nothing any more in demo: take it out", file="pyproject.toml",
        ),
    ]  # fmt: skip


def test_errors_come_first_and_their_number_is_bounded() -> None:
    """No more of each level than is shown, errors before warnings."""
    found = [warning(where=str(place)) for place in range(30)] + [finding(where=str(place)) for place in range(30)]
    assert [item.level for item in marks(run(found))] == ["error"] * SHOWN + ["warning"] * SHOWN


@pytest.mark.parametrize(
    ("item", "gh", "az"),
    [
        (
            ERROR,
            "::error file=packages/demo/CHANGELOG.md,line=3,title=PRJ402 demo::no entry. Next: write it",
            "##vso[task.logissue type=error;sourcepath=packages/demo/CHANGELOG.md;linenumber=3;code=PRJ402;]"
            "PRJ402 demo: no entry. Next: write it",
        ),
        (
            Annotation("warning", "a:b,c", "100%\n::error::d ##vso[x]", file="e;f],g"),
            "::warning file=e;f]%2Cg,title=a%3Ab%2Cc::100%25 ::error::d # #vso[x]",
            "##vso[task.logissue type=warning;sourcepath=e%3Bf%5D,g;]a:b,c: 100%AZP25 ::error::d # #vso[x]",
        ),
    ],
)
def test_how_it_is_written(item: Annotation, gh: str, az: str) -> None:
    """Each system has its own form, and its own way to write what would end a part of it."""
    assert github(item) == gh
    assert azure(item) == az


@given(HOSTILE, HOSTILE, HOSTILE)
def test_github_reads_back_what_was_meant(title: str, message: str, file: str) -> None:
    """Read as the runner reads it, the command is one line, its properties are ours, and nothing is a second one."""
    line = github(Annotation("error", f"t{title}", message, "CODE", f"f{file}", 7))
    assert len(line.splitlines()) == 1
    found = re.fullmatch(r"::error ([^:]*)::(.*)", line)
    assert found
    properties = dict(part.split("=", 1) for part in found[1].split(","))
    assert properties.keys() == {"file", "line", "title"}
    assert properties["line"] == "7"
    assert "##[" not in line
    assert re.sub("%(0A|0D|25)", "", found[2]).count("%") == 0


@given(HOSTILE, HOSTILE, HOSTILE)
def test_azure_reads_back_what_was_meant(title: str, message: str, file: str) -> None:
    """Read as the agent reads it, the command is one line, its properties are ours, and nothing is a second one."""
    line = azure(Annotation("error", title, message, "CODE", f"f{file}", 7))
    assert len(line.splitlines()) == 1
    found = re.fullmatch(r"##vso\[task\.logissue ([^\]]*)\](.*)", line)
    assert found
    properties = dict(part.split("=", 1) for part in found[1].rstrip(";").split(";"))
    assert properties.keys() == {"type", "sourcepath", "linenumber", "code"}
    assert properties["linenumber"] == "7"
    assert line.count("##vso[") == 1
    assert "##[" not in line


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"CI": "true"}, None),
        ({"GITHUB_ACTIONS": "true"}, github),
        ({"GITHUB_ACTIONS": "false"}, None),
        ({"TF_BUILD": "True"}, azure),
        ({"TF_BUILD": ""}, None),
    ],
)
def test_who_takes_annotations(environ: dict[str, str], expected: object) -> None:
    """GitHub Actions and Azure Pipelines say that they are there; nobody else is told anything."""
    assert rendering(environ) is expected


def test_a_summary_is_handed_over() -> None:
    """Azure Pipelines is told where the file is."""
    assert summary_command("/w/100%/summary.md") == "##vso[task.uploadsummary]/w/100%AZP25/summary.md"
