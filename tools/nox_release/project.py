"""What the checks of a package's source look at: its own files, read without running any of them."""

from __future__ import annotations

import ast
import configparser
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from pathlib import PurePosixPath

from nox_release.errors import Blocked
from nox_release.model import Package

Read = Callable[[str], bytes | None]
"""Gives the bytes of a path relative to the package's folder, which ``..`` may lead out of; None where nothing is."""

TYPES = {".md": "text/markdown", ".markdown": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}
"""Content type of a README by its file's suffix."""

READMES = ("readme.md", "readme.rst", "readme.txt", "readme", "readme.markdown")
CHANGELOGS = tuple(
    f"{stem}{suffix}" for stem in ("changelog", "changes", "history", "news") for suffix in (".md", ".rst", ".txt", "")
)


@dataclass(frozen=True)
class Document:
    """A text of the package."""

    path: str
    """Relative to the package's folder."""
    text: str
    """Without byte order mark, lines ending in ``\\n``; blank where a declared file is missing."""


@dataclass(frozen=True)
class ReleasedTag:
    """The tag of exactly the version that is to be released."""

    name: str
    commit: str
    same_source: bool
    """The package's source tree at the tag equals the one to be released."""


@dataclass(frozen=True)
class Project:
    """A package's source, as far as it can be told without running it."""

    package: Package
    files: tuple[str, ...]
    """Tracked files, relative to the package's folder."""
    pyproject: Mapping[str, object] | None
    readme: Document | None
    """What is declared as the description, or else the file of that name."""
    readme_type: str
    """Content type without parameters, as declared or by the file's suffix; empty where the package certainly
    declares none, so that PyPI takes it for reStructuredText."""
    changelog: Document | None
    classifiers: tuple[str, ...] | None
    """None where only the build backend can tell them."""
    tag: ReleasedTag | None
    described: bool = True
    """False where the declarations certainly leave the README out, so that its page on PyPI would be blank."""
    classifiers_path: str = "pyproject.toml"
    """The file that the classifiers were read from."""


def changelog_of(directory: str, files: Sequence[str], read: Read) -> Document | None:
    """Return the changelog of the package in *directory*; None where it has none.

    :param files: the tracked files, relative to the package's folder.
    :raises Blocked: where it is not UTF-8.
    """
    return _Source(directory, read).document(_named(files, CHANGELOGS) or _documented(files))


@dataclass(frozen=True)
class _Description:
    """What is declared about the README."""

    path: str = ""
    """Empty where no file is named."""
    text: str | None = None
    """A text that stands in pyproject.toml itself."""
    content_type: str | None = None
    """None where it goes by the suffix; empty where certainly none is declared."""
    declared: bool = True


@dataclass(frozen=True)
class _Legacy:
    """The keywords of ``setup()`` from setup.py and setup.cfg."""

    keywords: Mapping[str, object] = field(default_factory=dict)
    """None stands for a value that is not a literal."""
    complete: bool = False
    """Whether a keyword that is not there is certainly not given."""
    path: str = "setup.py"
    """The file that gives the classifiers."""


def project(package: Package, files: Sequence[str], read: Read, tag: ReleasedTag | None) -> Project:
    """Read what the checks need of *package*.

    :param files: the tracked files, relative to the package's folder.
    :raises Blocked: for a file that is not UTF-8 or cannot be parsed.
    """
    source = _Source(package.directory, read)
    pyproject = source.toml("pyproject.toml")
    legacy = source.legacy()
    described = _description(pyproject or {}, legacy)
    readme = _readme(described, files, source)
    classifiers, classifiers_path = _classifiers(pyproject or {}, legacy)
    return Project(
        package=package,
        files=tuple(files),
        pyproject=pyproject,
        readme=readme,
        readme_type=_readme_type(described, readme),
        changelog=changelog_of(package.directory, files, read),
        classifiers=classifiers,
        tag=tag,
        described=described.declared,
        classifiers_path=classifiers_path,
    )


@dataclass(frozen=True)
class _Source:
    """The package's files as text."""

    directory: str
    read: Read

    def text(self, path: str) -> str | None:
        """Return the text of *path*, or None where there is no such file."""
        if (raw := self.read(path)) is None:
            return None
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Blocked(
                f"{self.directory}/{path}:{line} is not UTF-8 (byte 0x{raw[error.start]:02x})",
                "save the file as UTF-8; `iconv -f LATIN1 -t UTF-8` does it for a file in Latin-1",
            ) from None

    def document(self, path: str) -> Document | None:
        """Return the document *path*, or None where it is empty or there is no such file."""
        text = self.text(path) if path else None
        return None if text is None else Document(path, text)

    def toml(self, path: str) -> Mapping[str, object] | None:
        """Return *path* as TOML, or None where there is no such file."""
        if (text := self.text(path)) is None:
            return None
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Blocked(f"{self.directory}/{path} is not TOML: {error}", "correct the file") from error

    def legacy(self) -> _Legacy:
        """Return what setup.py and setup.cfg say literally; setup.cfg wins, as it does in setuptools."""
        raw = self.read("setup.py")
        keywords, complete = ({}, True) if raw is None else _setup_keywords(raw)
        configured = self._metadata()
        if raw is None and not configured:
            return _Legacy()
        given = {**keywords, **configured}
        # pbr reads keys of its own, and adds to what setup() was given.
        complete = complete and not {"pbr", "description_file"} & given.keys()
        return _Legacy(given, complete, "setup.cfg" if "classifiers" in configured else "setup.py")

    def _metadata(self) -> Mapping[str, object]:
        if (text := self.text("setup.cfg")) is None:
            return {}
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(text)
        except configparser.Error as error:
            raise Blocked(f"{self.directory}/setup.cfg cannot be parsed: {error.message}", "correct it") from error
        if not parser.has_section("metadata"):
            return {}
        given: dict[str, object] = {key.replace("-", "_"): value.strip() for key, value in parser.items("metadata")}
        lines = given.pop("classifiers", given.pop("classifier", None))
        if isinstance(lines, str):
            stripped = tuple(line.strip() for line in lines.split("\n") if line.strip())
            given["classifiers"] = None if lines.startswith("file:") else stripped
        return given


