"""``[tool.nox-release]`` of the workspace's pyproject.toml → a frozen :class:`Config`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from packaging.version import Version

from nox_release.check import Rules, Severity, matches
from nox_release.codes import beginning, suggestion
from nox_release.errors import Misuse
from nox_release.keys import Key, keys, limited, read_keys
from nox_release.policy import Policy


@dataclass(frozen=True)
class Settings:
    """What may be said for all packages in the table itself, and for some in ``[[tool.nox-release.overrides]]``."""

    test_command: tuple[str, ...] = ("pytest",)
    """Command of the test stage, run in a folder with the package's files except what the wheel installs, in a
    virtualenv with the built wheel."""
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
    """The reason why the checks ask the target index nothing about the package; every report prints it. Looking at an
    index is what ``status``, ``doctor`` and a candidate are for: they ask."""
    build_inputs: tuple[str, ...] = ()
    """Files outside a package's folder that its build reads, relative to the workspace."""
    git_history: bool = False
    """Whether the build backend asks git; known ones (setuptools-scm, hatch-vcs, versioningit, …) need not be told."""
    version_policy: str = limited(Policy.SEMVER.value, choices=tuple(Policy))
    """What versions promise: ``semver``, ``azure-preview``, or ``none``."""
    allow_changes: Mapping[str, str] = field(default_factory=dict)
    """Path of an object, or a glob over paths → the reason for letting its change since the last release pass."""
    ignore: Mapping[str, str] = field(default_factory=dict)
    """Code of a check, or the beginning of codes → the reason for letting its findings pass."""
    classifier_policy: str = limited("consistent", choices=("consistent", "azure", "none"))
    """What the development status among the classifiers has to say. ``consistent``: neither Production/Stable nor
    Mature for a prerelease. ``azure``: Beta for a prerelease, Production/Stable or higher for any other. ``none``:
    anything."""
    select: Mapping[str, str] = field(default_factory=dict)
    """Code of a check, or the beginning of codes → the reason for looking at nothing but these. Empty: at
    everything."""
    severity: Mapping[str, str] = field(default_factory=dict)
    """Code of a check, or the beginning of codes → ``error`` or ``warning``: what its findings mean for the
    release."""
    pythons: tuple[str, ...] = limited((), pattern=r"3\.[0-9]+", example='minor versions: pythons = ["3.9", "3.13"]')
    """Minor versions of Python that it is tried on: each of them has to be there. Empty: all that requires-python
    allows and the machine has, from 3.8."""
    resolutions: tuple[str, ...] = limited(("highest", "lowest"), choices=("highest", "lowest"), least=1)
    """Which of the versions that its requirements allow it is tried with."""
    github_release: bool = False
    """Whether a candidate ends with a release on GitHub, with the changelog's entry and the files."""
    attestation_exempt: str = ""
    """The reason why a candidate goes without attestations; every report prints it."""
    prereleases: bool = True
    """Whether a candidate may be a prerelease (PEP 440)."""
    required_owners: tuple[str, ...] = ()
    """Users or organizations that have to own the project on the index."""

    @property
    def rules(self) -> Rules:
        """What is said of findings."""
        return Rules(self.ignore, self.select, self.severity)


ADDED = frozenset({"ignore", "severity", "allow_changes"})
"""Of these an override adds its own to what was said before."""


@dataclass(frozen=True)
class Override:
    """Settings for the packages that match a glob."""

    packages: tuple[str, ...]
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Config:
    """The whole table, with its defaults."""

    packages: tuple[str, ...] = ()
    """Globs of package folders. Empty: the members of ``[tool.uv.workspace]``; else every folder with a project in
    pyproject.toml or with a setup.py, except below folders such as ``tests``, ``examples``, ``templates`` and
    ``docs``."""
    exclude: tuple[str, ...] = ()
    """Globs of folders that hold no package."""
    installer: str = limited("uv", choices=("uv", "pip"))
    """``uv``, or ``pip``, which stands for virtualenv and pip, and never starts uv."""
    jobs: int = limited(0, least=0)
    """Targets worked on side by side in a stage; 0 is one for each core."""
    tag_format: str = "{name}_{version}"
    """How a release's git tag is written."""
    index_url: str = "https://pypi.org/simple/"
    """Simple API of the target index: what it has already counts. It holds no user and no password."""
    credentials: tuple[str, ...] = ()
    """Further globs of environment variables that code of a package must not see."""
    pass_environment: tuple[str, ...] = ()
    """Environment variables that it may see although their names look like credentials."""
    remote: str = "origin"
    """The git remote that has the released commit, and gets the tag."""
    release_branches: tuple[str, ...] = ("main", "master", "release/*", "hotfix/*")
    """Globs of the branches that candidates are made from."""
    owners_unknown: Mapping[str, str] = field(default_factory=dict)
    """Upload URL of an index that does not tell who owns a project → the reason why that is accepted."""
    attestations: str = limited("auto", choices=("auto", "required"))
    """``auto`` attests what goes to PyPI or TestPyPI by trusted publishing; ``required`` refuses a candidate that
    cannot be attested."""
    approval: str = limited("prompt", choices=("prompt", "signed", "environment"))
    """How a candidate is approved: ``prompt`` at a terminal, ``signed`` by SSH keys, or ``environment`` by the CI."""
    approvals: int = limited(1, least=1)
    """How many different people have to sign."""
    self_approval: bool = True
    """Whether the author of the released commit may be one of them."""
    allowed_signers: str = ".github/allowed_signers"
    """The committed file of SSH keys that may sign (ssh-keygen(1), ALLOWED SIGNERS), relative to the workspace."""
    release_environment: str = "release"
    """The CI's environment that candidates are published from: the gate of ``approval = "environment"``, and what a
    trusted publisher asks for."""
    publisher_workflow: str = ""
    """File of the workflow that publishes, for trusted publishers; empty: release.yml, on GitLab .gitlab-ci.yml."""
    new_project_quota: int = limited(4, least=1)
    """How many new projects the index takes in a day, for the waves of first releases."""
    settings: Settings = field(default_factory=Settings, metadata={"key": False})
    overrides: tuple[Override, ...] = field(default=(), metadata={"key": False})

    def tag(self, name: str, version: Version | str) -> str:
        """Return what the git tag of a release is called."""
        return self.tag_format.format(name=name, version=version)

    def for_package(self, name: str) -> Settings:
        """Return the settings of one package: later overrides win, ``ignore`` and its likes add up."""
        settings = self.settings
        for override in self.overrides:
            if matches(name, override.packages):
                changes = dict(override.changes)
                for key in ADDED & changes.keys():
                    changes[key] = {**getattr(settings, key), **changes[key]}
                settings = replace(settings, **changes)
        return settings


