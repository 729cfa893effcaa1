"""What distributions share, and what they should not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nox_release.namespaces import Installed, Mixed, Shared, Style, mixed, quarrels, shared, style

PKGUTIL = '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n'
OLD = '__import__("pkg_resources").declare_namespace(__name__)\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Style.REGULAR),
        ('"""Docs."""\n', Style.REGULAR),
        (PKGUTIL, Style.PKGUTIL),
        ("from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n", Style.PKGUTIL),
        (OLD, Style.PKG_RESOURCES),
        (f"try:\n    {OLD}except ImportError:\n    {PKGUTIL}", Style.PKGUTIL),
    ],
)
def test_the_style_of_a_namespace_is_read_from_its_module(text: str, expected: Style) -> None:
    """The lines are those of the packaging guide."""
    assert style(text) is expected


def installed(owner: str, *paths: str, styles: dict[str, Style] | None = None, declared: str = "") -> Installed:
    """A wheel whose files are of one digest for each path."""
    return Installed(owner, {path: path for path in paths}, styles or {}, frozenset(declared.split()))


CORE = installed("core", "azure/core/__init__.py", "azure/core/x.py", "azure/py.typed",
                 styles={"azure/core/__init__.py": Style.REGULAR})  # fmt: skip
BLOB = installed("blob", "azure/blob/__init__.py", "azure/py.typed", styles={"azure/blob/__init__.py": Style.REGULAR})


def test_folders_have_a_style() -> None:
    """Without __init__.py implicit; what namespace_packages.txt names is pkg_resources'."""
    assert CORE.folders == {"azure": Style.IMPLICIT, "azure/core": Style.REGULAR}
    assert installed("old", "zope/x/a.py", declared="zope").folders == {
        "zope": Style.PKG_RESOURCES, "zope/x": Style.IMPLICIT,
    }  # fmt: skip
    assert installed("data", "share/x.txt").folders == {}


def test_a_file_of_two_owners_is_told_with_both() -> None:
    """And whether it is the same; an __init__.py is a matter of its folder."""
    assert list(shared([CORE, BLOB])) == [Shared("azure/py.typed", ("core", "blob"), same=True)]
    other = Installed("other", {"azure/py.typed": "else"})
    assert list(shared([CORE, other, BLOB])) == [Shared("azure/py.typed", ("core", "other", "blob"), same=False)]
    assert list(shared([CORE])) == []


def having(owner: str, kind: Style) -> Installed:
    init = "ns/__init__.py"
    paths = [f"ns/{owner}/x.py", *([] if kind is Style.IMPLICIT else [init])]
    return installed(owner, *paths, styles={} if kind is Style.IMPLICIT else {init: kind})


@pytest.mark.parametrize("one", Style)
@pytest.mark.parametrize("other", Style)
def test_one_kind_of_namespace_may_be_shared(one: Style, other: Style) -> None:
    """All others, and any two regular packages, quarrel; beside pkgutil or one regular package implicit works."""
    found = list(mixed([having("a", one), having("b", other)]))
    if one is other and one is not Style.REGULAR:
        assert found == []
    else:
        assert found == [Mixed("ns", {"a": one, "b": other})]
        assert found[0].compatible is (
            {one, other} in ({Style.PKGUTIL, Style.IMPLICIT}, {Style.REGULAR, Style.IMPLICIT})
        )


def test_two_packages_quarrel_even_if_a_third_has_no_init() -> None:
    """One overwrites the other's __init__.py."""
    (found,) = mixed([having("a", Style.REGULAR), having("b", Style.REGULAR), having("c", Style.IMPLICIT)])
    assert not found.compatible


def test_the_outermost_folder_is_told() -> None:
    """What lies below two copies of a package needs no word of its own."""
    paths = ("p/__init__.py", "p/q/__init__.py", "p/q/r/__init__.py")
    copies = [installed(owner, *paths, styles=dict.fromkeys(paths, Style.REGULAR)) for owner in ("a", "b")]
    assert [item.folder for item in mixed(copies)] == ["p"]


def test_quarrels_name_both_sides() -> None:
    """Each owner with all the others that it shares something with."""
    assert quarrels([CORE, BLOB, installed("far", "far/x.py")]) == {
        "core": frozenset({"blob"}), "blob": frozenset({"core"}),
    }  # fmt: skip


PATHS = st.sampled_from(["a/x.py", "a/b/x.py", "a/b/__init__.py", "c.py", "a/py.typed"])


@given(st.lists(st.dictionaries(PATHS, st.sampled_from("12")), max_size=5))
def test_one_pass_finds_what_pairs_find(contents: list[dict[str, str]]) -> None:
    """The pass over all wheels, and one wheel within all, tell what comparing each two would."""
    all_of_them = [Installed(f"n{at}", files) for at, files in enumerate(contents)]
    pairs = {
        (path, frozenset({one.owner, other.owner}))
        for one in all_of_them
        for other in all_of_them
        for path in one.files.keys() & other.files.keys()
        if one is not other and not path.endswith("__init__.py")
    }
    whole = {
        (item.path, frozenset({one, other}))
        for item in shared(all_of_them)
        for one in item.owners
        for other in item.owners
        if one != other
    }
    assert whole == pairs
    for one in all_of_them:
        mine = {item.path for item in shared(all_of_them, one)}
        assert mine == {path for path, owners in pairs if one.owner in owners}


class Counting(dict[str, str]):
    """Counts how often it is looked through or into."""

    looks = 0

    def __getitem__(self, key: str) -> str:
        Counting.looks += 1
        return super().__getitem__(key)


def test_a_hundred_wheels_are_compared_in_one_pass() -> None:
    """Every file of every wheel is looked up once."""
    Counting.looks = 0
    wheels = [Installed(f"n{at}", Counting({f"ns/p{at}/m{m}.py": "" for m in range(100)})) for at in range(100)]
    assert list(shared(wheels)) == []
    assert Counting.looks == 100 * 100
