"""A candidate of two packages, of which the first would break users of the second before that is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from archives import make_sdist, make_wheel
from nox_release.index.credentials import Known
from nox_release.index.rehearsal import Rehearsal, rehearsal_index
from nox_release.index.simple import Reader
from uploads import put
from workspaces import Workspace, package

pytestmark = pytest.mark.end_to_end
Make = Callable[[Mapping[str, str]], Workspace]
CONFIG = f"""[tool.nox-release]
approval = "signed"
pythons = ["{sys.version_info.major}.{sys.version_info.minor}"]
version-policy = "none"
"""
CORE, USER = "contoso-prefix-core", "contoso-prefix-user"
MODULE = "contoso_prefix_core"


@pytest.fixture
def real() -> Iterator[Rehearsal]:
    """An index that stands for the real one."""
    with rehearsal_index(os.environ) as index:
        yield index


def publish(real: Rehearsal, folder: Path, name: str, body: str, more: str = "") -> None:
    """Make version 1.0 of a package public."""
    folder.mkdir(exist_ok=True)
    files = {f"{name.replace('-', '_')}/__init__.py": body}
    built = [make(folder, files, name.replace("-", "_"), "1.0", more) for make in (make_sdist, make_wheel)]
    put(real.upload_url, real.simple_url, Known("test", real.username, real.password), name, built)


@pytest.fixture
def release(workspace: Make, tmp_path: Path, real: Rehearsal) -> Callable[[str], Workspace]:
    """Make a workspace that releases version 2.0 of two packages, of which user 1.0 bounds core with what is given."""

    def make(bound: str) -> Workspace:
        publish(real, tmp_path / "public", CORE, "def old(): ...\n")
        publish(real, tmp_path / "public", USER, f"from {MODULE} import old\n", f"Requires-Dist: {CORE}>=1{bound}\n")
        key = tmp_path / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        made = workspace(
            {
                **package(CORE, "2.0", body="def new(): ..."),
                **package(USER, "2.0", body=f"from {MODULE} import new", dependencies=f'["{CORE}>=2"]'),
                "pyproject.toml": CONFIG,
                ".github/allowed_signers": f"approver@example.com {key.with_suffix('.pub').read_text()}",
            }
        )
        made.git("init", "-q", "--bare", str(tmp_path / "remote.git"))
        made.git("remote", "add", "origin", str(tmp_path / "remote.git"))
        made.git("push", "-q", "origin", "main")
        return made

    return make


def there(real: Rehearsal) -> tuple[int, int]:
    """How many files the index has of each."""
    with closing(Reader(real.simple_url)) as reader:
        return len(reader.files(CORE)), len(reader.files(USER))


def test_a_plan_that_breaks_users_half_way_is_not_even_approved(
    release: Callable[[str], Workspace], real: Rehearsal, tmp_path: Path
) -> None:
    """The pair that breaks is told before an approval is taken."""
    made = release("")
    where = ("--repository-url", real.upload_url, "--index-url", real.simple_url)
    done = made.nox("-s", "approve", "--", CORE, USER, *where, "--sign-with", str(tmp_path / "key"))
    assert done.returncode == 1, done.stdout
    assert f"error PFX101 {CORE}: {USER} 1.0: after {CORE} 2.0 is uploaded, {USER} 1.0, public today, f" in done.stdout
    assert "nothing was uploaded" in done.stdout
    assert "signed:" not in done.stdout
    assert there(real) == (2, 2)


def test_a_sound_plan_is_proven_for_its_approver_and_goes(
    release: Callable[[str], Workspace], real: Rehearsal, tmp_path: Path
) -> None:
    """A bound keeps the pair apart. What was proven for the approval holds for the upload of the same files."""
    made = release(",<2")
    where = ("--repository-url", real.upload_url, "--index-url", real.simple_url)
    done = made.nox("-s", "approve", "--", CORE, USER, *where, "--sign-with", str(tmp_path / "key"))
    assert done.returncode == 0, done.stdout
    assert "proving 3 states of the index" in done.stdout
    assert "signed:" in done.stdout
    user = {"TWINE_USERNAME": real.username, "TWINE_PASSWORD": real.password}
    done = made.nox("-s", "publish", "--", CORE, USER, *where, "--candidate-for-release", **user)
    assert done.returncode == 0, done.stdout
    assert "every state between two uploads is proven already" in done.stdout
    assert there(real) == (4, 4)
