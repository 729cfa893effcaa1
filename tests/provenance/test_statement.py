"""The in-toto statement: what it says of a build, in its form, and without secrets."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests import a_manifest
from nox_release.provenance.builder import LOCAL
from nox_release.provenance.statement import filename, public, statement

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
DESCRIPTOR = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "uri": {"type": "string", "pattern": "^[a-z+]+:"},
        "digest": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]+$"}},
    },
    "anyOf": [{"required": ["uri"]}, {"required": ["digest"]}],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "_type": {"const": "https://in-toto.io/Statement/v1"},
        "subject": {"type": "array", "minItems": 1, "items": {**DESCRIPTOR, "required": ["name", "digest"]}},
        "predicateType": {"const": "https://slsa.dev/provenance/v1"},
        "predicate": {
            "type": "object",
            "properties": {
                "buildDefinition": {
                    "type": "object",
                    "properties": {
                        "buildType": {"type": "string", "format": "uri", "pattern": "^https://"},
                        "externalParameters": {"type": "object"},
                        "internalParameters": {"type": "object"},
                        "resolvedDependencies": {"type": "array", "items": DESCRIPTOR},
                    },
                    "required": ["buildType", "externalParameters"],
                    "additionalProperties": False,
                },
                "runDetails": {
                    "type": "object",
                    "properties": {
                        "builder": {
                            "type": "object",
                            "properties": {
                                "id": {"type": "string", "pattern": "^https://"},
                                "version": {"type": "object", "additionalProperties": {"type": "string"}},
                            },
                            "required": ["id"],
                            "additionalProperties": False,
                        },
                        "metadata": {
                            "type": "object",
                            "properties": {
                                "invocationId": {"type": "string"},
                                "startedOn": TIME,
                                "finishedOn": TIME,
                            },
                            "additionalProperties": False,
                        },
                    },
                    "required": ["builder"],
                    "additionalProperties": False,
                },
            },
            "required": ["buildDefinition", "runDetails"],
            "additionalProperties": False,
        },
    },
    "required": ["_type", "subject", "predicateType", "predicate"],
    "additionalProperties": False,
}
"""The fields of in-toto's Statement v1 and SLSA's Provenance v1, as their specifications have them."""


def made(repository: str = "https://github.com/contoso/sdk", **facts: str) -> Any:
    value = json.loads(statement(a_manifest(**facts), repository, "0.1.0"))
    jsonschema.validate(value, SCHEMA)
    return value


def test_it_names_the_files_and_how_they_were_built() -> None:
    """Subjects are the artifacts; source, build requirements, builder and times are those of the evidence."""
    value = made()
    assert value["subject"] == [
        {"name": "demo-1.0.tar.gz", "digest": {"sha256": "a" * 64}},
        {"name": "demo-1.0-py3-none-any.whl", "digest": {"sha256": "b" * 64}},
    ]
    definition, run = value["predicate"]["buildDefinition"], value["predicate"]["runDetails"]
    assert definition["externalParameters"] == {
        "package": "demo", "commit": "c" * 40, "repository": "https://github.com/contoso/sdk",
    }  # fmt: skip
    assert definition["resolvedDependencies"] == [
        {
            "name": "source",
            "uri": f"git+https://github.com/contoso/sdk@{'c' * 40}",
            "digest": {"gitCommit": "c" * 40},
        },
        {"name": "flit-core", "uri": "pkg:pypi/flit-core@3.12.0"},
        {"name": "wheel", "uri": "pkg:pypi/wheel@0.46.1"},
    ]
    assert definition["internalParameters"]["tools"]["build-wheel"] == {"python": "3.13.1"}
    assert run["builder"]["id"] == "https://github.com/actions/runner/github-hosted"
    assert run["metadata"] == {
        "invocationId": "https://github.com/contoso/sdk/actions/runs/7/attempts/1",
        "startedOn": "2026-09-21T14:13:20Z",
        "finishedOn": "2026-09-21T14:13:24Z",
    }


def test_a_local_build_of_a_local_repository_says_so() -> None:
    """Nothing is made up where nothing is known."""
    value = made("", builder=LOCAL, invocation="", build_requirements="")["predicate"]
    assert value["runDetails"]["builder"]["id"] == LOCAL
    assert "invocationId" not in value["runDetails"]["metadata"]
    assert "repository" not in value["buildDefinition"]["externalParameters"]
    assert value["buildDefinition"]["resolvedDependencies"][0] == {
        "name": "source", "digest": {"gitCommit": "c" * 40},
    }  # fmt: skip


def test_uncommitted_work_is_of_no_commit() -> None:
    """Nothing claims then that the commit is what was built."""
    value = json.loads(statement(replace(a_manifest(), committed=False), "https://github.com/contoso/sdk", "0.1.0"))
    definition = value["predicate"]["buildDefinition"]
    assert definition["internalParameters"]["committed"] is False
    assert [item["name"] for item in definition["resolvedDependencies"]] == ["flit-core", "wheel"]


def test_the_same_evidence_is_the_same_bytes() -> None:
    """In whatever order it was put together."""
    one = a_manifest()
    other = replace(one, evidence={stage: one.evidence[stage] for stage in sorted(one.evidence, reverse=True)})
    assert statement(one, "", "0.1.0") == statement(other, "", "0.1.0")
    assert filename(one) == "demo-1.0.provenance.json"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://github.com/contoso/sdk.git", "https://github.com/contoso/sdk.git"),
        ("https://me:secret@github.com/contoso/sdk", "https://github.com/contoso/sdk"),
        ("https://x-access-token:ghs_secret@git.example:8443/a?token=secret#secret", "https://git.example:8443/a"),
        ("git@github.com:contoso/sdk.git", "ssh://github.com/contoso/sdk.git"),
        ("github.com:contoso/sdk.git", "ssh://github.com/contoso/sdk.git"),
        ("ssh://git@github.com/contoso/sdk", "ssh://github.com/contoso/sdk"),
        ("https://[::1]/a", "https://[::1]/a"),
        ("/srv/git/secret-place.git", ""),
        ("file:///srv/git/a.git", ""),
        ("../sdk.git", ""),
        ("C:\\git\\sdk", ""),
        ("https://[secret/", ""),
        ("https://host:secret/", ""),
        ("", ""),
    ],
)
def test_a_remote_is_told_without_secrets(url: str, told: str) -> None:
    """Host and path stay; users, passwords, queries and paths of this machine do not."""
    assert public(url) == told


@given(st.text(alphabet="abz09._-", min_size=1), st.sampled_from(["https", "ssh", "http", "git"]))
def test_no_password_comes_through(password: str, scheme: str) -> None:
    """Whatever it is."""
    assert public(f"{scheme}://user:{password}@host.example/path") == f"{scheme}://host.example/path"
