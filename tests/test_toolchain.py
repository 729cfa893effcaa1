"""The pinned tools: which files, which pins, and what is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from nox_release import toolchain
from nox_release.model import Stage


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_every_stage_has_its_tools_pinned(stage: Stage, installer: str) -> None:
    """Each stage's lock is there, and every line of it pins exactly one version."""
    locks = toolchain.files(stage, installer)
    pins = toolchain.pins(locks)
    assert all(path.is_file() for path in locks)
    assert pins
    assert all([each.operator for each in Requirement(pin).specifier] == ["=="] for pin in pins)
    assert any(pin.startswith("virtualenv==") for pin in pins) is (installer == "pip")


def test_pins_are_those_of_this_interpreter(tmp_path: Path) -> None:
    """Comments, blank lines and what is for another system are no pins; what stands twice is one."""
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text(
        "# made by a tool\n\nzeta==2.0  # via alpha\n    # via alpha\nalpha[extra]==1.0 ; python_version >= '3'\n"
        "other==1.0 ; sys_platform == 'plan9'\n"
    )
    two.write_text("zeta==2.0\nbeta==1\n")
    assert toolchain.pins((one, two)) == ("alpha==1.0", "beta==1", "zeta==2.0")


@pytest.mark.parametrize(
    ("folder", "absent"),
    [
        ("ruamel_yaml-0.18.6.dist-info", ()),
        ("Ruamel.Yaml-0.18.6.dist-info", ()),
        ("ruamel_yaml-0.18.7.dist-info", ("ruamel-yaml==0.18.6",)),
        ("ruamel_yaml-0.18.6", ("ruamel-yaml==0.18.6",)),
        ("ruamel-0.18.6.dist-info", ("ruamel-yaml==0.18.6",)),
    ],
)
def test_missing_is_what_is_not_there_at_that_version(tmp_path: Path, folder: str, absent: tuple[str, ...]) -> None:
    """A tool is there when its exact version is, however its name is spelt on disk."""
    (tmp_path / folder).mkdir()
    assert toolchain.missing(("ruamel-yaml==0.18.6",), tmp_path) == absent


def test_without_a_virtualenv_everything_is_missing(tmp_path: Path) -> None:
    """Where there are no site-packages, every pin is missing."""
    assert toolchain.missing(("a==1", "b==2"), tmp_path / "nowhere") == ("a==1", "b==2")
