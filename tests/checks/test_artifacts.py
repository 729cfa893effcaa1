"""Every check of the artifacts together, with a release that fails it and one that does not."""

from __future__ import annotations

from email.message import Message
from email.parser import Parser
from email.policy import compat32

import pytest

from fakes import package
from nox_release.archive import Sdist, Wheel
from nox_release.checks.artifacts import ARTIFACTS, Release

SOUND = "Name: demo\nVersion: 1.0\nRequires-Dist: attrs>=22\nRequires-Python: >=3.9\nProvides-Extra: cli\n"
NOTHING = "Name: demo\nVersion: 1.0\n"


def message(text: str) -> Message:
    return Parser(policy=compat32).parsestr(f"Metadata-Version: 2.2\n{text}")


def release(
    sdist: str = SOUND, wheel: str = SOUND, version: str | None = "1.0", files: tuple[str, ...] = ("demo.py",)
) -> Release:
    return Release(
        package("demo", version=version),
        Sdist("demo-1.0.tar.gz", "demo-1.0", ("PKG-INFO",), message(sdist)),
        Wheel("demo-1.0-py3-none-any.whl", (*files, "demo-1.0.dist-info/METADATA"), message(wheel), {}),
    )


def found(subject: Release) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.where, finding.message) for finding in ARTIFACTS.run(subject)]


@pytest.mark.parametrize(
    "subject",
    [
        release(),
        release(sdist=SOUND.replace("demo", "Demo").replace("1.0", "1.0.RC1"), version="1.0rc1",
                wheel=SOUND.replace("1.0", "1.0rc1")),
        release(wheel=SOUND.replace("Requires-Dist: attrs>=22", "Requires-Dist: Attrs >= 22")),
        release(wheel=SOUND.replace(">=3.9", " >=3.9 ")),
        release(version=None),
        release(sdist=SOUND.replace("Requires-Dist: attrs>=22", "Dynamic: Requires-Dist")),
        release(sdist="Name: demo\nVersion: 1.0\nRequires-Python: >=3.9\nProvides-Extra: CLI\n"),
        release(files=()),
        release(NOTHING, NOTHING, files=("demo-1.0.data/scripts/run",)),
    ],
    ids=[
        "sound", "another spelling of name and version", "another spelling of a requirement", "space in a specifier",
        "a version that only the build tells", "dynamic requirements", "an sdist without requirements",
        "a wheel of requirements alone", "a wheel of scripts alone",
    ],
)  # fmt: skip
def test_a_sound_release_passes(subject: Release) -> None:
    """Spelling is no difference, and what is dynamic may differ."""
    assert found(subject) == []


@pytest.mark.parametrize(
    ("subject", "code", "where", "said"),
    [
        (release(sdist=SOUND.replace("demo", "other")), "ART101", "the sdist", "other, not demo"),
        (release(wheel=SOUND.replace("Name: demo\n", "")), "ART101", "the wheel", ", not demo"),
        (
            release(wheel=SOUND.replace("1.0", "1.1")), "ART102", "version",
            "the sdist says 1.0, the wheel says 1.1, the source says 1.0",
        ),
        (
            release(wheel=SOUND.replace("1.0", "latest"), version=None), "ART102", "version",
            "the sdist says 1.0, the wheel says latest",
        ),
        (
            release(wheel=SOUND.replace("attrs>=22", "attrs>=23")), "ART103", "Requires-Dist",
            "only in the sdist: attrs>=22; only in the wheel: attrs>=23",
        ),
        (release(wheel=SOUND + "Requires-Dist: six\n"), "ART103", "Requires-Dist", "only in the wheel: six"),
        (
            release(wheel=SOUND.replace("Requires-Python: >=3.9\n", "")), "ART103", "Requires-Python",
            "only in the sdist: >=3.9",
        ),
        (release(wheel=SOUND.replace("cli", "gui")), "ART103", "Provides-Extra",
         "only in the sdist: cli; only in the wheel: gui"),
        (release(NOTHING, NOTHING, files=()), "ART104", "demo-1.0-py3-none-any.whl", "no file outside .dist-info"),
    ],
)  # fmt: skip
def test_what_differs_is_told(subject: Release, code: str, where: str, said: str) -> None:
    """Each difference is one finding that says which file says what."""
    assert found(subject) == [(code, where, said)]


@pytest.mark.parametrize(
    ("sound", "broken", "field"),
    [
        ("Requires-Dist: attrs>=22", "Requires-Dist: not a requirement", "Requires-Dist"),
        ("Requires-Python: >=3.9", "Requires-Python: three", "Requires-Python"),
    ],
)
def test_metadata_that_nobody_can_read_is_told(sound: str, broken: str, field: str) -> None:
    """A backend that writes what is no requirement gets a finding, not a traceback."""
    ((code, where, _),) = found(release(wheel=SOUND.replace(sound, broken)))
    assert (code, where) == ("ART103", field)
