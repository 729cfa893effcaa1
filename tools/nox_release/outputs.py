"""What a session hands to later jobs of the CI that runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from nox_release.errors import Blocked
from nox_release.evidence import Store, write_atomically

FOLDER = "outputs"
"""Below the store, with a file for each value: for GitLab CI, whose own way to hand on variables ends at 5 KB."""


def hand_on(values: Mapping[str, str], environ: Mapping[str, str], store: Store) -> Iterator[str]:
    """Give *values* to GitHub Actions or GitLab CI, and yield the commands to print for Azure Pipelines.

    :param values: name → text of one line.
    :raises Blocked: where they cannot be written down.
    """
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    assert lines.count("\n") == len(values), "a value of several lines would be several"
    try:
        if path := environ.get("GITHUB_OUTPUT"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(lines)
        if environ.get("GITLAB_CI"):
            for name, value in values.items():
                write_atomically(store.root / FOLDER / name, f"{value}\n".encode())
    except OSError as error:
        raise Blocked(
            f"what later jobs need cannot be written to {error.filename}: {error.strerror}", "look at the runner's disk"
        ) from None
    if environ.get("TF_BUILD"):
        for name, value in values.items():
            escaped = value.replace("%", "%AZP25")
            yield f"##vso[task.setvariable variable={name};isOutput=true]{escaped}"
