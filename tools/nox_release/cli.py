"""The command ``nox-release``: what it is asked for, before any tool is loaded."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from nox_release import worker
from nox_release.errors import Blocked
from nox_release.filelist import files_of
from nox_release.toolbox import toolbox

EPILOG = """\
exit codes: 0 PyPI would take every file, 1 it would refuse one or one could not be looked at,
2 the command line cannot be obeyed.

Rules of our own are told, too, marked as ours; they do not change the exit code.
"""


def main(
    arguments: Sequence[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    become: Callable[[str, list[str], dict[str, str]], object] = os.execve,
) -> int:
    """Obey the command line: return where it cannot be obeyed, else this process becomes the one that does it.

    :param become: the door through which it does; the real one does not return.
    """
    asked = _parser().parse_args(arguments)
    try:
        files_of(asked.files)
        python = str(toolbox("accept", environ))
    except Blocked as error:
        print(f"nox-release: {error}", file=sys.stderr)
        return error.exit_code
    environ = {name: value for name, value in environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    become(python, [python, "-I", worker.__file__, "accept", asked.format, *asked.files], environ)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nox-release",
        description="Beside the sessions of nox: what needs no workspace.",
        allow_abbrev=False,
    )
    accept = parser.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "accept",
        help="say whether PyPI would take files",
        description="Say whether PyPI would take files, without sending them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    accept.add_argument("files", nargs="+", metavar="FILE", help="an sdist or a wheel, or a folder of them")
    accept.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="of what is told (text)")
    return parser
