"""The door to git, on real repositories: what a snapshot holds, what an export writes, what tags say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checkouts import EPOCH, Checkout, everything
from nox_release.errors import Blocked, Misuse
from nox_release.export import export, export_with_history
from nox_release.snapshot import Snapshot
from nox_release.source import Git

FILES: dict[str, str | bytes] = {
    "README.md": "# all\n",
    "sdk/core/pyproject.toml": "[project]\n",
    "sdk/core/core/data.bin": b"\x00\r\n\xff\n",
    "sdk/compute/setup.py": "",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.new(tmp_path / "checkout", FILES)


@pytest.fixture
def git(checkout: Checkout, tmp_path: Path) -> Iterator[Git]:
    door = Git(checkout.root, tmp_path / "objects")
    yield door
    door.close()


def test_a_clean_snapshot_is_the_tree_of_the_commit(checkout: Checkout, git: Git) -> None:
    """Commit, time, files and folders of a clean checkout are those that git itself tells."""
    seen = git.snapshot()
    assert (seen.commit, seen.tree) == (checkout.git("rev-parse", "HEAD"), checkout.git("rev-parse", "HEAD^{tree}"))
    assert (seen.epoch, seen.prefix, seen.uncommitted) == (EPOCH, "", ())
    assert set(seen.files) == set(FILES)
    assert seen.files["README.md"].oid == checkout.git("rev-parse", "HEAD:README.md")
    assert seen.folders["sdk/core"] == checkout.git("rev-parse", "HEAD:sdk/core")
    assert seen.folders["."] == seen.tree
    assert not git.objects.exists()


def _modify(root: Path) -> None:
    (root / "README.md").write_text("# more\n")


def _add(root: Path) -> None:
    (root / "sdk/core/new file \N{SNOWMAN}\n.txt").write_text("new")


def _delete(root: Path) -> None:
    (root / "sdk/compute/setup.py").unlink()


def _make_executable(root: Path) -> None:
    (root / "README.md").chmod(0o755)


def _rename(root: Path) -> None:
    subprocess.run(["git", "mv", "README.md", "LIESMICH.md"], cwd=root, check=True)


def _link(root: Path) -> None:
    (root / "README.md").unlink()
    (root / "README.md").symlink_to("sdk/core/pyproject.toml")


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        (_modify, {"README.md"}),
        (_add, {"sdk/core/new file \N{SNOWMAN}\n.txt"}),
        (_delete, {"sdk/compute/setup.py"}),
        (_make_executable, {"README.md"}),
        (_rename, {"README.md", "LIESMICH.md"}),
        (_link, {"README.md"}),
    ],
)
def test_uncommitted_work_counts_as_what_git_add_would_make(
    checkout: Checkout, git: Git, change: Callable[[Path], None], paths: set[str]
) -> None:
    """The tree of a dirty snapshot is that of ``git add -A``, and the paths that differ are named."""
    change(checkout.root)
    seen = git.snapshot()
    assert set(seen.uncommitted) == paths
    assert seen.commit == checkout.git("rev-parse", "HEAD")
    checkout.git("add", "-A")
    assert seen.tree == checkout.git("write-tree")


def test_a_dirty_snapshot_leaves_the_repository_alone(checkout: Checkout, git: Git) -> None:
    """Not one byte below ``.git`` changes, yet the new content can be read."""
    checkout.write({"sdk/core/new.txt": "brand new", "README.md": "changed"})
    before = everything(checkout.root / ".git")
    seen = git.snapshot()
    assert git.blob(seen.files["sdk/core/new.txt"].oid) == b"brand new"
    assert everything(checkout.root / ".git") == before


def test_ignored_files_are_not_there(checkout: Checkout, git: Git) -> None:
    """What ``.gitignore`` names is in no snapshot and makes none dirty."""
    checkout.write({".gitignore": "*.tmp\n"})
    checkout.commit()
    checkout.write({"sdk/core/stale.tmp": "stale"})
    seen = git.snapshot()
    assert seen.uncommitted == ()
    assert "sdk/core/stale.tmp" not in seen.files


def test_a_submodule_is_no_file_of_the_workspace(checkout: Checkout, git: Git) -> None:
    """A submodule is another project's commit: its entry is left out."""
    oid = checkout.git("rev-parse", "HEAD")
    checkout.git("update-index", "--add", "--cacheinfo", f"160000,{oid},vendored")
    checkout.git("commit", "-qm", "a submodule")
    (checkout.root / "vendored").mkdir()
    assert "vendored" not in git.snapshot().files


