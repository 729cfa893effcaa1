"""Whether anything is attested."""

from __future__ import annotations

import pytest

from nox_release.provenance.policy import unattested
from nox_release.repository import PYPI, TESTPYPI

OTHER = "https://index.example/legacy/"
TRUSTED = "trusted publishing"


@pytest.mark.parametrize("ci", ["GitHub Actions", "GitLab CI"])
@pytest.mark.parametrize("index", [PYPI.upload_url, TESTPYPI.upload_url])
@pytest.mark.parametrize("mode", ["auto", "required"])
def test_trusted_publishing_is_attested(ci: str, index: str, mode: str) -> None:
    """Where Sigstore and PyPI know the CI."""
    assert unattested(ci, TRUSTED, index, mode) == ""


@pytest.mark.parametrize(
    ("ci", "source", "index", "mode", "why"),
    [
        ("", "TWINE_PASSWORD", PYPI.upload_url, "auto", "the credentials are those of TWINE_PASSWORD; only trusted"),
        ("", "the keyring", PYPI.upload_url, "required", "the credentials are those of the keyring; only trusted"),
        ("Azure Pipelines", TRUSTED, PYPI.upload_url, "auto", "Azure Pipelines has no identity that can attest"),
        ("GitHub Actions", TRUSTED, OTHER, "auto", f"{OTHER} is not known to take any"),
    ],
    ids=["a password", "a password where it is required", "a CI that nobody knows", "an index that may refuse it"],
)
def test_else_it_is_said_why_not(ci: str, source: str, index: str, mode: str, why: str) -> None:
    """No identity, none that counts, or an index that might refuse the file with it."""
    assert unattested(ci, source, index, mode).startswith(why)


def test_another_index_gets_them_where_they_are_required() -> None:
    """Then its refusal is better than a release without."""
    assert unattested("GitHub Actions", TRUSTED, OTHER, "required") == ""
