"""What a wheel declares to be and to need, as a CycloneDX 1.6 bill of materials.

The form: https://cyclonedx.org/docs/1.6/json/. It has no random serial number and no clock: the same wheel at the same
commit is the same bytes. What a build backend embeds in the wheel (PEP 770) tells of other things, what is bundled
in there; it is referred to, and not repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from typing import Any
from urllib.parse import quote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nox_release.manifest import Manifest


def filename(manifest: Manifest) -> str:
    """How the file is called; the ending is the one that CycloneDX recommends."""
    return f"{manifest.name}-{manifest.version}.cdx.json"


def sbom(manifest: Manifest, metadata: Message, embedded: Mapping[str, str], version: str) -> bytes:
    """Return the file's content.

    :param metadata: the wheel's METADATA.
    :param embedded: path in the wheel → sha256 of each bill of materials that is in there.
    :param version: of nox-release.
    """
    root = purl(manifest.name, manifest.version)
    needed = list(_needed(str(text) for text in metadata.get_all("Requires-Dist", [])))
    value: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "nox-release", "version": version}]},
            "component": _component(manifest, metadata, embedded, root),
        },
        "components": needed,
        "dependencies": [
            {"ref": root, "dependsOn": [item["bom-ref"] for item in needed]},
            *({"ref": item["bom-ref"]} for item in needed),
        ],
        # What it declares is all here; what comes with that is decided where it is installed.
        "compositions": [{"aggregate": "incomplete", "dependencies": [root]}],
    }
    if time := manifest.evidence["build-sdist"].facts.get("commit time"):
        value["metadata"]["timestamp"] = time
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def purl(name: str, version: str = "") -> str:
    """The package URL of a project on an index of Python packages, or of one release of it."""
    return f"pkg:pypi/{canonicalize_name(name)}" + (f"@{quote(version, safe='')}" if version else "")


def _component(manifest: Manifest, metadata: Message, embedded: Mapping[str, str], root: str) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": root,
        "name": manifest.name,
        "version": manifest.version,
        "purl": root,
        "components": [
            {"type": "file", "name": item.filename, "hashes": [{"alg": "SHA-256", "content": item.sha256}]}
            for item in manifest.artifacts
        ],
    }
    if summary := _text(metadata, "Summary"):
        component["description"] = summary
    if licenses := _licenses(metadata):
        component["licenses"] = licenses
    if embedded:
        component["externalReferences"] = [
            {"type": "bom", "url": quote(path), "hashes": [{"alg": "SHA-256", "content": digest}]}
            for path, digest in sorted(embedded.items())
        ]
    return component


def _licenses(metadata: Message) -> list[dict[str, Any]]:
    """The licence as declared: an SPDX expression, else the old field's first line, else what classifiers name."""
    if expression := _text(metadata, "License-Expression"):
        return [{"expression": expression, "acknowledgement": "declared"}]
    named = _text(metadata, "License").splitlines()[:1] or [
        str(classifier).rpartition(" :: ")[2]
        for classifier in metadata.get_all("Classifier", [])
        if str(classifier).startswith("License :: ") and classifier != "License :: OSI Approved"
    ]
    return [{"license": {"name": name, "acknowledgement": "declared"}} for name in dict.fromkeys(named)]


def _text(metadata: Message, name: str) -> str:
    raw = next((str(text) for field, text in metadata.raw_items() if field.lower() == name.lower()), "")
    # METADATA is UTF-8, which the parser of mails keeps as bytes in disguise.
    text = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    return "" if text == "UNKNOWN" else text


def _needed(requires: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield one component for each project that is required, whatever the number of lines that require it."""
    projects: dict[str, list[Requirement]] = {}
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # lint-metadata and the index tell of it
            continue
        projects.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for name, found in sorted(projects.items()):
        pinned = _pinned(found)
        component: dict[str, Any] = {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}",
            "name": name,
            "purl": purl(name, pinned),
            "scope": "optional" if all("extra" in str(one.marker or "") for one in found) else "required",
            "properties": [item for one in found for item in _properties(one)],
        }
        if pinned:
            component["version"] = pinned
        yield component


def _pinned(found: Iterable[Requirement]) -> str:
    """The one version that all lines of a project leave; empty where there are others."""
    specifiers = {one.specifier for one in found}
    clauses = [clause for specifier in specifiers for clause in specifier]
    if len(specifiers) != 1 or len(clauses) != 1 or clauses[0].operator not in ("==", "==="):
        return ""
    return "" if clauses[0].version.endswith(".*") else clauses[0].version


def _properties(requirement: Requirement) -> Iterator[dict[str, str]]:
    """Yield what CycloneDX 1.6 has no fields for: which versions will do, and when it is needed."""
    yield {"name": "nox-release:requires-dist", "value": str(requirement)}
    for extra in sorted(requirement.extras):
        yield {"name": "nox-release:requires-extra", "value": extra}
    if requirement.marker:
        yield {"name": "nox-release:marker", "value": str(requirement.marker)}