def test_a_workspace_may_be_a_subfolder_of_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    """Files and folders are relative to the workspace; uncommitted paths to the checkout."""
    checkout.write({"README.md": "outside of it", "sdk/core/new.txt": "in it"})
    inner = Git(checkout.root / "sdk", tmp_path / "objects")
    seen = inner.snapshot()
    assert (seen.prefix, seen.toplevel) == ("sdk/", checkout.root)
    assert set(seen.files) == {"core/pyproject.toml", "core/core/data.bin", "core/new.txt", "compute/setup.py"}
    assert set(seen.uncommitted) == {"README.md", "sdk/core/new.txt"}
    assert inner.changed_since("HEAD", seen) == ("core/new.txt",)
    assert inner.folder_at("HEAD", "compute", seen.prefix) == seen.folders["compute"]
    assert inner.folder_at("HEAD", ".", seen.prefix) == checkout.git("rev-parse", "HEAD:sdk")
    exported = export(inner, seen, "core", tmp_path / "out", ["compute/setup.py"])
    assert exported == tmp_path / "out/core"
    assert set(everything(tmp_path / "out")) == {
        "core/pyproject.toml", "core/core/data.bin", "core/new.txt", "compute/setup.py",
    }  # fmt: skip
    assert set(everything(export(inner, seen, ".", tmp_path / "all"))) == set(seen.files)


def test_below_names_the_files_of_a_folder(git: Git) -> None:
    """Paths are relative to the folder; a folder whose name begins the same is another."""
    seen = git.snapshot()
    assert seen.below("sdk/core") == ("core/data.bin", "pyproject.toml")
    assert seen.below(".") == tuple(seen.files)
    assert seen.below("sdk/co") == seen.below("nowhere") == ()


def test_the_digest_follows_the_folder_and_the_declared_files_outside(checkout: Checkout, git: Git) -> None:
    """Another package's change leaves a digest alone; one of its own, or of a declared file, does not."""
    before = git.snapshot()
    checkout.write({"README.md": "changed"})
    after = git.snapshot()
    assert before.digest("sdk/core") == after.digest("sdk/core")
    assert before.digest("sdk/core", ["README.md"]) != after.digest("sdk/core", ["README.md"])
    assert after.digest("sdk/core", ["absent"]) == after.digest("sdk/core")
    checkout.write({"sdk/core/core/data.bin": "changed"})
    assert git.snapshot().digest("sdk/core") != after.digest("sdk/core")


@pytest.mark.parametrize(
    ("folder", "place"), [(".", ".gitattributes"), ("sdk", ".gitattributes"), ("sdk/..", "sdk/.gitattributes")]
)
def test_attributes_from_above_are_a_packages_source(
    checkout: Checkout, tmp_path: Path, folder: str, place: str
) -> None:
    """Attributes may change line endings of an export, so those above a package have a part in its digest."""
    workspace = (checkout.root / folder).resolve()
    package = "core" if workspace.name == "sdk" else "sdk/core"
    looking = Git(workspace, tmp_path / "objects")
    before = looking.snapshot().digest(package)
    checkout.write({place: "*.txt text eol=crlf\n"})
    assert looking.snapshot().digest(package) != before


def test_a_workspace_that_git_ignores_is_said(checkout: Checkout, tmp_path: Path) -> None:
    """A folder of which git has nothing cannot be a workspace; the message names the folder and the way out."""
    checkout.write({".gitignore": "hidden/\n", "hidden/noxfile.py": ""})
    with pytest.raises(Misuse, match=r"git has nothing of .*hidden") as caught:
        Git(checkout.root / "hidden", tmp_path / "objects").snapshot()
    assert ".gitignore" in caught.value.hint


