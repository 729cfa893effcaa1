"""``[tool.nox-release]`` of the workspace's pyproject.toml → a frozen :class:`Config`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from nox_release.check import Rules, matches
from nox_release.errors import Misuse


@dataclass(frozen=True)
class Settings:
    """What may be said for all packages in the table itself, and for some in ``[[tool.nox-release.overrides]]``."""

    test_command: tuple[str, ...] = ("pytest",)
    """Command of the test stage, run beside the package's tests, in a virtualenv with the built wheel."""
    test_groups: tuple[str, ...] = ("test", "tests", "testing")
    """Dependency groups (PEP 735) that the tests need; those that a package has."""
    test_extras: tuple[str, ...] = ("test", "tests", "testing")
    """Extras that the tests need; those that a package has."""
    test_requirements: tuple[str, ...] = (
        "dev_requirements.txt",
        "dev-requirements.txt",
        "requirements-dev.txt",
        "requirements-test.txt",
        "requirements/test.txt",
        "requirements/dev.txt",
        "tests/requirements.txt",
    )
    """Requirements files that the tests need, relative to the package; those that exist."""
    test_exempt: str = ""
    """The reason why the tests are not run, or need not collect anything; every report prints it."""
    index_exempt: str = ""
    """The reason why the target index is not asked about the package; every report prints it."""
    build_inputs: tuple[str, ...] = ()
    """Files outside a package's folder that its build reads, relative to the workspace."""
    git_history: bool = False
    """The build backend asks git; known ones (setuptools-scm, hatch-vcs, …) need not be told."""
    ignore: Mapping[str, str] = field(default_factory=dict)
    """Code of a check, or the beginning of codes → the reason for letting its findings pass."""

    @property
    def rules(self) -> Rules:
        """What is said of findings."""
        return Rules(self.ignore)


@dataclass(frozen=True)
class Override:
    """Settings for the packages that match a glob."""

    packages: tuple[str, ...]
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Config:
    """The whole table, with its defaults."""

    packages: tuple[str, ...] = ()
    """Globs of package folders. Empty: ``[tool.uv.workspace]``, else every project that git has."""
    exclude: tuple[str, ...] = ()
    """Globs of folders that hold no package."""
    installer: str = "uv"
    """``uv``, or ``pip`` (with virtualenv) where uv may not be used."""
    jobs: int = 0
    """Targets worked on side by side in a stage; 0 is one for each core."""
    tag_format: str = "{name}_{version}"
    """How a release's git tag is written."""
    index_url: str = "https://pypi.org/simple/"
    """Simple API of the target index: what it has already counts."""
    credentials: tuple[str, ...] = ()
    """Further globs of environment variables that code of a package must not see."""
    pass_environment: tuple[str, ...] = ()
    """Environment variables that it may see although their names look like credentials."""
    settings: Settings = field(default_factory=Settings)
    overrides: tuple[Override, ...] = ()

    def for_package(self, name: str) -> Settings:
        """Return the settings of one package: later overrides win, ``ignore`` adds up."""
        settings = self.settings
        for override in self.overrides:
            if matches(name, override.packages):
                changes = dict(override.changes)
                if "ignore" in changes:
                    changes["ignore"] = {**settings.ignore, **changes["ignore"]}
                settings = replace(settings, **changes)
        return settings


def read_config(pyproject: bytes | None, where: str = "pyproject.toml") -> Config:
    """Return the configuration that the bytes of the workspace's pyproject.toml hold.

    :raises Misuse: for what is no TOML, an unknown key, or a value of the wrong type; the message says where.
    """
    if pyproject is None:
        return Config()
    try:
        document = tomllib.loads(pyproject.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"{where} cannot be read: {error}", "mend the file; it holds the configuration") from None
    table = _table(_table(document, "tool", f"tool in {where}"), "nox-release", f"tool.nox-release in {where}")
    workspace, settings = _keys(Config), _keys(Settings)
    overrides = table.pop("overrides", [])
    place = f"[tool.nox-release] in {where}"
    values = _values(table, {**workspace, **settings}, place)
    changes = tuple(_override(entry, settings, f"[[tool.nox-release.overrides]] number {number} in {where}")
                    for number, entry in enumerate(_tables(overrides, where), 1))  # fmt: skip
    config = Config(
        **{key: value for key, value in values.items() if key in workspace},
        settings=Settings(**{key: value for key, value in values.items() if key in settings}),
        overrides=changes,
    )
    if config.installer not in {"uv", "pip"}:
        raise Misuse(f'{place}: installer is "{config.installer}"', 'write installer = "uv" or installer = "pip"')
    if config.jobs < 0:
        raise Misuse(f"{place}: jobs is {config.jobs}", "write a positive number, or 0 for one for each core")
    try:
        config.tag_format.format(name="name", version="1.0")
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        raise Misuse(f'{place}: tag-format is "{config.tag_format}"', "use {name} and {version} in it") from None
    if "{version}" not in config.tag_format:
        raise Misuse(f'{place}: tag-format is "{config.tag_format}"', "use {version} in it, and {name}")
    _check_url(config.index_url, f"{place}: index-url")
    return config


def _check_url(url: str, place: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Misuse(f'{place} is "{url}"', "write the URL of a Simple API: https://…/simple/")
    if parts.username or parts.password:
        raise Misuse(f"{place} holds a user", "write it without; a configuration is no place for secrets")


def _keys(kind: type[Any]) -> dict[str, Any]:
    """Name of each key → an example of its value: the default."""
    blank = kind()
    return {item.name: getattr(blank, item.name) for item in fields(kind) if item.name not in {"settings", "overrides"}}


def _table(parent: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    if isinstance(found := parent.get(key, {}), dict):
        return found
    raise Misuse(f"{place} is not a table", "the configuration stands below the heading [tool.nox-release]")


def _tables(overrides: object, where: str) -> list[dict[str, Any]]:
    if isinstance(overrides, list) and all(isinstance(entry, dict) for entry in overrides):
        return overrides
    raise Misuse(f"overrides in {where} is not a list of tables", "write [[tool.nox-release.overrides]]")


def _override(entry: dict[str, Any], known: dict[str, Any], place: str) -> Override:
    if "packages" not in entry:
        raise Misuse(f"{place} does not say for which packages", 'add packages = ["name-*"]')
    values = _values(entry, {**known, "packages": ()}, place)
    return Override(values.pop("packages"), values)


def _values(table: dict[str, Any], known: dict[str, Any], place: str) -> dict[str, Any]:
    values = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known or "_" in key:
            near = difflib.get_close_matches(key, [item.replace("_", "-") for item in known], 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "the keys are: " + ", ".join(
                sorted(item.replace("_", "-") for item in known)
            )  # fmt: skip
            raise Misuse(f"{place}: unknown key {key}", hint)
        values[name] = _value(value, known[name], f"{place}: {key}")
    return values


def _value(value: Any, example: Any, place: str) -> Any:
    match example:
        case bool():
            if isinstance(value, bool):
                return value
            raise Misuse(f"{place} is {value!r}", "write true or false")
        case int():
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            raise Misuse(f"{place} is {value!r}", "write a number")
        case str():
            if isinstance(value, str):
                return value
            raise Misuse(f"{place} is {value!r}", "write a text in quotes")
        case tuple():
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                return tuple(value)
            raise Misuse(f"{place} is {value!r}", 'write a list of texts: ["…", "…"]')
        case _:
            if isinstance(value, dict) and all(isinstance(item, str) and item.strip() for item in value.values()):
                return dict(value)
            raise Misuse(f"{place} is {value!r}", 'write the reason for each: { CODE = "why it may pass" }')
