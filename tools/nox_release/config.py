"""``[tool.nox-release]`` of the workspace's pyproject.toml → a frozen :class:`Config`."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from nox_release.check import Rules, Severity, matches
from nox_release.codes import beginning, suggestion
from nox_release.errors import Misuse
from nox_release.policy import Policy

CLASSIFIER_POLICIES = ("consistent", "azure", "none")
"""What ``classifier-policy`` may be."""


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
    version_policy: str = Policy.SEMVER.value
    """What versions promise: ``semver``, ``azure-preview``, or ``none``."""
    allow_changes: Mapping[str, str] = field(default_factory=dict)
    """Path of an object, or a glob over paths → the reason for letting its change since the last release pass."""
    ignore: Mapping[str, str] = field(default_factory=dict)
    """Code of a check, or the beginning of codes → the reason for letting its findings pass."""
    classifier_policy: str = "consistent"
    """What the classifier of the development status has to say: see :data:`CLASSIFIER_POLICIES`."""
    select: Mapping[str, str] = field(default_factory=dict)
    """Code, or the beginning of codes → the reason for looking at nothing but these; empty: at everything."""
    severity: Mapping[str, str] = field(default_factory=dict)
    """Code, or the beginning of codes → ``error`` or ``warning``."""
    pythons: tuple[str, ...] = ()
    """Minor versions of Python that it is tried on. Empty: all that requires-python allows and the machine has."""
    resolutions: tuple[str, ...] = ("highest", "lowest")
    """Which of the allowed versions of its dependencies it is tried with."""

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
    remote: str = "origin"
    """The git remote that has the released commit, and gets the tag."""
    release_branches: tuple[str, ...] = ("main", "master", "release/*", "hotfix/*")
    """Globs of the branches that candidates are made from."""
    owners_unknown: Mapping[str, str] = field(default_factory=dict)
    """Upload URL of an index that does not tell who owns a project → the reason why that is accepted."""
    attestations: str = "auto"
    """``auto`` attests where trusted publishing can; ``required`` refuses a candidate that is not attested."""
    approval: str = "prompt"
    """How a candidate is approved: ``prompt``, ``signed`` or ``environment``."""
    approvals: int = 1
    """How many different people have to sign."""
    self_approval: bool = True
    """Whether the author of the released commit may be one of them."""
    allowed_signers: str = ".github/allowed_signers"
    """The committed file of SSH keys that may sign (ssh-keygen(1), ALLOWED SIGNERS), relative to the workspace."""
    release_environment: str = "release"
    """The CI's environment that candidates are published from: the gate of ``approval = "environment"``, and what a
    trusted publisher asks for."""
    publisher_workflow: str = ""
    """File of the workflow that publishes, for trusted publishers; empty: what the CI's is mostly called."""
    new_project_quota: int = 4
    """How many new projects the index takes in a day."""
    settings: Settings = field(default_factory=Settings)
    overrides: tuple[Override, ...] = ()

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
    if config.approval not in (modes := ("prompt", "signed", "environment")):
        raise Misuse(f'{place}: approval is "{config.approval}"', f"write one of {', '.join(modes)}")
    if config.attestations not in ("auto", "required"):
        raise Misuse(f'{place}: attestations is "{config.attestations}"', 'write "auto" or "required"')
    if config.approval == "environment" and (config.approvals > 1 or not config.self_approval):
        raise Misuse(
            f'{place}: approvals and self-approval do not count for approval = "environment"',
            "have the CI's environment ask for reviewers and against self-review, and take them out here",
        )
    if config.new_project_quota < 1:
        raise Misuse(f"{place}: new-project-quota is {config.new_project_quota}", "write a number of 1 or more")
    if config.approvals < 1:
        raise Misuse(f"{place}: approvals is {config.approvals}", "write how many people have to approve, 1 or more")
    try:
        config.tag_format.format(name="name", version="1.0")
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        raise Misuse(f'{place}: tag-format is "{config.tag_format}"', "use {name} and {version} in it") from None
    for said in (asdict(config.settings), *(override.changes for override in changes)):
        _check_matrix(said, place)
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


def _check_matrix(said: Mapping[str, Any], place: str) -> None:
    for minor in said.get("pythons", ()):
        if not re.fullmatch(r"3\.\d+", minor):
            raise Misuse(f'{place}: pythons has "{minor}"', 'write minor versions: pythons = ["3.9", "3.13"]')
    resolutions = said.get("resolutions", ("highest",))
    if not resolutions or not set(resolutions) <= {"highest", "lowest"}:
        raise Misuse(f"{place}: resolutions is {list(resolutions)}", 'write ["highest", "lowest"], or one of the two')


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
        if name in {"ignore", "select", "severity"}:
            _check_codes(name, values[name], f"{place}: {key}")
        if name == "version_policy" and value not in set(Policy):
            raise Misuse(f'{place}: {key} is "{value}"', "write one of " + ", ".join(f'"{item}"' for item in Policy))
    if values.get("classifier_policy", CLASSIFIER_POLICIES[0]) not in CLASSIFIER_POLICIES:
        hint = f"write one of {', '.join(CLASSIFIER_POLICIES)}"
        raise Misuse(f"{place}: classifier-policy is {values['classifier_policy']!r}", hint)
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
            hint = 'write the reason for each: { CODE = "why" }; for severity "error" or "warning"'
            raise Misuse(f"{place} is {value!r}", hint)