def test_no_checkout_is_said(tmp_path: Path) -> None:
    """Outside of any git checkout the message says so and what to type."""
    with pytest.raises(Misuse, match="is not in a git checkout") as caught:
        Git(tmp_path, tmp_path / "objects").snapshot()
    assert "git init" in caught.value.hint


def test_no_commit_is_said(tmp_path: Path) -> None:
    """A repository without a commit has nothing to release from."""
    empty = Checkout.new(tmp_path / "empty")
    with pytest.raises(Misuse, match="has no commit yet") as caught:
        Git(empty.root, tmp_path / "objects").snapshot()
    assert "git commit" in caught.value.hint


def test_a_half_done_merge_is_said(checkout: Checkout, git: Git) -> None:
    """With conflicts open, no tree could be written; the first path is named."""
    checkout.git("switch", "-qc", "other")
    checkout.write({"README.md": "theirs"})
    checkout.commit()
    checkout.git("switch", "-q", "main")
    checkout.write({"README.md": "ours"})
    checkout.commit()
    with pytest.raises(subprocess.CalledProcessError):
        checkout.git("merge", "other")
    with pytest.raises(Misuse, match=r"a merge is half done: README\.md"):
        git.snapshot()


def test_git_missing_is_said(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git on PATH the message says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Blocked, match="git is not installed"):
        git.tags()


def test_what_git_refuses_is_told(tmp_path: Path) -> None:
    """A refusal is passed on with the command, the folder and git's own words."""
    (tmp_path / ".git").write_text("nonsense")
    with pytest.raises(Blocked, match=r"git rev-parse failed in .*: fatal: invalid gitfile format"):
        Git(tmp_path, tmp_path / "objects").snapshot()


def test_signed_commits_are_read_whatever_the_log_shows(checkout: Checkout, git: Git, tmp_path: Path) -> None:
    """``log.showSignature`` adds lines to what git shows of a commit; the snapshot does not stumble over them."""
    raw = checkout.git("cat-file", "commit", "HEAD")
    head, _, body = raw.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    (tmp_path / "commit").write_text(f"{head}\n{signature}\n\n{body}\n")
    oid = checkout.git("hash-object", "-t", "commit", "-w", str(tmp_path / "commit"))
    checkout.git("reset", "-q", "--soft", oid)
    verifier = tmp_path / "gpg"
    verifier.write_text("#!/bin/sh\necho gpg: Good signature >&2\nexit 1\n")
    verifier.chmod(0o755)
    checkout.git("config", "log.showSignature", "true")
    checkout.git("config", "gpg.program", str(verifier))
    assert git.snapshot().commit == oid


def test_blobs_are_read_byte_for_byte(git: Git) -> None:
    """One process gives one blob after the other, and begins again after it was closed."""
    seen = git.snapshot()
    assert git.blob(seen.files["sdk/compute/setup.py"].oid) == b""
    assert git.blob(seen.files["sdk/core/core/data.bin"].oid) == b"\x00\r\n\xff\n"
    git.close()
    git.close()
    assert git.blob(seen.files["README.md"].oid) == b"# all\n"


def test_blobs_may_be_read_beforehand(git: Git) -> None:
    """Many at once are what they are one by one; one that is lost is said when it is asked for."""
    seen = git.snapshot()
    oids = [entry.oid for entry in seen.files.values()]
    git.prefetch([oids[0], "0" * 40, *oids, *oids])
    git.prefetch([])
    assert {path: git.blob(entry.oid) for path, entry in seen.files.items()} == {
        path: text.encode() if isinstance(text, str) else text for path, text in FILES.items()
    }
    with pytest.raises(Blocked, match="git has no object"):
        git.blob("0" * 40)


def test_a_lost_object_is_said(git: Git) -> None:
    """An object that git does not have blocks; it is not an empty file."""
    with pytest.raises(Blocked, match=f"git has no object {'0' * 40}") as caught:
        git.blob("0" * 40)
    assert "git fsck" in caught.value.hint


def test_tags_name_commits(checkout: Checkout, git: Git) -> None:
    """An annotated tag is peeled to its commit, a light one names it."""
    assert git.tags() == {}
    commit = checkout.git("rev-parse", "HEAD")
    checkout.git("tag", "core_1.0")
    checkout.git("tag", "-a", "release/core@1.1", "-m", "one more")
    assert git.tags() == {"core_1.0": commit, "release/core@1.1": commit}


