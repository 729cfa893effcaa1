"""Which versions are to be released."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.project import ReleasedTag
from sources import CIRCUMSTANCES, PACKAGE, SOUND, found, read, told


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        ("1.2.0", []),
        ("1.2.0b1", []),
        ("1.2.0.post1", []),
        ("1.2.0.dev3", ["PRJ501"]),
        ("1.2.0+contoso", ["PRJ502"]),
        ("1.2.0.dev3+g1234", ["PRJ501", "PRJ502"]),
        ("9" * 5000, ["PRJ501"]),
        ("latest", ["PRJ501"]),
        (None, ["PRJ501"]),
    ],
)
def test_versions_to_release(version: str | None, codes: list[str]) -> None:
    subject = read(SOUND, replace(PACKAGE, version=version))

    findings = [(code, where) for code, where in found(subject) if code.startswith("PRJ5")]
    assert findings == [(code, "pyproject.toml") for code in codes]


@pytest.mark.parametrize(("same", "codes"), [(True, []), (False, ["PRJ503"])])
def test_a_tag_of_other_source(same: bool, codes: list[str]) -> None:
    tag = ReleasedTag("contoso-core_1.2.0", "0123456789abcdef", same)
    subject = read(SOUND, circumstances=replace(CIRCUMSTANCES, tag=tag))

    assert [code for code, _ in found(subject)] == codes
    assert same or "contoso-core_1.2.0 at 0123456789ab" in told(subject, "PRJ503")
