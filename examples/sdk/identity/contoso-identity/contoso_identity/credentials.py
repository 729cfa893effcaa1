"""Where a token can come from."""

import os
import time

from contoso_core import AccessToken, ClientAuthenticationError, TokenCredential

LIFETIME = 3600.0


class StaticCredential:
    """Gives the token that it was made with."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, scope: str) -> AccessToken:
        return AccessToken(self._token, time.time() + LIFETIME)


class EnvironmentCredential:
    """Gives the token that stands in an environment variable."""

    def __init__(self, variable: str = "CONTOSO_TOKEN") -> None:
        self._variable = variable

    def get_token(self, scope: str) -> AccessToken:
        token = os.environ.get(self._variable)
        if not token:
            raise ClientAuthenticationError(f"{self._variable} is not set")
        return AccessToken(token, time.time() + LIFETIME)


class ChainedCredential:
    """Asks its credentials in turn, and gives the first token that one has."""

    def __init__(self, *credentials: TokenCredential) -> None:
        self._credentials = credentials

    def get_token(self, scope: str) -> AccessToken:
        failures = []
        for credential in self._credentials:
            try:
                return credential.get_token(scope)
            except ClientAuthenticationError as error:
                failures.append(str(error))
        raise ClientAuthenticationError("; ".join(failures) or "no credential to ask")
