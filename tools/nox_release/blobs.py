"""Reads the contents of files from git."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from nox_release.errors import Blocked


class Blobs:
    """The blobs of one checkout, read through one ``git cat-file`` process."""

    def __init__(self, root: Path, environ: Callable[[], Mapping[str, str]]) -> None:
        """Read where *root* is a folder of the checkout; *environ* tells what git has to know of object stores."""
        self._root = root
        self._environ = environ
        self._batch: subprocess.Popen[bytes] | None = None
        self._known: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def read(self, oid: str) -> bytes:
        """Return the bytes of a blob.

        :raises Blocked: where git does not have it.
        """
        if (known := self._known.get(oid)) is not None:
            return known
        with self._lock:
            if self._batch is None:
                self._batch = subprocess.Popen(
                    ["git", "cat-file", "--batch"],
                    cwd=self._root,
                    env={**os.environ, **self._environ()},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            assert self._batch.stdin is not None and self._batch.stdout is not None
            self._batch.stdin.write(f"{oid}\n".encode())
            self._batch.stdin.flush()
            head = self._batch.stdout.readline().split()
            if len(head) != 3:
                raise Blocked(f"git has no object {oid}", "git fsck tells what the repository has lost")
            content = self._batch.stdout.read(int(head[2]))
            self._batch.stdout.read(1)
            return content

    def prefetch(self, oids: Iterable[str]) -> None:
        """Read many blobs at once; then they are known. One by one, a thousand take a second."""
        wanted = list(dict.fromkeys(oids))
        done = subprocess.run(
            ["git", "cat-file", "--batch"],
            cwd=self._root,
            env={**os.environ, **self._environ()},
            input="".join(f"{oid}\n" for oid in wanted).encode(),
            capture_output=True,
            check=False,
        )
        place = 0
        for oid in wanted:
            end = done.stdout.find(b"\n", place)
            head = done.stdout[place:end].split()
            if len(head) != 3:  # not there: read() will say so
                place = end + 1
                continue
            size = int(head[2])
            self._known[oid] = done.stdout[end + 1 : end + 1 + size]
            place = end + size + 2

    def close(self) -> None:
        """End the process that reads blobs."""
        if self._batch is not None:
            batch, self._batch = self._batch, None
            assert batch.stdin is not None and batch.stdout is not None
            batch.stdin.close()
            batch.stdout.close()
            batch.wait()
