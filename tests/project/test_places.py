"""Lines of requirements in the file that has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from nox_release.project.places import requirement_line

PYPROJECT = """\
[build-system]
requires = ["six"]

[project]
# six and Zope.Interface are old
dependencies = [
    "zope.interface >=5",
    'six; python_version < "3"',
    "six>=1.16", "attrs",
]
"""


@pytest.mark.parametrize(
    ("requirement", "text", "line"),
    [
        ("zope-interface>=5", PYPROJECT, 7),
        ("six>=1.16", PYPROJECT, 9),
        ('six; python_version < "3"', PYPROJECT, 8),
        ("six==1", PYPROJECT, 8),
        ("attrs", PYPROJECT, 9),
        ("attr", PYPROJECT, 0),
        ("attrs", "[options]\ninstall_requires =\n    six\n    attrs\n", 4),
        ("attrs", "", 0),
    ],
)
def test_the_line_with_the_requirement(requirement: str, text: str, line: int) -> None:
    """The very requirement if it is there, else the first of that name; never what the build requires."""
    assert requirement_line(Requirement(requirement), text) == line


@given(st.text() | st.lists(st.sampled_from(["six", '"six>=1"', "'", '"', "\n", "[", ";", " "])).map("".join))
def test_any_text_is_taken(text: str) -> None:
    """The line is one of the text, or none."""
    assert 0 <= requirement_line(Requirement("six>=1"), text) <= text.count("\n") + 1