def test_a_folder_at_a_revision(checkout: Checkout, git: Git) -> None:
    """The tree id of a folder at a revision; nothing where it was not there."""
    checkout.git("tag", "then")
    checkout.write({"sdk/core/pyproject.toml": "changed", "sdk/new/pyproject.toml": ""})
    checkout.commit()
    assert git.folder_at("then", "sdk/core", "") == checkout.git("rev-parse", "then:sdk/core")
    assert git.folder_at("then", ".", "") == checkout.git("rev-parse", "then^{tree}")
    assert git.folder_at("then", "sdk/new", "") == ""
    assert git.folder_at("no-such-tag", "sdk/core", "") == ""


def test_changed_since_counts_committed_and_uncommitted_work(checkout: Checkout, git: Git) -> None:
    """Both ends of a rename, deletions and untracked files all differ from the reference."""
    checkout.git("tag", "then")
    checkout.git("mv", "README.md", "LIESMICH.md")
    checkout.commit()
    checkout.write({"sdk/core/new.txt": "new"})
    (checkout.root / "sdk/compute/setup.py").unlink()
    changed = git.changed_since("then", git.snapshot())
    assert set(changed) == {"README.md", "LIESMICH.md", "sdk/core/new.txt", "sdk/compute/setup.py"}


@pytest.mark.parametrize("reference", ["no-such-branch", "--all", "main:README.md", ""])
def test_an_unknown_reference_is_said(git: Git, reference: str) -> None:
    """What names no commit is refused by its name, also where it looks like an option."""
    with pytest.raises(Misuse, match="git knows no commit by the name"):
        git.changed_since(reference, git.snapshot())


SETTINGS = [
    ("core.autocrlf", "true"),
    ("core.eol", "crlf"),
    ("core.symlinks", "false"),
    ("core.attributesFile", "attributes"),
]


@pytest.mark.parametrize(("setting", "value"), SETTINGS)
def test_an_export_is_byte_for_byte_what_is_committed(
    checkout: Checkout, git: Git, tmp_path: Path, setting: str, value: str
) -> None:
    """Content, executable bits and links are those of the tree, whatever this machine's git is set to."""
    files = {"lf.txt": b"a\nb\n", "crlf.txt": b"a\r\nb\r\n", "none.txt": b"a", "sdk/core/run.sh": b"#!/bin/sh\n"}
    checkout.write(files)
    (checkout.root / "sdk/core/run.sh").chmod(0o755)
    (checkout.root / "sdk/core/link").symlink_to("../../lf.txt")
    checkout.commit()
    seen = git.snapshot()
    (tmp_path / "attributes").write_text("*.txt text eol=crlf\n")
    checkout.git("config", setting, str(tmp_path / value) if value == "attributes" else value)
    export(git, seen, ".", tmp_path / "out")
    export_with_history(git, seen, ".", tmp_path / "history")
    for folder in (tmp_path / "out", tmp_path / "history"):
        written = everything(folder)
        assert {path: written[path] for path in files} == files
        assert (folder / "sdk/core/link").is_symlink()
        assert os.access(folder / "sdk/core/run.sh", os.X_OK)
        assert not os.access(folder / "lf.txt", os.X_OK)


def test_an_export_takes_its_files_from_the_snapshot(checkout: Checkout, git: Git, tmp_path: Path) -> None:
    """What changes in the working directory after the snapshot, or is ignored there, does not get in."""
    checkout.write({"sdk/core/new.txt": "at the snapshot"})
    seen = git.snapshot()
    checkout.write({"sdk/core/new.txt": "too late", "sdk/core/later.txt": "too late"})
    folder = export(git, seen, "sdk/core", tmp_path / "out", ["README.md"])
    assert folder == tmp_path / "out/sdk/core"
    assert everything(tmp_path / "out") == {
        "README.md": b"# all\n",
        "sdk/core/core/data.bin": FILES["sdk/core/core/data.bin"],
        "sdk/core/new.txt": b"at the snapshot",
        "sdk/core/pyproject.toml": b"[project]\n",
    }


