"""What a repository does differently from the defaults, as far as it can be seen. Pure."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release.check import matches
from nox_release.config import Config, Settings
from nox_release.model import Package
from nox_release.requirements import parsed
from nox_release.workspace import translate

LOOKED_AT = 200
"""The newest tags, of which a habit is read."""
_SEPARATED = re.compile(r"(?:==|[-_@/]v?)(?=\d)")
_BARE = re.compile(r"(?:(?:releases?|version|rel|ver)[-_/]?)?v?(?=\d)")


@dataclass(frozen=True)
class Habit:
    """A setting whose default does not fit."""

    key: str
    value: str | tuple[str, ...]
    why: tuple[str, ...]
    """What was seen; comments above the setting, a line each."""
    certain: bool = True
    """Else the setting is only proposed, as a comment."""


def tag_format(newest: Sequence[str], names: Collection[str]) -> Habit | None:
    """Return how releases are tagged, if tags tell; None where they tell nothing, or what is the default.

    :param newest: tags, the newest first.
    :param names: of the packages.
    """
    named: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    example: dict[str, str] = {}
    for tag in newest[:LOOKED_AT]:
        if set(tag) & set("{}"):
            continue
        name, form = _named(tag, names)
        if name:
            named[form] += 1
        elif form := _unnamed(tag):
            bare[form] += 1
        example.setdefault(form, tag)
    if named:
        form = named.most_common(1)[0][0]
        if form == Config().tag_format:
            return None
        return Habit("tag-format", form, (f"Tags of releases, such as {example[form]}.",))
    if not bare:
        return None
    form = bare.most_common(1)[0][0]
    if len(names) == 1:
        return Habit("tag-format", form, (f"Tags of releases, such as {example[form]}.",))
    why = (
        f"Tags such as {example[form]} name no package. A tag for each package is the default, {Config().tag_format};",
        "where all packages are always released together, at one version:",
    )
    return Habit("tag-format", form, why, certain=False)


def released(tags: Iterable[str], names: Collection[str]) -> frozenset[str]:
    """Return those of *names* that a tag says were released, however it is written."""
    return frozenset(name for name, _ in (_named(tag, names) for tag in tags) if name)


def _named(tag: str, names: Collection[str]) -> tuple[str, str]:
    """The package that *tag* names, and how; empty where it names none."""
    for found in _SEPARATED.finditer(tag):
        before, slash, spelt = tag[: found.start()].rpartition("/")
        name = canonicalize_name(spelt)
        if name in names and _is_version(tag[found.end() :]):
            return name, f"{before}{slash}{{name}}{found[0]}{{version}}"
    return "", ""


def _unnamed(tag: str) -> str:
    found = _BARE.match(tag)
    return f"{found[0]}{{version}}" if found and _is_version(tag[found.end() :]) else ""


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except ValueError:  # InvalidVersion is one, and so is Python's refusal of an integer of thousands of digits
        return False
    return True


def release_branches(branch: str) -> Habit | None:
    """Return what is said where the remote's own *branch* is none that releases are made from by default."""
    default = Config().release_branches
    if not branch or matches(branch, default):
        return None
    value = (branch, *(glob for glob in default if "*" in glob))
    return Habit("release-branches", value, (f"The remote's default branch is {branch}.",))


def remote(names: Sequence[str]) -> Habit | None:
    """Return what is said where no git remote is called as the default has it."""
    default = Config().remote
    if not names or default in names:
        return None
    if len(names) == 1:
        return Habit("remote", names[0], (f"The only remote of this checkout is called {names[0]}.",))
    why = (f"No remote is called {default}. Which of {', '.join(names)} gets the tags of releases?",)
    return Habit("remote", names[0], why, certain=False)


@dataclass(frozen=True)
class Folder:
    """A folder that discovery took for a package's."""

    path: str
    virtual: bool = False
    """A project of uv's that is never built: it has no ``[build-system]``, and nothing needs it."""
    shown: bool = False
    """Below a folder such as ``examples``."""
    released: bool = False
    """A tag names it."""


