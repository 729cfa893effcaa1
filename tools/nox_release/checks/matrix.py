"""Where a package is tried: interpreters, and the lowest and highest versions of what it requires."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from nox_release.check import Family, Problem, Severity
from nox_release.matrix import OLDEST, Matrix, Resolution

MATRIX: Family[Matrix] = Family("MTX", "the interpreters and dependencies that a package is tried with")
_OLDEST = ".".join(map(str, OLDEST))


@MATRIX.check("MTX101", "Every interpreter that the configuration asks for is on this machine")
def there(matrix: Matrix) -> Iterator[Problem]:
    """``pythons`` is a demand: what nobody tried on an interpreter is not known to work there."""
    for minor in matrix.missing:
        yield Problem("pythons", f"uv python install {minor}", f"Python {minor} was not found on this machine")


@MATRIX.check("MTX102", "The configuration asks for no interpreter that requires-python excludes", Severity.WARNING)
def allowed(matrix: Matrix) -> Iterator[Problem]:
    """Nobody can install the package there; either the list or the metadata does not say what is meant."""
    for minor in matrix.excluded:
        fix = f"take {minor} out of pythons for this package, or let requires-python allow it"
        yield Problem("pythons", fix, f"requires-python is {matrix.requires_python}, which excludes Python {minor}")


@MATRIX.check("MTX103", "The lowest Python that requires-python allows is tried", Severity.WARNING)
def floor(matrix: Matrix) -> Iterator[Problem]:
    """requires-python is what installers obey (PEP 345): its floor is a claim, and newer syntax slips in unnoticed."""
    tried = [interpreter.minor for interpreter in matrix.interpreters]
    if not matrix.floor or matrix.floor in (*tried, *matrix.missing):
        return
    if Version(matrix.floor) < Version(_OLDEST):
        fix = f'write requires-python = ">={_OLDEST}" or higher: installers of today do not serve older ones'
    else:
        fix = f"uv python install {matrix.floor}, or raise requires-python"
    message = f"requires-python {matrix.requires_python} allows {matrix.floor}; tried were {', '.join(tried[::-1])}"
    yield Problem("requires-python", fix, message)


@MATRIX.check("MTX104", "The lowest versions that the requirements allow are tried", Severity.WARNING)
def lowest(matrix: Matrix) -> Iterator[Problem]:
    """A lower bound is a claim too; pip always takes the highest versions, so nobody meets the others until late."""
    if Resolution.LOWEST in matrix.impossible:
        fix = 'write installer = "uv", or resolutions = ["highest"] to do without'
        yield Problem("resolutions", fix, "pip cannot install the lowest allowed versions, so they were not tried")
