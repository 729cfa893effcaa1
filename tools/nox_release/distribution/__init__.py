"""A file as it would be sent to an index, looked at byte by byte: nothing is unpacked, written or trusted."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from nox_release.distribution.faults import Faults
from nox_release.distribution.model import Distribution, Fault, FaultKind
from nox_release.distribution.tarred import read_tar
from nox_release.distribution.zipped import read_zip
from nox_release.errors import Blocked

__all__ = ["Distribution", "Fault", "FaultKind", "inspect"]


def inspect(path: Path) -> Distribution:
    """Look at the file *path* as an archive of the form that its name claims.

    No content of the file makes it raise, and time and memory are bounded whatever the file claims.

    :raises Blocked: if the file cannot be opened or read.
    """
    faults = Faults(path.name)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if path.name.endswith(".tar.gz"):
                found = read_tar(file, path, size, faults)
            elif path.name.endswith((".whl", ".zip")):
                found = read_zip(file, path, size, faults)
            else:
                found = Distribution(path.name, size, None)
    except OSError as error:
        raise Blocked(f"{path} cannot be read: {error.strerror or error}") from None
    return replace(found, faults=faults.all())
