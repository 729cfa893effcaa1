"""What a package may require."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from nox_release.model import Package
from sources import CIRCUMSTANCES, PACKAGE, PYPROJECT, SOUND, declared, found, judged, read, told

PATH = "pyproject.toml"


def requiring(*requires: str, **extras: tuple[str, ...]) -> Package:
    """As the metadata gives them, normalized."""
    normal = {name.replace("_", "-"): tuple(str(Requirement(text)) for text in texts) for name, texts in extras.items()}
    return replace(PACKAGE, requires=tuple(str(Requirement(text)) for text in requires), extras=normal)


def codes(package: Package) -> list[str]:
    return [code for code, _ in found(read(SOUND, package))]


@pytest.mark.parametrize(
    ("said", "unknown", "expected"),
    [
        ("", frozenset(), ["PRJ701"]),
        ("", frozenset({"requires-python"}), []),
        (">=3.10", frozenset(), []),
        (">=3.10,<4", frozenset(), ["PRJ702"]),
        (">=3.10,<3.14", frozenset(), ["PRJ702"]),
        ("~=3.10", frozenset(), ["PRJ702"]),
        ("==3.*", frozenset(), ["PRJ702"]),
        (">=3.10,<=3.13", frozenset(), ["PRJ702"]),
        (">=3.10,!=3.11.0", frozenset(), []),
        (">3.10", frozenset(), []),
    ],
)
def test_requires_python(said: str, unknown: frozenset[str], expected: list[str]) -> None:
    """It is there, and says no more than where it begins."""
    assert codes(replace(PACKAGE, requires_python=said, unknown=unknown)) == expected


@pytest.mark.parametrize(("said", "proposed"), [(">=3.10,<4", ">=3.10"), ("!=3.11.0,<4,>=3.10", "!=3.11.0,>=3.10")])
def test_the_proposed_requires_python_passes(said: str, proposed: str) -> None:
    """What the fix says to write has no upper bound, and its line is told."""
    subject = read(declared(f'requires-python = "{said}"'), replace(PACKAGE, requires_python=said))
    assert found(subject) == [("PRJ702", f"{PATH}:6")]
    assert f'write requires-python = "{proposed}"' in told(subject, "PRJ702")
    assert codes(replace(PACKAGE, requires_python=proposed)) == []


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (requiring("six @ https://example.org/six.whl"), ["PRJ703"]),
        (requiring("six @ git+https://example.org/six"), ["PRJ703"]),
        (requiring(all=("six @ file:///six", "attrs")), ["PRJ703"]),
        (requiring("six==1.16"), ["PRJ704"]),
        (requiring("six===1.16"), ["PRJ704"]),
        (requiring("six==1.16; python_version<'3.9'"), ["PRJ704"]),
        (requiring("six==1.16", "attrs==2"), ["PRJ704", "PRJ704"]),
        (requiring("six==1.*"), ["PRJ705"]),
        (requiring("six<2"), ["PRJ705"]),
        (requiring("six~=1.16", "attrs<=2"), ["PRJ705"]),
        (requiring("six>=1.16", "attrs!=2", "idna>3"), []),
        (requiring(test=("six==1.16", "attrs<2")), []),
        (requiring("six", "six"), ["PRJ706"]),
        (requiring("six>=1", "Six>=2"), ["PRJ706"]),
        (requiring(test=("six", "six>=1")), ["PRJ706"]),
        (requiring("six>=1; python_version<'3.9'", "six>=2; python_version>='3.9'"), []),
        (requiring("requests", "requests[socks]"), []),
        (requiring("six", test=("six",)), []),
        (requiring("contoso-core"), ["PRJ707"]),
        (requiring("Contoso.Core>=1"), ["PRJ707"]),
        (requiring(a=("contoso-core",)), ["PRJ707"]),
        (requiring(a=("six",), all=("contoso-core[a,b]",)), ["PRJ707"]),
        (requiring(a_b=("six",), all=("contoso-core[a_b]",)), []),
        (requiring(a=("six",), b=("attrs",), all=("contoso-core[a]", "contoso-core[b]")), []),
        (requiring("contoso-core-extras"), []),
        (requiring("six>=2.0b1"), ["PRJ709"]),
        (requiring("six>=2.0.dev0", "attrs>=1rc1"), ["PRJ709"]),
        (requiring("six!=2.0b1"), []),
        (requiring(test=("six>=2.0b1",)), []),
    ],
)
def test_findings(package: Package, expected: list[str]) -> None:
    """What others have to bear, and PyPI refuses, is found; extras may pin, for nobody has to take them."""
    assert codes(package) == expected


@pytest.mark.parametrize(("version", "expected"), [("1.2.0b1", []), ("1.2.0", ["PRJ709"]), ("1.2.0.post1", ["PRJ709"])])
def test_a_prerelease_may_require_prereleases(version: str, expected: list[str]) -> None:
    """Whoever takes a prerelease has asked for it."""
    files = SOUND | {"CHANGELOG.md": f"## {version} (2026-11-20)\n\n- a\n"}
    package = replace(requiring("six>=2.0b1"), version=version)
    assert [code for code, _ in found(read(files, package))] == expected


@pytest.mark.parametrize(
    ("requirement", "expected"), [("six==1.16", "write six>=1.16"), ("six[a]===1.16", "write six>=1.16")]
)
def test_the_proposed_requirement_passes(requirement: str, expected: str) -> None:
    """A floor takes the place of a pin."""
    assert expected in told(read(SOUND, requiring(requirement)), "PRJ704")
    assert codes(requiring(expected.removeprefix("write "))) == []


def test_packages_of_the_workspace() -> None:
    """A pin on a sibling says what that means for releases; its bounds are its own people's affair."""
    circumstances = replace(CIRCUMSTANCES, siblings=frozenset({"contoso-identity"}))
    pinned = read(SOUND, requiring("contoso_identity==1.0"), circumstances)
    assert "of this workspace: whenever it is released this package has to follow" in told(pinned, "PRJ704")
    assert found(read(SOUND, requiring("contoso-identity~=1.0", "contoso-identity[a]<2"), circumstances)) == []
    assert found(read(SOUND, requiring("six~=1.0"), circumstances)) == [("PRJ705", PATH)]


