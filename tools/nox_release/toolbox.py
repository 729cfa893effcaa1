"""The virtualenv of a command's pinned tools, made once, in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

LOCKS = Path(__file__).parent / "toolchain"


class Fill(Protocol):
    """Make a virtualenv with what a lock file pins; :func:`install` is the real one, tests hand in a fake."""

    def __call__(self, root: Path, lock: Path, environ: Mapping[str, str]) -> None:
        """Make it at *root*, where nothing is.

        :raises Blocked: if that fails.
        """
        ...


def toolbox(name: str, environ: Mapping[str, str], fill: Fill | None = None) -> Path:
    """Return the interpreter of a virtualenv that holds exactly the tools pinned in ``toolchain/NAME.txt``.

    There is one for each set of pins and interpreter. It is filled under a lock and marked when it is whole, so two
    commands at once make one, and a killed one leaves nothing that counts.

    :raises Blocked: if it is not there and cannot be made.
    """
    lock, root = LOCKS / f"{name}.txt", _place(name, environ)
    python, whole = root / "bin" / "python", root / "whole"
    if ready(name, environ):
        return python
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with root.with_name(f"{root.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not (whole.exists() and python.exists()):
                shutil.rmtree(root, ignore_errors=True)
                (fill or install)(root, lock, environ)
                whole.touch()
    except OSError as error:
        from nox_release.errors import Blocked

        raise Blocked(
            f"the virtualenv of the pinned tools cannot be made in {root.parent}: {error.strerror or error}",
            "set XDG_CACHE_HOME to a folder that can be written",
        ) from None
    return python


def ready(name: str, environ: Mapping[str, str]) -> bool:
    """Whether it is there, and whole."""
    root = _place(name, environ)
    return (root / "whole").exists() and (root / "bin" / "python").exists()


def _place(name: str, environ: Mapping[str, str]) -> Path:
    """Where it is, or will be."""
    interpreter = f"{sys.implementation.cache_tag} {sys.version} {sys.base_prefix}"
    key = hashlib.sha256((LOCKS / f"{name}.txt").read_bytes() + interpreter.encode()).hexdigest()[:16]
    return cache(environ) / f"{name}-{key}"


def cache(environ: Mapping[str, str]) -> Path:
    """Where such virtualenvs are: ``$XDG_CACHE_HOME/nox-release``."""
    folder = environ.get("XDG_CACHE_HOME", "")
    # The specification has relative ones ignored.
    return (Path(folder) if Path(folder).is_absolute() else Path.home() / ".cache") / "nox-release"


def install(root: Path, lock: Path, environ: Mapping[str, str]) -> None:
    """Make it with uv, or with virtualenv and pip where there is no uv."""
    # Needed once in the life of a virtualenv, and a tenth of a second to import.
    from nox_release import toolchain
    from nox_release.complaints import complaint
    from nox_release.environment import Installer, find_uv
    from nox_release.errors import Blocked
    from nox_release.process import Processes

    kept = {name: value for name, value in environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    installer = Installer(find_uv(), {**kept, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"})
    run = Processes()
    pins = toolchain.pins((lock,))
    venv = installer.create(root, run)
    done = installer.install(venv, pins, run, dependencies=False)
    if done.code:
        raise Blocked(
            f"the pinned tools that decide a verdict cannot be installed: {complaint(done.output)}",
            "they are fetched once, from the package index that uv or pip is configured for; connect, and try again",
        )
