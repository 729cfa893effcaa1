"""Every check of an sdist beside git, with one that fails it and one that does not."""

from __future__ import annotations

import fnmatch
from dataclasses import replace

import pytest

from nox_release.check import Severity
from nox_release.checks.sdist import SDIST, Comparison

SHIPPED = frozenset({"PKG-INFO", "pyproject.toml", "LICENSE", "MANIFEST.in", "core/__init__.py", "core/data.json"})
SOUND = Comparison(SHIPPED, SHIPPED - {"PKG-INFO"}, True, lambda path: fnmatch.fnmatch(path, ".github/*"))


def found(comparison: Comparison) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in SDIST.run(comparison)]


def without(*paths: str) -> Comparison:
    return replace(SOUND, shipped=SHIPPED - set(paths))


def with_tracked(*paths: str) -> Comparison:
    return replace(SOUND, tracked=SOUND.tracked | set(paths))


def with_shipped(*paths: str) -> Comparison:
    return replace(SOUND, shipped=SHIPPED | set(paths))


GENERATED = "core.egg-info/SOURCES.txt setup.cfg core/_version.py version.py .gitignore pyproject.toml.orig setup.py"


@pytest.mark.parametrize(
    "comparison",
    [
        SOUND,
        with_tracked(".github/workflows/ci.yml"),
        with_shipped(*GENERATED.split()),
        replace(with_tracked("core/forgotten.json", "docs/index.md"), has_manifest=False),
        replace(with_shipped("core/made.log"), excluded=lambda path: path == "core/made.log"),
        replace(SOUND, generated=("tests/data/old.pyc",)),
    ],
    ids=[
        "all of it",
        "left out on purpose",
        "written by the backend",
        "no MANIFEST.in to forget it in",
        "made on purpose",
        "a file that tests read",
    ],
)
def test_a_sound_sdist_passes(comparison: Comparison) -> None:
    """What git has and nobody left out on purpose, and what backends write."""
    assert found(comparison) == []


@pytest.mark.parametrize(
    ("comparison", "findings"),
    [
        (without("core/data.json"), [("SDI101", "core/data.json")]),
        (with_tracked("core/templates/deep/page.html"), [("SDI101", "core/templates/deep/page.html")]),
        (with_tracked("core/tests/data.json"), [("SDI201", "MANIFEST.in")]),
        (without("LICENSE"), [("SDI102", "LICENSE"), ("SDI201", "MANIFEST.in")]),
        (with_tracked("COPYING.LESSER"), [("SDI102", "COPYING.LESSER"), ("SDI201", "MANIFEST.in")]),
        (replace(without("LICENSE"), has_manifest=False), [("SDI102", "LICENSE")]),
        (with_tracked("vendored/LICENSE"), [("SDI201", "MANIFEST.in")]),
        (with_tracked("README.md"), [("SDI104", "README.md")]),
        (replace(with_tracked("README.rst"), has_manifest=False), [("SDI104", "README.rst")]),
        (with_tracked("docs/README.md"), [("SDI201", "MANIFEST.in")]),
        (replace(SOUND, generated=("core/de.mo", "core/x.so")), [("SDI203", "core/de.mo")]),
        (without("pyproject.toml"), [("SDI103", "pyproject.toml")]),
        (with_tracked("setup.py"), [("SDI103", "setup.py")]),
        (replace(with_tracked("setup.py"), excluded=lambda path: True), [("SDI103", "setup.py")]),
        (with_tracked("tests/test_core.py", "tox.ini"), [("SDI201", "MANIFEST.in")]),
        (with_shipped("core/debug.log"), [("SDI202", "core/debug.log")]),
    ],
)
def test_what_is_amiss_is_told_by_its_code(comparison: Comparison, findings: list[tuple[str, str]]) -> None:
    """Each code has a case that fails it and no other that does not belong to it."""
    assert found(comparison) == findings


def test_many_left_out_files_are_one_warning() -> None:
    """SDI201 names four and counts the others; neither it nor SDI202 stops a release."""
    warnings = SDIST.run(
        replace(with_tracked(*(f"docs/{number}.md" for number in range(6))), shipped=SHIPPED | {"core/debug.log"})
    )
    assert [finding.severity for finding in warnings] == [Severity.WARNING, Severity.WARNING]
    assert warnings.findings[0].message == (
        "in git, not in the sdist: docs/0.md, docs/1.md, docs/2.md, docs/3.md and 2 more"
    )
