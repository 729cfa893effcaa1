"""Every check of what the files hold, with values that fail it and values that come near."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import FrameType

import pytest

from nox_release.check import Severity
from nox_release.checks.contents import CONTENTS
from nox_release.contents import Cargo, Contents, Member
from nox_release.leaks import HOME, Leak

INFO = "demo-1.0.dist-info"
TRACKED = ("pyproject.toml", "LICENSE", "README.md", "src/demo/__init__.py", "src/demo/py.typed", "src/demo/core.pyi")
WHEEL = ("demo/__init__.py", "demo/py.typed", "demo/core.pyi", f"{INFO}/METADATA", f"{INFO}/licenses/LICENSE")


def members(paths: Iterable[str], size: int = 10) -> tuple[Member, ...]:
    return tuple(Member(path, size, f"digest of {path}") for path in paths)


def cargo(
    wheel: Iterable[str] = (), tracked: Iterable[str] = (), sdist: Iterable[str] = (), without: Iterable[str] = ()
) -> Cargo:
    """A sound package with more, or less."""
    gone = set(without)
    return Cargo(
        "demo",
        frozenset([*TRACKED, *tracked]) - gone,
        Contents("demo-1.0.tar.gz", 1000, members([*TRACKED, *sdist, "PKG-INFO"])),
        Contents("demo-1.0-py3-none-any.whl", 1000, members(path for path in (*WHEEL, *wheel) if path not in gone)),
    )


def leaking(*leaks: Leak, sdist: bool = False) -> Cargo:
    sound = cargo()
    if sdist:
        return replace(sound, sdist=replace(sound.sdist, secrets=leaks))
    return replace(sound, wheel=replace(sound.wheel, secrets=leaks))


def naming(*leaks: Leak, tracked: Iterable[str] = ()) -> Cargo:
    sound = cargo(tracked=tracked)
    return replace(sound, wheel=replace(sound.wheel, places=leaks))


def renamed() -> Cargo:
    """The import package ``other`` from the folder ``lib``."""
    sound = cargo(tracked=["lib/start.py"])
    other = Member("other/start.py", 10, "digest", committed=True)
    return replace(sound, wheel=replace(sound.wheel, members=(*sound.wheel.members, other)))


def found(value: Cargo) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in CONTENTS.run(value)]


KEY = Leak("a private key", "demo/keys.py", 3)
TEST_KEY = Leak("a private key", "tests/keys.py", 3)

SOUND = {
    "sound": cargo(),
    "no licence in git": cargo(without=["LICENSE", f"{INFO}/licenses/LICENSE"]),
    "a module called licensing": cargo(tracked=["license_check.py", "licenses.json"]),
    "the licence inside the package": cargo(["demo/LICENSE"], without=[f"{INFO}/licenses/LICENSE"]),
    "one of two licences": cargo(tracked=["COPYING.LESSER"]),
    "a stub of tests": cargo(tracked=["tests/typing/case.pyi", "src/demo/tests/case.pyi"]),
    "a stub of what is not shipped": cargo(tracked=["tools/helper.pyi"]),
    "a stub below purelib": cargo(["demo-1.0.data/purelib/other/__init__.py", "demo-1.0.data/purelib/other/py.typed"],
                                  ["src/other/__init__.py", "src/other/py.typed"]),
    "a second module": cargo(["_demo.cpython-311-x86_64-linux-gnu.so", "demo_other.py", "demo.pth"], ["demo_other.py"]),
    "stubs of its own": cargo(["demo-stubs/__init__.pyi"], ["demo-stubs/__init__.pyi"]),
    "a data file of a scheme": cargo(["demo-1.0.data/data/share/man/demo.1"]),
    "a template in the package": cargo(["demo/build/x.py", "demo/env/x.py"]),
    "what is called testing": cargo(["demo/testing/helper.py", "demo/testing/test_case.py"]),
    "data of tests": cargo(["demo/tests/data/old.pyc"], sdist=["tests/data/old.pyc", "tests/x.orig"]),
    "configuration of an editor in the sdist": cargo(sdist=[".vscode/settings.json", ".gitignore", "Cargo.toml.orig"]),
    "licences in a folder": (
        cargo([f"{INFO}/licenses/LICENSES/MIT.txt"], ["LICENSES/MIT.txt"], without=[f"{INFO}/licenses/LICENSE"])
    ),
    "a package of stubs": cargo(tracked=["demo-stubs/demo/extra.pyi"]),
    "a module called venv": cargo(["demo/venv/__init__.py"], sdist=["src/demo/venv/__init__.py"]),
    "a package from another folder": renamed(),
    "a home in a text of git's": naming(Leak(HOME, "demo/guide.py", 3), tracked=["src/demo/guide.py"]),
    "a file of direnv": cargo(sdist=[".envrc"]),
    "a helper in a folder of tests": cargo(["demo/tests/helper.py"]),
}  # fmt: skip


@pytest.mark.parametrize("value", SOUND.values(), ids=SOUND)
def test_a_sound_package_passes(value: Cargo) -> None:
    """What comes near a rule and keeps it."""
    assert found(value) == []


AMISS = {
    "no licence": (cargo(without=[f"{INFO}/licenses/LICENSE"]), "CNT101", "LICENSE"),
    "no py.typed": (cargo(without=["demo/py.typed"]), "CNT102", "src/demo/py.typed"),
    "no stub": (cargo(without=["demo/core.pyi"]), "CNT103", "src/demo/core.pyi"),
    "a part of a namespace": (
        cargo(["ns/part/x.py"], ["ns/part/x.py", "ns/part/py.typed"]), "CNT102", "ns/part/py.typed",
    ),
    "tests beside": (cargo(["tests/__init__.py"], ["tests/__init__.py"]), "CNT201", "tests"),
    "samples beside": (cargo(["samples/a.py"], ["samples/a.py"]), "CNT201", "samples"),
    "setup.py beside": (cargo(["setup.py"], ["setup.py"]), "CNT201", "setup.py"),
    "tests below purelib": (cargo(["demo-1.0.data/purelib/tests/a.py"]), "CNT201", "tests"),
    "a README beside": (cargo(["README.md"]), "CNT202", "README.md"),
    "a folder from nowhere": (cargo(["made/__init__.py"]), "CNT202", "made"),
    "bytecode": (cargo(["demo/core.pyc"]), "CNT203", "demo/core.pyc"),
    "a cache": (cargo(["demo/__pycache__/core.cpython-311.opt"]), "CNT203", "demo/__pycache__/core.cpython-311.opt"),
    "an editor's folder": (cargo(["demo/.idea/x.xml"]), "CNT203", "demo/.idea/x.xml"),
    "a backup": (cargo(["demo/core.py~"]), "CNT203", "demo/core.py~"),
    "a rejected patch": (cargo(["demo/core.py.rej"]), "CNT203", "demo/core.py.rej"),
    "a repository": (cargo(["demo/.git/config"]), "CNT203", "demo/.git/config"),
    "a virtualenv": (cargo(sdist=[".venv/bin/python"]), "CNT204", ".venv/bin/python"),
    "a cache of tests": (cargo(sdist=["tests/__pycache__/x.pyc"]), "CNT204", "tests/__pycache__/x.pyc"),
    "a desktop's file": (cargo(sdist=["src/.DS_Store"]), "CNT204", "src/.DS_Store"),
    "tests inside": (cargo(["demo/tests/test_core.py"]), "CNT205", "demo/tests"),
    "a key": (leaking(KEY), "CNT301", "demo/keys.py:3"),
    "a key in the sdist": (leaking(replace(KEY, path="deploy.sh"), sdist=True), "CNT301", "deploy.sh:3"),
    "a key by its name": (leaking(Leak("a private key", "x/id_rsa", 0), sdist=True), "CNT301", "x/id_rsa"),
    "a key in a test": (leaking(TEST_KEY, sdist=True), "CNT302", "tests/keys.py:3"),
    "a key among the credentials of tests": (
        leaking(replace(KEY, path="src/test_creds/a.key")), "CNT302", "src/test_creds/a.key:3",
    ),
    "a key in a test in C": (leaking(replace(KEY, path="ssl/ssl_test.cc"), sdist=True), "CNT302", "ssl/ssl_test.cc:3"),
    "a key in documentation": (leaking(replace(KEY, path="docs/x.rst"), sdist=True), "CNT302", "docs/x.rst:3"),
    "a key of a contest": (leaking(replace(KEY, path="src/contest/x.py")), "CNT301", "src/contest/x.py:3"),
    "a key in a test beside": (leaking(replace(KEY, path="demo/test_x.py")), "CNT302", "demo/test_x.py:3"),
    "a folder": (naming(Leak(HOME, "demo/_conf.py", 7)), "CNT401", "demo/_conf.py:7"),
    "the folder of the build in a text of git's": (
        naming(Leak("the folder of the build", "demo/core.pyi", 7)), "CNT401", "demo/core.pyi:7",
    ),
    "a large wheel": (
        replace(cargo(), wheel=replace(cargo().wheel, size=61 << 20)), "CNT501", "demo-1.0-py3-none-any.whl",
    ),
    "a bulky file": (
        replace(cargo(), sdist=replace(cargo().sdist, members=members(["m.bin"], 11 << 20))), "CNT501", "m.bin",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("value", "code", "where"), AMISS.values(), ids=AMISS)
def test_what_is_amiss_is_told_by_its_code(value: Cargo, code: str, where: str) -> None:
    """Each has one finding, and no other that does not belong to it."""
    assert found(value) == [(code, where)]


def test_every_check_has_a_case() -> None:
    """No code is declared that nothing here fails."""
    assert {code for _, code, _ in AMISS.values()} == {check.code for check in CONTENTS.checks}


@pytest.mark.parametrize(
    "value",
    [
        replace(cargo(), wheel=replace(cargo().wheel, size=59 << 20)),
        replace(cargo(), wheel=replace(cargo().wheel, members=members(["demo/core.so"], 11 << 20))),
        replace(cargo(), sdist=replace(cargo().sdist, members=members(["a.bin", "b.bin", "c.bin"], 11 << 20))),
    ],
    ids=["smaller", "compiled code", "no more than the half"],
)
def test_large_is_more_than_usual(value: Cargo) -> None:
    """CNT501 leaves alone what is large for a reason."""
    assert not [code for code, _ in found(value) if code == "CNT501"]


def test_a_project_may_be_called_like_a_folder() -> None:
    """The name of the distribution is its own."""
    assert found(replace(cargo(["scripts/__init__.py"], ["scripts/__init__.py"]), name="scripts")) == []


def test_a_secret_is_not_repeated() -> None:
    """The finding has the kind, the file and the line, and what to do."""
    (finding,) = CONTENTS.run(leaking(KEY))
    assert finding.message == "a private key, in demo-1.0-py3-none-any.whl"
    assert "revoke" in finding.fix
    assert finding.severity is Severity.ERROR


def test_many_keys_of_tests_are_a_few_warnings() -> None:
    """Three are told and the others counted."""
    many = [replace(TEST_KEY, line=line) for line in range(1, 41)]
    findings = CONTENTS.run(leaking(*many, sdist=True)).findings
    assert [finding.severity for finding in findings] == [Severity.WARNING] * 3
    assert findings[0].message == "a private key, in demo-1.0.tar.gz; 37 more in demo-1.0.tar.gz"


def test_one_folder_of_leftovers_is_one_finding() -> None:
    """The others of its kind are counted."""
    (finding,) = CONTENTS.run(cargo([f"demo/__pycache__/{number}.pyc" for number in range(5)]))
    assert finding.message == "demo-1.0-py3-none-any.whl; 4 more such places"


def operations(work: Callable[[], object]) -> int:
    """How many functions *work* calls, Python's own among them."""
    count = 0

    def called(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def wide(number: int) -> Cargo:
    """A package of *number* files in a tenth as many folders, every tenth with type information."""
    paths = [f"demo/p{at // 10}/{'py.typed' if at % 10 == 0 else f'm{at}.py'}" for at in range(number)]
    return cargo(paths, [f"src/{path}" for path in paths], paths)


def test_twenty_thousand_members_cost_ten_times_what_two_thousand_do() -> None:
    """No check is quadratic in the number of files."""
    few, many = wide(2_000), wide(20_000)
    assert operations(lambda: CONTENTS.run(many)) < 12 * operations(lambda: CONTENTS.run(few))
