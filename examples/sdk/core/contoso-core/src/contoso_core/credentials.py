"""How a client proves who is calling."""

import time
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class AccessToken:
    """A token and the second, since the epoch, at which it expires."""

    token: str = field(repr=False)
    expires_on: float

    def is_expired(self, now: float | None = None) -> bool:
        return (time.time() if now is None else now) >= self.expires_on


class TokenCredential(Protocol):
    """Anything that can obtain a token for a scope."""

    def get_token(self, scope: str) -> AccessToken: ...
