"""One command as Markdown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nox_release.exemptions import Stale, Unselected
from nox_release.plan import Plan
from nox_release.report.summary import markdown, summary
from nox_release.workspace import Broken
from runs import LINT, entry, finding, planned, run, warning


def test_packages_and_findings_are_tables() -> None:
    """The stages of each package are a table, and so are the findings, errors first; exemptions are in the reports."""
    told = run({"a": {LINT: entry(warning())}, "b": {LINT: entry(finding(), finding(exempt="so"))}})
    assert list(summary(told)) == [
        "## nox-release: 2 packages",
        "",
        "| package | lint-metadata |",
        "| --- | --- |",
        "| a 1.0 | ok 1.0s |",
        "| b 1.0 | FAILED 1.0s |",
        "",
        "|  | rule | package | where | what | next |",
        "| --- | --- | --- | --- | --- | --- |",
        "| error | PRJ402 | b | packages/b/CHANGELOG.md:3 | no entry | write it |",
        "| warning | SDI201 | a | MANIFEST.in | no entry | write it |",
    ]


def test_what_else_is_to_be_said() -> None:
    """What stopped the command, what is blocked, not looked at or stale is said."""
    told = run(
        {},
        Plan((planned(),), (Broken("x", ("x",), "no TOML", "mend it"),)),
        stopped="it was interrupted",
        unselected=(Unselected({"PRJ": "first"}, ("ART104",), ("demo",)),),
        stale=(Stale("ignore", "INS103", "so", "here", ("demo",)),),
    )
    lines = list(summary(told))
    assert lines[2] == "**It did not come to its end:** it was interrupted"
    assert lines[-3] == "- BLOCKED x: no TOML"
    assert lines[-2].startswith("- not looked at: 1 of ")
    assert lines[-1] == "- stale: ignore INS103 in here matches nothing any more in demo"


def test_it_stays_small() -> None:
    """Of many findings some are shown and the others counted; a long text is cut."""
    lines = list(summary(run([finding(where=str(place), message="m" * 9999) for place in range(1000)])))
    assert lines[-1] == "800 more are in report.json."
    assert len("\n".join(lines)) < 200_000


@given(st.text())
def test_text_is_shown_as_it_is(text: str) -> None:
    """No text is another cell, a tag, a link or a second line; taking the escapes away gives it back."""
    shown = markdown(text)
    assert len(shown.splitlines()) <= 1
    bare = shown.replace("\\\\", "")
    assert not any(character in bare.replace(f"\\{character}", "") for character in "|[]`<>*_~#@")
