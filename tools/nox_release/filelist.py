"""The files that a command line names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from nox_release.errors import Misuse

ENDINGS = (".tar.gz", ".whl", ".zip")
"""Of the files that a folder stands for: those that twine would upload."""


def files_of(named: Iterable[str]) -> list[str]:
    """Return files as they are *named*, and of a folder the distributions directly in it, by name.

    :raises Misuse: for what is not there, and for a folder without any.
    """
    files = []
    for path in named:
        if Path(path).is_dir():
            inside = sorted(name for name in os.listdir(path) if name.endswith(ENDINGS))  # noqa: PTH208  # strings
            if not inside:
                raise Misuse(f"no {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} in the folder {path}", "name files")
            files += [str(Path(path, name)) for name in inside]
        elif not os.path.lexists(path):
            raise Misuse(f"there is no file {path}", "name an sdist or a wheel, or a folder of them")
        else:
            files.append(path)
    return files
