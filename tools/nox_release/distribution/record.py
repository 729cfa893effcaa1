"""A wheel's RECORD (PyPA specification "Recording installed projects") beside what the wheel holds."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Collection
from typing import NamedTuple

from nox_release.distribution.faults import MEMBERS, Beyond, Broken, Faults
from nox_release.distribution.model import FaultKind

ALGORITHMS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})
"""What the specification allows: sha256 or better."""


class Row(NamedTuple):
    """What RECORD says of a file."""

    digest: str
    """``algorithm=value``; may be empty."""
    size: str


class Record:
    """The rows of a RECORD, by path."""

    def __init__(self, content: bytes, folder: str, faults: Faults) -> None:
        """Parse the content of the RECORD in *folder*.

        :raises Broken: if it cannot be read as PyPI reads it.
        :raises Beyond: if it lists more than a wheel may hold.
        """
        self._faults = faults
        self._rows: dict[str, Row] = {}
        self._signatures = {f"{folder}/RECORD.jws", f"{folder}/RECORD.p7s"}
        self._self = f"{folder}/RECORD"
        try:
            for count, row in enumerate(csv.reader(io.StringIO(content.decode()))):
                path, digest, size = (*row, "", "", "")[:3]
                self._rows[path.replace("\\", "/")] = Row(digest, size)
                if count > 2 * MEMBERS:
                    raise Beyond("it has more rows than are looked at")
            if self._rows.pop("", None):
                faults.add(FaultKind.RECORD_FILES, self._self, "it has an empty line")
        except UnicodeDecodeError:
            raise Broken("it is no UTF-8") from None
        except csv.Error as error:
            raise Broken(f"it is no CSV: {error}") from None

    def compare(self, files: Collection[str]) -> None:
        """Note which of *files* it does not list, and what it lists that is none of them."""
        present = set(files) - self._signatures
        for path in sorted(present - self._rows.keys()):
            self._faults.add(FaultKind.RECORD_FILES, path, "the wheel has it, RECORD does not list it")
        for path in sorted(self._rows.keys() - present):
            self._faults.add(FaultKind.RECORD_FILES, path, "RECORD lists it, the wheel does not have it")

    def begin(self, path: str) -> hashlib._Hash | None:
        """Return what digests the content of *path* as RECORD does; None where it cannot be compared."""
        if path not in self._rows or path == self._self or path in self._signatures:
            return None
        algorithm = self._rows[path].digest.partition("=")[0]
        if algorithm not in ALGORITHMS:
            message = f"RECORD gives a digest by {algorithm}" if algorithm else "RECORD gives no digest of it"
            self._faults.add(FaultKind.RECORD_DIGESTS, path, message)
            return None
        return hashlib.new(algorithm)

    def end(self, path: str, digest: hashlib._Hash, size: int) -> None:
        """Note where the digest or the size of *path* is not what RECORD says."""
        stated = self._rows[path]
        actual = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        if stated.digest.partition("=")[2] != actual:
            self._faults.add(FaultKind.RECORD_DIGESTS, path, f"RECORD says {stated.digest}, its digest is {actual}")
        elif stated.size not in ("", str(size)):
            self._faults.add(FaultKind.RECORD_DIGESTS, path, f"RECORD says {stated.size} bytes, it has {size}")
