"""The keys of ``[tool.nox-release]``, from their declarations: as tables for people, as JSON schema for editors.

The schema takes whatever :func:`nox_release.config.read_config` takes. It does not know all that is refused there: what
must not be said of some checks, and what keys say only together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nox_release
from nox_release.check import Severity
from nox_release.codes import known
from nox_release.config import CODED, PACKAGE, WORKSPACE, Config, Settings
from nox_release.keys import Key
from nox_release.reference.declared import meanings, table

SCHEMA = Path(nox_release.__file__).with_name("config.schema.json")
MEANINGS = meanings(Config) | meanings(Settings)
SEE = {
    "index-url": "[what it is asked](#the-target-index)",
    "ignore": "[which checks count](#which-checks-count)",
    "select": "[which checks count](#which-checks-count)",
    "severity": "[which checks count](#which-checks-count)",
    "attestations": "[Provenance](provenance.md)",
    "approval": "[Publishing](publishing.md#approval)",
    "required-owners": "[Publishing](publishing.md#owners-and-first-releases)",
    "owners-unknown": "[Publishing](publishing.md#owners-and-first-releases)",
    "github-release": "[Publishing](publishing.md#github-releases)",
    "new-project-quota": "[first release](how-to/first-release.md)",
    "version-policy": "[Difference](difference.md)",
    "allow-changes": "[Difference](difference.md)",
    "resolutions": "[Behaviour](behaviour.md)",
    "pythons": "[Behaviour](behaviour.md)",
    "pass-environment": "[private indexes](#private-indexes)",
}
"""Where more is said of a key."""


def for_workspace() -> list[str]:
    """Return the table of what is said of the whole workspace."""
    return _table(WORKSPACE.values())


def for_packages() -> list[str]:
    """Return the table of what may be said of some packages, too."""
    return _table(PACKAGE.values())


def _table(keys: Iterable[Key]) -> list[str]:
    rows = []
    for key in keys:
        see = f" See {SEE[key.name]}." if key.name in SEE else ""
        rows.append((f"`{key.name}`", _type(key), _default(key), f"{MEANINGS[key.field]}{see}"))
    return table(("key", "type", "default", "meaning"), rows)


def _type(key: Key) -> str:
    choices = " or ".join(f'`"{choice}"`' for choice in key.limits.choices)
    match key.default:
        case bool():
            return "`true` or `false`"
        case int():
            return f"number, {key.limits.least} or more"
        case str():
            return choices or "text"
        case tuple():
            return f"list of {choices or 'texts'}"
        case _:
            return "table of texts"


def _default(key: Key) -> str:
    if key.default == "":
        return ""
    return f"`{json.dumps(key.default, ensure_ascii=False) if key.default != {} else '{}'}`"


def schema() -> str:
    """Return the JSON schema (draft 7, which editors know) of a pyproject.toml that holds the configuration."""
    settings = {key.name: _schema(key) for key in PACKAGE.values()}
    workspace = {key.name: _schema(key) for key in WORKSPACE.values()}
    packages = {"type": "array", "items": {"type": "string"}, "description": "Globs of the packages that it is for."}
    override = _closed({"packages": packages, **settings}, "Settings for the packages that match.")
    overrides = {"type": "array", "items": {**override, "required": ["packages"]}}
    overrides["description"] = "Settings for some packages; later ones win."
    configuration = _closed({**workspace, **settings, "overrides": overrides}, "How packages are released.")
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://nox-release.readthedocs.io/config.schema.json",
        "title": "nox-release: configuration",
        "type": "object",
        "properties": {
            "tool": {"type": "object", "properties": {"nox-release": {"$ref": "#/definitions/configuration"}}}
        },
        "definitions": {
            "configuration": configuration,
            "reasons": _of_codes({"type": "string", "pattern": r"\S"}),
            "severities": _of_codes({"enum": [severity.value for severity in Severity]}),
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _schema(key: Key) -> dict[str, Any]:
    told = {"description": MEANINGS[key.field]}
    if key.name in CODED:
        return {"allOf": [{"$ref": f"#/definitions/{'severities' if key.name == 'severity' else 'reasons'}"}], **told}
    text: dict[str, Any] = {"type": "string"}
    if key.limits.choices:
        text = {"enum": [str(choice) for choice in key.limits.choices]}
    if key.limits.pattern:
        text["pattern"] = f"^(?:{key.limits.pattern})$"
    kind: dict[str, Any]
    match key.default:
        case bool():
            kind = {"type": "boolean"}
        case int():
            kind = {"type": "integer", "minimum": key.limits.least}
        case str():
            kind = text
        case tuple():
            kind = {"type": "array", "items": text}
            if key.limits.least is not None:
                kind["minItems"] = key.limits.least
        case _:
            kind = {"type": "object", "additionalProperties": {"type": "string", "pattern": r"\S"}}
    return {**kind, "default": key.default, **told}


def _closed(properties: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }


def _of_codes(said: Mapping[str, Any]) -> dict[str, Any]:
    """A table whose keys are codes, with their titles for completion, or the beginning of codes."""
    return {
        "type": "object",
        "properties": {code: {**said, "description": check.title} for code, check in known().items()},
        "patternProperties": {r"^[A-Z]{1,3}[0-9]{0,2}$": said},
        "additionalProperties": False,
    }
