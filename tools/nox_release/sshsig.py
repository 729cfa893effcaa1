"""The door to SSH signatures: ``ssh-keygen -Y sign`` and ``-Y verify`` (OpenSSH 8.2 and later)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nox_release.errors import Blocked
from nox_release.process import Completed, Run


@dataclass(frozen=True)
class Signatures:
    """Signs files and verifies signatures of files, in one namespace.

    A signature lies beside its file, under its name with ``.sig`` behind it, as ssh-keygen writes it.
    """

    run: Run
    environ: Mapping[str, str]
    """What ssh-keygen is started with; it may need the user's agent."""
    namespace: str

    def sign(self, path: Path, key: Path, signature: Path) -> None:
        """Sign the file at *path* with a private key, or with the agent's where *key* is a public one.

        :raises Blocked: where that fails; nothing is left at *signature* then.
        """
        made = path.with_name(f"{path.name}.sig")
        made.unlink(missing_ok=True)
        done = self._keygen("sign", "-f", key, path, cwd=path.parent)
        if done.code or not made.is_file():
            raise Blocked(
                f"{path} could not be signed with {key}: {_said(done)}",
                "name a private key that needs no passphrase here, or a public key whose private part the agent has",
            )
        if made != signature:
            shutil.move(made, signature)

    def signer(self, path: Path, signature: Path, allowed: Path) -> str:
        """Return the principal of *allowed* that signed the file at *path*; empty where no allowed one did.

        :param allowed: an allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS).
        :raises Blocked: where ssh-keygen is not there.
        """
        found = self._keygen("find-principals", "-s", signature, "-f", allowed, cwd=path.parent, namespace=False)
        if found.absent:
            raise Blocked("ssh-keygen is not installed", "install the OpenSSH client, 8.2 or newer")
        if found.code:
            return ""
        for principal in found.output.splitlines():
            # Only this looks at the bytes, the namespace, and how long the key is valid.
            done = self._keygen("verify", "-s", signature, "-f", allowed, "-I", principal, cwd=path.parent, stdin=path)
            if not done.code:
                return principal
        return ""

    def _keygen(
        self, action: str, *options: str | Path, cwd: Path, stdin: Path | None = None, namespace: bool = True
    ) -> Completed:
        name = ("-n", self.namespace) if namespace else ()
        # A relative path is meant from where the command was typed, not from the folder of what is signed.
        words = [option.absolute() if isinstance(option, Path) else option for option in options]
        return self.run(["ssh-keygen", "-Y", action, *name, *words], cwd=cwd, env=self.environ, timeout=60, stdin=stdin)


def _said(done: Completed) -> str:
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    return lines[-1] if lines else f"ssh-keygen ended with {done.code}"
