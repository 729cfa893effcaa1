"""Whether the files of a release are attested, decided before anything is asked of anybody."""

from __future__ import annotations

from nox_release.repository import PYPI, TESTPYPI

REQUIRED = "required"
_KNOWN = frozenset({"GitHub Actions", "GitLab CI"})
"""The CIs whose identity both Sigstore signs with and PyPI takes for a publisher's."""


def unattested(ci: str, source: str, index: str, mode: str) -> str:
    """Return why nothing is attested; empty: everything is.

    :param ci: the CI of trusted publishing; empty: the credentials are others.
    :param source: where the credentials come from.
    :param index: upload URL.
    :param mode: ``attestations`` in the configuration.
    """
    if not ci:
        return f"the credentials are those of {source}; only trusted publishing has an identity to attest with"
    if ci not in _KNOWN:
        return f"{ci} has no identity that can attest"
    if mode != REQUIRED and index not in (PYPI.upload_url, TESTPYPI.upload_url):
        return f'{index} is not known to take any; attestations = "required" sends them'  # some refuse the file then
    return ""
