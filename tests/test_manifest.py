"""The release manifest: what it holds, and that the same evidence is the same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nox_release.manifest import SCHEMA, Manifest, manifest, text
from nox_release.model import Artifact, Evidence, Kind, Outcome, Stage
from nox_release.record import from_json

SDIST = Artifact("demo-1.0.tar.gz", Kind.SDIST, "a" * 64, 10)
WHEEL = Artifact("demo-1.0-py3-none-any.whl", Kind.WHEEL, "b" * 64, 20)


def evidence() -> dict[str, Evidence]:
    passed = {
        stage: Evidence("demo", "1.0", stage, "0" * 64, Outcome.PASSED)
        for stage in reversed(Stage)
        if stage is not Stage.PUBLISH
    }
    passed[Stage.BUILD_SDIST] = replace(
        passed[Stage.BUILD_SDIST], version="?", artifacts=(SDIST,), facts={"commit": "c1"}
    )
    passed[Stage.BUILD_WHEEL] = replace(passed[Stage.BUILD_WHEEL], artifacts=(WHEEL,))
    return {str(stage): item for stage, item in passed.items()}


def test_it_lists_the_files_sdist_first_and_all_evidence() -> None:
    """The manifest holds the built files in the order of upload, and the evidence of every stage."""
    made = manifest(evidence(), source="s", committed=True)
    assert (made.schema, made.name, made.source, made.committed) == (SCHEMA, "demo", "s", True)
    assert made.artifacts == (SDIST, WHEEL)
    assert made.evidence == evidence()


def test_the_version_is_that_of_the_wheel() -> None:
    """Where only the backend can tell the version, the wheel has it."""
    assert manifest(evidence(), source="s", committed=True).version == "1.0"


@pytest.mark.parametrize("committed", [True, False])
def test_the_commit_is_the_one_that_was_built(committed: bool) -> None:
    """The manifest names the commit that the sdist was built from, and says whether uncommitted work is in it."""
    made = manifest(evidence(), source="s", committed=committed)
    assert (made.commit, made.committed) == ("c1", committed)


def test_an_sdist_of_no_commit_makes_no_manifest() -> None:
    """Evidence of an sdist that does not say from which commit it was built makes no manifest."""
    lacking = evidence()
    lacking["build-sdist"] = replace(lacking["build-sdist"], facts={})
    with pytest.raises(KeyError, match="commit"):
        manifest(lacking, source="s", committed=True)


@pytest.mark.parametrize("stage", [Stage.BUILD_SDIST, Stage.BUILD_WHEEL])
def test_without_a_build_there_is_no_manifest(stage: Stage) -> None:
    """Evidence without one of the builds makes no manifest."""
    lacking = evidence()
    del lacking[stage]
    with pytest.raises(KeyError, match=stage):
        manifest(lacking, source="s", committed=True)


def test_the_same_evidence_is_the_same_bytes() -> None:
    """The order in which evidence was collected does not show in the file, which can be read back."""
    made = manifest(evidence(), source="s", committed=True)
    turned = replace(made, evidence={stage: made.evidence[stage] for stage in sorted(made.evidence)})
    assert text(made) == text(turned)
    assert text(made).endswith(b"}\n")
    assert from_json(Manifest, text(made)) == made
