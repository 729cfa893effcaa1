"""What a command says: lines on its standard output, and why it stops on its standard error."""

from __future__ import annotations

import contextlib
import errno
import shutil
import sys
from collections.abc import Iterable, Iterator

from nox_release.errors import Blocked, Exit
from nox_release.printing import put
from nox_release.report.words import one_line

_DISK = frozenset({errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.EISDIR, errno.ENOSPC, errno.ENOTDIR, errno.EROFS})
"""What a disk may answer to whoever writes on it: a user can cause it, and mend it."""


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what stops a command into its message and its exit code."""
    try:
        yield
    except Blocked as error:
        tell(error)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        if error.errno not in _DISK:
            raise
        where, mend = error.filename or "a file", "make room, or way, for it; then type the same command again"
        tell(Blocked(f"{where}: {error.strerror}", mend))
        raise SystemExit(Exit.FAILED) from None


def tell(error: Blocked) -> None:
    """Say on standard error what stopped a command, and what is next."""
    with contextlib.suppress(Blocked):  # then nobody can be told
        for line in f"nox-release: {error}".splitlines():
            put(one_line(line), sys.stderr)


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
