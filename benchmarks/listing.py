"""`nox -l` with the two lines of nox-release, against nox with one empty session."""

from __future__ import annotations

from functools import partial

from benchmarks.measure import NOX, alternate, complain, describe_machine, options, ratio, run, seconds, show
from benchmarks.workspaces import NOXFILE, temporary

EMPTY = '''\
import nox


@nox.session
def nothing(session):
    """Do nothing; without any session, nox -l fails."""
'''


def main() -> None:
    arguments = options(__doc__ or "", 15).parse_args()
    describe_machine()
    with temporary() as folder:
        for name, noxfile in (("empty", EMPTY), ("ours", NOXFILE)):
            (folder / name).mkdir()
            (folder / name / "noxfile.py").write_text(noxfile)
            run([*NOX, "-l"], folder / name)  # compiles what is not compiled yet
        ways = {name: partial(run, [*NOX, "-l"], folder / name) for name in ("empty", "ours")}
        runs = alternate(arguments.rounds, ways)
    rows = [
        seconds("nox -l, one empty session", runs["empty"]),
        seconds("nox -l, nox-release", runs["ours"]),
        ratio("ratio", runs["ours"], runs["empty"], "at most 1.3 x"),
    ]
    show("Listing the sessions", rows)
    complain(runs)


if __name__ == "__main__":
    main()
