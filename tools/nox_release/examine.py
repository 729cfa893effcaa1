"""``worker.py accept``: looks at files side by side, and tells each verdict in the order of the files."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from nox_release.acceptance import accept, accepted, load, unread
from nox_release.errors import Blocked, Exit
from nox_release.filelist import files_of
from nox_release.forks import forked
from nox_release.printing import mute
from nox_release.report.answers import WRITERS, Answer, State

PATIENCE = 60.0
"""Seconds that one file may take; the largest that PyPI takes need a few."""
MEMORY = 1 << 30
"""Bytes of address space of the process that looks at a file."""


def main(arguments: Sequence[str]) -> int:
    """Look at the files that *arguments* name, behind the format: 0 when PyPI would take all of them, else 1."""
    form, *named = arguments
    files = files_of(named)
    os.environ["DOCUTILSCONFIG"] = os.devnull  # a docutils.conf of this machine is not PyPI's
    tally: Counter[State] = Counter()
    jobs = min(os.cpu_count() or 1, len(files))
    if len(files) > jobs:
        load()  # once, and shared, instead of in each fork
    try:
        for piece in WRITERS[form](_counted(forked(look, files, jobs, _lost, _limit), tally)):
            sys.stdout.write(piece)
            sys.stdout.flush()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # nobody reads on
        mute(sys.stdout)
        return 1
    return 0 if set(tally) == {State.ACCEPTED} else 1


def look(file: str) -> Answer:
    """Look at one file; whatever is in it, an answer comes, and soon."""
    try:
        with _deadline(PATIENCE):
            verdict = accept(Path(file))
            unknown = accepted(verdict) and unread(verdict)
            return Answer(file, verdict.findings, "not all of it was looked at" if unknown else "")
    except Blocked as error:
        return Answer(file, problem=error.message)
    except _Overdue:
        return Answer(file, problem=f"it takes more than {PATIENCE:.0f} seconds to look at")
    except MemoryError:
        return Answer(file, problem="it takes too much memory to look at")
    except Exception as error:  # one file's trouble is not the others'
        return Answer(file, problem=f"something that was not expected: {type(error).__name__}: {error}")


def _lost(file: str) -> Answer:
    return Answer(file, problem="the process that looked at it was ended by the system")


def _limit() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most), most))


def _counted(answers: Iterable[Answer], tally: Counter[State]) -> Iterator[Answer]:
    for answer in answers:
        tally[answer.state] += 1
        yield answer


class _Overdue(BaseException):
    """No Exception: what looks at a file may catch those."""


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    def overdue(_signal: int, _frame: FrameType | None) -> None:
        raise _Overdue

    before = signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
