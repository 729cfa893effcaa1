"""What the files hold: all that has to be in them, and nothing that must not."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from nox_release.check import Family, Problem, Severity
from nox_release.contents import Cargo, Contents
from nox_release.leaks import HOME, Leak

_LICENCE = re.compile(r"(?i)(?:un)?licen[cs]e|copying")
_NO_TEXT = (".py", ".json", ".toml", ".yml", ".yaml", ".cfg", ".ini", ".sh", ".template")
_ASIDE = frozenset("tests test testing docs doc examples example samples sample benchmarks stress perf".split())
_WORDS = r"tests?|testing|test_?data|fixtures?|recordings|vectors|examples?|samples?|docs?|dummy\w*|mocks?"
_FIXTURE = re.compile(rf"(?i)(?:^|[/_.-])(?:{_WORDS})(?:[/_.-]|$)")
"""Paths whose keys are most likely made for tests or for documentation."""

CONTENTS: Family[Cargo] = Family("CNT", "what the files hold")


@CONTENTS.check("CNT101", "The wheel has the licence")
def licence_in_wheel(cargo: Cargo) -> Iterator[Problem]:
    """Most licences demand that their text goes with every copy; PEP 639 gives it a place in ``.dist-info``."""
    texts = [path for path in cargo.tracked if "/" not in path and _LICENCE.match(path)]
    texts = sorted(path for path in texts if not path.lower().endswith(_NO_TEXT))
    shipped = {member.path.rpartition("/")[2] for member in cargo.wheel.members}
    named = any(".dist-info/licenses/" in member.path for member in cargo.wheel.members)
    if texts and not named and not shipped.intersection(texts):
        yield Problem(
            texts[0],
            f'name it in [project]: license-files = ["{texts[0]}"]',
            "in git, not in the wheel",
        )


@CONTENTS.check("CNT102", "The wheel has the source's py.typed")
def typed(cargo: Cargo) -> Iterator[Problem]:
    """Type checkers ignore the annotations of a package whose ``py.typed`` was left behind (PEP 561)."""
    yield from _left_behind(cargo, lambda name: name == "py.typed")


@CONTENTS.check("CNT103", "The wheel has the source's stubs", Severity.WARNING)
def stubs(cargo: Cargo) -> Iterator[Problem]:
    """A stub beside a module that is shipped tells its types; the stub of a compiled module is all that does."""
    yield from _left_behind(cargo, lambda name: name.endswith(".pyi"))


def _left_behind(cargo: Cargo, wanted: Callable[[str], bool]) -> Iterator[Problem]:
    modules = {posixpath.dirname(path) for path in cargo.installed if path.endswith((".py", ".so", ".pyd"))}
    for path in sorted(cargo.tracked):
        *parts, name = path.split("/")
        if (
            not parts
            or not wanted(name)
            or _ASIDE.intersection(parts)
            or any(part.endswith("-stubs") for part in parts)
        ):
            continue
        places = ("/".join(parts[start:]) for start in range(len(parts)))
        place = next((place for place in places if place in modules), None)
        if place is not None and f"{place}/{name}" not in cargo.installed:
            fix = "include it as package data (setuptools: package-data; else see what the backend leaves out)"
            yield Problem(path, fix, f"in git; not in the wheel as {place}/{name}")


_NO_NAMES = _ASIDE - {"testing"} | frozenset("scripts tools build dist setup.py conftest.py noxfile.py".split())
_NATIVE = (".so", ".pyd", ".pth", ".libs", "-stubs")
_MODULES = (".py", ".pyi", ".so", ".pyd", ".pth", ".dll", ".dylib")


@CONTENTS.check("CNT201", "The wheel installs no folder of the project beside its import packages")
def no_stray_folders(cargo: Cargo) -> Iterator[Problem]:
    """``tests`` and ``samples`` at the top of site-packages are anybody's: projects overwrite each other's there."""
    for root, path in cargo.roots.items():
        if root in _NO_NAMES and cargo.name not in {root, root.removesuffix(".py")}:
            yield Problem(
                root, f'exclude it from the packages: exclude = ["{root}", "{root}.*"]', f"it installs {path}"
            )


@CONTENTS.check("CNT202", "The wheel installs import packages and modules of the source", Severity.WARNING)
def known_names(cargo: Cargo) -> Iterator[Problem]:
    """Files such as a README at the top of site-packages collide with everybody else's.

    Names that are not in the source come from what a build left lying about.
    """
    names = {part for path in cargo.tracked for part in path.split("/")}
    stems = {name.partition(".")[0] for name in names}
    for root, path in cargo.roots.items():
        if root in _NO_NAMES:
            continue
        if root == path and not root.endswith(_MODULES):
            yield Problem(
                root, "ship it in the sdist or inside an import package", "no module, at the top of site-packages"
            )
        elif not (root.partition(".")[0] in stems or root in cargo.committed_roots or root.endswith(_NATIVE)):
            yield Problem(
                root, "declare it, or keep the build from shipping it", f"not in the source; it installs {path}"
            )


_CACHES = frozenset(
    "__pycache__ .pytest_cache .mypy_cache .ruff_cache .hypothesis .ipynb_checkpoints .tox .nox .venv .eggs"
    " node_modules .git .hg .svn .bzr".split()
)
_LEFTOVERS = ("*.pyc", "*.pyo", "pyvenv.cfg", ".ds_store", "thumbs.db", ".coverage", "*.swp", "*.swo")
_EDITORS = frozenset({".idea", ".vscode", ".vs"})
_BACKUPS = ("*~", "*.py.orig", "*.py.bak", "*.rej", "desktop.ini")


@CONTENTS.check("CNT203", "The wheel ships nothing that tools leave behind")
def clean_wheel(cargo: Cargo) -> Iterator[Problem]:
    """Caches, bytecode, editors' files and version control folders are of one machine; installers compile anew."""
    yield from _leftovers(cargo.wheel, _CACHES | _EDITORS, (*_LEFTOVERS, *_BACKUPS))


