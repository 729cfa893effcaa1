"""What others say of the workflows: their published schemas, and a linter for their security."""

from __future__ import annotations

import subprocess

import pytest

from ci.conftest import Repository
from servers.programs import program


def run(repository: Repository, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(name, "ci"), *arguments], cwd=repository.root, capture_output=True, text=True, check=False, timeout=300
    )


def test_zizmor_finds_nothing(repository: Repository) -> None:
    """No template reaches a shell, no permission is too wide, no action is unpinned, no credential is kept."""
    done = run(repository, "zizmor", "--offline", "--no-progress", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout + done.stderr
    # At its most suspicious it has one: the job that pushes the tag keeps the credential for that.
    done = run(repository, "zizmor", "--offline", "--no-progress", "--persona", "auditor", "--format", "json", ".")
    assert done.stdout.count('"ident": "') == done.stdout.count('"ident": "artipacked"') == 1


def test_zizmor_would_find_something(repository: Repository) -> None:
    """The same linter sees what a careless change does."""
    repository.replace(".github/workflows/release.yml", ('<<< "$PACKAGE"', '<<< "${{ inputs.package }}"'))
    done = run(repository, "zizmor", "--offline", "--no-progress", ".")
    assert "template-injection" in done.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", [".github/workflows/verify.yml", ".github/workflows/release.yml"]),
        ("azure-pipelines", [".azure-pipelines/verify.yml", ".azure-pipelines/release.yml"]),
        ("gitlab-ci", [".gitlab-ci.yml", ".gitlab/nox-release.yml"]),
    ],
)
def test_they_have_the_form_that_the_ci_publishes(repository: Repository, schema: str, files: list[str]) -> None:
    """Each CI publishes a JSON schema of its files; a word that it does not know is told."""
    # Azure's has patterns of an older dialect of regular expressions.
    options = ["--regex-variant", "python", "--builtin-schema", f"vendor.{schema}"]
    done = run(repository, "check-jsonschema", *options, *files)
    assert done.returncode == 0, done.stdout[-2000:]
    path = repository.root / files[-1]
    path.write_text(path.read_text() + "strange-word: [1]\n" if schema != "gitlab-ci" else "stages: 3\n")
    assert run(repository, "check-jsonschema", *options, files[-1]).returncode == 1
