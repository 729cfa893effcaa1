"""The public API of sources, read without importing them, and what changed between two of them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nox_release import extractor
from nox_release.difference import Nature
from nox_release.record import from_json, to_json
from nox_release.surface import Surface, Thing, compare

CLIENT = "class Client:\n    def get(self, name, *, retries=3): ...\n    def _private(self): ...\n"
ADDED, REMOVED, INCOMPATIBLE, DIFFERENT = "added", "removed", "changed incompatibly", "changed"

LOST = (REMOVED, "demo.m.A.f")


def surface(files: Mapping[str, str | bytes]) -> Surface:
    """The API of these sources."""
    with tempfile.TemporaryDirectory() as folder:
        return from_json(Surface, json.dumps(extractor.Extractor(_written(Path(folder), files)).surface()))


def _written(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def changes(old: Mapping[str, str | bytes], new: Mapping[str, str | bytes]) -> list[tuple[str, str]]:
    return [(change.nature.value, change.path) for change in compare(surface(old), surface(new))]


def module(old: str, new: str) -> list[tuple[str, str]]:
    """Changes between two texts of one module."""
    return changes({"demo/__init__.py": "", "demo/m.py": old}, {"demo/__init__.py": "", "demo/m.py": new})


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("def f(): ...", "", [(REMOVED, "demo.m.f")]),
        ("", "def f(): ...", [(ADDED, "demo.m.f")]),
        ("def _f(): ...", "", []),
        ("__all__ = ['g']\ndef f(): ...\ndef g(): ...", "__all__ = ['g']\ndef g(): ...", []),
        ("__all__ = ['g']\ndef g(): ...", "__all__ = []\ndef g(): ...", [(REMOVED, "demo.m.g")]),
        ("import json\nfrom os import path", "", []),
        ("T = TypeVar('T')\nlog = logging.getLogger(__name__)\n__version__ = '1'", "", []),
        (CLIENT, CLIENT.replace("get", "fetch"), [(REMOVED, "demo.m.Client.get"), (ADDED, "demo.m.Client.fetch")]),
        (CLIENT, CLIENT.replace("_private", "_other"), []),
        (CLIENT, CLIENT.replace("retries=3", "retries"), [(INCOMPATIBLE, "demo.m.Client.get")]),
        (CLIENT, CLIENT.replace("*, retries=3", "*, retries=3, timeout"), [(INCOMPATIBLE, "demo.m.Client.get")]),
        (CLIENT, CLIENT.replace("*, retries=3", "*, retries=3, timeout=1"), []),
        (CLIENT, CLIENT.replace("*, retries=3", "**options"), []),
        (CLIENT, CLIENT.replace("name", "key"), [(INCOMPATIBLE, "demo.m.Client.get")]),
        (CLIENT, CLIENT.replace("retries=3", "retries=4"), [(DIFFERENT, "demo.m.Client.get")]),
        (CLIENT, CLIENT.replace("retries=3", "retries=RETRIES"), []),
        ("def f() -> int: ...", "def f(): ...", [(DIFFERENT, "demo.m.f")]),
        ("def f(a, b): ...", "def f(b, a): ...", [(INCOMPATIBLE, "demo.m.f")]),
        ("class A: ...", "def A(): ...", [(INCOMPATIBLE, "demo.m.A")]),
        ("A = make()", "class A: ...", []),
        ("class A:\n @property\n def x(self): ...", "class A:\n x = 1", []),
        ("class A:\n @property\n def x(self): ...", "class A:\n def x(self): ...", [(INCOMPATIBLE, "demo.m.A.x")]),
        ("class A(ValueError): ...", "class A(KeyError): ...", [(INCOMPATIBLE, "demo.m.A")]),
        ("class A(Generic[T]): ...", "class A: ...", []),
        ("class B: ...\nclass A(B): ...", "class B: ...\nclass A: ...", [(INCOMPATIBLE, "demo.m.A")]),
        ("class _B:\n def f(self): ...\nclass A(_B): ...", "class A:\n def f(self): ...", []),
        ("class A:\n def f(self): ...", "class _B:\n def f(self): ...\nclass A(_B): ...", []),
        ("class _B:\n def f(self): ...\nclass A(_B): ...", "class _B: ...\nclass A(_B): ...", [LOST]),
        ("class A(dict):\n def get(self, k): ...", "class A(dict): ...", []),
        ("class A(dict):\n def got(self): ...", "class A(dict): ...", [(REMOVED, "demo.m.A.got")]),
        (
            "from typing_extensions import TypedDict\nclass A(TypedDict):\n f: int",
            "from typing_extensions import TypedDict\nclass A(TypedDict): ...",
            [LOST],
        ),
        ("class A:\n def __eq__(self, o): ...", "class A: ...", []),
        (
            "from other import B\nclass A(B):\n def f(self): ...",
            "from other import B\nclass A(B): ...",
            [(DIFFERENT, "demo.m.A.f")],
        ),
        (
            "class A:\n x: int",
            "class A:\n __flat = ['x']\n def __getattr__(self, name): ...",
            [],
        ),
        (
            "class A:\n x: int",
            "class A:\n def __getattr__(self, name): ...",
            [(DIFFERENT, "demo.m.A.x")],
        ),
    ],
)  # fmt: skip
def test_what_users_of_a_module_notice(old: str, new: str, found: list[tuple[str, str]]) -> None:
    """What they can name counts; calls that go on as before, and what a base still has, are no change."""
    assert sorted(module(old, new)) == sorted(found)


def test_names_that_an_init_takes_from_private_modules_are_public() -> None:
    """There is no other way to them, with ``__all__`` or without."""
    private = {"demo/_client.py": CLIENT}
    shown = {"demo/__init__.py": "from ._client import Client"}
    assert changes({**private, **shown}, {**private, "demo/__init__.py": ""}) == [(REMOVED, "demo.Client")]
    assert (
        changes({**private, **shown}, {"demo/_other.py": CLIENT, "demo/__init__.py": "from ._other import Client"})
        == []
    )


def test_what_has_two_names_changes_once() -> None:
    """A class that the package shows and its module has is compared under one of its names."""
    old = {"demo/__init__.py": "from demo.m import Client\n__all__ = ['Client']", "demo/m.py": CLIENT}
    new = {**old, "demo/m.py": CLIENT.replace("retries=3", "retries")}
    assert len(changes(old, new)) == 1


def test_what_import_star_brings_from_elsewhere_is_no_offer() -> None:
    """Tools of typing that a module imported are not its own."""
    old = {
        "demo/__init__.py": "",
        "demo/_m.py": "from typing import ClassVar\nx = 1",
        "demo/m.py": "from demo._m import *",
    }
    assert changes(old, {**old, "demo/_m.py": "x = 1"}) == []


def test_modules_come_and_go_whole() -> None:
    """A module is told with everything in it; tests and private ones are nobody's business."""
    old = {"demo/__init__.py": "", "demo/old/__init__.py": "def f(): ...", "demo/old/deep.py": "x = 1"}
    new = {"demo/__init__.py": "", "demo/new.py": "x = 1", "demo/_secret.py": "x = 1", "demo/tests/test_x.py": "x = 1"}
    assert changes(old, new) == [(ADDED, "demo.new"), (REMOVED, "demo.old")]


