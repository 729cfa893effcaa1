"""Clean exports of what git has: what a build works on."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from nox_release.snapshot import Snapshot
from nox_release.source import Git

# What this machine's settings would make of line endings and links in a checkout.
_AS_COMMITTED = (
    *("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.symlinks=true"),
    *("-c", f"core.attributesFile={os.devnull}"),
)


def export(git: Git, snapshot: Snapshot, directory: str, destination: Path, outside: Sequence[str] = ()) -> Path:
    """Write a package's committed files below *destination*, at their path in the workspace.

    :param outside: files outside its folder that the package declares, written at their place too.
    :returns: the package's folder.
    """
    destination.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nox-release-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        if directory == ".":
            git("read-tree", snapshot.folders["."], env=env)
        else:
            git("read-tree", f"--prefix={directory}/", snapshot.folders[directory], env=env, cwd=snapshot.toplevel)
        for path in outside:
            entry = snapshot.files[path]
            git("update-index", "--add", "--cacheinfo", f"{entry.mode},{entry.oid},{path}", env=env)
        git(
            *_AS_COMMITTED,
            *("checkout-index", "--all", "--force", f"--prefix={destination.absolute()}/"),
            env=env,
            cwd=snapshot.toplevel,
        )
    return destination if directory == "." else destination / directory


def export_with_history(git: Git, snapshot: Snapshot, directory: str, destination: Path) -> Path:
    """Like :func:`export`, in a repository of its own that shares history and tags.

    For backends that ask git for the version or for the files. What is not the package's is marked as
    skipped, so that git calls the tree clean exactly when the package's commit is.
    """
    destination.mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", "--template=", str(destination))
    inner = destination / ".git"
    main = (snapshot.git_dir / "commondir").read_text().strip() if (snapshot.git_dir / "commondir").exists() else "."
    common = (snapshot.git_dir / main).resolve()
    alternates = [path for path in (common / "objects", git.objects) if path.exists()]
    (inner / "objects/info").mkdir(parents=True, exist_ok=True)
    (inner / "objects/info/alternates").write_text("".join(f"{path.absolute()}\n" for path in alternates))
    if (common / "shallow").exists():
        shutil.copy2(common / "shallow", inner / "shallow")
    refs = git("for-each-ref", "refs/tags", "--format=%(objectname) %(refname)")
    (inner / "packed-refs").write_text(f"# pack-refs with: sorted\n{refs}")
    (inner / "HEAD").write_text(f"{snapshot.commit}\n")
    own = {"GIT_DIR": str(inner), "GIT_WORK_TREE": str(destination)}
    git("read-tree", snapshot.tree, env=own, cwd=destination)
    path = posixpath.normpath(posixpath.join(snapshot.prefix, directory))
    everything = git("ls-files", "-z", env=own, cwd=destination).split("\0")
    start = "" if path == "." else f"{path}/"
    others = [name for name in everything if name and "/" in name and not name.startswith(start)]
    mine = [name for name in everything if name and ("/" not in name or name.startswith(start))]
    git("update-index", "--skip-worktree", "-z", "--stdin", env=own, cwd=destination, names=others)
    git(*_AS_COMMITTED, "checkout-index", "-u", "-f", "-z", "--stdin", env=own, cwd=destination, names=mine)
    return destination / path
