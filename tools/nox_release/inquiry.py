"""Has a worker with the pinned tools of publish look at something, and returns its answer."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from nox_release import worker
from nox_release.errors import Blocked
from nox_release.evidence import Store, write_atomically
from nox_release.process import Processes
from nox_release.record import from_json, to_json
from nox_release.toolbox import toolbox

T = TypeVar("T")
LIMIT = 600.0
"""Seconds that a look may take."""


class Inquire(Protocol):
    """Ask a worker; :func:`inquire` is the real door, tests hand in a fake."""

    def __call__(
        self,
        kind: str,
        order: Callable[[Path], object],
        answer: type[T],
        store: Store,
        environ: Mapping[str, str] = os.environ,
    ) -> T:
        """Return the answer.

        :param kind: ``preflight``, ``survey`` or ``gate``.
        :param order: makes the order from the path of the file for its answer.
        :raises Blocked: where no answer came.
        """
        ...


def inquire(
    kind: str,
    order: Callable[[Path], object],
    answer: type[T],
    store: Store,
    environ: Mapping[str, str] = os.environ,
) -> T:
    """See :class:`Inquire`."""
    path = store.folder("tmp") / f"{kind}-{uuid.uuid4().hex}.json"
    reply = path.with_suffix(".answer")
    write_atomically(path, to_json(order(reply)).encode())
    try:
        # It looks for credentials, so it has the whole environment; it runs no code of any package.
        environ = {name: text for name, text in environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        python = toolbox("publish", environ)
        done = Processes()(
            [python, "-I", worker.__file__, kind, path], cwd=store.root.parent, env=environ, timeout=LIMIT
        )
        if not reply.is_file():
            said = done.output.strip().splitlines()[-1:] or [f"its worker ended with {done.code}"]
            raise Blocked(f"the {kind} could not look: {said[0]}; nothing was uploaded", "run the command again")
        return from_json(answer, reply.read_bytes())
    finally:
        path.unlink(missing_ok=True)
        reply.unlink(missing_ok=True)
