"""What tells most of why an installer refused, and what a wheel requires."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.tags import platform_tags

from archives import make_wheel
from nox_release.archive import read_wheel
from nox_release.matrix import Interpreter
from nox_release.placing import runtime, suits


def test_what_is_required_outside_extras(tmp_path: Path) -> None:
    """Markers for interpreters stay, for each of them to judge; what is no requirement is told elsewhere."""
    texts = ["six>=1", "tomli; python_version < '3.11'", "rich; extra == 'cli'", "extra-thing", "!"]
    more = "".join(f"Requires-Dist: {text}\n" for text in texts)
    wheel = read_wheel(make_wheel(tmp_path, {"demo.py": ""}, more=more))
    assert runtime(wheel) == ("six>=1", 'tomli; python_version < "3.11"', "extra-thing")


@pytest.mark.parametrize(
    ("tags", "minors"),
    [
        ("py3-none-any", "3.8 3.11 3.13"),
        ("py2.py3-none-any", "3.8 3.11 3.13"),
        ("py311-none-any", "3.11 3.13"),
        ("cp311-cp311-{platform}", "3.11"),
        ("cp39-abi3-{platform}", "3.11 3.13"),
        ("cp311-cp311-plan9_x86", ""),
        ("py2-none-any", ""),
    ],
)
def test_wheels_are_tried_where_they_are_made_for(tmp_path: Path, tags: str, minors: str) -> None:
    """By the tags in the file's name."""
    path = make_wheel(tmp_path, {"demo.py": ""})
    wheel = read_wheel(path.rename(path.with_name(f"demo-1.0-{tags.format(platform=next(platform_tags()))}.whl")))
    found = [minor for minor in ("3.8", "3.11", "3.13") if suits(wheel, Interpreter(f"{minor}.1", "/x"))]
    assert found == minors.split()