def _in(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


QUESTIONS = [
    ("describe", "--dirty", "--long"),
    ("describe", "--dirty", "--tags", "--long", "--match", "light*"),
    ("status", "--porcelain", "--untracked-files=no"),
    ("rev-list", "--count", "HEAD"),
    ("ls-files",),
    ("log", "-1", "--format=%H %cI"),
    ("rev-parse", "--show-prefix"),
]


def _tagged(checkout: Checkout) -> None:
    checkout.git("tag", "light_1.0")
    checkout.git("tag", "-a", "annotated_1.0", "-m", "released")
    checkout.write({"sdk/core/more.txt": "more"})
    checkout.commit()
    checkout.git("tag", "light_1.1")


@pytest.mark.parametrize("dirty", [False, True])
def test_an_export_with_history_answers_as_the_checkout_does(
    checkout: Checkout, git: Git, tmp_path: Path, dirty: bool
) -> None:
    """Version backends ask ``git describe``, ``git status`` and ``git ls-files``: the answers are the same."""
    _tagged(checkout)
    if dirty:
        checkout.write({"sdk/core/more.txt": "not committed"})
        checkout.git("add", "-A")
    folder = export_with_history(git, git.snapshot(), "sdk/core", tmp_path / "out")
    assert folder == tmp_path / "out/sdk/core"
    original = checkout.root / "sdk/core"
    for question in QUESTIONS:
        assert _in(folder, *question) == _in(original, *question), question
    assert not (tmp_path / "out/sdk/compute/setup.py").exists()
    assert (tmp_path / "out/README.md").exists()


def test_an_export_with_history_of_the_root_has_everything(checkout: Checkout, git: Git, tmp_path: Path) -> None:
    """A package that is the whole repository is exported whole."""
    folder = export_with_history(git, git.snapshot(), ".", tmp_path / "out")
    assert folder == tmp_path / "out"
    assert {path for path in everything(folder) if not path.startswith(".git/")} == set(FILES)


def test_an_export_with_history_works_from_a_linked_worktree(checkout: Checkout, tmp_path: Path) -> None:
    """In a worktree, objects and tags are those of the main repository, uncommitted work its own."""
    _tagged(checkout)
    checkout.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "side")
    (tmp_path / "tree/sdk/core/more.txt").write_text("in the worktree")
    linked = Git(tmp_path / "tree", tmp_path / "objects")
    folder = export_with_history(linked, linked.snapshot(), "sdk/core", tmp_path / "out")
    assert (folder / "more.txt").read_text() == "in the worktree"
    assert _in(folder, "describe", "--tags").strip() == "light_1.1"


def test_an_export_with_history_works_from_a_shallow_clone(checkout: Checkout, tmp_path: Path) -> None:
    """Where CI fetched one commit, the export knows that the history ends there."""
    _tagged(checkout)
    checkout.git("clone", "-q", "--depth=1", f"file://{checkout.root}", str(tmp_path / "shallow"))
    shallow = Git(tmp_path / "shallow", tmp_path / "objects")
    folder = export_with_history(shallow, shallow.snapshot(), "sdk/core", tmp_path / "out")
    assert _in(folder, "rev-list", "--count", "HEAD").strip() == "1"
    assert _in(folder, "fsck") == _in(tmp_path / "shallow", "fsck")


@pytest.mark.parametrize("export", [export, export_with_history])
def test_a_failing_export_is_told(
    checkout: Checkout, git: Git, tmp_path: Path, export: Callable[[Git, Snapshot, str, Path], Path]
) -> None:
    """Where git cannot write a file of the export, the message has the command and its own words."""
    seen = git.snapshot()
    lost = seen.files["sdk/core/pyproject.toml"].oid
    (checkout.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(Blocked, match=f"git checkout-index failed.*: error: unable to read sha1 file of .*{lost}"):
        export(git, seen, "sdk/core", tmp_path / "out")


def test_a_checkout_without_an_index_is_read(checkout: Checkout, git: Git) -> None:
    """Where git's index is gone, the working directory still has everything."""
    (checkout.root / ".git/index").unlink()
    assert git.snapshot().tree == checkout.git("rev-parse", "HEAD^{tree}")
