"""HTTP sessions: this machine's proxies and certificate authorities, and none of its passwords."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import requests
from requests.utils import get_environ_proxies

CONNECT, READ = 15.0, 120.0
"""Seconds to wait for a connection, and for the next byte of an answer."""
_BUNDLES = ("TWINE_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a file of certificate authorities, the first one that is set counts."""


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
    bundle = ca or next((environ[name] for name in _BUNDLES if environ.get(name)), "")
    if bundle:
        session.verify = bundle
    session.request = functools.partial(session.request, timeout=(CONNECT, read))  # type: ignore[method-assign]
    return session