_SHOWING = frozenset(
    "example examples sample samples demo demos fixture fixtures template templates cookiecutter playground "
    "testdata e2e benchmark benchmarks".split()
)


def exclude(folders: Sequence[Folder]) -> Iterable[Habit]:
    """Yield what is said of folders whose projects are not there to be released."""
    left_out: dict[str, str] = {}
    doubted: list[str] = []
    paths = {folder.path for folder in folders} - {"."}
    for folder in folders:
        around = any(above.as_posix() in paths for above in PurePosixPath(folder.path).parents)
        if not folder.path.isprintable():
            continue  # what no file of text can name
        if "{{" in folder.path or "{%" in folder.path:
            left_out[folder.path] = "templates"
        elif folder.virtual and not folder.released:
            left_out[folder.path] = "without [build-system], so that uv never builds them"
        elif folder.shown and not folder.released:
            left_out[folder.path] = "below a folder that shows or tests something"
        elif around and not folder.released:
            left_out[folder.path] = "inside another package"
        elif not folder.released and _SHOWING.intersection(re.split(r"[^a-z0-9]+", folder.path.lower())):
            doubted.append(folder.path)
    kept = [folder.path for folder in folders if folder.path not in left_out]
    if left_out:
        reasons = "; ".join(dict.fromkeys(left_out.values()))
        yield Habit("exclude", _globs(left_out, kept), (f"Not for release: {reasons}.",))
    if doubted:
        value = (*_globs(left_out, kept), *doubted)
        yield Habit("exclude", value, ("Is this not for release, either?",), certain=False)


def _globs(paths: Iterable[str], kept: Collection[str]) -> tuple[str, ...]:
    """Return the paths, or a glob for those that have a folder to themselves."""
    by_parent: dict[str, list[str]] = {}
    for path in paths:
        by_parent.setdefault(posixpath.dirname(path), []).append(path)
    found: list[str] = []
    for parent, children in by_parent.items():
        glob = translate(f"{parent}/*")
        alone = parent and len(children) > 2 and not any(glob.fullmatch(path) for path in kept)
        found += [f"{parent}/*"] if alone else children
    return tuple(sorted(found))


def test_needs(packages: Iterable[Package], files: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterable[Habit]:
    """Yield where tests have what they need, for packages of which the default places name no pytest.

    :param files: folder of a package → its requirements files, by their path there → what each requires.
    """
    default = Settings()
    groups: Counter[str] = Counter()
    extras: Counter[str] = Counter()
    lists: Counter[str] = Counter()
    for package in packages:
        beside = files.get(package.directory, {})
        usual = (
            *(package.groups.get(name, ()) for name in default.test_groups),
            *(package.extras.get(name, ()) for name in default.test_extras),
            *(beside.get(name, ()) for name in default.test_requirements),
        )
        if any(map(_has_pytest, usual)):
            continue
        for where, counted in ((package.groups, groups), (package.extras, extras), (beside, lists)):
            # One place is enough: "all" and "dev" mostly hold the same.
            counted.update(sorted((name for name, texts in where.items() if _has_pytest(texts)), key=_likely)[:1])
    for key, counted, names in (
        ("test-groups", groups, default.test_groups),
        ("test-extras", extras, default.test_extras),
        ("test-requirements", lists, default.test_requirements),
    ):
        if counted:
            shown = ", ".join(sorted(counted))
            yield Habit(key, (*names, *sorted(counted)), (f"pytest stands in {shown}; the default places come first.",))


def _likely(name: str) -> tuple[bool, bool, str]:
    return "test" not in name, "dev" not in name, name


def _has_pytest(texts: Iterable[str]) -> bool:
    return any(canonicalize_name(parsed(text).name) == "pytest" for text in texts)
