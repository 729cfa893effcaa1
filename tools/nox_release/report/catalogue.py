"""The page of all checks, made from their declarations: ``python -m nox_release.report.catalogue``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nox_release.check import Family
from nox_release.checks.artifacts import ARTIFACTS
from nox_release.checks.build import BUILD
from nox_release.checks.contents import CONTENTS
from nox_release.checks.history import HISTORY
from nox_release.checks.installation import INSTALLATION
from nox_release.checks.namespaces import NAMESPACES
from nox_release.checks.native import NATIVE
from nox_release.checks.project import PROJECT
from nox_release.checks.publication import PUBLICATION
from nox_release.checks.reproducibility import REPRODUCIBILITY
from nox_release.checks.sdist import SDIST
from nox_release.checks.tests import TESTS

FAMILIES: Sequence[Family[Any]] = (
    *(PROJECT, HISTORY, BUILD, SDIST, ARTIFACTS),
    *(CONTENTS, NAMESPACES, NATIVE, REPRODUCIBILITY),
    *(INSTALLATION, TESTS, PUBLICATION),
)
"""In the order in which a package meets them."""


def catalogue(families: Sequence[Family[Any]] = FAMILIES) -> Iterator[str]:
    """Yield the lines of the page, in Markdown."""
    yield "# Checks"
    yield ""
    yield "Each is a rule about a sound package. `ignore` in the [configuration](configuration.md) lets the findings of"
    yield "one pass, with a reason, by its code or the beginning of codes."
    for family in families:
        yield ""
        yield f"## {family.prefix}: {family.title}"
        for check in sorted(family.checks, key=lambda check: check.code):
            yield ""
            yield f"### {check.code}: {check.title}"
            yield ""
            yield f"*{check.severity.value.capitalize()}.* {check.why}"


if __name__ == "__main__":
    for line in catalogue():
        print(line)
