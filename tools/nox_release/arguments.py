"""What may stand after ``--``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nox_release.errors import Misuse
from nox_release.repository import Wanted

TARGETS = """\
targets:
  azure-mgmt-compute        a package by its name (any spelling of it: PEP 503)
  'azure-mgmt-*'            a glob over names; quote it, or the shell expands it
  path:sdk/compute          the packages in a folder
  changed-since:REF         the packages whose files differ between REF and now
  dependents-of:NAME        the packages that need NAME, directly or not
  all                       every package that may be published
  '!azure-mgmt-old'         ! before any of these takes it out again

A package marked "Private :: …" is left out of everything but its own name.
Nothing matched is an error.

Every stage is a session of its own: lint-metadata, build-sdist, build-wheel, verify-artifacts, test, publish.
publish runs them all. Without --candidate-for-release it is a rehearsal: it uploads to an index
that it starts on this machine, and reads back and installs from there.

review writes one page for the approver from what the stages left, and runs none of them.
status shows what the workspace, the tags, dist/ and the index say of each package, and what to type next. It needs
no stage before it, and takes --repository and its companions to look at another index. doctor tells what keeps
this workspace and this machine from releasing; without a target it looks at all packages. plan shows what would
be released, in which order, why, and how long that takes. prepare sets the version, dates the changelog and has
siblings follow; without --bump it suggests a step. explain -- CODE tells what a check is about.

