"""Shows prepared changes, asks, writes them all or none, and commits them on request: the end of `nox -s prepare`."""

from __future__ import annotations

import difflib
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from nox_release.arguments import Arguments
from nox_release.chain import Chain
from nox_release.errors import Blocked, Misuse
from nox_release.evidence import write_atomically
from nox_release.prepare.bumping import wanted
from nox_release.prepare.collecting import Changes
from nox_release.prepare.preparing import Preparation, Prepared, Target
from nox_release.prepare.suggesting import suggestions
from nox_release.process import Processes, Run
from nox_release.wording import number


@dataclass(frozen=True)
class Prepare:
    """One command."""

    chain: Chain
    say: Callable[[Iterable[str]], None]
    read: Callable[[str], str] = input
    """Shows a prompt and returns what was typed."""
    terminal: Callable[[], bool] = sys.stdin.isatty
    """Whether a person can be asked."""
    run: Run = field(default_factory=Processes)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def __call__(self) -> None:
        """Do what the command line says.

        :raises Blocked: where it cannot be done; then nothing is changed.
        """
        arguments, chain = self.chain.arguments, self.chain
        bump = wanted(arguments.bump) if arguments.bump else None
        preparation = Preparation(chain, _day(arguments, chain.started), self.run, self.environ)
        if bump is None and not arguments.next:
            if arguments.yes or arguments.commit:  # such as --bump "$STEP" where nobody set it
                raise Misuse("nothing says which version is to be written", "add --bump STEP, or --next")
            self.say(suggestions(preparation))
            return
        prepared = preparation.prepare(bump, following=arguments.next)
        before = {path: _content(chain.root / path) for path in prepared.changes}
        self.say(_step(target) for target in prepared.targets)
        self.say(prepared.idle)
        self.say(difference(prepared.changes, before))
        self.say(f"note: {note}" for note in prepared.notes)
        if not prepared.changes:
            self.say(["nothing is to be changed"])
            return
        files = number(len(prepared.changes), "file")
        self._ask(files)
        undo = write(chain.root, prepared.changes, before)
        made = ""
        if arguments.commit:
            try:
                made = commit(chain, prepared, message(prepared, following=arguments.next))
            except BaseException as error:
                undo()
                if isinstance(error, Blocked):
                    hint = "everything was put back; mend that, or leave --commit out and commit by hand"
                    raise Blocked(error.message, hint) from None
                raise
        self.say([f"wrote {files}", *([f"committed as {made[:12]}"] if made else [])])
        if not arguments.next:
            first = "" if arguments.commit else "commit it, then "
            self.say([f"next: {first}nox -s publish -- {shlex.join(arguments.targets)}"])

    def _ask(self, files: str) -> None:
        if self.chain.arguments.yes:
            return
        if not self.terminal():
            raise Blocked("nobody is there to ask, so nothing was written", "add --yes to have the above written")
        try:
            typed = self.read(f"write {files}? [y/N] ")
        except EOFError:
            typed = ""
        if typed.strip().lower() not in ("y", "yes"):
            raise Blocked("nothing was written", "answer y to have the above written")


def _step(target: Target) -> str:
    stays = target.current == target.version
    return f"{target.name} {target.current}{' is set already' if stays else f' -> {target.version}'}"


def _day(arguments: Arguments, started: float) -> date:
    text = arguments.date or time.strftime("%Y-%m-%d", time.localtime(started))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misuse(f"--date {text}: that is no day", "write it as 2026-11-25") from None


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def difference(changes: Changes, read: Mapping[str, bytes | None]) -> Iterator[str]:
    """Yield the lines of the unified diff of all files."""
    for path, data in changes.items():
        old, new = ((each or b"").decode(errors="replace").splitlines() for each in (read.get(path), data))
        if old == new:
            yield f"{path}: only its line ends change"
        names = (
            f"a/{path}" if read.get(path) is not None else "/dev/null",
            f"b/{path}" if data is not None else "/dev/null",
        )
        yield from difflib.unified_diff(old, new, *names, lineterm="")


def write(root: Path, changes: Changes, before: Changes) -> Callable[[], None]:
    """Write *changes* and return what takes them back; where one cannot be written, all is as it was.

    :param before: what the files held when the changes were made.
    :raises Blocked: where that happens, or somebody has been at the files since.
    """
    if touched := [path for path, data in before.items() if _content(root / path) != data]:
        raise Blocked(f"{', '.join(touched)} changed in the meantime; nothing was written", "run the command again")
    modes = {path: (root / path).stat().st_mode for path, data in before.items() if data is not None}

    def undo() -> None:
        _put(root, before, modes)

    try:
        _put(root, changes, modes)
    except BaseException as error:
        undo()
        if isinstance(error, OSError):
            raise Blocked(f"{error.filename} cannot be written: {error.strerror}; nothing was changed") from None
        raise
    return undo


def _put(root: Path, changes: Changes, modes: Mapping[str, int]) -> None:
    for path, data in changes.items():
        file = root / path
        if data is None:
            if file.is_file():
                file.unlink()
        elif _content(file) != data:
            write_atomically(file, data)
            file.chmod(modes.get(path, 0o644))


def commit(chain: Chain, prepared: Prepared, message: str) -> str:
    """Commit exactly the changed files and return the commit.

    :raises Blocked: where git refuses, as a hook may.
    """
    paths = tuple(prepared.changes)
    chain.git("add", "--", *paths)
    try:
        chain.git("commit", "--quiet", "--message", message, "--only", "--", *paths)
    except BaseException:
        chain.git("reset", "--quiet", "--", *paths)
        raise
    return chain.git("rev-parse", "HEAD").strip()


def message(prepared: Prepared, *, following: bool) -> str:
    """Return the message of the commit."""
    told = [f"{target.name} {target.version}" for target in prepared.targets]
    verb = "Open" if following else "Prepare"
    if len(told) == 1:
        return f"{verb} {told[0]}"
    return f"{verb} {len(told)} packages\n\n" + "\n".join(f"- {each}" for each in told)
