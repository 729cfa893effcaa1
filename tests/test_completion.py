"""What a backend's METADATA makes of a package."""

from __future__ import annotations

import pytest
from fakes import package

from nox_release.completion import with_metadata

ASKED = package("", version=None, unknown=frozenset({"name", "version", "requires"}))


def test_metadata_fills_in_what_was_unknown() -> None:
    """Name and version are normalized, and nothing is unknown afterwards; the folder stays what it is."""
    told = with_metadata(
        ASKED, b"Metadata-Version: 2.1\nName: Contoso.Core\nVersion: 1.0.RC1\nRequires-Python: >=3.9\n\ntext"
    )
    assert (told.name, told.version, told.requires_python) == ("contoso-core", "1.0rc1", ">=3.9")
    assert told.unknown == frozenset()
    assert told.directory == ASKED.directory


@pytest.mark.parametrize(
    ("lines", "requires", "extras"),
    [
        ("", (), {}),
        ("Requires-Dist: attrs>=22\nRequires-Dist: six", ("attrs>=22", "six"), {}),
        (
            "Provides-Extra: Cli.Tools\nRequires-Dist: rich; extra == 'cli-tools'",
            (), {"cli-tools": ('rich; extra == "cli-tools"',)},
        ),
        (
            "Provides-Extra: a\nProvides-Extra: b\nRequires-Dist: x; extra == 'a' or extra == 'b'",
            (), {"a": ('x; extra == "a" or extra == "b"',), "b": ('x; extra == "a" or extra == "b"',)},
        ),
        ("Provides-Extra: a\nRequires-Dist: x; python_version < '3' and extra == 'a'", (), {"a": ()}),
        ("Requires-Dist: x; extra == 'undeclared'", (), {}),
        ("Requires-Dist: tomli; python_version < '3.11'", ('tomli; python_version < "3.11"',), {}),
    ],
    ids=[
        "nothing", "plain", "an extra under another spelling", "one for two extras", "never on this system",
        "an extra that is not declared", "a marker without extra",
    ],
)  # fmt: skip
def test_requirements_are_told_apart_by_extra(
    lines: str, requires: tuple[str, ...], extras: dict[str, tuple[str, ...]]
) -> None:
    """What an extra asks for is that extra's alone; what this system never installs belongs to none."""
    told = with_metadata(ASKED, f"Name: demo\nVersion: 1.0\n{lines}\n".encode())
    assert (told.requires, told.extras) == (requires, extras)


@pytest.mark.parametrize(
    ("before", "classifier", "private"),
    [
        (False, "Private :: Do Not Upload", True),
        (True, "Typing :: Typed", True),
        (False, "Typing :: Typed", False),
    ],
)
def test_a_private_package_stays_one(before: bool, classifier: str, private: bool) -> None:
    """Whoever says it first, the source or the backend."""
    asked = package("demo", private=before)
    content = f"Name: demo\nVersion: 1.0\nClassifier: {classifier}\n".encode()
    assert with_metadata(asked, content).private is private
