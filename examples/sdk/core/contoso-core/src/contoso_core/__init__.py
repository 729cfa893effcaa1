"""What the Contoso client libraries have in common."""

from contoso_core.credentials import AccessToken, TokenCredential
from contoso_core.errors import (
    ClientAuthenticationError,
    ContosoError,
    ResourceNotFoundError,
)
from contoso_core.paging import Paged

__all__ = [
    "AccessToken",
    "ClientAuthenticationError",
    "ContosoError",
    "Paged",
    "ResourceNotFoundError",
    "TokenCredential",
]
