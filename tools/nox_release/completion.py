"""What only a build backend can tell of a package, asked in an isolated environment and kept by source digest."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from nox_release import toolchain, worker
from nox_release.complaints import last_line
from nox_release.config import Config
from nox_release.environment import (
    Installer,
    build_environment,
    for_installer,
    scratch,
    without_credentials,
)
from nox_release.errors import Blocked, Exit
from nox_release.evidence import Store, write_atomically
from nox_release.model import Package, Stage
from nox_release.plan import asks_git, digest_of
from nox_release.process import Processes
from nox_release.record import to_json
from nox_release.snapshot import Snapshot
from nox_release.work import MetadataOrder
from nox_release.workspace import Broken, Workspace, namesakes

WANTED = frozenset({"name", "version", "requires"})
"""Fields that a plan cannot do without."""


class Completion:
    """Asks backends, once for each state of the source."""

    def __init__(
        self,
        root: Path,
        snapshot: Snapshot,
        store: Store,
        config: Config,
        tags: Mapping[str, str],
        uv: str,
        jobs: int,
    ) -> None:
        self._root = root
        self._snapshot = snapshot
        self._store = store
        self._config = config
        self._tags = tags
        self._uv = uv
        self._jobs = jobs

    def names(self, workspace: Workspace) -> Workspace:
        """Ask for the packages whose very name is unknown: without it nothing can be chosen."""
        return self._complete(workspace, [key for key, package in workspace.packages.items() if not package.name])

    def closure(self, workspace: Workspace, names: Iterable[str]) -> Workspace:
        """Ask for the packages called *names* and all siblings that they need, as far as that is unknown."""
        todo, seen = set(names), set[str]()
        while todo := {name for name in todo if name in workspace.packages} - seen:
            workspace = self._complete(
                workspace, [name for name in sorted(todo) if workspace.packages[name].unknown & WANTED]
            )
            seen |= todo
            todo = {
                sibling.name
                for name in todo
                if name in workspace.packages
                for sibling, _ in workspace.siblings(workspace.packages[name])
            }
        return workspace

    def _complete(self, workspace: Workspace, keys: Sequence[str]) -> Workspace:
        if not keys:
            return workspace
        packages, broken = dict(workspace.packages), list(workspace.broken)
        answers = {key: self._answer(packages[key]) for key in keys}
        if missing := [key for key in keys if not answers[key].exists()]:
            self._ask([packages[key] for key in missing], {key: answers[key] for key in missing})
        called: dict[str, list[Package]] = {}
        for key in keys:
            package = packages.pop(key)
            told = None
            if answers[key].exists():
                try:
                    told = with_metadata(package, answers[key].read_bytes())
                except (ValueError, TypeError) as problem:
                    answers[key].unlink()
                    write_atomically(answers[key].with_suffix(".error"), f"it tells {problem}".encode())
            if told is not None:
                called.setdefault(told.name, []).append(told)
            else:
                error = answers[key].with_suffix(".error")
                why = error.read_text() if error.exists() else "its backend gave no answer"
                error.unlink(missing_ok=True)  # whatever the reason was, it is asked again
                what = ", ".join(sorted(package.unknown & WANTED))
                broken.append(
                    Broken(
                        package.name or package.directory,
                        (package.directory,),
                        f"{package.described_by}: only its build backend can tell its {what}, and that failed: {why}",
                        f"the log is {self._store.root.name}/logs/metadata/{_slug(key)}.log",
                    )
                )
        for name, same in called.items():
            if name in packages:
                same.insert(0, packages.pop(name))
            if len(same) == 1:
                packages[name] = same[0]
            else:
                broken.append(namesakes(name, same))
        return Workspace(packages, tuple(broken))

    def _answer(self, package: Package) -> Path:
        """Where the answer for the present source is kept."""
        history = asks_git(package)
        digest = digest_of(
            package.name,
            self._snapshot.digest(package.directory, package.outside),
            [self._snapshot.commit, sorted(self._tags.items()), self._snapshot.tree] if history else [],
        )
        return self._store.folder("metadata", digest[:32]) / f"{_slug(package.name or package.directory)}.metadata"

    def _ask(self, packages: Sequence[Package], answers: Mapping[str, Path]) -> None:
        """Run the worker in a virtualenv with the tools of build-sdist, in an environment without credentials."""
        processes = Processes()
        environ = without_credentials(os.environ, self._config.credentials, self._config.pass_environment)
        with scratch("home-") as home, tempfile.TemporaryDirectory(dir=self._store.folder("tmp")) as folder:
            installer = Installer(self._uv, for_installer(environ, home))
            locks = toolchain.files(Stage.BUILD_SDIST, self._config.installer)
            tools = build_environment(toolchain.pins(locks), installer, self._store, processes)
            order = MetadataOrder(
                self._root,
                tuple(packages),
                Path(folder),
                tuple(package.name or package.directory for package in packages if asks_git(package)),
                self._snapshot.prefix,
                self._snapshot.toplevel,
                self._snapshot.git_dir,
                self._snapshot.commit,
                self._snapshot.epoch,
                self._snapshot.tree,
                self._config,
                self._uv,
                self._jobs,
            )
            path = Path(folder, "order.json")
            path.write_text(to_json(order))
            command = [str(tools.python), "-I", worker.__file__, "metadata", str(path)]
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
            if done.returncode == Exit.INTERRUPTED:
                raise KeyboardInterrupt
            if done.returncode:
                raise Blocked(f"asking build backends failed: {last_line(done.stderr)}", "run the command again")
            for key, answer in answers.items():
                for suffix in (".metadata", ".error"):
                    found = Path(folder, f"{_slug(key)}{suffix}")
                    if found.exists():
                        write_atomically(answer.with_suffix(suffix), found.read_bytes())


def _slug(key: str) -> str:
    return key.replace("/", "_")


def with_metadata(package: Package, content: bytes) -> Package:
    """Return *package* with what a backend's METADATA says (PyPA specification "Core metadata")."""
    message = BytesParser(policy=compat32).parsebytes(content)
    requires, extras = (
        [],
        {canonicalize_name(str(extra)): list[str]() for extra in message.get_all("Provides-Extra", [])},
    )
    for text in message.get_all("Requires-Dist", []):
        requirement = Requirement(str(text))
        of = [extra for extra in extras if requirement.marker and "extra" in str(requirement.marker)
              and requirement.marker.evaluate({"extra": extra})]  # fmt: skip
        for extra in of:
            extras[extra].append(str(requirement))
        if not of and "extra" not in str(requirement.marker or ""):
            requires.append(str(requirement))
    return replace(
        package,
        name=canonicalize_name(str(message["Name"])),
        version=str(Version(str(message["Version"]))),
        requires=tuple(requires),
        extras={extra: tuple(of) for extra, of in extras.items()},
        requires_python=str(message["Requires-Python"] or ""),
        private=package.private
        or any(str(item).startswith("Private ::") for item in message.get_all("Classifier", [])),
        unknown=frozenset(),
    )