exit codes: 0 all is well, 1 something failed or could not be looked at, 2 the command line or the
configuration cannot be obeyed.
"""


@dataclass(frozen=True)
class Arguments:
    """The parsed command line."""

    targets: tuple[str, ...]
    jobs: int = 0
    """0: as configured."""
    keep_going: bool = False
    fresh: bool = False
    candidate: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    """Where a candidate goes."""
    sign_with: str = ""
    """Key to sign an approval with."""
    signature: str = ""
    """File of a signature that was made elsewhere."""
    approved: str = ""
    """Digest of the statement that was approved; empty: it is not said."""
    first_releases: bool = False
    yank: str = ""
    """Version whose withdrawal is to be planned."""
    format: str = "text"
    shards: int = 0
    """Over how many jobs the targets are shared out; 0: over none."""
    only: tuple[str, ...] = ()
    """The targets that are worked on; none: all. The plan is that of all."""
    explain: str = ""
    """A code, or the beginning of codes, to be explained instead."""
    with_dependents: bool = False
    bump: str = ""
    """Step or version that prepare makes; empty: it suggests one."""
    date: str = ""
    """Day of the release for the changelog; empty: today."""
    next: bool = False
    """Prepare what comes after a release."""
    commit: bool = False
    yes: bool = False
    """Write without asking."""

    @property
    def json(self) -> bool:
        """Whether programs are told, not people."""
        return self.format == "json"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Misuse(message, "nox -s publish -- --help explains what may stand after --")


def parser() -> argparse.ArgumentParser:
    """Return the parser, whose help explains everything that may stand after ``--``."""
    made = _Parser(
        prog="nox -s SESSION --",
        usage="nox -s SESSION -- TARGET [TARGET ...] [options]",
        epilog=TARGETS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        description="Take packages of this workspace from committed source to an index.",
    )
    made.add_argument("targets", nargs="*", metavar="TARGET", help="which packages, see below")
    made.add_argument("--jobs", type=_positive, default=0, metavar="N", help="targets at a time (default: cores)")
    made.add_argument(
        "--keep-going", action="store_true", help="publish what is whole although other targets of the plan are not"
    )
    made.add_argument("--fresh", action="store_true", help="do all work again, whatever evidence and caches there are")
    made.add_argument(
        "--with-dependents",
        action="store_true",
        help="also run the tests of the packages that need a target, as last released, on the new wheel",
    )
    made.add_argument(
        "--candidate-for-release",
        action="store_true",
        dest="candidate",
        help="publish to a real index, not a rehearsal",
    )
    made.add_argument("--repository", default="", metavar="NAME", help="pypi (default), testpypi, a section of .pypirc")
    made.add_argument("--repository-url", default="", metavar="URL", help="upload there; needs --index-url")
    made.add_argument("--index-url", default="", metavar="URL", help="the Simple API of the index behind that")
    made.add_argument("--first-release", action="store_true", help="the index may not have the project yet")
    made.add_argument("--sign-with", default="", metavar="KEY", help="approve: sign with this SSH key")
    made.add_argument("--signature", default="", metavar="FILE", help="approve: take a signature made elsewhere")
    made.add_argument(
        "--approved", default="", metavar="SHA256", help="publish only what has this digest (approve shows it)"
    )
    made.add_argument(
        "--first-releases",
        action="store_true",
        help="status: which names are new, their publishers, and in which waves",
    )
    made.add_argument("--yank", default="", metavar="VERSION", help="status: how to withdraw this release by hand")
    made.add_argument(
        "--format",
        default="text",
        choices=("text", "json", "mermaid", "github"),
        help="status, doctor, plan: text (default) or json; only plan has mermaid, and github: a matrix of jobs",
    )
    made.add_argument(
        "--shards", type=_positive, default=0, metavar="N", help="plan: share the targets out over N jobs of a CI"
    )
    made.add_argument(
        "--only", default="", metavar="NAME,NAME", help="work on these targets; the plan stays that of all of them"
    )
    made.add_argument("--bump", default="", metavar="STEP", help="prepare: patch, minor, major, pre, or a version")
    made.add_argument("--date", default="", metavar="DAY", help="prepare: the day in the changelog (default: today)")
    made.add_argument("--next", action="store_true", help="prepare: open the version that follows a release")
    made.add_argument("--commit", action="store_true", help="prepare: commit what was written")
    made.add_argument("--yes", action="store_true", help="prepare: write without asking")
    made.add_argument(
        "--explain", default="", metavar="CODE", help="tell what a check is about, or all whose codes begin so, and end"
    )
    return made


def explain_parser() -> argparse.ArgumentParser:
    """Return the parser of what may stand after ``nox -s explain --``."""
    made = _Parser(
        prog="nox -s explain --",
        usage="nox -s explain -- [CODE ...]",
        allow_abbrev=False,
        description="Tell what checks are about; without a code, how codes begin.",
    )
    made.add_argument("codes", nargs="*", metavar="CODE", help="a code, or the beginning of codes: ART104, PRJ4, DOC")
    return made


def codes(posargs: Sequence[str]) -> tuple[str, ...]:
    """Return the codes that *posargs* ask about.

    :raises Misuse: where they cannot be obeyed.
    :raises SystemExit: after printing the help that was asked for.
    """
    return tuple(explain_parser().parse_args(list(posargs)).codes)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


def _version(text: str) -> str:
    try:
        return str(Version(text)) if text else ""
    except InvalidVersion:
        raise Misuse(f"--yank {text}: that is no version", "write the version as the index shows it") from None


def parse(posargs: Sequence[str], targets: Sequence[str] = ()) -> Arguments:
    """Return what *posargs* ask for.

    :param targets: what is meant where none is named.
    :raises Misuse: where they cannot be obeyed.
    :raises SystemExit: after printing the help that was asked for.
    """
    found = parser().parse_intermixed_args(list(posargs))
    found.targets = found.targets or targets
    if not found.targets and not found.explain:
        raise Misuse(
            "no target: nothing says which packages",
            "nox -s SESSION -- NAME, or -- all; nox -s publish -- --help lists the ways",
        )
    return Arguments(
        tuple(found.targets),
        jobs=found.jobs,
        keep_going=found.keep_going,
        fresh=found.fresh,
        candidate=found.candidate,
        wanted=Wanted(found.repository, found.repository_url, found.index_url, found.first_release),
        sign_with=found.sign_with,
        signature=found.signature,
        approved=found.approved.lower().removeprefix("sha256:"),
        first_releases=found.first_releases,
        yank=_version(found.yank),
        format=found.format,
        shards=found.shards,
        only=tuple(canonicalize_name(name) for name in found.only.split(",") if name.strip()),
        explain=found.explain,
        with_dependents=found.with_dependents,
        bump=found.bump,
        date=found.date,
        next=found.next,
        commit=found.commit,
        yes=found.yes,
    )
