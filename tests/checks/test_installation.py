"""Every check of an installation, with one that fails it and one that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.check import Severity
from nox_release.checks.installation import INSTALLATION, Failed, Installation, Script

FILE = "demo-1.0-py3-none-any.whl"
SOUND = Installation(FILE, "demo", "1.0", installed={"demo": "1.0", "attrs": "25.1"}, modules=3)
MISSING = "ModuleNotFoundError: No module named 'rich'"

LOWEST = replace(SOUND, lowest=True)
INSIDE = Failed("a", MISSING, inside="rich")


def found(installation: Installation) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in INSTALLATION.run(installation)]


def test_a_sound_installation_passes() -> None:
    """It installs, imports and is the right version."""
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("installation", "findings"),
    [
        (Installation(FILE, "demo", "1.0", refused="no solution"), [("INS101", FILE, "no solution")]),
        (
            replace(SOUND, conflicts=("demo requires attrs<20", "demo requires six")),
            [("INS102", FILE, "demo requires attrs<20"), ("INS102", FILE, "demo requires six")],
        ),
        (replace(SOUND, failed_modules=(Failed("demo.cli", MISSING),)), [("INS103", "demo.cli", MISSING)]),
        (
            replace(SOUND, failed_modules=(Failed("a", MISSING), Failed("b", "OSError: x"), Failed("c", MISSING))),
            [("INS103", "a", f"{MISSING} (and 1 more with the same error)"), ("INS103", "b", "OSError: x")],
        ),
        (replace(SOUND, crashed="demo.boom"), [("INS103", "demo.boom", "the interpreter ended")]),
        (
            replace(SOUND, crashed="demo.boom", installed={}),
            [("INS103", "demo.boom", "the interpreter ended")],
        ),
        (
            replace(SOUND, failed_modules=tuple(Failed(name, MISSING, "cli") for name in "abcde")),
            [("INS104", "extra cli", "imports only with it: a, b, c and 2 more")],
        ),
        (
            replace(SOUND, failed_modules=(Failed("a", MISSING, "cli"), Failed("b", MISSING, "gui"))),
            [("INS104", "extra cli", "imports only with it: a"), ("INS104", "extra gui", "imports only with it: b")],
        ),
        (
            replace(SOUND, failed_entry_points=(Failed("console_scripts: demo = demo:main", "AttributeError: x"),)),
            [("INS105", "console_scripts: demo = demo:main", "AttributeError: x")],
        ),
        (replace(SOUND, failed_entry_points=(Failed("console_scripts: demo = demo:main", MISSING, "cli"),)), []),
        (replace(SOUND, refused_extras={"cli": "no rich"}), [("INS107", "extra cli", "no rich")]),
        (replace(SOUND, refused_extras={"docs": "no sphinx"}), [("INS108", "extra docs", "no sphinx")]),
        (replace(SOUND, scripts=(Script("demo", 1, "KeyError: 'X'", crashed=True),)),
         [("INS109", "demo --help", "KeyError: 'X'")]),
        (replace(SOUND, scripts=(Script("demo", 2, "no such option"), Script("serve", -9, "listening"))),
         [("INS110", "demo --help", "exit code 2: no such option"),
          ("INS110", "serve --help", "it had to be ended: listening")]),
        (replace(LOWEST, refused="no cffi", at_floor=True), [("INS111", FILE, "no cffi")]),
        (replace(LOWEST, refused="no cffi"), [("INS112", FILE, "no cffi")]),
        (replace(LOWEST, failed_modules=(INSIDE, replace(INSIDE, name="b"))),
         [("INS113", "rich", f"{MISSING} (and 1 more with the same error)")]),
        (replace(LOWEST, failed_entry_points=(INSIDE,)), [("INS113", "rich", MISSING)]),
        (replace(LOWEST, failed_modules=(INSIDE,), at_floor=True), [("INS103", "a", MISSING)]),
        (replace(LOWEST, failed_modules=(Failed("a", MISSING),)), [("INS103", "a", MISSING)]),
        (replace(LOWEST, failed_modules=(replace(INSIDE, extra="cli"),)),
         [("INS104", "extra cli", "imports only with it: a")]),
        (replace(SOUND, failed_modules=(INSIDE,)), [("INS103", "a", MISSING)]),
        (replace(SOUND, failed_entry_points=(INSIDE,)), [("INS105", "a", MISSING)]),
        (replace(SOUND, installed={"demo": "1.1"}), [("INS106", FILE, "installed is 1.1")]),
        (replace(SOUND, installed={}), [("INS106", FILE, "installed is None")]),
    ],
)  # fmt: skip
def test_what_a_user_would_meet_is_told(installation: Installation, findings: list[tuple[str, str, str]]) -> None:
    """Each defect is told once, with what it takes to mend it."""
    assert found(installation) == findings


def test_a_module_that_needs_an_extra_is_a_warning() -> None:
    """It stops nothing: optional requirements are the package's own affair."""
    (finding,) = INSTALLATION.run(replace(SOUND, failed_modules=(Failed("a", MISSING, "cli"),)))
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("installation", "advice"),
    [
        (replace(LOWEST, refused="x", at_floor=True, suggestion="cffi==1.13"), "as wheels: cffi==1.13"),
        (replace(LOWEST, refused="x", at_floor=True), "raise the lower bound of what cannot be installed"),
        (replace(LOWEST, failed_modules=(Failed("a", MISSING),)), "raise the lower bound of the requirement"),
        (replace(SOUND, failed_modules=(Failed("a", MISSING),)), "declare what it imports"),
        (replace(SOUND, failed_modules=(Failed("a", "SyntaxError: invalid syntax"),)), "a higher requires-python"),
    ],
)  # fmt: skip
def test_the_advice_fits_the_versions(installation: Installation, advice: str) -> None:
    """What only fails with the lowest versions is mended by a higher lower bound; no requirement mends syntax."""
    (finding,) = INSTALLATION.run(installation)
    assert advice in finding.fix


WARNINGS = {"INS104", "INS108", "INS110", "INS112", "INS113"}


def test_what_stops_a_release() -> None:
    """What a user of an allowed pair of versions would meet; not what few would."""
    assert {check.code for check in INSTALLATION.checks if check.severity is Severity.WARNING} == WARNINGS
