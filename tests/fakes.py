"""Hand-written fakes for the doors, and builders of the values that tests are about."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from nox_release.errors import Blocked
from nox_release.evidence import Store
from nox_release.index.target import Published, PublishedFile
from nox_release.model import Package
from nox_release.process import Completed
from nox_release.record import from_json, to_json

T = TypeVar("T")


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


@dataclass
class FakeInquire:
    """Stands at the door to the workers that look: answers by their kind, and remembers what they were asked."""

    answers: Mapping[str, object] = field(default_factory=dict)
    orders: list[object] = field(default_factory=list)

    def __call__(
        self,
        kind: str,
        order: Callable[[Path], object],
        answer: type[T],
        store: Store,
        environ: Mapping[str, str] = os.environ,
    ) -> T:
        # There and back as the worker gets it: what cannot be written down is no order, and no answer.
        asked = order(store.root / "answer")
        self.orders.append(from_json(type(asked), to_json(asked)))
        return from_json(answer, to_json(self.answers[kind]))


@dataclass
class FakeTarget:
    """Stands at the door to the target index: has what the test says, and remembers what it was asked."""

    projects: Mapping[str, Published | Blocked] = field(default_factory=dict)
    """Name → what the index has, or why it cannot be read; it knows no other project."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Name of a file → where it is; no other can be downloaded."""
    url: str = "http://index.test/simple/"
    asked: list[str] = field(default_factory=list)

    def project(self, name: str) -> Published | None:
        self.asked.append(name)
        found = self.projects.get(name)
        if isinstance(found, Blocked):
            raise found
        return found

    def fetch(self, file: PublishedFile) -> Path:
        self.asked.append(file.filename)
        if file.filename not in self.files:
            raise Blocked(f"{file.filename} cannot be downloaded", "run the command again")
        return self.files[file.filename]
