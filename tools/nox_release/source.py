"""The door to git: what is committed, its digests, and tags.

Everything is read from one tree of git, never from the working directory. Uncommitted work counts as
the tree that ``git add -A`` would make; that tree is written to an object store of our own, so the
repository is not touched.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nox_release.blobs import Blobs
from nox_release.errors import Blocked, Misuse
from nox_release.process import run_in_front
from nox_release.snapshot import Entry, Snapshot


class Git:
    """Runs git on one checkout."""

    def __init__(self, root: Path, objects: Path) -> None:
        """Stand at the door.

        :param root: the workspace.
        :param objects: a folder that may hold the objects of uncommitted work.
        """
        self.root = root
        self.objects = objects
        self._blobs = Blobs(root, self._object_env)

    def __call__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        names: Iterable[str] = (),
        patience: float | None = None,
    ) -> str:
        """Return what ``git ARGUMENTS`` prints.

        :param names: given to it on standard input, each with a null behind it.
        :param patience: seconds that it may take; None: as many as it wants.
        :raises Blocked: when git is not there, refuses, or takes longer.
        """
        environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", **self._object_env(), **(env or {})}
        try:
            given = "".join(f"{name}\0" for name in names).encode(errors="surrogateescape")
            done = run_in_front(["git", *arguments], cwd=cwd or self.root, env=environ, given=given, timeout=patience)
        except FileNotFoundError:
            raise Blocked("git is not installed", "install git and run the command again") from None
        except subprocess.TimeoutExpired:
            raise Blocked(f"git {_command(arguments)} had not ended in {self.root} after {patience:.0f} s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            said = said or f"exit code {done.returncode}"
            raise Blocked(f"git {_command(arguments)} failed in {self.root}: {said}")
        return done.stdout.decode(errors="surrogateescape")

    def ls_remote(self, remote: str, *patterns: str, patience: float = 120.0) -> dict[str, str]:
        """Return each ref of *remote* that *patterns* name → the object that it names.

        :param patience: seconds; a remote may take a connection and never answer, and a person may type a passphrase.
        :raises Blocked: when the remote cannot be asked, or does not answer.
        """
        lines = self("ls-remote", remote, *patterns, patience=patience).splitlines()
        return {name: named for named, name in (line.split("\t") for line in lines)}

    def _object_env(self) -> dict[str, str]:
        return {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.objects)} if self.objects.exists() else {}

    def virtualenvs(self) -> tuple[str, ...]:
        """Virtualenvs in the checkout that git would take in, relative to its top; asked in the workspace."""
        found = self("ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", "*/pyvenv.cfg")
        return tuple(posixpath.dirname(path) for path in found.split("\0") if path)

    def snapshot(self, without: Iterable[str] = ()) -> Snapshot:
        """Look at the checkout once.

        :param without: folders whose uncommitted files do not count, relative to its top.
        :raises Misuse: where there is no git checkout or no commit, or a merge is half done.
        """
        try:
            where = self("rev-parse", "--show-toplevel", "--show-cdup", "--absolute-git-dir", "--git-path", "index")
        except Blocked as error:
            if "not a git repository" not in error.message:
                raise
            raise Misuse(
                f"{self.root} is not in a git checkout",
                "releases are built from commits: git init, git add, git commit",
            ) from None
        top, _, git_dir, index = where.split("\n")[:4]
        toplevel = Path(top)
        prefix = self.root.resolve().relative_to(toplevel.resolve()).as_posix()
        prefix = "" if prefix == "." else f"{prefix}/"
        try:
            commit, tree, epoch = self("show", "-s", "--no-show-signature", "--format=%H %T %ct", "HEAD", "--").split()
        except Blocked:
            raise Misuse(
                f"the git checkout {toplevel} has no commit yet", "git add -A && git commit -m 'first commit'"
            ) from None
        excluded = [f":(top,exclude,literal){folder}" for folder in without]
        paths = ["--", ".", *excluded] if excluded else []  # with a path git passes its cache of untracked files by
        status = self("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", *paths, cwd=toplevel)
        changes = [line for line in status.split("\0") if line]
        if unmerged := [line[3:] for line in changes if line[:2] in {"DD", "AU", "UD", "UA", "DU", "AA", "UU"}]:
            raise Misuse(f"a merge is half done: {unmerged[0]}", "resolve it and commit, then run the command again")
        if changes:
            tree = self._tree_of_working_directory(toplevel, self.root / index, paths)
        files, folders = self.contents(tree, prefix)
        return Snapshot(
            root=self.root,
            toplevel=toplevel,
            prefix=prefix,
            git_dir=Path(git_dir),
            commit=commit,
            epoch=int(epoch),
            tree=tree,
            uncommitted=tuple(line[3:] for line in changes),
            files=files,
            folders=folders,
            attributes=self._attributes_above(tree, prefix),
        )

    def _attributes_above(self, tree: str, prefix: str) -> str:
        """List the ``.gitattributes`` of the folders above the workspace."""
        parts = prefix.split("/")[:-1]
        above = ["/".join([*parts[:depth], ".gitattributes"]) for depth in range(len(parts))]
        return self("ls-tree", "--full-tree", tree, "--", *above) if above else ""

    def _tree_of_working_directory(self, toplevel: Path, index: Path, paths: Sequence[str]) -> str:
        """Write the tree of ``git add -A`` without touching the repository's index or objects."""
        self.objects.mkdir(parents=True, exist_ok=True)
        main = Path(self("rev-parse", "--git-path", "objects").strip())
        env = {
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.root / main),
        }
        with tempfile.TemporaryDirectory(prefix="nox-release-") as folder:
            copy = Path(folder, "index")
            if index.exists():
                shutil.copy2(index, copy)  # with git's cache of file states, so that only changes are hashed
            env["GIT_INDEX_FILE"] = str(copy)
            self("add", "-A", *paths, env=env, cwd=toplevel)
            return self("write-tree", env=env, cwd=toplevel).strip()

    def contents(self, tree: str, prefix: str) -> tuple[dict[str, Entry], dict[str, str]]:
        """Return the files and the folders of the workspace at *prefix* in *tree*, see :class:`Snapshot`."""
        files: dict[str, Entry] = {}
        folders: dict[str, str] = {}
        # "tree:path" lists the workspace alone, and names its own tree id by rev-parse.
        top = f"{tree}:{prefix.rstrip('/')}"
        try:
            folders["."] = self("rev-parse", "--verify", "--quiet", top).strip()
        except Blocked:
            raise Misuse(
                f"git has nothing of {self.root}", "git add it, or take it out of the .gitignore that covers it"
            ) from None
        for line in self("ls-tree", "-r", "-t", "-z", "--full-tree", folders["."]).split("\0"):
            if not line:
                continue
            what, path = line.split("\t", 1)
            mode, kind, oid = what.split(" ")
            if kind == "tree":
                folders[path] = oid
            elif kind == "blob":  # a submodule is another project's commit
                files[path] = Entry(mode, oid)
        return files, folders

    def committed(self, snapshot: Snapshot, path: str) -> Entry | None:
        """Return the file at *path* of the workspace as the commit has it, whatever lies in the folder."""
        line = self("ls-tree", "-z", "--full-tree", snapshot.commit, "--", f"{snapshot.prefix}{path}").rstrip("\0")
        mode, kind, oid = line.partition("\t")[0].split(" ") if line else ("", "", "")
        return Entry(mode, oid) if kind == "blob" else None

    def blob(self, oid: str) -> bytes:
        """Return the bytes of a blob.

        :raises Blocked: where git does not have it.
        """
        return self._blobs.read(oid)

    def prefetch(self, oids: Iterable[str]) -> None:
        """Read many blobs at once; :meth:`blob` then has them."""
        self._blobs.prefetch(oids)

    def close(self) -> None:
        """End the process that reads blobs."""
        self._blobs.close()

    def tags(self) -> dict[str, str]:
        """Every tag's name → the commit that it names."""
        lines = self("for-each-ref", "refs/tags", "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)")
        found = (line.split("\0") for line in lines.splitlines())
        return {name: peeled or oid for name, oid, peeled in found}

    def branch(self) -> str:
        """Name of the branch that is checked out; empty where a commit is checked out by itself."""
        return self("branch", "--show-current").strip()

    def authors(self, commit: str) -> frozenset[str]:
        """E-mail addresses of author and committer of *commit*, lower case, as .mailmap has them."""
        return frozenset(self("show", "-s", "--no-show-signature", "--format=%aE%n%cE", commit).lower().split())

    def is_ancestor(self, commit: str, descendant: str) -> bool:
        """Whether *commit* is in the history of *descendant*; False where git does not have that."""
        try:
            self("merge-base", "--is-ancestor", commit, descendant)
        except Blocked:
            return False
        return True

    def folder_at(self, revision: str, directory: str, prefix: str) -> str:
        """Tree id of a workspace folder at *revision*; empty where it was not there."""
        path = posixpath.normpath(posixpath.join(prefix, directory))
        try:
            return self("rev-parse", "--verify", "--quiet", f"{revision}:{'' if path == '.' else path}").strip()
        except Blocked:
            return ""

    def changed_since(self, reference: str, snapshot: Snapshot) -> tuple[str, ...]:
        """Workspace paths that differ between *reference* and the snapshot.

        :raises Misuse: where git does not know *reference*.
        """
        try:
            self("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        except Blocked:
            raise Misuse(
                f"git knows no commit by the name {reference!r}",
                "name a branch, tag or commit; git fetch may be needed",
            ) from None
        names = self("diff", "--name-only", "--no-renames", "-z", reference, snapshot.tree, "--", cwd=snapshot.toplevel)
        start = snapshot.prefix
        return tuple(name[len(start) :] for name in names.split("\0") if name and name.startswith(start))


def _command(arguments: Sequence[str]) -> str:
    """The subcommand, behind the settings (``-c KEY=VALUE``) for it."""
    return next(word for number, word in enumerate(arguments) if word != "-c" and arguments[number - 1] != "-c")
