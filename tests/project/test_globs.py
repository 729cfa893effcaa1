"""The patterns of PEP 639."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.project.globs import matches


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("LICENSE", "LICENSE", True),
        ("LICENSE", "sub/LICENSE", False),
        ("LICEN[CS]E*", "LICENCE.txt", True),
        ("LICEN[CS]E*", "LICENXE", False),
        ("LICENSE*", "LICENSE/MIT", False),
        ("LICENSES/*", "LICENSES/MIT.txt", True),
        ("LICENSES/*", "LICENSES/more/MIT.txt", False),
        ("**/COPYING", "COPYING", True),
        ("**/COPYING", "a/b/COPYING", True),
        ("licenses/**", "licenses/a/b", True),
        ("[A-M]IT?", "MITx", True),
        ("[A-M]IT?", "ZITx", False),
        ("a.b", "axb", False),
        ("[", "[", True),
        ("[b-a]", "a", False),
        ("**/**/a/**/b", "a/c/d/b", True),
    ],
)
def test_patterns(pattern: str, path: str, wanted: bool) -> None:
    """One star stays within a folder, two do not; case counts."""
    assert matches(pattern, path) is wanted


@given(st.text(), st.text("*?[]ab/\\^-!"))
def test_any_pattern_is_taken(text: str, pattern: str) -> None:
    """A pattern without wildcards matches itself."""
    assert matches(pattern, text) in (True, False)
    assert not text.isalnum() or matches(text, text)
