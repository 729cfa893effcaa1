"""A release manifest to derive documents from."""

from __future__ import annotations

from dataclasses import replace

from nox_release.manifest import Manifest, manifest
from nox_release.model import Artifact, Evidence, Kind, Outcome, Stage

SDIST = Artifact("demo-1.0.tar.gz", Kind.SDIST, "a" * 64, 10)
WHEEL = Artifact("demo-1.0-py3-none-any.whl", Kind.WHEEL, "b" * 64, 20)
FACTS = {
    "commit": "c" * 40,
    "commit time": "2026-11-22T10:11:12Z",
    "build requirements": "flit-core==3.12.0",
    "builder": "https://github.com/actions/runner/github-hosted",
    "invocation": "https://github.com/contoso/sdk/actions/runs/7/attempts/1",
}


def a_manifest(**facts: str) -> Manifest:
    """One of ``demo 1.0``; *facts* are further ones of its sdist, underscores standing for blanks."""
    found = {
        str(stage): Evidence("demo", "1.0", stage, "0" * 64, Outcome.PASSED, tools={"python": "3.13.1"})
        for stage in Stage
        if stage is not Stage.PUBLISH
    }
    more = {name.replace("_", " "): text for name, text in facts.items()}
    found["build-sdist"] = replace(
        found["build-sdist"], artifacts=(SDIST,), facts={**FACTS, **more}, started=1_790_000_000.25, duration=1.5
    )
    found["build-wheel"] = replace(
        found["build-wheel"],
        artifacts=(WHEEL,),
        facts={"build requirements": "flit-core==3.12.0 wheel==0.46.1"},
        started=1_790_000_002.5,
        duration=2.0,
    )
    return manifest(found, source="d" * 64, committed=True)
