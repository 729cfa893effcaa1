"""Programs that tests start, from PyPI, each dependency group of them in a virtualenv of its own."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[2]


@functools.cache
def program(name: str, group: str = "servers") -> Path:
    """Return the program *name* of one of the packages that a dependency group of pyproject.toml pins.

    The virtualenv is made on the first use, once for each set of pins and interpreter, however many tests ask for it
    at once; it lies beside nox's own.
    """
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"][group]
    key = hashlib.sha256(f"{pins} {sys.version} {sys.base_prefix}".encode()).hexdigest()[:12]
    folder = ROOT / ".nox" / f"{group}-{key}"
    whole = folder / "whole"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            uv = find_uv_bin()
            for command in (
                [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
                [uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python"), *pins],
            ):
                subprocess.run(command, check=True, timeout=300)
            whole.touch()
    return folder / "bin" / name
