"""A worker in the process of the test, and what it is asked for."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uv import find_uv_bin

from nox_release import orders
from nox_release.arguments import Arguments
from nox_release.chain import Chain
from nox_release.proven import Machine
from nox_release.record import to_json

MACHINE = Machine(find_uv_bin(), "an interpreter")


@contextmanager
def chain(root: Path, *targets: str) -> Iterator[Chain]:
    """A command that is closed afterwards."""
    made = Chain(root, Arguments(targets), 0.0)
    try:
        yield made
    finally:
        made.close()


def carry_out(kind: str, order: object, folder: Path) -> int:
    """Have a worker carry out *order*, which is handed over in *folder*; what it changes for its process is undone."""
    path = folder / "order.json"
    path.write_text(to_json(order))
    umask, handlers = os.umask(0o022), {number: signal.getsignal(number) for number in orders.ENDING}
    try:
        with warnings.catch_warnings():
            return orders.main([kind, str(path)])
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.umask(umask)