WORKSPACE = keys(Config)
"""The keys that stand in the table alone."""
PACKAGE = keys(Settings)
"""The keys that may stand in an override, too."""
CODED = frozenset({"ignore", "select", "severity"})
"""Those that are said of codes."""


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
    overrides = table.pop("overrides", [])
    place = f"[tool.nox-release] in {where}"
    values = _values(table, {**WORKSPACE, **PACKAGE}, place)
    config = Config(
        **{key.field: values.pop(key.field) for key in WORKSPACE.values() if key.field in values},
        settings=Settings(**values),
        overrides=tuple(
            _override(entry, f"[[tool.nox-release.overrides]] number {number} in {where}")
            for number, entry in enumerate(_tables(overrides, where), 1)
        ),
    )
    _check_together(config, place)
    _check_url(config.index_url, f"{place}: index-url")
    return config


def _check_together(config: Config, place: str) -> None:
    """Refuse what no key says alone."""
    if config.approval == "environment" and (config.approvals > 1 or not config.self_approval):
        raise Misuse(
            f'{place}: approvals and self-approval do not count for approval = "environment"',
            "have the CI's environment ask for reviewers and against self-review, and take them out here",
        )
    try:
        config.tag_format.format(name="name", version="1.0")
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        raise Misuse(f'{place}: tag-format is "{config.tag_format}"', "use {name} and {version} in it") from None
    if "{version}" not in config.tag_format:
        raise Misuse(f'{place}: tag-format is "{config.tag_format}"', "use {version} in it, and {name}")


def _check_url(url: str, place: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Misuse(f'{place} is "{url}"', "write the URL of a Simple API: https://…/simple/")
    if parts.username or parts.password:
        raise Misuse(f"{place} holds a user", "write it without; a configuration is no place for secrets")


def _table(parent: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    if isinstance(found := parent.get(key, {}), dict):
        return found
    raise Misuse(f"{place} is not a table", "the configuration stands below the heading [tool.nox-release]")


def _tables(overrides: object, where: str) -> list[dict[str, Any]]:
    if isinstance(overrides, list) and all(isinstance(entry, dict) for entry in overrides):
        return overrides
    raise Misuse(f"overrides in {where} is not a list of tables", "write [[tool.nox-release.overrides]]")


def _override(entry: dict[str, Any], place: str) -> Override:
    if "packages" not in entry:
        raise Misuse(f"{place} does not say for which packages", 'add packages = ["name-*"]')
    values = _values(entry, {**PACKAGE, "packages": WORKSPACE["packages"]}, place)
    return Override(values.pop("packages"), values)


def _values(table: dict[str, Any], known: Mapping[str, Key], place: str) -> dict[str, Any]:
    values = read_keys(table, known, place)
    for key in CODED & values.keys():
        _check_codes(key, values[key], f"{place}: {key}")
    return values


def _check_codes(key: str, entries: Mapping[str, str], place: str) -> None:
    """Refuse what no check is called, and what must not be said of one."""
    for entry, said in entries.items():
        if not (checks := beginning(entry)):
            raise Misuse(f"{place} names {entry}, and no check is called that", suggestion(entry))
        if key == "severity" and said not in set(Severity):
            raise Misuse(f"{place}: {entry} is {said!r}", 'write "error" or "warning"')
        lowers = key == "severity" and said == Severity.WARNING
        if (key == "ignore" or lowers) and all(check.essential for check in checks):
            raise Misuse(f"{place}: {entry} cannot be let pass: what follows rests on it", "take it out")
        if lowers and all(check.essential or check.pypi for check in checks):
            hint = f'if it goes to another index, say so: ignore = {{ {entry} = "the reason" }}'
            raise Misuse(f"{place}: PyPI refuses what breaks {entry}, so it stays an error", hint)
