"""The page of all checks."""

from __future__ import annotations

from pathlib import Path

from nox_release.report.catalogue import FAMILIES, catalogue

PAGE = Path(__file__).parents[2] / "docs/checks.md"


def test_the_page_is_what_the_declarations_say() -> None:
    """docs/checks.md is up to date; `nox -s docs` writes it."""
    assert PAGE.read_text(encoding="utf-8") == "\n".join(catalogue()) + "\n"


def test_every_family_and_check_is_on_it() -> None:
    """No declared check is missing, each with its severity and the reason for it."""
    page = "\n".join(catalogue())
    for family in FAMILIES:
        assert family.checks
        for check in family.checks:
            assert f"### {check.code}: {check.title}" in page
            assert f"*{check.severity.value.capitalize()}.* {check.why}" in page


def test_no_code_is_taken_twice() -> None:
    """A code means one rule, in whatever family it stands."""
    codes = [check.code for family in FAMILIES for check in family.checks]
    assert len(codes) == len(set(codes))
