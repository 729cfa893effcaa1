"""A release prepared by real nox, in the example monorepo."""

from __future__ import annotations

import pytest

from workspaces import Workspace

pytestmark = pytest.mark.end_to_end


def test_from_the_command_to_the_commit(example: Workspace) -> None:
    """One command has everything of all packages written and committed; what cannot be obeyed ends with code 2."""
    author = {f"GIT_{who}_{what}": "tests@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = example.nox("-s", "prepare", "--", "all", "--bump", "minor", "--yes", "--commit", **author)
    assert done.returncode == 0, done.stdout
    assert "contoso-core 1.2.0 -> 1.3.0" in done.stdout
    assert example.git("show", "--format=%s").startswith("Prepare 4 packages\n")
    assert '+    "contoso-identity~=0.10.0",' in example.git("show")
    assert example.git("status", "--porcelain") == ""
    again = example.nox("-s", "prepare", "--", "contoso-core", "--bump", "1.2.0", "--yes")
    assert again.returncode == 2
    assert "1.2.0 comes before 1.3.0" in again.stdout
