"""The packages of a workspace: where they are looked for, what is found, and what cannot be worked on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import package
from nox_release.config import Config
from nox_release.model import Package
from nox_release.snapshot import Entry, Snapshot
from nox_release.source import Git
from nox_release.workspace import Broken, Workspace, discover, package_folders, translate, with_links

LINK = "120000"


class Blobs(Git):
    """Stands at the door to git: the id of a blob is its content."""

    def blob(self, oid: str) -> bytes:
        return oid.encode()

    def prefetch(self, oids: Iterable[str]) -> None:
        pass


GIT = Blobs(Path("nowhere"), Path("nowhere"))


def snapshot(files: Mapping[str, str], links: Mapping[str, str] | None = None) -> Snapshot:
    entries = {path: Entry("100644", content) for path, content in files.items()}
    entries |= {path: Entry(LINK, target) for path, target in (links or {}).items()}
    return Snapshot(Path("w"), Path("w"), "", Path("w/.git"), "c", 0, "t", (), dict(sorted(entries.items())), {})


def project(name: str, *requires: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = {list(requires)}\n'


def found(files: Mapping[str, str], config: Config | None = None) -> Workspace:
    return discover(snapshot(files), GIT, config or Config())


def test_packages_are_found_by_their_normalized_name() -> None:
    """Each folder with a project in it is a package of the workspace, called by its name and not its folder."""
    workspace = found({"pkg/One/pyproject.toml": project("My_Pkg"), "two/pyproject.toml": project("two"), "x.py": ""})
    assert list(workspace.packages) == ["my-pkg", "two"]
    assert workspace.packages["my-pkg"].directory == "pkg/One"
    assert workspace.broken == ()


def test_a_folder_that_describes_no_package_is_none() -> None:
    """A pyproject.toml that only configures tools makes no package."""
    assert found({"pyproject.toml": "[tool.ruff]\n"}) == Workspace({})


def test_a_package_whose_name_only_the_backend_knows_goes_by_its_folder() -> None:
    """Until its backend is asked, a package without a readable name is known by its folder."""
    workspace = found({"odd/setup.py": "from setuptools import setup\nsetup(name=input())\n"})
    assert list(workspace.packages) == ["odd"]
    assert "name" in workspace.packages["odd"].unknown


def test_one_broken_package_does_not_hide_the_others() -> None:
    """A file that cannot be read breaks its own package alone, and says so."""
    workspace = found({"bad/pyproject.toml": "[project", "good/pyproject.toml": project("good")})
    assert list(workspace.packages) == ["good"]
    (broken,) = workspace.broken
    assert (broken.name, broken.directories) == ("bad", ("bad",))
    assert "bad/pyproject.toml" in broken.message
    assert broken.hint


def test_two_packages_of_one_name_are_both_broken() -> None:
    """Where two folders claim a name neither is worked on, and both files are named."""
    workspace = found({"a/pyproject.toml": project("same"), "b/pyproject.toml": project("Same")})
    assert workspace == Workspace(
        {},
        (
            Broken(
                "same",
                ("a", "b"),
                "two packages are named same: a/pyproject.toml and b/pyproject.toml",
                "rename one, or exclude its folder in [tool.nox-release]",
            ),
        ),
    )


UV = b"[tool.uv.workspace]\nmembers = ['libs/*']\nexclude = ['libs/old']\n"


@pytest.mark.parametrize(
    ("config", "root", "expected"),
    [
        (Config(), None, ["", "libs/a", "libs/old", "sdk/x/y"]),
        (Config(exclude=("libs/*",)), None, ["", "sdk/x/y"]),
        (Config(packages=("libs/*",)), None, ["libs/a", "libs/old"]),
        (Config(packages=("libs/*/",)), None, ["libs/a", "libs/old"]),
        (Config(packages=("./libs/a",)), None, ["libs/a"]),
        (Config(packages=("sdk/*",)), None, []),
        (Config(packages=("sdk/**",)), None, ["sdk/x/y"]),
        (Config(packages=("**/tests/*",)), None, ["libs/a/tests/fake"]),
        (Config(packages=(".",)), None, [""]),
        (Config(packages=("**",), exclude=("**/tests/*", ".*", "docs")), None, ["libs/a", "libs/old", "sdk/x/y"]),
        (Config(), UV, ["", "libs/a"]),
        (Config(exclude=("libs/a",)), UV, [""]),
        (Config(packages=("sdk/**",)), UV, ["sdk/x/y"]),
        (Config(), b"\xef\xbb\xbf" + UV, ["", "libs/a"]),
        (Config(), b"[tool.uv]\ndev = 1\n", ["", "libs/a", "libs/old", "sdk/x/y"]),
    ],
)
def test_where_packages_are_looked_for(config: Config, root: bytes | None, expected: list[str]) -> None:
    """The globs of the configuration, else the members for uv, else every folder that is not there to be shown."""
    files = [
        "setup.py",
        "libs/a/pyproject.toml",
        "libs/a/tests/fake/setup.py",
        "libs/old/setup.cfg",
        "sdk/x/y/setup.py",
    ]
    files += ["docs/setup.py", ".hidden/setup.py", "libs/a/README.md", "libs/a/src/module.py"]
    folders = package_folders(dict.fromkeys(files), config, root)
    assert list(folders) == [folder or "." for folder in expected]


@pytest.mark.parametrize(
    ("target", "outside"),
    [
        ("../../LICENSE", ("LICENSE",)),
        ("../shared/common.py", ("packages/shared/common.py",)),
        ("inner.py", ()),
        ("../demo/inner.py", ()),
        ("../../absent", ()),
        ("/etc/passwd", ()),
        ("../demo-extra/x.py", ("packages/demo-extra/x.py",)),
    ],
)
def test_links_out_of_the_folder_are_part_of_the_source(target: str, outside: tuple[str, ...]) -> None:
    """A symbolic link to a file of the workspace beyond the package makes that file part of its source."""
    files = {
        "LICENSE": "",
        "packages/shared/common.py": "",
        "packages/demo/inner.py": "",
        "packages/demo-extra/x.py": "",
    }
    seen = with_links(package(), snapshot(files, {"packages/demo/link": target}), GIT)
    assert seen.outside == outside


@pytest.mark.parametrize(
    ("target", "outside"),
    [
        ("../shared", ("packages/shared/common.py", "packages/shared/deep/more.py")),
        ("../shared/deep/", ("packages/shared/deep/more.py",)),
        ("../..", ("LICENSE", "packages/shared/common.py", "packages/shared/deep/more.py")),
        ("..", ("packages/shared/common.py", "packages/shared/deep/more.py")),
        (".", ()),
        ("inner", ()),
        ("../../..", ()),
    ],
)
def test_links_to_folders_bring_all_that_is_in_them(target: str, outside: tuple[str, ...]) -> None:
    """A symbolic link to a folder beyond the package makes every file in it part of the source, by its path."""
    files = ["LICENSE", "packages/shared/common.py", "packages/shared/deep/more.py", "packages/demo/inner/x.py"]
    seen = snapshot(dict.fromkeys(files, ""), {"packages/demo/link": target})
    found = with_links(package(), seen, GIT).outside
    assert found == outside


def test_links_add_to_what_is_declared() -> None:
    """Files that the build declares stay beside those that links lead to, each once."""
    taken = with_links(
        package(outside=("VERSION", "LICENSE")),
        snapshot(
            {"LICENSE": "", "NOTICE": ""}, {"packages/demo/a": "../../LICENSE", "packages/demo/b": "../../NOTICE"}
        ),
        GIT,
    )
    assert taken.outside == ("LICENSE", "NOTICE", "VERSION")


def test_nothing_is_outside_the_root() -> None:
    """A package in the workspace's own folder has every file inside."""
    files, links = {"LICENSE": ""}, {"pkg/LICENSE": "../LICENSE"}
    assert with_links(package(directory="."), snapshot(files, links), GIT).outside == ()


