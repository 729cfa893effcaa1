"""What a user meets who installs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nox_release.check import Family, Problem, Severity
from nox_release.imports import Provided
from nox_release.wording import some


@dataclass(frozen=True)
class Failed:
    """A module or an entry point that does not load."""

    name: str
    error: str
    """Type and message of the exception."""
    extra: str = ""
    """The declared extra with which it loads; empty: none does."""
    inside: str = ""
    """The dependency in which the exception was raised; empty: it was raised by the package itself."""


@dataclass(frozen=True)
class Script:
    """A console script that was asked for its help, and did not end with exit code 0."""

    name: str
    code: int
    last: str
    """The last thing that it said."""
    crashed: bool = False
    """It said a traceback."""


@dataclass(frozen=True)
class Installation:
    """One artifact, installed alone with its runtime requirements in a virtualenv of its own."""

    filename: str
    name: str
    version: str
    refused: str = ""
    """Why it could not be installed."""
    conflicts: tuple[str, ...] = ()
    """What ``pip check`` says."""
    installed: Mapping[str, str] = field(default_factory=dict)
    """Name → version of all that is installed."""
    modules: int = 0
    """How many public modules were imported."""
    failed_modules: tuple[Failed, ...] = ()
    failed_entry_points: tuple[Failed, ...] = ()
    crashed: str = ""
    """The module during whose import the interpreter ended."""
    contents: str = ""
    """Digest of everything that is installed."""
    lowest: bool = False
    """With the lowest versions that the requirements allow; else the highest."""
    at_floor: bool = False
    """On the lowest Python that requires-python allows."""
    provided: tuple[Provided, ...] = ()
    """What the distributions in it install, before any extra."""
    suggestion: str = ""
    """Of the lowest versions that cannot be installed: the lowest that can."""
    refused_extras: Mapping[str, str] = field(default_factory=dict)
    """Extra → why it could not be installed."""
    scripts: tuple[Script, ...] = ()

    def outdated(self, failed: Failed) -> bool:
        """Whether something fails in a dependency of old, on a Python newer than the lowest that is allowed."""
        return self.lowest and not self.at_floor and bool(failed.inside)


def _by_error(failures: Iterable[Failed]) -> Iterator[tuple[str, list[str]]]:
    """Yield each error that no extra explains, with how many have it, and the names of those."""
    by_error: dict[str, list[str]] = {}
    for failed in failures:
        if not failed.extra:
            by_error.setdefault(failed.error, []).append(failed.name)
    for error, names in by_error.items():
        more = f" (and {len(names) - 1} more with the same error)" if len(names) > 1 else ""
        yield f"{error}{more}", names


HELPERS = frozenset(
    "test tests testing dev devel develop development doc docs documentation lint linting typing mypy ci "
    "quality style format benchmark benchmarks coverage pre-commit release build".split()
)
"""Extras for those who work on the package, not for those who use it."""
INSTALLATION: Family[Installation] = Family("INS", "an installation")


@INSTALLATION.check("INS101", "It installs with its runtime requirements")
def installs(installation: Installation) -> Iterator[Problem]:
    """Both files are installed, each alone: tools that only test the wheel ship broken sdists."""
    if installation.refused and not installation.lowest:
        fix = (
            "read the log; a sibling that it needs has to be released before, or in the same plan, and where that is "
            "on another index than PyPI, the installer has to be told of it (UV_INDEX)"
        )
        yield Problem(installation.filename, fix, installation.refused)


@INSTALLATION.check("INS102", "pip check is content")
def consistent(installation: Installation) -> Iterator[Problem]:
    """Requirements that contradict one another break every later installation into the same environment."""
    for line in installation.conflicts:
        yield Problem(installation.filename, "mend the requirements in the metadata", line)


@INSTALLATION.check("INS103", "Every public module imports with the runtime requirements")
def imports(installation: Installation) -> Iterator[Problem]:
    """A missing requirement is found by the first user. Tests do not see it: their tools bring much along."""
    failed = [failed for failed in installation.failed_modules if not installation.outdated(failed)]
    for error, names in _by_error(failed):
        if installation.lowest:
            fix = "raise the lower bound of the requirement that it fails with"
        elif error.startswith(("ModuleNotFoundError", "ImportError")):
            fix = "declare what it imports in the requirements or in an extra, or import it lazily"
        else:
            fix = "let it import; if only older Pythons cannot, that or a higher requires-python"
        yield Problem(names[0], fix, error)
    if installation.crashed:
        yield Problem(installation.crashed, "importing a module must not end the interpreter", "the interpreter ended")


@INSTALLATION.check("INS104", "Modules that need an extra are known", Severity.WARNING)
def needs_extra(installation: Installation) -> Iterator[Problem]:
    """A module may need an optional requirement; users should find which in the documentation."""
    by_extra: dict[str, list[str]] = {}
    for failed in installation.failed_modules:
        if failed.extra:
            by_extra.setdefault(failed.extra, []).append(failed.name)
    for extra, names in by_extra.items():
        yield Problem(
            f"extra {extra}",
            "nothing, if the documentation says so",
            f"imports only with it: {some(names)}",
        )


@INSTALLATION.check("INS105", "Entry points load")
def entry_points_load(installation: Installation) -> Iterator[Problem]:
    """A console script that names what is not there fails for whoever types it first."""
    for failed in installation.failed_entry_points:
        if not failed.extra and not installation.outdated(failed):
            yield Problem(
                failed.name, "name an object that exists, importable with the runtime requirements", failed.error
            )


@INSTALLATION.check("INS106", "What is installed is this version")
def right_version(installation: Installation) -> Iterator[Problem]:
    """An installer that finds something better elsewhere proves nothing about this file."""
    found = installation.installed.get(installation.name)
    if not installation.refused and not installation.crashed and found != installation.version:
        yield Problem(installation.filename, "look for a second copy among the requirements", f"installed is {found}")


@INSTALLATION.check("INS107", "Every extra can be installed")
def extras_install(installation: Installation) -> Iterator[Problem]:
    """An extra is an offer to users (core metadata, Provides-Extra); what it names has to exist and fit together."""
    for extra, why in installation.refused_extras.items():
        if extra not in HELPERS:
            yield Problem(f"extra {extra}", "mend its requirements, or take the extra out", why)


@INSTALLATION.check("INS108", "Extras for the package's own development can be installed", Severity.WARNING)
def helpers_install(installation: Installation) -> Iterator[Problem]:
    """Users have no need of them, but they stand in the metadata for everybody to try."""
    for extra, why in installation.refused_extras.items():
        if extra in HELPERS:
            fix = "mend its requirements, or make it a dependency group (PEP 735), which is not published"
            yield Problem(f"extra {extra}", fix, why)


@INSTALLATION.check("INS109", "Console scripts start")
def scripts_start(installation: Installation) -> Iterator[Problem]:
    """--help is the first thing that a user types; a script that ends in a traceback then does nothing else either."""
    for script in installation.scripts:
        if script.crashed:
            fix = "mend what it does before it reads its arguments; the log has the traceback"
            yield Problem(f"{script.name} --help", fix, script.last)


@INSTALLATION.check("INS110", "Console scripts answer --help", Severity.WARNING)
def scripts_help(installation: Installation) -> Iterator[Problem]:
    """By convention (GNU coding standards, 4.8.2) --help tells the usage and ends with exit code 0."""
    for script in installation.scripts:
        if not script.crashed:
            fix = "have it print its usage and end with exit code 0"
            how = f"exit code {script.code}" if script.code >= 0 else "it had to be ended"
            yield Problem(f"{script.name} --help", fix, f"{how}: {script.last}")


@INSTALLATION.check("INS111", "The lowest versions that it allows install on the lowest Python that it allows")
def floors_install(installation: Installation) -> Iterator[Problem]:
    """Lower bounds are claims, and here two of them contradict each other: no user can have both."""
    if installation.refused and installation.lowest and installation.at_floor:
        yield _raise_the_floor(installation)


@INSTALLATION.check("INS112", "The lowest versions that it allows install on newer Pythons", Severity.WARNING)
def floors_install_later(installation: Installation) -> Iterator[Problem]:
    """A dependency older than the interpreter often has no wheel for it; few users ask for such a pair."""
    if installation.refused and installation.lowest and not installation.at_floor:
        yield _raise_the_floor(installation)


@INSTALLATION.check("INS113", "The lowest versions that it allows work on newer Pythons", Severity.WARNING)
def floors_import_later(installation: Installation) -> Iterator[Problem]:
    """A dependency older than the interpreter may install and yet break on import, whoever imports it."""
    failed = (*installation.failed_modules, *installation.failed_entry_points)
    inside: dict[str, list[Failed]] = {}
    for item in failed:
        if installation.outdated(item):
            inside.setdefault(item.inside, []).append(item)
    for dependency, items in inside.items():
        for error, _ in _by_error(items):
            fix = f"raise the lower bound of what brings {dependency}, if users are to have it on this Python"
            yield Problem(dependency, fix, error)


def _raise_the_floor(installation: Installation) -> Problem:
    fix = "raise the lower bound of what cannot be installed"
    if installation.suggestion:
        fix += f"; the lowest that installs as wheels: {installation.suggestion}"
    return Problem(installation.filename, fix, installation.refused)
