"""The files that a CI obeys, from the templates beside this module and the configuration. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from nox_release.config import Config
from nox_release.errors import Misuse

CIS = ("github", "azure", "gitlab")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""What packages are tried on where the configuration names no versions of Python; each has to be on the machine."""
ACTIONS = {
    "CHECKOUT": "de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
    "SETUP_PYTHON": "a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
    "CACHE": "27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "UPLOAD_ARTIFACT": "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "DOWNLOAD_ARTIFACT": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
}
"""The commits of GitHub's actions: a tag can be moved. Of downloads, version 8 is the first that checks digests."""
_INCLUDE = """\
include:
  - local: .gitlab/nox-release.yml
"""
_TOKEN = "\n          GITHUB_TOKEN: ${{ github.token }} # the release on GitHub"  # noqa: S105  # not one itself
_RELEASE = "release.yml"


def workflows(ci: str, config: Config, version: str) -> dict[str, str]:
    """Return path → content of the files for *ci*, one of :data:`CIS`.

    :param version: of nox-release, which the workflows install.
    :raises Misuse: where the configuration has what no workflow can be told.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_./ -]*", config.release_environment):
        raise Misuse(
            f"release-environment is {config.release_environment!r}, and no workflow is written with that",
            "use letters, digits, spaces and ._/- in its name",
        )
    pythons = _pythons(config)
    values = {
        "VERSION": version,
        "ENVIRONMENT": json.dumps(config.release_environment),  # a string of JSON is one of YAML
        "PYTHONS": "\n".join(pythons),
        "IMAGE": f"python:{pythons[-1]}",
        "TOKEN": _TOKEN if _releases_on_github(config) else "",
        **ACTIONS,
    }
    if ci == "github":
        return {
            ".github/workflows/verify.yml": _filled("github-verify", values),
            f".github/workflows/{_publisher(config)}": _filled("github-release", values),
        }
    if ci == "gitlab":
        return {".gitlab/nox-release.yml": _filled("gitlab", values), ".gitlab-ci.yml": _INCLUDE}
    values["PYTHONS"] = "\n".join(
        f"- task: UsePythonVersion@0\n  inputs:\n    versionSpec: {json.dumps(minor)}" for minor in pythons
    )
    return {
        ".azure-pipelines/verify.yml": _filled("azure-verify", values),
        ".azure-pipelines/release.yml": _filled("azure-release", values),
    }


def _pythons(config: Config) -> tuple[str, ...]:
    """Versions of Python, the one that runs nox last: the highest that it is tested with."""
    named = {minor for item in (config.settings, *map(config.for_package, _named(config))) for minor in item.pythons}
    wanted = sorted(named or PYTHONS, key=lambda minor: int(minor.partition(".")[2]))
    runs = [minor for minor in wanted if minor in PYTHONS] or [PYTHONS[-1]]
    return (*(minor for minor in wanted if minor != runs[-1]), runs[-1])


def _named(config: Config) -> list[str]:
    """Globs that overrides are for: each, read as a name, has what it says of it."""
    return [glob for override in config.overrides for glob in override.packages]


def _releases_on_github(config: Config) -> bool:
    return any(item.github_release for item in (config.settings, *map(config.for_package, _named(config))))


def _publisher(config: Config) -> str:
    name = config.publisher_workflow or _RELEASE
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.ya?ml", name) or name == "verify.yml":
        raise Misuse(f"publisher-workflow is {name!r}", f"write the name of a file, such as {_RELEASE}")
    return name


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Return *template* with ``@NAME@`` replaced; what has several lines keeps the indentation of its place."""
    text = Path(__file__).with_name(f"{template}.yml").read_text(encoding="utf-8")

    def value(found: re.Match[str]) -> str:
        indent: str = found["indent"]
        return indent + values[found["name"]].replace("\n", f"\n{indent}")

    text = re.sub(r"(?m)(?P<indent>^ *)@(?P<name>[A-Z_]+)@", value, text)
    return re.sub(r"@(?P<name>[A-Z_]+)@", lambda found: values[found["name"]], text)
