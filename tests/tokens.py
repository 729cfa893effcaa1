"""Identity tokens as a CI gives them, with a signature of nobody."""

from __future__ import annotations

import base64
import json


def token(**claims: object) -> str:
    """A JSON web token that says *claims*."""
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    head, payload = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{payload}.c2lnbmF0dXJl"