def _setup_keywords(source: bytes) -> tuple[dict[str, object], bool]:
    """Return the keywords of the only ``setup()`` call, None where not literal, and whether these are all of them."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}, False  # its own build says so better than we can
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node.func)]
    if len(calls) != 1:
        return {}, False
    keywords: dict[str, object] = {}
    for keyword in calls[0].keywords:
        if keyword.arg is not None:
            try:
                keywords[keyword.arg] = ast.literal_eval(keyword.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                keywords[keyword.arg] = None
    return keywords, all(keyword.arg is not None for keyword in calls[0].keywords)


def _is_setup(function: ast.expr) -> bool:
    return getattr(function, "id", getattr(function, "attr", "")) == "setup"


def _description(pyproject: Mapping[str, object], legacy: _Legacy) -> _Description:
    table, tools = _table(pyproject, "project"), _table(pyproject, "tool")
    if "readme" in table:
        return _pep621_readme(table["readme"])
    if table and "readme" not in _strings(table.get("dynamic")):
        return _Description(declared=False)
    dynamic = _table(_table(_table(tools, "setuptools"), "dynamic"), "readme")
    if dynamic:
        # Without a content type setuptools writes reStructuredText, whatever the file is called.
        return _Description(_first(dynamic.get("file")), content_type=_string(dynamic, "content-type", "text/x-rst"))
    if poetry := _table(tools, "poetry"):
        path = _first(poetry.get("readme"))
        return _Description(path, content_type=None, declared=bool(path))
    if flit := _table(_table(tools, "flit"), "metadata"):
        path = _first(flit.get("description-file"))
        return _Description(path, declared=bool(path))
    return _legacy_readme(legacy)


def _pep621_readme(readme: object) -> _Description:
    if isinstance(readme, Mapping):
        text = readme.get("text")
        kind = _string(readme, "content-type", "")
        return _Description(_string(readme, "file", ""), text if isinstance(text, str) else None, kind)
    path = _first(readme)
    return _Description(path, content_type=TYPES.get(PurePosixPath(path).suffix.lower(), ""))


def _legacy_readme(legacy: _Legacy) -> _Description:
    given = legacy.keywords
    if "long_description" not in given:
        return _Description(declared=not legacy.complete)
    description = given["long_description"]
    path = ""
    if isinstance(description, str) and description.startswith("file:"):
        path = description.removeprefix("file:").replace("\n", ",").split(",")[0].strip()
    if "long_description_content_type" in given:
        kind = given["long_description_content_type"]
        return _Description(path, content_type=kind if isinstance(kind, str) else None)
    return _Description(path, content_type="" if legacy.complete else None)


def _readme(described: _Description, files: Sequence[str], source: _Source) -> Document | None:
    if described.text is not None:
        return Document("pyproject.toml", described.text)
    if described.path:
        return source.document(described.path) or Document(described.path, "")
    return source.document(_named(files, READMES))


def _readme_type(described: _Description, readme: Document | None) -> str:
    if described.content_type is None:
        # Without a suffix there is nothing to render wrongly, nor to be sure of.
        return TYPES.get(PurePosixPath(readme.path).suffix.lower(), "text/plain") if readme else ""
    if not described.content_type:
        return ""
    header = Message()
    header["Content-Type"] = described.content_type
    # The header's own parser turns what is no content type at all into text/plain; that is for the check to say.
    kind = header.get_content_type()
    return kind if described.content_type.strip().lower().startswith(kind) else described.content_type


def _classifiers(pyproject: Mapping[str, object], legacy: _Legacy) -> tuple[tuple[str, ...] | None, str]:
    table, tools = _table(pyproject, "project"), _table(pyproject, "tool")
    for declared in (table, _table(tools, "poetry"), _table(_table(tools, "flit"), "metadata")):
        if "classifiers" in declared:
            return _strings(declared["classifiers"]), "pyproject.toml"
        if declared and "classifiers" not in _strings(declared.get("dynamic")):
            return (), "pyproject.toml"
    given = legacy.keywords.get("classifiers")
    if isinstance(given, list | tuple):
        return _strings(given), legacy.path
    return (() if legacy.complete and "classifiers" not in legacy.keywords else None), legacy.path


def _named(files: Sequence[str], names: Sequence[str]) -> str:
    """Return the first of *names* (lower case) among the files of the top folder, as it is spelt there, or ``""``."""
    found = {path.lower(): path for path in sorted(files, reverse=True) if "/" not in path}
    return next((found[name] for name in names if name in found), "")


def _documented(files: Sequence[str]) -> str:
    """Return the changelog in docs/, or ``""``."""
    wanted = {f"docs/changelog{suffix}" for suffix in (".md", ".rst", ".txt", "")}
    return next((path for path in sorted(files) if path.lower() in wanted), "")


def _table(parent: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


def _string(table: Mapping[str, object], key: str, default: str) -> str:
    value = table.get(key, default)
    return value if isinstance(value, str) else default


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _first(value: object) -> str:
    """Return a string, or the first of a list of them."""
    return value if isinstance(value, str) else next(iter(_strings(value)), "")
