"""Where a finding is: a file of the source, a member of an archive, or neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.report.place import Place, place

FILES = {"sdk/core/README.md", "sdk/core/a:1", "sdk/core/azure/x.py", "eng/VERSION", "top.py"}
WHEEL = "azure_core-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("README.md", Place("sdk/core/README.md", "sdk/core/README.md")),
        ("README.md:12", Place("sdk/core/README.md:12", "sdk/core/README.md", 12)),
        ("README.md:12:3", Place("sdk/core/README.md:12", "sdk/core/README.md", 12)),
        ("README.md:0", Place("README.md:0")),
        ("./azure/x.py", Place("sdk/core/azure/x.py", "sdk/core/azure/x.py")),
        ("eng/VERSION", Place("eng/VERSION", "eng/VERSION")),
        ("../../eng/VERSION:2", Place("eng/VERSION:2", "eng/VERSION", 2)),
        ("MANIFEST.in", Place("MANIFEST.in")),
        ("Requires-Dist", Place("Requires-Dist")),
        ("azure.core.aio", Place("azure.core.aio")),
        ("tests.test_x::test_y", Place("tests.test_x::test_y")),
        ("[build-system]", Place("[build-system]")),
        ("", Place("")),
        ("/etc/passwd:3", Place("/etc/passwd:3")),
        (WHEEL, Place(WHEEL, archive=WHEEL)),
        (f"{WHEEL}: azure/x.py", Place(f"{WHEEL}: azure/x.py", archive=WHEEL, member="azure/x.py")),
        (f"{WHEEL}!azure/x.py", Place(f"{WHEEL}: azure/x.py", archive=WHEEL, member="azure/x.py")),
        (f"{WHEEL}/azure/x.py", Place(f"{WHEEL}: azure/x.py", archive=WHEEL, member="azure/x.py")),
        ("core-1.0.tar.gz: setup.py", Place("core-1.0.tar.gz: setup.py", archive="core-1.0.tar.gz", member="setup.py")),
    ],
)
def test_where_a_finding_is(where: str, expected: Place) -> None:
    """What git has is a file below the workspace, what is in an artifact a member of it; all else stays a text."""
    assert place(where, "sdk/core", FILES) == expected


def test_a_package_at_the_top() -> None:
    """The folder of a package may be the workspace itself."""
    assert place("top.py:1", ".", FILES) == Place("top.py:1", "top.py", 1)


@given(st.text())
def test_no_text_names_a_file_that_git_does_not_have(where: str) -> None:
    """Whatever a check says, a file is one of git's, and a line is positive only beside a file."""
    found = place(where, "sdk/core", FILES)
    assert found.file in {"", *FILES}
    assert found.line == 0 or (found.line > 0 and found.file)
