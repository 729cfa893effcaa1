"""How the artifacts were built, as an in-toto statement with SLSA's provenance for a predicate.

The forms: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and
https://slsa.dev/spec/v1.0/provenance. It says what the evidence says and is not signed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from nox_release.manifest import Manifest
from nox_release.provenance.builder import LOCAL

BUILD_TYPE = "https://nox-release.readthedocs.io/provenance/#build-type-v1"
_BUILDS = ("build-sdist", "build-wheel")


def filename(manifest: Manifest) -> str:
    """How the file is called."""
    return f"{manifest.name}-{manifest.version}.provenance.json"


def statement(manifest: Manifest, repository: str, version: str) -> bytes:
    """Return the file's content: the same evidence is the same bytes.

    :param repository: URL of the git repository, see :func:`public`; empty: there is none that others can reach.
    :param version: of nox-release.
    """
    builds = [manifest.evidence[stage] for stage in _BUILDS]
    facts = builds[0].facts
    external = {"package": manifest.name, "commit": manifest.commit}
    if repository:
        external["repository"] = repository
    metadata = {
        "startedOn": _time(min(build.started for build in builds)),
        "finishedOn": _time(max(build.started + build.duration for build in builds)),
    }
    if invocation := facts.get("invocation"):
        metadata["invocationId"] = invocation
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": item.filename, "digest": {"sha256": item.sha256}} for item in manifest.artifacts],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": external,
                "internalParameters": {
                    "source": manifest.source,
                    "committed": manifest.committed,
                    "tools": {stage: dict(found.tools) for stage, found in manifest.evidence.items()},
                },
                "resolvedDependencies": list(_resolved(manifest, repository)),
            },
            "runDetails": {
                "builder": {"id": facts.get("builder", LOCAL), "version": {"nox-release": version}},
                "metadata": metadata,
            },
        },
    }
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def _resolved(manifest: Manifest, repository: str) -> Iterator[dict[str, Any]]:
    if manifest.committed:  # else it was built from more than any commit has
        source = {"name": "source", "digest": {"gitCommit": manifest.commit}}
        yield {**source, "uri": f"git+{repository}@{manifest.commit}"} if repository else source
    used = {pin for stage in _BUILDS for pin in manifest.evidence[stage].facts.get("build requirements", "").split()}
    for pin in sorted(used):
        name, _, version = pin.partition("==")
        yield {"name": name, "uri": f"pkg:pypi/{name}@{quote(version, safe='')}"}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def public(url: str) -> str:
    """Return a remote's URL without a user, a password or a token; empty where it is one of this machine alone.

    ``git@host:path``, as ssh has it, becomes ``ssh://host/path``.
    """
    if short := re.fullmatch(r"(?:[^@/\\]+@)?([\w.-]{2,}):(?!/)(.+)", url):
        url = f"ssh://{short[1]}/{short[2]}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "ssh", "git"} or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"
