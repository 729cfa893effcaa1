"""A pool of forks of this process: what is imported is shared, and one that dies takes its item with it only."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 32
"""Items that are begun before the first unfinished one is done, for each job: results wait for their turn."""


def forked(
    function: Callable[[T], R], items: Sequence[T], jobs: int, lost: Callable[[T], R], prepare: Callable[[], None]
) -> Iterator[R]:
    """Yield the result of *function* for each of *items*, in their order, working on *jobs* of them at a time.

    The process must have no threads. Its forks end when it does, however it ends.

    :param lost: the result for an item whose process ended before it had one.
    :param prepare: called in each fork before its first item.
    """
    gc.collect()
    gc.freeze()  # else every collection in a fork would write to the memory that they share
    workers: list[_Worker[T]] = []
    results: dict[int, R] = {}
    begun = 0
    try:
        for turn in range(len(items)):
            while turn not in results:
                while begun < len(items) and begun < turn + AHEAD * jobs and (begun - turn) - len(results) < jobs:
                    idle = next((worker for worker in workers if worker.index is None), None)
                    if idle is None:
                        idle = _Worker(function, prepare, workers)
                        workers.append(idle)
                    idle.begin(begun, items[begun])
                    begun += 1
                busy = {worker.answers: worker for worker in workers if worker.index is not None}
                for answers in select.select(list(busy), [], [])[0]:
                    worker = busy[answers]
                    index, worker.index = worker.index, None
                    assert index is not None
                    try:
                        results[index] = pickle.load(answers)  # noqa: S301  # from a fork of our own
                    except (EOFError, pickle.UnpicklingError):
                        results[index] = lost(items[index])
                        workers.remove(worker)
                        worker.stop()
            yield results.pop(turn)
    finally:
        for worker in workers:
            worker.stop()
        gc.unfreeze()


class _Worker(Generic[T]):
    """One fork, and what it is working on."""

    def __init__(self, function: Callable[[T], object], prepare: Callable[[], None], others: Sequence[_Worker[T]]):
        wanted, want = os.pipe()
        answer, answered = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(want)
            os.close(answer)
            for other in others:  # else it would not end while this one runs
                os.close(other.requests.fileno())
                os.close(other.answers.fileno())
            _serve(function, prepare, os.fdopen(wanted, "rb"), os.fdopen(answered, "wb"))
        os.close(wanted)
        os.close(answered)
        self.requests: BinaryIO = os.fdopen(want, "wb")
        self.answers: BinaryIO = os.fdopen(answer, "rb")
        self.index: int | None = None

    def begin(self, index: int, item: T) -> None:
        self.index = index
        with suppress(BrokenPipeError):  # it died; reading its answer tells
            pickle.dump(item, self.requests)
            self.requests.flush()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        with suppress(BrokenPipeError):
            self.requests.close()
        self.answers.close()


def _serve(function: Callable[[T], object], prepare: Callable[[], None], wanted: BinaryIO, answered: BinaryIO) -> None:
    """Work until nothing more is wanted; never returns into the code of the parent."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent tells of an interrupt
        prepare()
        while True:
            result = function(pickle.load(wanted))  # noqa: S301  # from our parent
            pickle.dump(result, answered)
            answered.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)
    finally:
        os._exit(1)