@CONTENTS.check("CNT204", "The sdist ships nothing that tools leave behind")
def clean_sdist(cargo: Cargo) -> Iterator[Problem]:
    """A build works on what git has: git has them, or the build made them. What lies among tests may be meant."""
    yield from _leftovers(cargo.sdist, _CACHES, _LEFTOVERS)


def _leftovers(contents: Contents, folders: frozenset[str], names: tuple[str, ...]) -> Iterator[Problem]:
    found: dict[str, list[str]] = {}
    for member in contents.members:
        *parts, name = member.path.split("/")
        if hit := folders.intersection(parts):
            found.setdefault(min(hit), []).append(member.path)
        elif _ASIDE.intersection(parts):
            continue
        elif glob := next((glob for glob in names if fnmatch.fnmatchcase(name.lower(), glob)), ""):
            found.setdefault(glob, []).append(member.path)
    for what, paths in found.items():
        yield Problem(paths[0], f"take {what} out of git, and exclude it from the build", _several(contents, paths))


@CONTENTS.check("CNT205", "The wheel ships no tests inside its packages", Severity.WARNING)
def no_tests_inside(cargo: Cargo) -> Iterator[Problem]:
    """They cost every user their size, and their requirements are not declared. Some projects ship them on purpose."""
    found: dict[str, int] = {}
    for path in sorted(cargo.installed):
        parts = path.split("/")
        inner = next((at for at, part in enumerate(parts[:-1]) if at and part in {"tests", "test"}), 0)
        if inner and (parts[-1].startswith("test_") or parts[-1].endswith("_test.py") or parts[-1] == "conftest.py"):
            folder = "/".join(parts[: inner + 1])
            found[folder] = found.get(folder, 0) + 1
    if found:
        more = f" and in {len(found) - 1} more folders" if len(found) > 1 else ""
        first = next(iter(found))
        yield Problem(
            first, "exclude it from the wheel, unless users are to run it", f"{found[first]} test modules{more}"
        )


@CONTENTS.check("CNT301", "No file holds a secret")
def no_secrets(cargo: Cargo) -> Iterator[Problem]:
    """What is on an index cannot be taken back: a published secret is everybody's from that minute on."""
    for contents in (cargo.wheel, cargo.sdist):
        yield from _secrets(contents.filename, [leak for leak in contents.secrets if not _in_fixtures(leak)])


@CONTENTS.check("CNT302", "No test or example holds what looks like a secret", Severity.WARNING)
def no_test_secrets(cargo: Cargo) -> Iterator[Problem]:
    """Keys made for tests are harmless, and look like those that are not: users' scanners report them.

    A key that is made while the tests run need not be shipped.
    """
    for contents in (cargo.wheel, cargo.sdist):
        found = [leak for leak in contents.secrets if _in_fixtures(leak)]
        yield from _secrets(contents.filename, found[:3], len(found) - 3)


def _secrets(filename: str, leaks: Iterable[Leak], more: int = 0) -> Iterator[Problem]:
    for leak in leaks:
        count = f"; {more} more in {filename}" if more > 0 else ""
        fix = "take it out, and revoke it: it is in git's history; say in ignore with a reason if it is none"
        yield Problem(leak.where, fix, f"{leak.kind}, in {filename}{count}")


def _in_fixtures(leak: Leak) -> bool:
    return _FIXTURE.search(leak.path) is not None


@CONTENTS.check("CNT401", "What the build made names no folder of its machine", Severity.WARNING)
def no_build_paths(cargo: Cargo) -> Iterator[Problem]:
    """Such a path is of no use elsewhere, tells who built where, and keeps a build from being reproducible."""
    for contents in (cargo.wheel, cargo.sdist):
        found: dict[str, list[str]] = {}
        for leak in contents.places:
            if leak.kind == HOME and leak.path in cargo.known:
                continue  # on Windows a checkout has other line endings, so that git's own texts look made
            found.setdefault(leak.kind, []).append(leak.where)
        for kind, places in found.items():
            fix = "write relative paths; for compilers, -ffile-prefix-map or no debug information (-g0)"
            yield Problem(places[0], fix, f"{kind}, in {_several(contents, places)}")


LARGE = 60 << 20
"""Bytes of a file from which on we warn: PyPI takes 100 MiB unless asked."""
BULKY = 10 << 20
"""Bytes of one member that is more than the half of all."""


@CONTENTS.check("CNT501", "The files are not larger than needed", Severity.WARNING)
def not_large(cargo: Cargo) -> Iterator[Problem]:
    """A model, a recording or a build folder slips in easily, and counts against the project's quota for good."""
    for contents in (cargo.wheel, cargo.sdist):
        if contents.size > LARGE:
            yield Problem(
                contents.filename, "leave out what users do not need", f"{contents.size / (1 << 20):,.0f} MiB"
            )
        total = sum(member.size for member in contents.members)
        for member in contents.members:
            program = member.path.endswith(_MODULES) or ".data/scripts/" in member.path
            if member.size > BULKY and member.size * 2 > total and not program:
                told = f"{member.size / (1 << 20):,.0f} of {total / (1 << 20):,.0f} MiB in {contents.filename}"
                yield Problem(member.path, "leave it out, or let users download it", told)


def _several(contents: Contents, paths: list[str]) -> str:
    return contents.filename + (f"; {len(paths) - 1} more such places" if len(paths) > 1 else "")
