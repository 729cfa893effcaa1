"""Hand-written fakes for the doors, and builders of the values that tests are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nox_release.model import Package
from nox_release.process import Completed


def package(name: str = "demo", **changes: object) -> Package:
    """A small sound package; *changes* are fields of Package."""
    fields: dict[str, object] = {
        "name": name,
        "version": "1.0",
        "directory": f"packages/{name}",
        "described_by": f"packages/{name}/pyproject.toml",
        "backend": "hatchling.build",
        "build_requires": ("hatchling",),
    }
    return Package(**{**fields, **changes})  # type: ignore[arg-type]  # the fields are the caller's


@dataclass
class FakeRun:
    """Stands at the door to subprocesses: answers by the first words of the command, and remembers."""

    answers: Mapping[str, Completed] = field(default_factory=dict)
    """Part of the command line → answer; anything else ends with code 0 and says nothing."""
    commands: list[list[str]] = field(default_factory=list)
    environs: list[Mapping[str, str]] = field(default_factory=list)

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        stdin: Path | None = None,
    ) -> Completed:
        words = [str(part) for part in command]
        self.commands.append(words)
        self.environs.append(env)
        line = " ".join(words)
        return next((answer for part, answer in self.answers.items() if part in line), Completed(0, ""))