def workspace(*packages: Package) -> Workspace:
    return Workspace({each.name: each for each in packages})


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        (["core"], ["core"]),
        (["Core>=1", "requests"], ["core"]),
        (["core; python_version < '3'"], []),
        (["core; python_version >= '3'"], ["core"]),
        (["core; extra == 'aio'"], []),
        (["demo[all]"], []),
        ([], []),
    ],
)
def test_siblings_are_what_is_required_here_and_now(requires: list[str], expected: list[str]) -> None:
    """A sibling is a package of the workspace that is required on this interpreter, outside any extra."""
    demo = package(requires=tuple(requires))
    found = workspace(demo, package("core")).siblings(demo)
    assert [each.name for each, _ in found] == expected
    assert all(requirement.name.lower() == each.name for each, requirement in found)


def test_requirements_on_siblings_are_those_of_all_platforms_and_extras() -> None:
    """Users elsewhere need them as well; each is named once, and what is no package of the workspace is left out."""
    demo = package(
        requires=("Core[x]>=1; python_version < '3'", "requests", "demo"),
        extras={"all": ("core>=2", "requests"), "more": ("core>=2",)},
    )
    found = workspace(demo, package("core")).sibling_requires(demo)
    assert found == ("Core[x]>=1; python_version < '3'", "core>=2")