def test_a_namespace_that_goes_is_no_loss() -> None:
    """An ``__init__.py`` that only declared a namespace offered nothing."""
    declared = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)"
    old = {"azure/__init__.py": declared, "azure/demo/__init__.py": "x = 1"}
    assert changes({"azure/__init__.py": declared}, {}) == []
    assert changes(old, {"azure/demo/__init__.py": "x = 1"}) == []
    assert changes(old, {}) == [(REMOVED, "azure")]


def test_namespaces_are_walked_through() -> None:
    """A package below namespaces without an ``__init__.py`` is found."""
    old, new = {"azure/mgmt/demo/__init__.py": "def f(): ..."}, {"azure/mgmt/demo/__init__.py": ""}
    assert changes(old, new) == [(REMOVED, "azure.mgmt.demo.f")]


@pytest.mark.parametrize("path", ["demo/m.py", "demo/__init__.py"])
def test_what_cannot_be_read_is_told_and_nothing_concluded(path: str) -> None:
    """A file with a syntax error is no removal of all that was in it; the others are compared."""
    old = {"demo/__init__.py": "", "demo/m.py": CLIENT, "demo/n.py": CLIENT, "other.py": CLIENT}
    new = {**old, path: "def f(:", "other.py": ""}
    assert changes(old, new) == [(REMOVED, "other.Client")]
    assert [name for name in surface(new).unread if name.startswith("demo")] == [
        path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    ]


def test_the_program_imports_nothing(tmp_path: Path) -> None:
    """Sources that would end the interpreter when imported are read in a process of their own."""
    root = _written(tmp_path / "sources", {"demo.py": "import os\nos._exit(3)\ndef f(): ..."})
    subprocess.run([sys.executable, "-I", extractor.__file__, root, tmp_path / "answer"], check=True)
    assert from_json(Surface, (tmp_path / "answer").read_bytes()).names == {"demo.f": "demo.f"}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=200), st.text(max_size=200)), min_size=1, max_size=4))
def test_broken_sources_never_raise(texts: list[str | bytes]) -> None:
    """Whatever lies in a file that is called Python, an answer comes, and it differs from itself in nothing."""
    files = {f"demo/m{number}.py": text for number, text in enumerate(texts)}
    found = surface(
        {
            "demo/__init__.py": "",
            **{path: t.encode("utf-8", "ignore") if isinstance(t, str) else t for path, t in files.items()},
        }
    )
    assert compare(found, found) == ()


NAMES = st.sampled_from(["a", "b", "c"])
FUNCTIONS = st.builds(Thing, st.just("function"), st.sampled_from(["f(x)", "f(x, y=1)", "f(*, z)", "f() -> int", ""]))
MEMBERS = st.dictionaries(NAMES, FUNCTIONS | st.just(Thing("attribute")) | st.just(Thing("property")), max_size=3)
BASES = st.lists(st.sampled_from(["p.a", "p.b", "ValueError"]), max_size=2).map(tuple)
CLASSES = st.builds(Thing, st.just("class"), st.just(""), BASES, MEMBERS)


def _api(things: dict[str, Thing]) -> Surface:
    """A surface whose classes have no bases that nobody knows."""
    known = {
        path: replace(thing, bases=tuple(base for base in thing.bases if base in things or base == "ValueError"))
        for path, thing in things.items()
    }
    return Surface(("p",), {path: path for path in things}, known)


SURFACES = st.dictionaries(NAMES.map("p.{}".format), CLASSES | FUNCTIONS, max_size=3).map(_api)


@given(SURFACES)
def test_an_api_does_not_differ_from_itself(one: Surface) -> None:
    """Nor from what was kept of it."""
    assert compare(one, one) == ()
    assert compare(one, from_json(Surface, to_json(one))) == ()


@given(SURFACES, SURFACES)
def test_the_other_way_round_additions_are_removals(one: Surface, other: Surface) -> None:
    """Comparing is antisymmetric, circles of base classes included."""

    def of(nature: Nature, old: Surface, new: Surface) -> set[str]:
        return {change.path for change in compare(old, new) if change.nature is nature}

    assert of(Nature.ADDED, one, other) == of(Nature.REMOVED, other, one)
