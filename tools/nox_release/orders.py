"""The worker's main: reads the order that a session left for it, and has it carried out."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from nox_release import answering
from nox_release.bench import work
from nox_release.environment import sweep_scratch
from nox_release.errors import Exit
from nox_release.process import Processes
from nox_release.record import from_json
from nox_release.work import GateOrder, MetadataOrder, Order, PrefixOrder, PreflightOrder, SurveyOrder

KINDS: Mapping[str, Callable[[bytes, Processes], None]] = {
    "stage": lambda content, processes: work(from_json(Order, content), processes),
    "metadata": lambda content, processes: answering.tell_metadata(from_json(MetadataOrder, content), processes),
    "prefixes": lambda content, processes: answering.prove_prefixes(from_json(PrefixOrder, content), processes),
    "preflight": lambda content, _: answering.look_before(from_json(PreflightOrder, content)),
    "survey": lambda content, _: answering.look_at_index(from_json(SurveyOrder, content)),
    "gate": lambda content, _: answering.look_at_gate(from_json(GateOrder, content)),
}
"""What can be asked for → what carries it out."""

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What asks a worker to end, beside Ctrl-C: nox, a CI, and a terminal that is closed."""


def main(arguments: Sequence[str]) -> int:
    """Carry out the order in the file that *arguments* name; 0 when all that was asked has been recorded."""
    kind, path = arguments
    content = Path(path).read_bytes()
    os.umask(0o022)  # modes of files end up in archives
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) has it
            signal.signal(number, _interrupt)
    warnings.simplefilter("ignore")  # those of build backends; what matters is a finding, the rest is noise here
    sweep_scratch()
    processes = Processes()
    try:
        KINDS[kind](content, processes)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    finally:
        processes.stop()
    return 0


def _interrupt(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a shell that ends says it twice, and what is begun has to be ended whole
    raise KeyboardInterrupt
