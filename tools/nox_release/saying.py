"""What a command says: lines on its standard output, and why it stops on its standard error."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator

from nox_release.errors import Blocked, Exit
from nox_release.report.words import one_line


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what stops a command into its message and its exit code."""
    try:
        yield
    except Blocked as error:
        tell(error)
        raise SystemExit(error.exit_code) from None


def tell(error: Blocked) -> None:
    """Say on standard error what stopped a command, and what is next."""
    for line in f"nox-release: {error}".splitlines():
        print(one_line(line), file=sys.stderr, flush=True)


def screen() -> tuple[int, int]:
    """Columns and lines to say it on, 24 to 40 lines; without a terminal no line has to be cut: 0 columns."""
    if not sys.stdout.isatty():
        return 0, 40
    columns, lines = shutil.get_terminal_size()
    return columns, min(40, max(24, lines))


def say(lines: Iterable[str]) -> None:
    """Print *lines*, each made one line whatever a package put into it."""
    for line in lines:
        put(one_line(line))


def put(text: str) -> None:
    """Print *text* as it is.

    :raises SystemExit: where nobody reads on.
    :raises Blocked: where it cannot be written, as into a file on a full disk.
    """
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries again when it ends
        if isinstance(error, BrokenPipeError):  # whoever reads has seen enough, as head(1) has
            raise SystemExit(Exit.FAILED) from None
        raise Blocked(f"the output cannot be written: {error.strerror}") from None
