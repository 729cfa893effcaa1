"""The tag of a release: where it is, where it has to be, and how it gets there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nox_release.errors import Blocked
from nox_release.source import Git

_PUSH = 600.0
"""Seconds; what receives a tag may run checks of its own on it."""


@dataclass(frozen=True)
class Tagged:
    """What is known of one tag."""

    name: str
    wanted: str
    """The commit that was built."""
    local: str = ""
    """The commit that it names here; empty: there is no such tag."""
    remote: str = ""
    """The same on the remote."""

    @property
    def conflict(self) -> str:
        """Why it cannot be set; empty where it can, or is."""
        for where, commit in (("here", self.local), ("on the remote", self.remote)):
            if commit and commit != self.wanted:
                return f"{self.name} is tagged {where} at {commit[:12]}, and {self.wanted[:12]} was built"
        return ""

    @property
    def to_create(self) -> bool:
        """Whether it has to be made here."""
        return not self.local and not self.conflict

    @property
    def to_push(self) -> bool:
        """Whether it has to go to the remote."""
        return not self.remote and not self.conflict


@dataclass(frozen=True)
class Tags:
    """The door to the tags of a checkout and of its remote."""

    git: Git
    remote: str

    def look(self, name: str, commit: str) -> Tagged:
        """Return what is known of the tag *name* that has to be at *commit*.

        :raises Blocked: where the remote cannot be asked.
        """
        (found,) = self.look_at([name], commit)
        return found

    def look_at(self, names: Sequence[str], commit: str) -> list[Tagged]:
        """Return what is known of several tags; the remote, which may be far away, is asked once.

        :raises Blocked: where the remote cannot be asked.
        """
        refs = [f"refs/tags/{name}{suffix}" for name in names for suffix in ("", "^{}")]
        local, remote = self.git.tags(), self._ask(*refs)
        return [Tagged(name, commit, local.get(name, ""), remote.get(name, "")) for name in names]

    def on_remote(self) -> dict[str, str]:
        """Return every tag of the remote → the commit that it names: one question for all of them.

        :raises Blocked: where the remote cannot be asked.
        """
        return self._ask("refs/tags/*")

    def _ask(self, *patterns: str) -> dict[str, str]:
        try:
            refs = self.git.ls_remote(self.remote, *patterns)
        except Blocked as error:
            raise Blocked(
                f"the tags of {self.remote} cannot be read: {error.message}",
                f"see that `git ls-remote {self.remote}` works, then run the command again",
            ) from None
        found: dict[str, str] = {}
        for name, commit in refs.items():
            # An annotated tag is an object of its own; the line with ^{}, which follows, names the commit.
            found[name.removeprefix("refs/tags/").removesuffix("^{}")] = commit
        return found

    def set(self, tag: Tagged, message: str) -> None:
        """Make the tag, annotated, and push it; what is there already is left alone.

        It is signed where git is set so (``tag.gpgSign``).

        :raises Blocked: where it is elsewhere, or git refuses.
        """
        if tag.conflict:
            raise Blocked(tag.conflict, "somebody released this version from another commit: see which is right")
        if tag.to_create:
            try:
                self.git("tag", "--annotate", "--message", message, tag.name, tag.wanted)
            except Blocked as error:
                raise Blocked(
                    f"everything is published, and {tag.name} could not be set: {error.message}",
                    "a git that was killed leaves a .lock file behind: mend what git says, then run the command again",
                ) from None
        if tag.to_push:
            try:
                ref = f"refs/tags/{tag.name}:refs/tags/{tag.name}"
                self.git("push", "--quiet", "--no-verify", self.remote, ref, patience=_PUSH)
            except Blocked as error:
                raise Blocked(
                    f"{tag.name} is set here, and could not be pushed to {self.remote}: {error.message}",
                    f"run the command again, or: git push {self.remote} {tag.name}",
                ) from None
