"""HTTP sessions: this machine's proxies and certificate authorities, and none of its passwords."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies

CONNECT, READ = 15.0, 120.0
"""Seconds to wait for a connection, and for the next byte of an answer."""
_BUNDLES = ("TWINE_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a file of certificate authorities, the first one that is set counts."""


def authorities(environ: Mapping[str, str], ca: str = "") -> str:
    """Return the file of certificate authorities that counts; empty: those that requests brings along.

    :param ca: before all others.
    """
    return ca or next((environ[name] for name in _BUNDLES if environ.get(name)), "")


def for_programs(environ: Mapping[str, str], ca: str, folder: Path) -> dict[str, str]:
    """Return the variables by which installers believe *ca* beside the authorities that they believe anyway.

    What they are told replaces what they have, so both go into one file in *folder*.
    """
    if not ca:
        return {}
    path = folder / "authorities.pem"
    usual = Path(authorities({**environ, "TWINE_CERT": ""}) or DEFAULT_CA_BUNDLE_PATH)
    path.write_bytes(usual.read_bytes() + b"\n" + Path(ca).read_bytes())
    return dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(path))


def configured(
    session: requests.Session, url: str, environ: Mapping[str, str], ca: str = "", read: float = READ
) -> requests.Session:
    """Return *session*, set up for the index at *url*.

    It is told of proxies and authorities here because :attr:`requests.Session.trust_env`, which would find them by
    itself, also takes the password of ``~/.netrc`` in place of ours.

    :param ca: a file of certificate authorities, before all others.
    :param read: seconds to wait for the next byte of an answer.
    """
    session.trust_env = False
    session.proxies.update(get_environ_proxies(url))
    if bundle := authorities(environ, ca):
        session.verify = bundle
    session.request = functools.partial(session.request, timeout=(CONNECT, read))  # type: ignore[method-assign]
    return session