def test_all_bounds_are_told_at_once() -> None:
    """A package has a habit of them, or has none."""
    subject = read(SOUND, requiring("six<2", "attrs", "idna~=3.0; python_version<'3.9'"))
    assert found(subject) == [("PRJ705", PATH)]
    assert "six<2, idna~=3.0 |" in told(subject, "PRJ705")


def test_the_line_of_a_requirement_is_told() -> None:
    """However it is spelt there."""
    lines = ["dependencies = [", '    "attrs",', '    "Zope.Interface == 5.0",', "]"]
    assert found(read(declared(*lines), requiring("attrs", "zope.interface==5.0"))) == [("PRJ704", f"{PATH}:8")]


@pytest.mark.parametrize(
    ("extras", "expected"),
    [
        ({"dev_tools": []}, [("PRJ708", "call it dev-tools")]),
        ({"Dev": []}, [("PRJ708", "call it dev")]),
        ({"dev-tools": [], "dev.tools": []}, [("PRJ708", "dev-tools and dev.tools are one extra")]),
        ({"dev-tools": [], "all": []}, []),
    ],
)
def test_names_of_extras(extras: Mapping[str, list[str]], expected: list[tuple[str, str]]) -> None:
    """They stand in the source as in the metadata."""
    table = "\n".join(f'"{name}" = {texts}' for name, texts in extras.items())
    files = SOUND | {PATH: f"{PYPROJECT}\n[project.optional-dependencies]\n{table}\n"}
    subject = read(files)
    assert [code for code, _ in found(subject)] == [code for code, _ in expected]
    for code, words in expected:
        assert words in told(subject, code)


def test_pypi_refuses_direct_references_alone() -> None:
    """The other findings are ours."""
    package = requiring("six @ https://example.org/six.whl", "attrs==1", "idna<2")
    refused = {finding.code for finding in judged(read(SOUND, package)) if finding.pypi}
    assert refused == {"PRJ703"}


def test_an_upper_bound_is_what_a_later_version_breaks() -> None:
    """The table above in the terms of PEP 440: what is called bounded takes no version of the far future."""
    for said in ("<2", "~=1.0", "<=2", "==1.*", ">=1,!=2", ">1", ">=1"):
        bounded = not SpecifierSet(said).contains("99999")
        assert bool({"PRJ704", "PRJ705"} & set(codes(requiring(f"six{said}")))) is bounded
