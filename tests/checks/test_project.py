"""Every check of a package's source, with a package that fails it and one that does not."""

from __future__ import annotations

import functools
import socket
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trove_classifiers import deprecated_classifiers
from validate_pyproject.api import FORMAT_FUNCTIONS, Validator
from validate_pyproject.error_reporting import ValidationError

from nox_release.check import Severity
from nox_release.checks.project import PROJECT, STANDARD_TABLES
from nox_release.errors import Blocked
from nox_release.model import Package
from nox_release.project import Project, ReleasedTag, project

PACKAGE = Package("contoso-core", "1.2.0", "sdk/core/contoso-core", "sdk/core/contoso-core/pyproject.toml", "hatchling")

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "contoso-core"
version = "1.2.0"
readme = "README.md"
classifiers = ["Programming Language :: Python :: 3"]

[tool.contoso]
anything = true
"""
SOUND = {
    "pyproject.toml": PYPROJECT,
    "README.md": "# Contoso\n\nIt does things.\n",
    "CHANGELOG.md": "# Changes\n\n## 1.2.0 (2026-11-20)\n\n- it does things\n",
}

Files = Mapping[str, str | bytes | None]


def read(files: Files, package: Package = PACKAGE, tag: ReleasedTag | None = None) -> Project:
    raw = {path: text.encode() if isinstance(text, str) else text for path, text in files.items() if text is not None}
    return project(package, sorted(path for path in raw if not path.startswith("..")), raw.get, tag)


def found(subject: Project) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in PROJECT.run(subject)]


def told(subject: Project, code: str) -> str:
    return "\n".join(f"{each.message} | {each.fix}" for each in PROJECT.run(subject) if each.code == code)


def declared(*lines: str, without: str = "") -> dict[str, str | bytes | None]:
    """Return a sound package whose [project] table has *lines* as well, and not the line that starts so."""
    kept = [line for line in PYPROJECT.split("\n") if not (without and line.startswith(without))]
    at = kept.index("[project]") + 1
    return {**SOUND, "pyproject.toml": "\n".join([*kept[:at], *lines, *kept[at:]])}


def setup(arguments: str, **files: str | bytes | None) -> dict[str, str | bytes | None]:
    script = f"from setuptools import setup\n\nsetup(name='contoso-core', {arguments})\n"
    return {"CHANGELOG.md": SOUND["CHANGELOG.md"], "setup.py": script, **files}


MARKDOWN = {"README.md": SOUND["README.md"]}
RST = {"README.rst": "Contoso\n=======\n\nIt does things.\n"}
TYPED = "long_description=a, long_description_content_type='text/markdown'"
DROPPED = next(name for name, replacements in deprecated_classifiers.items() if not replacements)
BROKEN = "Contoso\n=======\n\nSee :func:`contoso.run`.\n"


def test_a_sound_package_has_no_findings() -> None:
    assert found(read(SOUND)) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (declared('licens = "MIT"'), [("PRJ101", "pyproject.toml")]),
        (declared('dependencies = ["six>>1"]'), [("PRJ101", "pyproject.toml")]),
        ({**SOUND, "pyproject.toml": PYPROJECT.replace("[tool.contoso]", "[contoso]")}, [("PRJ102", "pyproject.toml")]),
        ({**SOUND, "README.md": " \n"}, [("PRJ201", "README.md")]),
        (SOUND | {"README.md": None}, [("PRJ201", "README.md")]),
        ({**declared(without="readme"), "README.md": None}, [("PRJ201", "README.md")]),
        ({**SOUND, "README.md": "[link]: https://example.org\n"}, [("PRJ202", "README.md")]),
        (
            setup("long_description=text, long_description_content_type='text/x-rst'", **{"README.rst": BROKEN}),
            [("PRJ202", "README.rst:4")],
        ),
        (
            setup("long_description=text", **{"README.md": "# A\n\n  * b\nc\n"}),
            [("PRJ202", "README.md:4"), ("PRJ204", "README.md")],
        ),
        (
            declared('readme = {file = "README.md", content-type = "text/x-rst"}', without="readme"),
            [("PRJ203", "README.md")],
        ),
        (
            declared('readme = {file = "README.md", content-type = "text/html"}', without="readme"),
            [("PRJ203", "README.md")],
        ),
        (
            declared('readme = {file = "README.md", content-type = "Markdown"}', without="readme"),
            [("PRJ203", "README.md")],
        ),
        (declared(without="readme"), [("PRJ204", "README.md")]),
        (setup("long_description=text", **RST), [("PRJ204", "README.rst")]),
        (setup("url='https://example.org'", **MARKDOWN), [("PRJ204", "README.md")]),
        (
            declared('classifiers = ["Programming Language :: Pyton"]', without="classifiers"),
            [("PRJ301", "pyproject.toml")],
        ),
        (setup(f"{TYPED}, classifiers=['Contoso']", **MARKDOWN), [("PRJ301", "setup.py")]),
        (declared('classifiers = ["Private :: Do Not Upload"]', without="classifiers"), [("PRJ302", "pyproject.toml")]),
        (SOUND | {"CHANGELOG.md": None}, [("PRJ401", "CHANGELOG.md")]),
        ({**SOUND, "CHANGELOG.md": "# Changes\n\n## 1.1.0 (2026-11-20)\n\n- a\n"}, [("PRJ402", "CHANGELOG.md:3")]),
        ({**SOUND, "CHANGELOG.md": "Nothing yet.\n"}, [("PRJ402", "CHANGELOG.md")]),
        ({**SOUND, "CHANGELOG.md": "## 1.2.0 (2026-11-20)\n\n### Fixed\n"}, [("PRJ403", "CHANGELOG.md:1")]),
        ({**SOUND, "CHANGELOG.md": "\n## 1.2.0\n\n- a\n"}, [("PRJ404", "CHANGELOG.md:2")]),
        (
            {**SOUND, "CHANGELOG.md": "## 1.2.0 (Unreleased)\n"},
            [("PRJ403", "CHANGELOG.md:1"), ("PRJ404", "CHANGELOG.md:1")],
        ),
    ],
)
def test_findings_of_a_source(files: Files, expected: list[tuple[str, str]]) -> None:
    assert found(read(files)) == expected


@pytest.mark.parametrize(
    "files",
    [
        declared('readme = {file = "README.md", content-type = "text/markdown; variant=GFM"}', without="readme"),
        declared('readme = {text = "# Contoso", content-type = "text/markdown"}', without="readme"),
        declared('readme = "../README.md"', without="readme") | {"../README.md": "# Contoso"},
        declared('readme = {file = "README.txt", content-type = "text/x-rst"}', without="readme")
        | {"README.txt": RST["README.rst"]},
        declared('dynamic = ["readme", "classifiers"]', without="readme") | {"README.md": "# A"},
        declared('dynamic = ["readme"]', without="readme")
        | {
            "pyproject.toml": declared('dynamic = ["readme"]', without="readme")["pyproject.toml"],
            "setup.cfg": "[metadata]\n"
            "long_description = file: README.rst\nlong-description-content-type = text/x-rst\n",
            **RST,
        },
        setup(TYPED, **MARKDOWN),
        setup("long_description=a, long_description_content_type=kind", **MARKDOWN),
        setup("**arguments", **MARKDOWN),
        {"setup.py": "import setuptools, contoso\ncontoso.run()\n", "CHANGES": SOUND["CHANGELOG.md"], **MARKDOWN},
        {"setup.py": "def is not Python", "CHANGES": SOUND["CHANGELOG.md"], **MARKDOWN},
        setup("pbr=True", **MARKDOWN),
        SOUND | {"CHANGELOG.md": None, "docs/changelog.rst": "1.2.0 (2026-11-20)\n---\n\nIt does things.\n"},
        SOUND | {"CHANGELOG.md": "\ufeff## [v1.2] - 2026-11-20\r\n\r\n- a\r\n"},
        {
            "pyproject.toml": '[tool.poetry]\nname = "a"\nreadme = ["README.md", "CHANGES.md"]\nclassifiers = []\n',
            "ReadMe.md": "# another",
            "README.md": "# Contoso",
            "CHANGES.md": SOUND["CHANGELOG.md"],
        },
        {
            "pyproject.toml": '[tool.flit.metadata]\nmodule = "a"\ndescription-file = "README.rst"\nclassifiers = []\n',
            "HISTORY.rst": "1.2.0 (2026-11-20)\n------------------\n\nIt does things.\n",
            **RST,
        },
    ],
)
def test_sources_without_a_finding(files: Files) -> None:
    assert found(read(files)) == []


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


def test_without_a_version_nothing_is_asked_of_the_changelog() -> None:
    assert [code for code, _ in found(read(SOUND, replace(PACKAGE, version=None)))] == ["PRJ501"]


@pytest.mark.parametrize(("same", "codes"), [(True, []), (False, ["PRJ503"])])
def test_a_tag_of_other_source(same: bool, codes: list[str]) -> None:
    subject = read(SOUND, tag=ReleasedTag("contoso-core_1.2.0", "0123456789abcdef", same))

    assert [code for code, _ in found(subject)] == codes
    assert same or "contoso-core_1.2.0 at 0123456789ab" in told(subject, "PRJ503")


def test_a_package_that_the_workspace_knows_as_private() -> None:
    assert found(read(SOUND, replace(PACKAGE, private=True))) == [("PRJ302", "pyproject.toml")]


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        (declared('dependencies = ["six>>1"]'), "PRJ101", "`project.dependencies[0]` must be a requirement"),
        (SOUND | {"pyproject.toml": PYPROJECT.replace("tool.contoso", "projct")}, "PRJ102", "call it [project]"),
        (setup("long_description=a", **{"README.rst": BROKEN}), "PRJ202", 'Unknown interpreted text role "func"'),
        (
            setup("long_description=a", **{"README.md": "a\n  * `b\n"}),
            "PRJ202",
            "declare the content type text/markdown",
        ),
        (
            declared('readme = {text = "`a`_", content-type = "text/x-rst"}', without="readme"),
            "PRJ202",
            "line 1 of the text",
        ),
        (setup("long_description=a", **RST), "PRJ204", 'long_description_content_type="text/x-rst"'),
        (declared('classifiers = ["Programming Language :: Pyton"]'), "PRJ301", "'Programming Language :: Python'"),
        (declared('classifiers = ["License :: Contoso"]'), "PRJ301", "https://pypi.org/classifiers"),
        (declared('classifiers = ["Natural Language :: Ukranian"]'), "PRJ301", "by 'Natural Language :: Ukrainian'"),
        (declared(f'classifiers = ["{DROPPED}"]'), "PRJ301", f"'{DROPPED}' is deprecated | take it out"),
        (declared('classifiers = ["Private :: No"]'), "PRJ302", "'Private :: No'"),
        (SOUND | {"CHANGELOG.md": "## 1.1.0 (2026-11-20)"}, "PRJ402", "the top one is `## 1.1.0 (2026-11-20)`"),
        (SOUND | {"CHANGELOG.md": "## [Unreleased]\n\n- a"}, "PRJ402", "give this heading the version"),
        (SOUND | {"CHANGELOG.md": "## 1.2.0\n\n- a"}, "PRJ404", "has no date"),
        (SOUND | {"CHANGELOG.md": "## 1.2.0 (TBA)\n\n- a"}, "PRJ404", "is still unreleased"),
    ],
)
def test_what_is_said_and_advised(files: dict[str, str | bytes | None], code: str, words: str) -> None:
    text = files.get("pyproject.toml")
    if isinstance(text, str) and code.startswith("PRJ3"):  # leave the one that the case declares
        files = files | {"pyproject.toml": text.replace('classifiers = ["Programming Language :: Python :: 3"]\n', "")}

    assert words in told(read(files), code)


def schema_errors(text: str) -> list[str]:
    return [
        finding.message for finding in PROJECT.run(read(SOUND | {"pyproject.toml": text})) if finding.code == "PRJ101"
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            '[build-system]\nbuild-backend = "a b"\n'
            '[project]\nname = "a b"\nlicens = 1\nrequires-python = 3\nurls = {a = 1}\n',
            ["build-backend", "requires", "name", "licens", "requires-python", "urls", "version"],
        ),
        ('[project]\nname = "a"\nversion = "1"\ndynamic = ["version"]\n', ["project.version"]),
        (
            "project = 3\ntool = 4\nbuild-system = 5\ndependency-groups = 6",
            ["project", "tool", "build-system", "dependency-groups"],
        ),
        (
            "[tool.setuptools]\nfoo = 1\npackages = 3\nzip-safe = 4\n[tool.distutils]\na = 1",
            ["foo", "packages", "zip-safe", "distutils"],
        ),
        ("[tool]\nsetuptools = 3\n", ["tool.setuptools"]),
        ('[project]\nname = "a"\nversion = "1"\nimport-names = ["a.b"]\n', ["import-names"]),
        (
            '[dependency-groups]\na = [{include-group = "b"}, 3]\nc = [{include-group = "d"}]\n',
            ["dependency-groups.a", "'d'"],
        ),
        ('[dependency-groups]\nTest_It = []\na = [{include-group = "test-it"}]\n', []),
        ('[project]\nname = "a"\nversion = "1"\nclassifiers = ["No :: Such"]\n[tool.hatch]\nx = 1\n', []),
    ],
)
def test_every_error_of_the_schema_is_told_at_once(text: str, named: list[str]) -> None:
    errors = schema_errors(text)

    for name in named:
        assert any(name in error for error in errors), name
    assert len(errors) <= len(named)


NAMES = (
    "project tool build-system dependency-groups setuptools name version dynamic readme file requires classifiers "
    "urls license include-group packages import-names scripts text a.b"
)
KEYS = st.sampled_from(NAMES.split())
VALUES = st.recursive(
    st.text(max_size=4) | st.integers() | st.booleans() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)  # the first example compiles the schemas
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.none() | st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_table_is_judged(pyproject: dict[str, object], table: dict[str, object] | None) -> None:
    both = pyproject if table is None else {**pyproject, "project": table}
    legal = _validates({key: value for key, value in both.items() if key in STANDARD_TABLES})

    codes = [code for code, _ in found(replace(read(SOUND), pyproject=both)) if code == "PRJ101"]

    assert bool(codes) is not legal


@functools.cache
def _reference() -> Validator:
    return Validator(format_validators={**FORMAT_FUNCTIONS, "trove-classifier": lambda _: True})


def _validates(pyproject: dict[str, object]) -> bool:
    try:
        _reference()(pyproject)
    except ValidationError:
        return False
    return True


def test_nothing_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert schema_errors(PYPROJECT) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (SOUND | {"README.md": b"# A\n\ncaf\xe9\n"}, "sdk/core/contoso-core/README.md:3 is not UTF-8 (byte 0xe9)"),
        (SOUND | {"CHANGELOG.md": b"\xff"}, "sdk/core/contoso-core/CHANGELOG.md:1 is not UTF-8"),
        (SOUND | {"pyproject.toml": "[project"}, "sdk/core/contoso-core/pyproject.toml is not TOML"),
        (SOUND | {"setup.cfg": "no section\n"}, "sdk/core/contoso-core/setup.cfg cannot be parsed"),
    ],
)
def test_what_cannot_be_read_stops_the_package(files: Files, message: str) -> None:
    with pytest.raises(Blocked) as stopped:
        read(files)

    assert stopped.value.message.startswith(message)
    assert stopped.value.hint


@pytest.mark.parametrize(
    ("files", "readme_type", "classifiers", "described"),
    [
        (setup("classifiers=['A']"), "", ("A",), False),
        (setup("classifiers=names"), "", None, False),
        (setup("url=''") | {"setup.cfg": "[metadata]\nclassifiers =\n  A\n  B\n"}, "", ("A", "B"), False),
        (setup("url=''") | {"setup.cfg": "[metadata]\nclassifier = file: names.txt\n"}, "", None, False),
        ({"setup.cfg": "[options]\n", "README": "a"}, "text/plain", None, True),
        ({"setup.cfg": "[metadata]\ndescription-file = README.md\n", **MARKDOWN}, "text/markdown", None, True),
        ({"setup.cfg": "[metadata]\nlong_description = file: README.rst, NEWS\n", **RST}, "", (), True),
        ({"pyproject.toml": "[tool.poetry]\n", **MARKDOWN}, "text/markdown", None, True),
        ({"pyproject.toml": '[tool.poetry]\nname = "a"\n', **MARKDOWN}, "text/markdown", (), False),
        ({"pyproject.toml": '[project]\nname = "a"\nreadme = "README"\n', "README": "a"}, "", (), True),
        (
            {
                "pyproject.toml": '[project]\nname = "a"\ndynamic = ["readme", "classifiers"]\n'
                '[tool.setuptools.dynamic]\nreadme = {file = ["README.md", "CHANGELOG.md"]}\n',
                **MARKDOWN,
            },
            "text/x-rst",
            None,
            True,
        ),
    ],
)
def test_what_can_be_told_without_running_anything(
    files: Files, readme_type: str, classifiers: tuple[str, ...] | None, described: bool
) -> None:
    subject = read(files)

    assert (subject.readme_type, subject.classifiers, subject.described) == (readme_type, classifiers, described)


def test_severities() -> None:
    warnings = {check.code for check in PROJECT.checks if check.severity is Severity.WARNING}

    assert warnings == {"PRJ102", "PRJ204", "PRJ401", "PRJ404"}
