"""The catalogue of all checks: the page, and the data beside the code."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from nox_release.check import Family
from nox_release.codes import FILE
from nox_release.record import to_json
from nox_release.report.catalogue import FAMILIES, catalogue, described

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/checks.md"
CODES = [check.code for check in described().checks]


def test_the_page_is_what_the_declarations_say() -> None:
    """docs/checks.md is up to date; `nox -s docs` writes it."""
    assert PAGE.read_text(encoding="utf-8") == "\n".join(catalogue()) + "\n"


def test_the_data_is_what_the_declarations_say() -> None:
    """catalogue.json, which is there without the tools of the stages, is up to date; `nox -s docs` writes it."""
    assert FILE.read_text(encoding="utf-8") == to_json(described()) + "\n"


def test_every_family_and_check_is_on_it() -> None:
    """No declared check is missing, each with an anchor, its severity, whose rule it is, and the reason for it."""
    page = "\n".join(catalogue())
    for family, _ in FAMILIES:
        assert family.checks
        for check in family.checks:
            assert f'<a id="{check.code.lower()}"></a>\n\n### {check.code}: {check.title}' in page
            owner = "PyPI refuses it" if check.pypi else "Our own rule"
            assert f"*{check.severity.value.capitalize()}. {owner}.*" in page
            assert check.why in page


def test_no_code_is_taken_twice() -> None:
    """A code means one rule, in whatever family it stands."""
    assert len(CODES) == len(set(CODES))


MODULES = {
    path.stem: importlib.import_module(f"nox_release.checks.{path.stem}")
    for path in sorted((ROOT / "tools/nox_release/checks").glob("[a-z]*.py"))
}


@pytest.mark.parametrize("module", MODULES)
def test_what_is_declared_is_listed_with_its_stages(module: str) -> None:
    """Every family of a module in checks/ is in the catalogue, with each stage that imports that module."""
    families = [value for value in vars(MODULES[module]).values() if isinstance(value, Family)]
    users = {
        path.stem.replace("_", "-")
        for path in (ROOT / "tools/nox_release/stages").glob("*.py")
        if f"nox_release.checks.{module} import" in path.read_text(encoding="utf-8")
    }
    listed = [stages for family, stages in FAMILIES if any(family is declared for declared in families)]
    assert len(listed) == len(families)
    assert users <= {stage.value for stages in listed for stage in stages}


@pytest.mark.parametrize("code", CODES)
def test_every_check_is_tried(code: str) -> None:
    """The tests of the checks name each code: there is a value that fails it."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/checks").rglob("test_*.py")]
    assert any(code in text for text in texts)
