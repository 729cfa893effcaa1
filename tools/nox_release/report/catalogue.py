"""The catalogue of all checks, made from their declarations: ``python -m nox_release.report.catalogue [--json]``.

Without an option it is the page docs/checks.md, with ``--json`` the data that :mod:`nox_release.codes` reads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from nox_release.check import Family
from nox_release.checks.archive import ARCHIVE
from nox_release.checks.artifacts import ARTIFACTS
from nox_release.checks.build import BUILD
from nox_release.checks.changelog import CHANGELOG
from nox_release.checks.classifiers import CLASSIFIERS
from nox_release.checks.contents import CONTENTS
from nox_release.checks.dependents import DEPENDENTS
from nox_release.checks.difference import DIFFERENCE
from nox_release.checks.doctor import CHECKOUT, INDEX, KEYS, OWNERS
from nox_release.checks.filename import FILENAME
from nox_release.checks.history import HISTORY
from nox_release.checks.imports import IMPORTS
from nox_release.checks.installation import INSTALLATION
from nox_release.checks.licence import LICENCE
from nox_release.checks.machine import MACHINE, PYTHONS, TABLE
from nox_release.checks.matrix import MATRIX
from nox_release.checks.namespaces import NAMESPACES
from nox_release.checks.native import NATIVE
from nox_release.checks.prefixes import PREFIXES
from nox_release.checks.preflight import PREFLIGHT
from nox_release.checks.publication import PUBLICATION
from nox_release.checks.pyproject import PYPROJECT
from nox_release.checks.readme import README
from nox_release.checks.reproducibility import REPRODUCIBILITY
from nox_release.checks.requirements import REQUIREMENTS
from nox_release.checks.sdist import SDIST
from nox_release.checks.sent_classifiers import CLASSIFIED
from nox_release.checks.sent_contacts import CONTACTS
from nox_release.checks.sent_description import DESCRIPTION
from nox_release.checks.sent_form import FORM
from nox_release.checks.sent_identity import IDENTITY
from nox_release.checks.sent_licences import LICENCES
from nox_release.checks.sent_requirements import REQUIRED
from nox_release.checks.tests import TESTS
from nox_release.checks.version import VERSION
from nox_release.codes import Catalogue, Described
from nox_release.model import Stage
from nox_release.record import to_json

Listed = tuple[Family[Any], tuple[Stage, ...]]
"""A family, and the stages that run it; none: the session ``doctor``."""

FAMILIES: Sequence[Listed] = (
    (PYPROJECT, (Stage.LINT_METADATA,)),
    (README, (Stage.LINT_METADATA,)),
    (CLASSIFIERS, (Stage.LINT_METADATA,)),
    (CHANGELOG, (Stage.LINT_METADATA,)),
    (VERSION, (Stage.LINT_METADATA,)),
    (LICENCE, (Stage.LINT_METADATA,)),
    (REQUIREMENTS, (Stage.LINT_METADATA,)),
    (HISTORY, (Stage.LINT_METADATA,)),
    (BUILD, (Stage.BUILD_SDIST, Stage.BUILD_WHEEL)),
    (SDIST, (Stage.BUILD_SDIST,)),
    (ARCHIVE, (Stage.VERIFY_ARTIFACTS,)),
    (FILENAME, (Stage.VERIFY_ARTIFACTS,)),
    (FORM, (Stage.VERIFY_ARTIFACTS,)),
    (IDENTITY, (Stage.VERIFY_ARTIFACTS,)),
    (DESCRIPTION, (Stage.VERIFY_ARTIFACTS,)),
    (CLASSIFIED, (Stage.VERIFY_ARTIFACTS,)),
    (CONTACTS, (Stage.VERIFY_ARTIFACTS,)),
    (REQUIRED, (Stage.VERIFY_ARTIFACTS,)),
    (LICENCES, (Stage.VERIFY_ARTIFACTS,)),
    (ARTIFACTS, (Stage.VERIFY_ARTIFACTS,)),
    (CONTENTS, (Stage.VERIFY_ARTIFACTS,)),
    (NAMESPACES, (Stage.VERIFY_ARTIFACTS, Stage.PUBLISH)),
    (NATIVE, (Stage.VERIFY_ARTIFACTS,)),
    (REPRODUCIBILITY, (Stage.VERIFY_ARTIFACTS,)),
    (MATRIX, (Stage.VERIFY_ARTIFACTS, Stage.TEST)),
    (INSTALLATION, (Stage.VERIFY_ARTIFACTS,)),
    (IMPORTS, (Stage.VERIFY_ARTIFACTS,)),
    (DIFFERENCE, (Stage.VERIFY_ARTIFACTS,)),
    (TESTS, (Stage.TEST,)),
    (DEPENDENTS, (Stage.TEST,)),
    (PREFLIGHT, (Stage.PUBLISH,)),
    (PREFIXES, (Stage.PUBLISH,)),
    (PUBLICATION, (Stage.PUBLISH,)),
    *((family, ()) for family in (INDEX, OWNERS, CHECKOUT, PYTHONS, MACHINE, TABLE, KEYS)),
)
"""In the order in which a package meets them."""


def described(families: Sequence[Listed] = FAMILIES) -> Catalogue:
    """Return what the declarations say, as data."""
    return Catalogue(
        tuple(
            Described(
                check.code, check.title, check.severity, check.pypi, check.essential, check.why, family.title, stages
            )
            for family, stages in families
            for check in sorted(family.checks, key=lambda check: check.code)
        )
    )


def catalogue(families: Sequence[Listed] = FAMILIES) -> Iterator[str]:
    """Yield the lines of the page, in Markdown."""
    yield "# Checks"
    yield ""
    yield "Each is a rule about a sound package. `select`, `ignore` and `severity` in the"
    yield "[configuration](configuration.md#which-checks-count) say, by a code or the beginning of codes, which of"
    yield "them count and for what. `nox -s explain -- CODE` prints what stands here."
    for family, stages in families:
        yield ""
        yield f"## {family.prefix}: {family.title}"
        yield ""
        yield f"Looked at by {' and '.join(f'`{session}`' for session in stages or ('doctor',))}."
        for check in described([(family, stages)]).checks:
            yield ""
            yield f'<a id="{check.code.lower()}"></a>'
            yield ""
            yield f"### {check.code}: {check.title}"
            yield ""
            lasting = " No configuration lets it pass: what follows rests on it." if check.essential else ""
            owner = "PyPI refuses it" if check.pypi else "Our own rule"
            yield f"*{check.severity.value.capitalize()}. {owner}.*{lasting}"
            yield ""
            yield check.why


if __name__ == "__main__":
    if sys.argv[1:] == ["--json"]:
        print(to_json(described()))
    else:
        for line in catalogue():
            print(line)
