"""The closing text: findings by package, then the table, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from nox_release.exemptions import Stale, Unselected
from nox_release.model import Outcome
from nox_release.plan import Plan
from nox_release.report.closing import closing
from nox_release.report.run import Entry, State
from nox_release.workspace import Broken
from runs import LINT, SDIST, TEST, entry, finding, planned, run, warning

REPORTS = "reports: .nox-release/report/ has report.json, junit.xml, report.sarif and summary.md"
NEXT = "next: mend what is told above, then type the same command again; what passed is not run again"


def test_what_passed_is_a_table() -> None:
    """Where nothing was found there is nothing but the table."""
    assert list(closing(run())) == ["", "package   lint-metadata", "--------  -------------", "demo 1.0  ok 1.0s", ""]


def test_findings_of_all_stages_stand_under_their_package() -> None:
    """Errors come first, then warnings, then what is let pass, by code and place; what has one remedy says it once."""
    entries = {
        LINT: entry(
            warning("PRJ401", "pyproject.toml", fix="add it", message=""),
            finding(exempt="later"),
            finding("PRJ403", "CHANGELOG.md:20"),
            finding("PRJ403", "CHANGELOG.md:3"),
        ),
        TEST: entry(
            finding("TST102", "test_x", fix="read the log", title="The tests pass", message="it failed", pypi=True),
            stage=TEST,
        ),
    }
    lines = list(closing(run({"demo": entries})))
    assert lines[: lines.index("package   lint-metadata  test")] == [
        "",
        "demo 1.0 (packages/demo)",
        "  error PRJ403 packages/demo/CHANGELOG.md:3: no entry",
        "  error PRJ403 packages/demo/CHANGELOG.md:20: no entry",
        "    rule: The changelog has an entry",
        "    next: write it",
        "  error TST102 test_x: it failed",
        "    rule: The tests pass (PyPI refuses what breaks it)",
        "    next: read the log",
        "  warning PRJ401 packages/demo/pyproject.toml: the rule is not kept",
        "    rule: The changelog has an entry",
        "    next: add it",
        "  exempt PRJ402 packages/demo/CHANGELOG.md:3: no entry",
        "    because: later",
        "  log of lint-metadata: .nox-release/logs/1/lint-metadata/demo.log",
        "  log of test: .nox-release/logs/1/test/demo.log",
        "",
    ]
    assert lines[-3:] == ["", NEXT, REPORTS]


def test_what_two_stages_found_is_told_once() -> None:
    """The same finding of both builds is one finding."""
    told = finding("BLD003", "x")
    lines = list(closing(run({"demo": {LINT: entry(told), SDIST: entry(told, stage=SDIST)}})))
    assert sum("error BLD003" in line for line in lines) == 1


def test_a_severity_of_the_configuration_is_told() -> None:
    """A finding that is declared otherwise says so."""
    lines = list(closing(run([warning("ART104", "x"), finding("SDI201", "y")])))
    told = [line for line in lines if line.startswith("    rule: ")]
    assert told[0].endswith("(a warning if the configuration did not say otherwise)")
    assert told[1].endswith("(an error if the configuration did not say otherwise)")


def test_thousands_of_one_kind_are_counted() -> None:
    """Of findings with one remedy ten are told, and where the others are."""
    lines = list(closing(run([finding(where=f"member{number}") for number in range(20_000)])))
    assert sum("error PRJ402 member" in line for line in lines) == 10
    assert "  error PRJ402 19990 more: .nox-release/report/report.json has them all" in lines
    assert len(lines) < 30


def test_what_is_blocked_says_why_and_what_next() -> None:
    """A package that could not be looked at has the problem, the hint and its log; without evidence what is known."""
    blocked = entry(outcome=Outcome.BLOCKED, problem="no network", hint="try again")
    lines = list(closing(run({"demo": {LINT: blocked, TEST: Entry(State.BLOCKED, why="no answer")}})))
    assert lines[2:7] == [
        "  blocked lint-metadata: no network",
        "    next: try again",
        "  log of lint-metadata: .nox-release/logs/1/lint-metadata/demo.log",
        "  blocked test: no answer",
        "    next: run the command again",
    ]


def test_a_screen_for_many_packages_stays_readable() -> None:
    """Of more than five packages warnings and exemptions are counted by code; errors are still told in full."""
    names = [f"p{number}" for number in range(6)]
    entries = {name: {LINT: entry(warning(title="Complete"), finding("INS103", "x", exempt="known"))} for name in names}
    entries["p3"] = {LINT: entry(finding(), warning(title="Complete"))}
    lines = list(closing(run(entries)))
    assert lines[: lines.index("package  lint-metadata")] == [
        "",
        "p3 1.0 (packages/p3)",
        "  error PRJ402 packages/p3/CHANGELOG.md:3: no entry",
        "    rule: The changelog has an entry",
        "    next: write it",
        "  log of lint-metadata: .nox-release/logs/1/lint-metadata/demo.log",
        "",
        "6 warnings in 6 packages, each in .nox-release/report/report.json:",
        "  SDI201 6 times (Complete): p0, p1, p2 and 3 more",
        "",
        "let pass: INS103 5 times in p0, p1, p2 and 2 more: known",
        "",
    ]


def test_exempt_tests_are_told_by_their_reason() -> None:
    """Packages whose tests were not run for the same reason share a line."""
    exempt = {TEST: entry(stage=TEST, facts={"exempt": "no tests yet"})}
    lines = list(closing(run(dict.fromkeys(("a", "b"), exempt))))
    assert lines[:3] == ["", "exempt: the tests of a, b were not run: no tests yet", ""]


def test_packages_that_no_index_was_asked_about_are_told() -> None:
    """The reason is told once for all that share it."""
    exempt = {LINT: entry(facts={"index exempt": "a walled garden"})}
    lines = list(closing(run(dict.fromkeys(("a", "b"), exempt))))
    assert lines[:3] == ["", "exempt: the index was not asked about a, b: a walled garden", ""]


def test_what_the_configuration_takes_out_is_told() -> None:
    """What was not looked at is told with the reason, and an entry that nothing needs as stale."""
    told = run(
        unselected=(Unselected({"PRJ": "first"}, ("ART104",), ("demo",)),),
        stale=(Stale("ignore", "INS103", "so", "[tool.nox-release]", ("demo",)),),
    )
    _, _, _, _, _, first, second = closing(told)
    assert first.startswith("not looked at: 1 of ")
    assert first.endswith(" checks did not look at demo: select has only PRJ (first)")
    assert second == "stale: ignore INS103 in [tool.nox-release] matches nothing any more in demo: take it out"


def test_what_could_not_be_read_is_told() -> None:
    """A broken target is told with its hint, and the reports named."""
    plan = Plan((planned(),), (Broken("other", ("other",), "other/pyproject.toml is no TOML", "mend it"),))
    lines = list(closing(replace(run(), plan=plan)))
    assert lines[-3:] == ["BLOCKED other: other/pyproject.toml is no TOML", "  next: mend it", REPORTS]
