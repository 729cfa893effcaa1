"""Real git checkouts for tests, made below a temporary folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EPOCH = 1_700_000_000
"""Time of every commit."""
_WHO = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A Developer",
    "GIT_AUTHOR_EMAIL": "developer@example.org",
    "GIT_COMMITTER_NAME": "A Developer",
    "GIT_COMMITTER_EMAIL": "developer@example.org",
    "GIT_AUTHOR_DATE": f"{EPOCH} +0000",
    "GIT_COMMITTER_DATE": f"{EPOCH} +0000",
}


@dataclass(frozen=True)
class Checkout:
    """A folder under git."""

    root: Path

    @classmethod
    def new(cls, root: Path, files: Mapping[str, str | bytes] | None = None) -> Checkout:
        """Make a repository; with *files*, they are its first commit."""
        root.mkdir(parents=True)
        checkout = cls(root)
        checkout.git("init", "--quiet", "--initial-branch=main")
        if files:
            checkout.write(files)
            checkout.commit()
        return checkout

    def git(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Return what git prints."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **_WHO, **(env or {})},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files, by their path in the checkout."""
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self) -> str:
        """Commit all that is there and return the commit's id."""
        self.git("add", "-A")
        self.git("commit", "--quiet", "--allow-empty", "-m", "work")
        return self.git("rev-parse", "HEAD")


def everything(folder: Path) -> dict[str, bytes]:
    """Every file and link below *folder* with what it holds."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
