"""The door to the interpreters of this machine: every CPython on the PATH, of pyenv and of uv.

uv's are looked for where uv keeps them: asking ``uv python list`` starts every interpreter, each time anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nox_release.evidence import Store, write_atomically
from nox_release.matrix import OLDEST, Interpreter, newest
from nox_release.process import Run

_ASK = (
    "import platform, sysconfig;"
    "print(platform.python_implementation(), platform.python_version(), sysconfig.get_config_var('Py_GIL_DISABLED'))"
)
_NAMES = tuple(f"python3.{minor}" for minor in range(OLDEST[1], 40))


def find(environ: Mapping[str, str], own: Path, store: Store, run: Run) -> tuple[Interpreter, ...]:
    """Return the newest CPython of each minor version, the newest first.

    Each is asked once for its version; the answer is kept for as long as the file does not change.

    :param own: an interpreter that is there in any case: the one that runs this.
    """
    known_file = store.folder("interpreters") / "known.json"
    try:
        known: dict[str, str] = json.loads(known_file.read_bytes())
    except (FileNotFoundError, ValueError):
        known = {}
    keys = {path: _key(path) for path in _candidates(environ, own)}
    if asked := [path for path, key in keys.items() if key not in known]:
        with ThreadPoolExecutor() as pool:
            answers = pool.map(lambda path: _version(path, run, environ), asked)
            known.update({keys[path]: answer for path, answer in zip(asked, answers, strict=True)})
        write_atomically(known_file, json.dumps(known, indent=1, sort_keys=True).encode())
    return newest(Interpreter(known[key], str(path)) for path, key in keys.items() if known[key])


def _key(path: Path) -> str:
    status = path.stat()
    return f"{path} {status.st_mtime_ns} {status.st_size}"


def _candidates(environ: Mapping[str, str], own: Path) -> tuple[Path, ...]:
    """Programs that may be a CPython, each once, however many links lead to it."""
    found = [own, *_on_path(environ)]
    home = Path(environ.get("HOME", "/"))
    found += sorted(_pyenv(environ).glob("versions/*/bin/python"))
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    found += sorted(path for path in managed.glob("cpython-*/bin/python3.*") if path.name in _NAMES)
    # A virtualenv is a link too: what it was made of is what is meant.
    real = dict.fromkeys(path.resolve() for path in found)
    return tuple(path for path in real if path.is_file())


def _pyenv(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/"), ".pyenv"))


def _on_path(environ: Mapping[str, str]) -> Iterator[Path]:
    # pyenv's shims are scripts that start whatever is chosen just now; its versions are found by themselves.
    shims = _pyenv(environ) / "shims"
    for folder in dict.fromkeys(environ.get("PATH", os.defpath).split(os.pathsep)):
        if folder and Path(folder) != shims:
            # Asked one by one: /usr/bin has thousands of files.
            yield from (Path(path) for name in _NAMES if os.path.isfile(path := os.path.join(folder, name)))  # noqa: PTH113, PTH118  # as fast as can be


def _version(path: Path, run: Run, environ: Mapping[str, str]) -> str:
    """Ask one interpreter; empty where it is none that packages are tried on."""
    env = {name: value for name, value in environ.items() if not name.startswith("PYTHON")}
    done = run([path, "-I", "-c", _ASK], cwd=Path("/"), env=env, timeout=30)
    words = done.output.split()
    if done.code or len(words) != 3 or words[0] != "CPython" or words[2] == "1":
        return ""
    version = words[1].rstrip("+")  # built from a checkout between two releases
    return version if tuple(map(int, version.split(".")[:2])) >= OLDEST else ""