def test_further_requirements_have_siblings_too() -> None:
    """What the tests require counts where it is asked for."""
    demo = package(requires=("core",))
    found = workspace(demo, package("core"), package("testing")).siblings(demo, ["testing>=2"])
    assert [(each.name, str(requirement.specifier)) for each, requirement in found] == [
        ("core", ""),
        ("testing", ">=2"),
    ]


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", False),
        ("a/*", "a", False),
        ("a/**", "a/b/c", True),
        ("**/c", "a/b/c", True),
        ("**/c", "c", True),
        ("**/c", "ac", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a?", "ab", True),
        ("a?b", "a/b", False),
        ("a.b", "aXb", False),
        ("a+(b)", "a+(b)", True),
        ("./a//b/", "a/b", True),
        ("", ".", True),
    ],
)
def test_globs_over_paths(glob: str, path: str, expected: bool) -> None:
    """``*`` and ``?`` stay within a folder, ``**`` does not, and everything else is itself."""
    assert bool(translate(glob).fullmatch(path)) is expected


def reference(glob: str, path: str) -> bool:
    """Say what the glob matches, slowly and by its definition."""
    if not glob:
        return not path
    if glob.startswith("**/"):
        starts = [0, *(place + 1 for place, letter in enumerate(path) if letter == "/")]
        return any(reference(glob[3:], path[start:]) for start in starts)
    if glob.startswith("**"):
        return any(reference(glob[2:], path[start:]) for start in range(len(path) + 1))
    if glob[0] == "*":
        return reference(glob[1:], path) or (path[:1] not in ("", "/") and reference(glob, path[1:]))
    if glob[0] == "?":
        return path[:1] not in ("", "/") and reference(glob[1:], path[1:])
    return path[:1] == glob[0] and reference(glob[1:], path[1:])


PARTS = st.text("ab.\n+", min_size=1, max_size=3).filter(lambda part: part.strip("."))


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.text("ab.+\n*?", min_size=1, max_size=4).filter(lambda part: part.strip(".")), min_size=1, max_size=4),
    st.lists(PARTS, min_size=1, max_size=4),
)
def test_globs_mean_what_they_are_defined_to_mean(glob: list[str], path: list[str]) -> None:
    """The compiled glob agrees with the definition, for any glob and path."""
    assert bool(translate("/".join(glob)).fullmatch("/".join(path))) is reference("/".join(glob), "/".join(path))


@given(st.lists(st.text(min_size=1).filter(lambda part: not re.search(r"[*?/]|^\.+$", part)), min_size=1))
def test_a_glob_without_wildcards_is_a_path(parts: list[str]) -> None:
    """Whatever letters a folder's name has, it matches itself."""
    path = "/".join(parts)
    assert translate(path).fullmatch(path)
    assert not translate(path).fullmatch(f"{path}x")
    assert translate("**").fullmatch(path)
