"""What an approver sees before they approve: everything that goes out, and everything that was let pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nox_release.approval import Statement
from nox_release.manifest import Manifest

_FACTS = ("last release", "api", "files", "size", "requirements", "tests")
"""Facts of the evidence that tell what changes for users, where a stage wrote them."""


def shown(statement: Statement, manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield the lines: files with size and digest, what changed, findings and exemptions of each package."""
    yield f"to {statement.index}"
    for manifest in sorted(manifests, key=lambda item: item.name):
        yield ""
        yield f"{manifest.name} {manifest.version}, built from {manifest.commit[:12]}"
        for artifact in manifest.artifacts:
            yield f"  {artifact.filename}  {artifact.size:,} bytes"
            yield f"    sha256 {artifact.sha256}"
        for stage, evidence in manifest.evidence.items():
            for fact in _FACTS:
                if fact in evidence.facts:
                    yield f"  {fact}: {evidence.facts[fact]}"
            for finding in evidence.findings:
                word = "exempt" if finding.exempt else finding.severity.value
                yield f"  {word} {finding.code} {finding.where}: {finding.message or finding.title}"
                if finding.exempt:
                    yield f"    because: {finding.exempt}"
            if reason := evidence.facts.get("exempt"):
                yield f"  exempt {stage}: {reason}"
