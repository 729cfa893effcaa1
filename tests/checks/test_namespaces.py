"""Every check of a package among its neighbours, with one that fails it and one that passes."""

from __future__ import annotations

import pytest

from nox_release.check import Severity
from nox_release.checks.namespaces import NAMESPACES, Neighbourhood
from nox_release.namespaces import Installed, Style


def part(owner: str, kind: Style = Style.IMPLICIT, **more: str) -> Installed:
    """A part of the namespace ``ns``; *more* is file → digest."""
    init = {} if kind is Style.IMPLICIT else {"ns/__init__.py": kind}
    files = {f"ns/{owner}.py": owner, **dict.fromkeys(init, "init"), **{f"ns/{name}": of for name, of in more.items()}}
    return Installed(owner, files, init)


def found(mine: Installed, *others: Installed) -> list[tuple[str, str, str]]:
    verdict = NAMESPACES.run(Neighbourhood(mine, others))
    assert all((one.severity is Severity.WARNING) is one.code.endswith("2") for one in verdict)
    return [(finding.code, finding.where, finding.message) for finding in verdict]


@pytest.mark.parametrize("kind", [Style.IMPLICIT, Style.PKGUTIL, Style.PKG_RESOURCES])
def test_parts_of_one_namespace_pass(kind: Style) -> None:
    """Of whatever kind, if it is the same in all."""
    assert found(part("a", kind), part("b", kind), part("c", kind)) == []


def test_a_package_alone_passes() -> None:
    """Without neighbours there is nothing to share."""
    assert found(part("a", Style.REGULAR)) == []


def test_a_file_of_a_neighbour_is_found() -> None:
    """With other content an error, with the same a warning; many are counted."""
    mine, other = part("a", x="1", y="1", z="1"), part("b", x="2", y="2", z="1")
    assert found(mine, other) == [
        ("NSP101", "ns/x", "b too, and 1 more: the contents differ"),
        ("NSP102", "ns/z", "b too: the contents are the same"),
    ]
    assert found(mine, part("b")) == []  # as the fix says: one of them ships it


def test_many_owners_are_counted() -> None:
    """Three are named."""
    others = [part(name, z="1") for name in "bcdefg"]
    assert found(part("a", z="1"), *others) == [("NSP102", "ns/z", "b, c, d and 3 more too: the contents are the same")]


def test_what_others_share_among_themselves_is_theirs() -> None:
    """A finding is about this package."""
    assert found(part("a"), part("b", x="1"), part("c", x="2")) == []


@pytest.mark.parametrize(
    ("mine", "others", "told"),
    [
        (Style.REGULAR, [Style.IMPLICIT], ("NSP202", "ns/", "regular here, implicit (PEP 420) in b")),
        (Style.IMPLICIT, [Style.REGULAR], ("NSP202", "ns/", "implicit (PEP 420) here, regular in b")),
        (Style.REGULAR, [Style.REGULAR], ("NSP201", "ns/", "regular here, regular in b")),
        (Style.PKG_RESOURCES, [Style.PKGUTIL], ("NSP201", "ns/", "pkg_resources here, pkgutil in b")),
        (Style.IMPLICIT, [Style.PKGUTIL], ("NSP202", "ns/", "implicit (PEP 420) here, pkgutil in b")),
        (Style.PKGUTIL, [Style.PKGUTIL, Style.IMPLICIT], ("NSP202", "ns/", "pkgutil here, implicit (PEP 420) in c")),
    ],
)
def test_kinds_that_mix_are_told(mine: Style, others: list[Style], told: tuple[str, str, str]) -> None:
    """With who has which."""
    assert found(part("a", mine), *(part(name, kind) for name, kind in zip("bc", others, strict=False))) == [told]
