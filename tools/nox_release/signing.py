"""What can be signed here, without signing anything: tags by git, and approvals by ssh-keygen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from nox_release.checks.doctor import Keys
from nox_release.process import Completed
from nox_release.source import Git


class Ask(Protocol):
    """Run a program."""

    def __call__(self, *command: str) -> Completed:
        """Return how it ended."""
        ...


@dataclass(frozen=True)
class Signing:
    """The doors to git's settings, to gpg, ssh-keygen and the agent."""

    git: Git
    ask: Ask
    environ: Mapping[str, str]

    @cached_property
    def _settings(self) -> Mapping[str, str]:
        """What git is set to."""
        pairs = (entry.partition("\n") for entry in self.git("config", "--list", "-z").split("\0"))
        return {key: value for key, _, value in pairs}

    def problem(self) -> str:
        """Return why git cannot sign the tags that it is told to sign; empty where it can, or need not."""
        settings = self._settings
        if settings.get("tag.gpgsign", "false").lower() not in ("true", "yes", "on", "1", ""):
            return ""
        key, form = settings.get("user.signingkey", ""), settings.get("gpg.format", "openpgp")
        if form == "ssh":
            if not key and "gpg.ssh.defaultkeycommand" not in settings:
                return "git is to sign tags with an SSH key, and user.signingKey names none"
            stated = key.startswith(("key::", "ssh-", "ecdsa-", "sk-"))
            return "" if stated or not key or Path(key).expanduser().is_file() else f"there is no key at {key}"
        if form != "openpgp":
            return ""  # X.509: only its own program knows
        program = settings.get("gpg.openpgp.program") or settings.get("gpg.program", "gpg")
        done = self.ask(program, "--batch", "--with-colons", "--list-secret-keys", *([key] if key else []))
        if done.absent:
            return f"git is to sign tags with {program}, which is not installed"
        if done.code or not any(line.startswith("sec:") for line in done.output.splitlines()):
            return f"{program} has no secret key{f' {key}' if key else ''}"
        return ""

    def keys(self, file: str, text: str | None, needed: int) -> tuple[Keys, int]:
        """Return what approvals are signed with, and how many keys of this user may approve.

        :param text: the committed file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS); None: there is none.
        :param needed: how many have to sign.
        """
        probe = self.ask("ssh-keygen", "-Y", "verify")
        problem = "it is not installed" if probe.absent else ""
        if not problem and "option" in probe.output:  # of those that it knows, -Y is none
            problem = "it is too old to sign"
        lines = [line.split() for line in (text or "").splitlines() if not line.lstrip().startswith("#")]
        whole = [words for words in lines if len(words) > 2]
        known = {word for words in whole for word in words}
        own = tuple(dict.fromkeys(self._own()))
        mine = sum(key.split()[1] in known for key in own)
        signers = tuple(dict.fromkeys(words[0] for words in whole))
        return Keys(problem, file, text is not None, signers, needed, own, mine > 0), mine

    def _own(self) -> Iterator[str]:
        """Public keys: those of the agent, those beside the private ones, and the one that git signs with."""
        agent = self.ask("ssh-add", "-L")
        lines = agent.output.splitlines() if not agent.code else []
        stated = self._settings.get("user.signingkey", "")
        lines.append(stated.removeprefix("key::"))
        beside = Path(f"{stated.removesuffix('.pub')}.pub").expanduser()
        for path in (*sorted(Path(self.environ.get("HOME", "/"), ".ssh").glob("*.pub")), beside):
            try:
                lines += path.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                continue
        for line in lines:
            if len(words := line.split()) > 1 and "-" in words[0]:
                yield " ".join(words[:2])
