"""The command ``nox-release``: what it is asked for, before any tool is loaded."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nox_release import worker
from nox_release.errors import Blocked
from nox_release.filelist import files_of
from nox_release.printing import put
from nox_release.toolbox import toolbox

ACCEPT = """\
exit codes: 0 PyPI would take every file, 1 it would refuse one or one could not be looked at,
2 the command line cannot be obeyed.

Rules of our own are told, too, marked as ours; they do not change the exit code.
"""
INIT = """\
It writes noxfile.py, [tool.nox-release] in pyproject.toml, and .gitignore; what is there already stays, byte for
byte. It shows the change first, and asks.

exit codes: 0 it is written or was there already, 1 it was not written, 2 it cannot be done here, and why is told.
"""
INIT_CI = """\
It writes workflows that call the sessions: pull requests are verified, and a release is built, proven, approved and
published in separate jobs. It shows the change first, and asks.

exit codes: 0 they are written or were there already, 1 they were not written, or have drifted (--check),
2 it cannot be done here, and why is told.
"""
MERGE = """\
Run it at the top of the workspace. What two jobs tell of the same inputs has to be the same.

exit codes: 0 it is there, 1 two disagree or something is damaged; nothing was taken then, 2 there is no evidence.
"""
COMPLETION = """\
exit codes: 0 the script is printed, 2 the command line cannot be obeyed.
"""
SHELLS = Path(__file__).with_name("shells")
Become = Callable[[str, list[str], dict[str, str]], object]


def main(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ, become: Become = os.execve
) -> int:
    """Obey the command line: return where it is done, or this process becomes another that does it.

    :param become: the door through which it does; the real one does not return.
    """
    try:
        asked = parser().parse_args(arguments)
        code: int = asked.obey(asked, environ, become)
    except Blocked as error:
        from nox_release.saying import tell  # what is well need not pay for it

        tell(error)
        return error.exit_code
    except KeyboardInterrupt:
        print(file=sys.stderr)  # behind the ^C, and behind a question
        return 130
    return code


def _accept(asked: argparse.Namespace, environ: Mapping[str, str], become: Become) -> int:
    files_of(asked.files)
    python = str(toolbox("accept", environ))
    environ = {name: value for name, value in environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    become(python, [python, "-I", worker.__file__, "accept", asked.format, *asked.files], environ)
    return 0


def _init(asked: argparse.Namespace, environ: Mapping[str, str], become: Become) -> int:  # noqa: ARG001  # as all
    from nox_release.adopt.asking import at_terminal
    from nox_release.adopt.command import init  # loads nox, which accept need not pay for

    return init(Path.cwd(), yes=asked.yes, ask=at_terminal())


def _init_ci(asked: argparse.Namespace, environ: Mapping[str, str], become: Become) -> int:  # noqa: ARG001  # as all
    from nox_release.adopt.asking import at_terminal
    from nox_release.ci.command import init_ci

    return init_ci(asked.ci, Path.cwd(), check=asked.check, yes=asked.yes, ask=at_terminal())


def _merge(asked: argparse.Namespace, environ: Mapping[str, str], become: Become) -> int:  # noqa: ARG001  # as all
    from nox_release.evidence import Store
    from nox_release.merging import merge
    from nox_release.report.words import one_line
    from nox_release.wording import number

    store = Store(Path.cwd())
    merged = merge(map(Path, asked.folders), store)
    counts = (number(merged.evidence, "record"), number(merged.artifacts, "artifact"), number(merged.shards, "folder"))
    put(one_line("merged {} and {} of {} into {}".format(*counts, store.root)))
    return 0


def _completion(asked: argparse.Namespace, environ: Mapping[str, str], become: Become) -> int:  # noqa: ARG001  # as all
    script = (SHELLS / f"nox-release.{asked.shell}").read_text(encoding="utf-8")
    completer = Path(__file__).parent / "completing" / "press.py"
    for name, path in (("@PYTHON@", sys.executable), ("@COMPLETER@", str(completer))):
        script = script.replace(name, shlex.quote(path))
    put(script.rstrip("\n"))
    return 0


class _Version(argparse.Action):
    def __call__(self, made: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata  # what is asked for less often than anything else

        put(f"nox-release {metadata.version('nox-release')}")
        made.exit()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="nox-release",
        description="Beside the sessions of nox: what needs none.",
        allow_abbrev=False,
    )
    made.add_argument("--version", action=_Version, nargs=0, help="tell the version, and end")
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, summary: str, description: str, epilog: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    init = command(
        "init",
        "take nox-release into this repository",
        "Write what a repository needs to release with nox-release.",
        INIT,
    )
    init.add_argument("--yes", action="store_true", help="do not ask")
    init.set_defaults(obey=_init)
    init_ci = command(
        "init-ci",
        "write the workflows of a CI",
        "Write the workflows that verify and release in a CI.",
        INIT_CI,
    )
    init_ci.add_argument("ci", choices=("github", "azure", "gitlab"), help="which CI")
    init_ci.add_argument("--check", action="store_true", help="write nothing; fail where they have drifted")
    init_ci.add_argument("--yes", action="store_true", help="do not ask")
    init_ci.set_defaults(obey=_init_ci)
    merge = command(
        "merge",
        "bring the evidence of several jobs together",
        "Take the evidence that other jobs left into .nox-release.",
        MERGE,
    )
    merge.add_argument("folders", nargs="+", metavar="FOLDER", help="a .nox-release of a job, or a folder of such")
    merge.set_defaults(obey=_merge)
    accept = command(
        "accept",
        "say whether PyPI would take files",
        "Say whether PyPI would take files, without sending them.",
        ACCEPT,
    )
    accept.add_argument("files", nargs="+", metavar="FILE", help="an sdist or a wheel, or a folder of them")
    accept.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="of what is told (text)")
    accept.set_defaults(obey=_accept)
    completion = command(
        "completion",
        "print what has a shell complete targets",
        "Print the script that has a shell complete what stands behind `nox -s SESSION --`.",
        COMPLETION,
    )
    completion.add_argument("shell", choices=sorted(path.suffix[1:] for path in SHELLS.iterdir()), help="which shell")
    completion.set_defaults(obey=_completion)
    return made


def commands(made: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parser of each command."""
    (found,) = (action for action in made._actions if isinstance(action, argparse._SubParsersAction))
    return found.choices
